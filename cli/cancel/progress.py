"""What a person sees while waiting: rich's spinner with the elapsed time, or its bar for many orders, on stderr.

All of rich stays in a daemon thread that nobody waits for: a terminal stopped by Ctrl-S stops neither the orders nor
the exit, and what takes no longer than a moment loads none of it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Literal, Self, TextIO

from cli.output.streams import colour_wanted, columns, is_terminal
from cli.output.text import clean, duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_EVERY = 0.1  # seconds between two pictures
_BAR = 20  # characters


def spinner_wanted(stream: TextIO | None, environ: Mapping[str, str], *, quiet: bool = False) -> bool:
    """Whether a person is watching `stream`: a terminal that can go back in its line, and no `--quiet`."""
    return not quiet and is_terminal(stream) and environ.get("TERM") != "dumb"


class Spinner:
    """A context that shows what is waited for, once that takes longer than `delay` seconds.

    `enabled` False makes all of it silent. `clock` counts seconds. Any thread may call its methods.
    """

    def __init__(
        self,
        stream: TextIO | None,
        *,
        enabled: bool,
        delay: float = 0.4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delay = delay
        self._clock = clock
        self._started = clock()
        self._text: Callable[[], str] = str
        self._total: int | None = None
        self._counting = False
        self._done = 0
        self._counts = threading.Lock()
        self._drawing = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(stream,), daemon=True) if enabled and stream else None

    def __enter__(self) -> Self:
        self._started = self._clock()
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread and self._drawing:
            self._thread.join(1.0)  # it erases the picture; a stopped terminal must not hold up the exit

    def say(self, text: Callable[[], str]) -> None:
        """What is being waited for at the moment, such as `waiting for Acme to show it cancelled: 1`."""
        self._text = text

    @property
    def is_drawing(self) -> bool:
        """Whether a picture stands on the terminal's last line."""
        return self._drawing

    def progress(self, total: int | None) -> None:
        """Count orders from here on. In: how many there are, None while that is not known."""
        self._total = total
        self._counting = True

    def advance(self, count: int = 1) -> None:
        """So many more orders have ended."""
        with self._counts:  # no lock that is held while drawing
            self._done += count

    def words(self) -> str:
        """What stands beside the spinner or the bar now."""
        elapsed = max(0.0, self._clock() - self._started)
        if not self._counting:
            return f"{clean(self._text(), 200)}  {duration(elapsed)}"
        if not self._total:
            return f"{self._done} done  {duration(elapsed)}"
        done = min(self._done, self._total)
        left = f"about {duration(elapsed / done * (self._total - done))} left" if done else duration(elapsed)
        return f"{done}/{self._total}  {left}"

    def _run(self, stream: TextIO) -> None:
        if self._stop.wait(self._delay):
            return
        with suppress(OSError, ValueError), _apart(stream) as terminal:  # it may be gone; the work goes on
            self._draw(terminal)

    def _draw(self, stream: TextIO) -> None:
        console = _console(stream)
        console.width = columns(stream) - 1  # the last column stays free
        bar = bool(self._total) and console.width > 2 * _BAR
        taken = 2 + (_BAR + 1 if bar else 0)  # the spinner, the bar, and blanks between
        progress = _progress(console, bar=bar)
        task = progress.add_task("", total=self._total)
        self._drawing = True  # said before the look at `_stop`: one of the two sides sees the other
        if self._stop.is_set():
            return  # while rich was loading
        progress.start()
        while True:
            console.width = columns(stream) - 1
            with self._counts:
                words, done = self.words()[: max(0, console.width - taken)], self._done
            progress.update(task, completed=done, description=words, refresh=True)
            if self._stop.wait(_EVERY):
                break
        progress.stop()


@contextmanager
def _apart(stream: TextIO) -> Iterator[TextIO]:
    """The same terminal with a buffer of its own: while that is stuck, whoever else writes there is not."""
    try:
        number = os.dup(stream.fileno())
    except UnsupportedOperation:  # no file at all
        yield stream
        return
    with open(number, "w", encoding=stream.encoding, errors="replace") as terminal:
        yield terminal


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    class Visible(Console):
        """Hides no cursor that an interrupted run would have to bring back."""

        def show_cursor(self, show: bool = True) -> bool:
            return False

    colour: Literal["standard"] | None = "standard" if colour_wanted(True, os.environ) else None
    return Visible(file=stream, force_terminal=True, color_system=colour, legacy_windows=False, _environ={})


def _progress(console: Console, *, bar: bool) -> Progress:
    """In: whether the number of orders is known. Out: rich's picture, which draws only when it is told to."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    return Progress(
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        *([BarColumn(_BAR)] if bar else []),
        TextColumn("{task.description}", markup=False),
        console=console,
        auto_refresh=False,  # by a thread of rich's own, which the exit would wait for
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
