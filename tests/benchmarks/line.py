"""A line to a venue far away: kernel TCP through a device that holds each packet for half a round trip.

The device lives in a network namespace of its own, so nothing of this machine's network is touched or needed. What is
sent to `THERE` comes back to `HERE`, its two addresses swapped, which no checksum minds: whoever connects to `THERE`
reaches a server that listens at `HERE`, and every packet of both takes its time.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

HERE, THERE = "10.77.0.1", "10.77.0.2"
TUN, NAME = "/dev/net/tun", b"tun0"
LARGEST = 65536  # bytes of a packet

# From Linux's headers: sched.h, linux/if_tun.h, linux/sockios.h, net/if.h.
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x891C, 0x8914, 0x1

T = TypeVar("T")


class NoLine(Exception):
    """There can be no such line here, and why."""


def in_a_namespace(work: Callable[..., T], *args: object) -> T:
    """Run `work` in a process with a network of its own. Raises NoLine where that cannot be had."""
    if sys.platform != "linux" or not os.access(TUN, os.R_OK | os.W_OK):
        raise NoLine(f"{TUN} is not there, or may not be used")
    with ProcessPoolExecutor(1, get_context("fork"), _leave_the_network) as pool:
        return pool.submit(work, *args).result()


def _leave_the_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    alone = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    if libc.unshare(alone):
        raise NoLine(f"no network namespace: {os.strerror(ctypes.get_errno())}")


@contextmanager
def delayed(round_trip: float) -> Iterator[None]:
    """The line, for as long as the context is open; only in a namespace. In: seconds."""
    device = os.open(TUN, os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", NAME, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, address in ((SIOCSIFADDR, HERE), (SIOCSIFNETMASK, "255.255.255.0")):
            packed = struct.pack("16sHH4s8x", NAME, socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, request, packed)
        for name in (NAME, b"lo"):
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name, IFF_UP))
    carrying = get_context("fork").Process(target=_carry, args=(device, round_trip / 2), daemon=True)
    carrying.start()
    try:
        yield
    finally:
        carrying.kill()
        carrying.join()
        os.close(device)


def _carry(device: int, seconds: float) -> None:
    """Hold each packet so long, then send it back."""
    under_way: deque[tuple[float, bytes]] = deque()
    while True:
        left = under_way[0][0] - time.monotonic() if under_way else None
        if left is not None and left <= 0:
            packet = under_way.popleft()[1]
            os.write(device, packet[:12] + packet[16:20] + packet[12:16] + packet[20:])
        elif select.select([device], [], [], left)[0]:
            packet = os.read(device, LARGEST)
            if packet[0] >> 4 == 4:  # IPv6 only looks for neighbours
                under_way.append((time.monotonic() + seconds, packet))
