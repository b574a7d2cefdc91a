"""One token refresh at a time across processes: a lock file with a time limit."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config.paths import state_dir

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL = 0.05  # seconds between two tries


@contextmanager
def refresh_lock(venue: str, profile: str, *, timeout: float, environ: Mapping[str, str]) -> Iterator[bool]:
    """Hold the lock of one venue and profile for the body, waiting at most `timeout` seconds for it.

    Gives True when it is held, and False when it could not be had: too long in other hands, or no folder
    to put it in. A cancel then goes on without. It is free again as soon as its process ends, however.
    """
    held = _locked(f"refresh-{venue}-{profile}.lock", timeout, environ)
    try:
        yield held is not None
    finally:
        with suppress(OSError):
            if held is not None:
                held.release()


def _locked(name: str, timeout: float, environ: Mapping[str, str]) -> BaseFileLock | None:
    from filelock import FileLock, Timeout  # takes 40 ms to load, and only a refresh needs it

    folder = state_dir(environ)  # the same for a desktop and a cron job of one user, who share a keyring
    if folder is None:
        return None
    # No soft lock in place of a real one: that file would stay when its process is killed.
    lock = FileLock(folder / name, mode=0o600, fallback_to_soft=False)
    try:
        _make_own(folder)
        lock.acquire(max(0.0, timeout), poll_interval=_POLL)
    except (Timeout, OSError):
        return None
    return lock


def _make_own(folder: Path) -> None:
    """Make the folder. Raises OSError when it is not ours alone: XDG_STATE_HOME may be a shared place.

    By hand, since filelock asks nobody whose folder it is.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return
    status = folder.lstat()
    ours = status.st_uid == os.getuid() and not status.st_mode & 0o022
    if not stat.S_ISDIR(status.st_mode) or not ours:
        raise PermissionError(f"{folder} belongs to someone else")
