"""One look at a list serves every order in it that is waiting for a look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from venues.interface import Uncertain

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


class SharedLook(Generic[K, V]):
    """Who asks while a look is under way shares the next one: an answer is never older than its question."""

    def __init__(self) -> None:
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
                    self._lines.pop(key, None)

    def _look(self, line: _Line[V], wanted: int, ends: float, look: Callable[[float], V]) -> V:
        if line.done >= wanted and line.value is not None:
            return line.value
        with self._lock:
            line.begun += 1
            number = line.begun
        value = look(ends - time.monotonic())
        line.done, line.value = number, value
        return value
