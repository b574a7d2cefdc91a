"""What the end of a test run says beside passed and failed: figures, from any worker, summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


class Tell:
    """`tell(line)` shows a line at the end; `tell.count(name, {"cases": 1})` adds up, and shows one line a name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sums: dict[str, Counter[str]] = {}

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def count(self, name: str, numbers: Mapping[str, int]) -> None:
        self.sums.setdefault(name, Counter()).update(numbers)

    def packed(self) -> dict[str, Any]:
        """Out: all of it as plain values, for the way from a worker to the process that reports."""
        return {"lines": self.lines, "sums": {name: dict(numbers) for name, numbers in self.sums.items()}}

    def add(self, packed: Mapping[str, Any]) -> None:
        self.lines += packed["lines"]
        for name, numbers in packed["sums"].items():
            self.count(name, numbers)

    def summary(self) -> Iterable[str]:
        for name, numbers in sorted(self.sums.items()):
            yield f"{name}: " + ", ".join(f"{number} {what}" for what, number in numbers.items())
        yield from sorted(self.lines)
