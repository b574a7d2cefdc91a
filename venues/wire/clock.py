"""Time, sleep and chance in one object, so that a test can pass in its own."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Stopped(Exception):
    """The run was asked to stop (Ctrl-C, SIGTERM): no new request may leave."""


class Clock(Protocol):
    """What the procedure needs of time. Seconds throughout."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""

    def now(self) -> datetime:
        """The wall clock, UTC."""

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Stopped as soon as the run is asked to stop."""

    def chance(self) -> float:
        """A random number from 0 to 1, for the jitter of a back-off."""


class SystemClock:
    """The real clock; `stop` ends every pause."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        # No lock is taken where nothing is waited for: a signal's handler, in the same thread, may need it.
        if self._stop.is_set() or (seconds > 0 and self._stop.wait(seconds)):
            raise Stopped

    def chance(self) -> float:
        import random  # rarely needed

        return random.random()  # noqa: S311  # jitter, not cryptography
