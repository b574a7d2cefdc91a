"""What a person sees while targets are listed and swept side by side: a row each, on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from cli.output.picture import Picture, Row, left
from cli.output.text import clean, duration


@dataclass(slots=True)
class _Target:
    """What goes on at one target. `total` None: words, nothing is counted. Times in seconds on the clock."""

    title: str
    text: str = ""
    total: int | None = None
    done: int = 0
    began: float = 0.0
    least: float = 0.0  # seconds that the request budget takes for each
    ended: bool = False


class Board(Picture):
    """A row a target, drawn as `cli.output.picture` does. In: the targets' titles; methods count them from 0.

    One board is for one phase: it is gone when its context ends, so that a question may be asked before the next.
    """

    def __init__(
        self,
        stream: TextIO | None,
        titles: Sequence[str],
        enabled: bool,
        clock: Callable[[], float] = time.monotonic,
        *,
        delay: float = 0.4,
    ) -> None:
        super().__init__(stream, enabled=enabled, delay=delay, clock=clock)
        self._targets = [_Target(title) for title in titles]

    def say(self, index: int, words: str) -> None:
        """What a target does now, such as `reading the list, 150 open`; nothing is counted any longer."""
        self._set(index, words, ended=False)

    def end(self, index: int, words: str) -> None:
        """Nothing more is done at a target, and how it stands there, such as `clear`."""
        self._set(index, words, ended=True)

    def count(self, index: int, total: int) -> None:
        """Count a target's orders from here on, from 0 to `total`."""
        with self._counts:
            target = self._targets[index]
            target.total, target.done, target.ended = total, 0, False
            target.began, target.least = self._clock(), 0.0

    def rate(self, index: int, per_minute: float, requests_left: float) -> None:
        """Say what the request budget allows; after `count`. In: requests that are still to be made; 0: no limit."""
        with self._counts:
            target = self._targets[index]
            orders = (target.total or 0) - target.done
            target.least = 60 / per_minute * requests_left / orders if per_minute and orders > 0 else 0.0

    def advance(self, index: int, count: int = 1) -> None:
        """So many more of a target's orders have ended."""
        with self._counts:
            self._targets[index].done += count

    def words(self, index: int) -> str:
        """What stands beside a target's title and bar now."""
        target, now = self._targets[index], self._clock()
        if target.ended:
            return target.text
        if not target.total:
            return f"{target.text}  {duration(now - self._started)}".lstrip()
        done = min(target.done, target.total)
        return f"{done}/{target.total}  {left(now - target.began, done, target.total, target.least)}"

    def rows(self) -> list[Row]:
        return [
            Row(self.words(index), target.title, target.done, target.total or 0, target.ended)
            for index, target in enumerate(self._targets)
        ]

    def _set(self, index: int, words: str, *, ended: bool) -> None:
        with self._counts:
            target = self._targets[index]
            target.text, target.total, target.ended = clean(words, 200), None, ended
