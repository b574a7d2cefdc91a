"""Ctrl-C and SIGTERM while orders are under way: the first is a request to stop, the second is the end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType


class Interrupts:
    """From now on the first SIGINT or SIGTERM calls `stop`, and a second one ends the process at once.

    `exit_code` is then 130 or 143, else None. The handlers stay until the process ends: while the old ones were
    put back, a signal would raise in the middle of a report. `stop` runs between any two steps of the main thread,
    so it may wait for no lock that this thread takes elsewhere.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self.exit_code: int | None = None
        self.since: float | None = None  # when the first one came, on the monotonic clock
        if threading.current_thread() is threading.main_thread():  # Python allows handlers only there
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.exit_code is not None:
            os._exit(128 + number)
        self.exit_code, self.since = 128 + number, time.monotonic()
        self._stop()
