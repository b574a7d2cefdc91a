"""A real Secret Service: gnome-keyring on a session bus of its own, unlocked, locked, or silent."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.faults.nursery import Nursery

ENTRY = Path(__file__).parents[2] / "ordercancel/__main__.py"
PASSWORD = "correct horse"
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
# What `dbus-run-session` runs: it names its bus and stays until its standard input is closed.
STAY = 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'
# A prompter that is started and never comes up; it ends with its bus.
PROMPTER = """[D-BUS Service]
Name=org.gnome.keyring.SystemPrompter
Exec=/bin/sh -c "exec dbus-monitor --session >/dev/null 2>&1"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if MISSING:
        skip = pytest.mark.skip(reason=f"{' and '.join(MISSING)} cannot be found: no real Secret Service here")
        for item in items:
            if item.get_closest_marker("secret_service") and Path(item.path).parent == Path(__file__).parent:
                item.add_marker(skip)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "secret_service: needs gnome-keyring and dbus")


@dataclass(frozen=True)
class Done:
    """One finished run of the command. `seconds`: the whole process."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass
class Machine:
    """A user's machine: a home, an environment, and the command."""

    home: Path
    nest: Nursery
    environ: dict[str, str] = field(default_factory=dict)

    def start(self, *args: str, **environ: str) -> subprocess.Popen[str]:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home)} | self.environ | environ
        return self.nest.popen([str(ENTRY), *args], env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)

    def run(self, *args: str, given: str = "", **environ: str) -> Done:
        started = time.monotonic()
        process = self.start(*args, **environ)
        out, err = process.communicate(given, timeout=60)
        return Done(process.returncode, out, err, time.monotonic() - started)


@pytest.fixture
def machine(tmp_path: Path, nest: Nursery) -> Machine:
    """A machine without a session bus."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine(home, nest)


@pytest.fixture
def unlocked(machine: Machine, tmp_path: Path) -> Iterator[Machine]:
    """A machine with an unlocked keyring."""
    with _session(machine, tmp_path / "session", unlock=True):
        yield machine


@pytest.fixture
def locked(machine: Machine, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose keyring has an entry, `cancel:tanx:default wallet_key`, and is locked; no prompter."""
    with _session(machine, tmp_path / "first", unlock=True):
        assert machine.run("auth", "login", "tanx", "--no-check", given='{"wallet_key": "CANARY"}').code == 0
    with _session(machine, tmp_path / "session", unlock=False):
        yield machine


@pytest.fixture
def waiting(machine: Machine, tmp_path: Path) -> Iterator[Machine]:
    """The same, and the keyring waits for ever for a prompter that never shows its prompt."""
    services = tmp_path / "data" / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "org.gnome.keyring.SystemPrompter.service").write_text(PROMPTER)
    with _session(machine, tmp_path / "first", unlock=True):
        assert machine.run("auth", "login", "tanx", "--no-check", given='{"wallet_key": "CANARY"}').code == 0
    with _session(machine, tmp_path / "session", unlock=False, XDG_DATA_HOME=str(tmp_path / "data")):
        yield machine


@pytest.fixture
def silent_bus(machine: Machine, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose session bus accepts every connection and never says a word."""
    with _bus_socket(machine, tmp_path):
        yield machine


@pytest.fixture
def stuck_bus(machine: Machine, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose session bus lets everybody in and then answers nothing."""
    with _bus_socket(machine, tmp_path) as bus:
        threading.Thread(target=_let_in, args=(bus,), daemon=True).start()
        yield machine


@contextmanager
def _bus_socket(machine: Machine, folder: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(f"{folder}/bus")
        bus.listen(64)
        machine.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/bus"
        yield bus
        bus.shutdown(socket.SHUT_RDWR)  # wakes an accept


def _let_in(bus: socket.socket) -> None:
    """The handshake of the D-Bus specification ("Authentication Protocol"), as far as BEGIN."""
    guests = []
    with contextlib.suppress(OSError):  # the test is over
        while True:
            guest, _ = bus.accept()
            guests.append(guest)
            lines = guest.makefile("rb")
            while not (line := lines.readline()).startswith(b"BEGIN") and line:
                guest.sendall(b"AGREE_UNIX_FD\r\n" if b"UNIX_FD" in line else b"OK " + b"0" * 32 + b"\r\n")
    for guest in guests:
        guest.close()


@contextmanager
def _session(machine: Machine, folder: Path, *, unlock: bool, **environ: str) -> Iterator[None]:
    """A session bus and a keyring daemon for as long as the context is open."""
    folder.mkdir(mode=0o700)
    ours = {"PATH": os.environ["PATH"], "HOME": str(machine.home), "XDG_RUNTIME_DIR": str(folder)}
    bus = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", STAY],
        env=ours | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdin is not None
    assert bus.stdout is not None
    address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
    daemon = _daemon(ours | address, folder, unlock=unlock)
    machine.environ |= address
    try:
        yield
    finally:
        daemon.terminate()
        daemon.communicate(timeout=20)
        bus.stdin.close()
        bus.stdout.close()
        bus.wait(20)
        del machine.environ["DBUS_SESSION_BUS_ADDRESS"]


def _daemon(environ: dict[str, str], folder: Path, *, unlock: bool) -> subprocess.Popen[str]:
    """The keyring daemon in the foreground, once it answers on the bus."""
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", f"--control-directory={folder}"]
    daemon = subprocess.Popen(
        [*command, "--unlock"] if unlock else command,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdin is not None
    if unlock:
        daemon.stdin.write(PASSWORD)
        daemon.stdin.close()
        daemon.stdin = None
    ask = [
        *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"),
        *("org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"),
    ]
    ends = time.monotonic() + 20
    while subprocess.run(ask, env=environ, capture_output=True, check=False).returncode:
        assert time.monotonic() < ends, "the keyring daemon does not come up"
        time.sleep(0.02)
    return daemon
