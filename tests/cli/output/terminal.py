"""A terminal of any width for one run of the command."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import Any


def seen(installed: Any, width: int, *args: str, **environ: str) -> str:
    """Out: what the command writes on a terminal of that width, without colour. Its stderr is no terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    env = installed.environ({"NO_COLOR": "1", "TERM": "xterm", **environ})
    with subprocess.Popen(
        [installed.script(), *args], env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL
    ):
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # how Linux says that the other side has closed it
            while part := os.read(ours, 65536):
                text += part
    os.close(ours)
    return text.decode().replace("\r\n", "\n")
