"""One token refresh at a time across processes: a lock file with a time limit."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.paths import state_dir

_POLL = 0.05  # seconds between two tries


@contextmanager
def refresh_lock(
    venue: str,
    profile: str,
    *,
    timeout: float,
    environ: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bool]:
    """Hold the lock of one venue and profile for the body, waiting at most `timeout` seconds for it.

    Gives True when it is held, and False when it could not be had: too long in other hands, or no folder
    to put it in. A cancel then goes on without. It is free again as soon as its process ends, however.
    """
    handle = _open(f"refresh-{venue}-{profile}.lock", environ)
    if handle is None:
        yield False
        return
    try:
        deadline = clock() + timeout
        while (held := _try_lock(handle)) is False and clock() < deadline:
            sleep(_POLL)
        yield bool(held)
    finally:
        os.close(handle)  # also unlocks; the file stays, since deleting it would let two in


def _open(name: str, environ: Mapping[str, str]) -> int | None:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    for folder in _folders(environ):
        try:
            _make_own(folder)
            return os.open(folder / name, flags, 0o600)
        except OSError:
            continue  # the next one may do; with none at all we go on without a lock
    return None


def _folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Out: the places to try. The home goes first: it is the same for a desktop and a cron job of one user,
    who share a keyring, while only the desktop has XDG_RUNTIME_DIR."""
    state = state_dir(environ)
    if state is not None:
        yield state
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/"):
        yield Path(runtime) / "cancel"
    import tempfile

    if sys.platform == "win32":
        yield Path(tempfile.gettempdir()) / "cancel"
    else:
        yield Path(tempfile.gettempdir()) / f"cancel-{os.getuid()}"


def _make_own(folder: Path) -> None:
    """Make the folder. Raises OSError when it is not ours alone: in a shared temp dir others may be first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return
    status = folder.lstat()
    ours = status.st_uid == os.getuid() and not status.st_mode & 0o022
    if not stat.S_ISDIR(status.st_mode) or not ours:
        raise PermissionError(f"{folder} belongs to someone else")


def _try_lock(handle: int) -> bool | None:
    """Out: whether it is ours now; None when this file system has no locks, so that waiting is no use."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        busy = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # the last two: Windows
        return False if fault.errno in busy else None
    return True
