"""The one table that the benchmark prints."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from measure import Run, middle


@dataclass(frozen=True)
class Row:
    """One line: what was measured, both figures in words, the ratio and its goal. `goal` None: told, not aimed at."""

    measure: str
    ours: str
    theirs: str
    ratio: float
    goal: float | None
    at_least: bool = False
    digits: int = 2

    def cells(self) -> tuple[str, ...]:
        figures = self.measure, self.ours, self.theirs, f"{self.ratio:.{self.digits}f}"
        if self.goal is None:
            return *figures, "none", ""
        met = self.ratio >= self.goal if self.at_least else self.ratio <= self.goal
        return *figures, f"{'>=' if self.at_least else '<='} {self.goal:g}", "yes" if met else "no"


def compared(measure: str, pair: tuple[list[Run], list[Run]], figure: str, goal: float | None) -> Row:
    """Two programs' times, in seconds."""
    ours, theirs = (middle(runs, figure) for runs in pair)
    return Row(measure, f"{1000 * ours:.0f} ms", f"{1000 * theirs:.0f} ms", ours / theirs, goal)


def peaks(measure: str, crowd: float, few: float, goal: float | None = 1.2) -> Row:
    """The most memory that one program held with many orders and with few, in kilobytes."""
    return Row(measure, f"{crowd / 1024:.1f} MiB", f"{few / 1024:.1f} MiB", crowd / few, goal)


def table(rows: list[Row]) -> str:
    """Out: the rows in Markdown, its columns aligned for a terminal."""
    lines = [("measure", "ours", "other", "ratio", "goal", "met"), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def note(text: str) -> None:
    """A line on stderr: what is measured now."""
    sys.stderr.write(text + "\n")
