"""What a person sees while orders are waited for: a spinner with the elapsed time, or a bar for many, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

from cli.output.picture import Picture, Row, left
from cli.output.streams import is_terminal
from cli.output.text import clean, duration


def spinner_wanted(stream: TextIO | None, environ: Mapping[str, str], *, quiet: bool = False) -> bool:
    """Whether a person is watching `stream`: a terminal that can go back in its line, and no `--quiet`."""
    return not quiet and is_terminal(stream) and environ.get("TERM") != "dumb"


class Spinner(Picture):
    """One row, which says what is waited for, or counts."""

    _text: Callable[[], str] = str
    _total: int | None = None
    _counting = False
    _done = 0

    def say(self, text: Callable[[], str]) -> None:
        """What is being waited for at the moment, such as `waiting for Acme to show it cancelled: 1`."""
        self._text = text

    def progress(self, total: int | None) -> None:
        """Count orders from here on. In: how many there are, None while that is not known."""
        self._total = total
        self._counting = True

    def advance(self, count: int = 1) -> None:
        """So many more orders have ended."""
        with self._counts:
            self._done += count

    def words(self) -> str:
        """What stands beside the spinner or the bar now."""
        elapsed = max(0.0, self._clock() - self._started)
        if not self._counting:
            return f"{clean(self._text(), 200)}  {duration(elapsed)}"
        if not self._total:
            return f"{self._done} done  {duration(elapsed)}"
        done = min(self._done, self._total)
        return f"{done}/{self._total}  {left(elapsed, done, self._total)}"

    def rows(self) -> list[Row]:
        return [Row(self.words(), done=self._done, total=self._total or None)]
