"""Rich's progress, a row or several, redrawn at the bottom of a terminal while the work goes on.

All of rich stays in a daemon thread that nobody waits for: a terminal stopped by Ctrl-S stops neither the work nor
the exit, and what takes no longer than a moment loads none of it.
"""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, TextIO

from cli.output.streams import colour_wanted, columns
from cli.output.text import duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_EVERY = 0.1  # seconds between two pictures
_BAR = 20  # characters
_ENDLESS = 10**18  # stands for a total that is not known


class Row(NamedTuple):
    """What a row shows now. `total` None: no bar, and no room for one where that holds for every row at first."""

    words: str
    title: str = ""
    done: int = 0
    total: int | None = None
    ended: bool = False  # nothing turns any longer


class Picture(ABC):
    """A context that shows its rows, once that takes longer than `delay` seconds.

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
        self._counts = threading.Lock()  # of what the rows show; not held while drawing
        self._told: deque[str] = deque()
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

    @property
    def is_drawing(self) -> bool:
        """Whether a picture stands on the terminal's last lines."""
        return self._drawing

    def tell(self, words: str) -> bool:
        """Leave a line above the picture. Out: False where none is drawn. A signal handler may call it."""
        if self._drawing:
            self._told.append(words)
        return self._drawing

    @abstractmethod
    def rows(self) -> Sequence[Row]:
        """What to show now, always as many rows."""

    def _run(self, stream: TextIO) -> None:
        if self._stop.wait(self._delay):
            return
        with suppress(OSError, ValueError), _apart(stream) as terminal:  # it may be gone; the work goes on
            self._draw(terminal)
        self._drawing = False

    def _draw(self, stream: TextIO) -> None:
        console = _console(stream)
        console.width = columns(stream) - 1  # the last column stays free
        rows = self._rows()
        bar = any(row.total is not None for row in rows) and console.width > 2 * _BAR + _title(rows, console.width)
        progress = _progress(console, bar=bar, titled=any(row.title for row in rows))
        for _ in rows:
            progress.add_task("", total=_ENDLESS, title="")
        self._drawing = True  # said before the look at `_stop`: one of the two sides sees the other
        if self._stop.is_set():
            return  # while rich was loading
        _update(progress, rows, console.width, bar=bar)
        progress.start()
        while True:
            console.width = columns(stream) - 1
            self._print_told(console)
            _update(progress, self._rows(), console.width, bar=bar)
            if self._stop.wait(_EVERY):
                break
        self._print_told(console)
        progress.stop()

    def _print_told(self, console: Console) -> None:
        while self._told:
            console.print(self._told.popleft(), markup=False, emoji=False, highlight=False, soft_wrap=True)

    def _rows(self) -> Sequence[Row]:
        with self._counts:
            return self.rows()


def left(elapsed: float, done: int, total: int, least: float = 0.0) -> str:
    """The time left in words. In: the seconds that `done` of `total` took, and those that one takes at `least`."""
    each = max(elapsed / done if done else 0.0, least)
    return f"about {duration(each * (total - done))} left" if done or least else duration(elapsed)


def _update(progress: Progress, rows: Sequence[Row], width: int, *, bar: bool) -> None:
    title = _title(rows, width)
    room = width - 2 - title - (_BAR + 1 if bar else 0)  # beside the spinner, the bar, and blanks between
    for task, row in zip(progress.task_ids, rows, strict=True):
        total = 0 if row.ended else row.total or _ENDLESS
        name, words = row.title[: max(0, title - 1)], row.words[: max(0, room)]
        progress.update(task, total=total, completed=row.done, description=words, title=name)
    progress.refresh()


def _title(rows: Sequence[Row], width: int) -> int:
    """How many characters the titles take, with a blank after them; half of the width at most."""
    longest = max(len(row.title) for row in rows)
    return min(longest + 1, width // 2) if longest else 0


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


def _progress(console: Console, *, bar: bool, titled: bool) -> Progress:
    """In: whether there is room for bars, and whether rows have titles. Out: a picture drawn only when told to."""
    from rich.console import RenderableType
    from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn

    class Bar(BarColumn):
        """Nothing where there is nothing to count."""

        def __call__(self, task: Task) -> RenderableType:
            return super().__call__(task) if task.total and task.total < _ENDLESS else ""

    return Progress(
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        *([TextColumn("{task.fields[title]}", markup=False)] if titled else []),
        *([Bar(_BAR)] if bar else []),
        TextColumn("{task.description}", markup=False),
        console=console,
        auto_refresh=False,  # by a thread of rich's own, which the exit would wait for
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
