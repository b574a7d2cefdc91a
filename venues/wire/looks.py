"""One look at a list serves every order in it that is waiting for a look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from venues.interface import Uncertain
from venues.wire.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass
class _Line(Generic[V]):
    """Those who wait for one list. `begun` counts its looks, `done` is the number of the last good one."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    begun: int = 0
    done: int = 0
    value: V | None = None
    waiting: int = 0
    next_at: float = float("-inf")  # when the next look may begin, on the clock


class SharedLook(Generic[K, V]):
    """Who asks while a look is under way shares the next one: an answer is never older than its question.

    Two looks at one list begin at least `apart` seconds after each other, so that orders whose looks are due
    one after another share one as well, and the budget is left to cancels.
    """

    def __init__(self, clock: Clock, apart: float = 0.0) -> None:
        self._clock = clock
        self._apart = apart
        self._lock = threading.Lock()
        self._lines: dict[K, _Line[V]] = {}

    def get(self, key: K, patience: float, look: Callable[[float], V]) -> V:
        """Out: the value of a look at `key` that began after this call, within `patience` seconds.

        `look` gets the seconds that are left. What it raises reaches the caller whose turn it was;
        the next one in line looks again. Raises Uncertain when the line did not move in time.
        """
        ends = time.monotonic() + patience
        with self._lock:
            line = self._lines.setdefault(key, _Line())
            line.waiting += 1
            wanted = line.begun + 1
        try:
            if not line.turn.acquire(timeout=max(0.0, patience)):
                raise Uncertain("another look at the same list was not answered")
            try:
                return self._look(line, wanted, ends, look)
            finally:
                line.turn.release()
        finally:
            with self._lock:
                line.waiting -= 1
                if not line.waiting:
                    line.value = None

    def _look(self, line: _Line[V], wanted: int, ends: float, look: Callable[[float], V]) -> V:
        if line.done >= wanted and line.value is not None:
            return line.value
        wait = line.next_at - self._clock.monotonic()
        if 0 < wait < (ends - time.monotonic()) / 2:  # near the deadline nothing is worth waiting for
            self._clock.pause(wait)
        line.next_at = self._clock.monotonic() + self._apart
        with self._lock:
            line.begun += 1
            number = line.begun
        value = look(ends - time.monotonic())
        line.done, line.value = number, value
        return value
