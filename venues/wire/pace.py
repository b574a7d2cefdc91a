"""One venue's request budget, shared by every thread of the run, cancels and looks together."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from venues.face import Budget
from venues.interface import Limited
from venues.wire.clock import Clock
from venues.wire.health import Health

ROUNDING = 1e-6  # seconds; so short a wait is only a rounding error


class Pace:
    """Hands out turns to send. A 429 pauses it for all threads, a 418 closes it."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._burst = budget.burst
        self._interval = 60.0 / budget.per_minute if budget.per_minute else 0.0
        self._clock = clock
        self._lock = threading.Lock()
        self._gate = threading.Semaphore(budget.at_once or sys.maxsize)
        self._free_at = float("-inf")  # when the bucket would be full again, minus its refill time
        self._paused_until = float("-inf")
        self._banned = ""
        self.health = Health(clock)

    def pause(self, seconds: float) -> None:
        """The venue asked for quiet: no thread sends for so long."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def ban(self, message: str) -> None:
        """The venue shut us out: nothing more is sent in this run."""
        self._banned = message

    def wait_for_turn(self, wait: float) -> None:
        """Block until a request could leave. Our own budget may take as long as it needs;

        a pause that the venue asked for longer than `wait` seconds raises Limited, as does a ban.
        """
        self._refuse_if_shut(wait)
        while (delay := self._delay()) > 0:
            self._clock.pause(delay)
            self._refuse_if_shut(wait)

    @contextmanager
    def turn(self, patience: float) -> Iterator[float]:
        """Hold one turn while a request is in flight. Gives the seconds left of `patience`.

        Raises Limited when no turn comes within `patience`.
        """
        ends = self._clock.monotonic() + patience
        self._refuse_if_shut(patience)
        if not self._gate.acquire(timeout=max(0.0, patience)):
            raise Limited("this run's own request budget left no turn before the deadline", sent=False)
        try:
            delay = self._take(ends)
            self._clock.pause(delay)  # also 0: the run may have been stopped while this one stood at the gate
            yield ends - self._clock.monotonic()
        finally:
            self._gate.release()

    def _delay(self) -> float:
        """Seconds until the bucket holds a turn and no pause is on."""
        now = self._clock.monotonic()
        # Not `free_at + interval - now - ...`: the rounding error of that can stay above 0 for ever.
        owed = max(self._free_at - now, 0.0) - (self._burst - 1) * self._interval
        delay = max(owed, self._paused_until - now)
        return delay if delay > ROUNDING else 0.0

    def _take(self, ends: float) -> float:
        """Take a turn out of the bucket. Out: the seconds to wait before using it."""
        with self._lock:
            now = self._clock.monotonic()
            delay = self._delay()
            if delay and now + delay >= ends:
                raise Limited("the venue's limit leaves no turn before the deadline", sent=False)
            self._free_at = max(self._free_at, now) + self._interval
            return delay

    def _refuse_if_shut(self, wait: float) -> None:
        if self._banned:
            raise Limited(self._banned, banned=True, sent=False)
        left = self._paused_until - self._clock.monotonic()
        if left > wait:
            raise Limited(
                f"the venue asked for a pause, and {left:.0f} s of it are left", retry_after=left, sent=False
            )
