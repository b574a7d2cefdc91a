"""What a person sees while waiting: a spinner with the elapsed time, or a bar for many orders, on stderr.

Plain carriage returns and spaces: nothing is imported for it, and no cursor is hidden that an
interrupted run would have to bring back.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Self, TextIO

from cli.output.streams import encodable
from cli.output.text import clean

_EVERY = 0.1  # seconds between two pictures
_TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_TURNS = "|/-\\"
_BAR = 20  # characters


def spinner_wanted(stream: TextIO | None, environ: Mapping[str, str], *, quiet: bool = False) -> bool:
    """Whether a person is watching `stream`: a terminal that can go back in its line, and no `--quiet`."""
    if quiet or stream is None or stream.closed:
        return False
    return stream.isatty() and environ.get("TERM") != "dumb"


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
        self._stream = stream
        self._delay = delay
        self._clock = clock
        self._started = clock()
        self._text = ""
        self._total: int | None = None
        self._counting = False
        self._done = 0
        self._turn = 0
        self._drawn = 0  # characters of the picture that stands on the terminal
        self._lock = threading.RLock()  # held while drawing
        self._counts = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if enabled and stream else None

    def __enter__(self) -> Self:
        self._started = self._clock()
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        try:
            if self._thread:
                self._thread.join(1.0)
        finally:
            if self._thread and not self._thread.is_alive():  # a stopped terminal must not hold up the exit
                self._erase()

    def say(self, text: str) -> None:
        """What is being waited for, such as `waiting for Acme to show it cancelled: 1`."""
        self._text = clean(text, 200)

    def progress(self, total: int | None) -> None:
        """Count orders from here on. In: how many there are, None while that is not known."""
        self._total = total
        self._counting = True

    def advance(self, count: int = 1) -> None:
        """So many more orders have ended."""
        with self._counts:  # not the drawing lock: a terminal stopped by Ctrl-S must not stop the orders
            self._done += count

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Clear the line while something else is printed to the terminal."""
        with self._lock:
            self._erase()
            yield

    def picture(self) -> str:
        """The line as it stands now."""
        turns = _PLAIN_TURNS if self._stream is None or encodable(_TURNS, self._stream) != _TURNS else _TURNS
        elapsed = max(0.0, self._clock() - self._started)
        parts = [turns[self._turn % len(turns)]]
        if self._counting:
            parts.append(_progress(self._done, self._total, elapsed))
        if self._text:
            parts.append(self._text)
        if not self._counting:
            parts.append(f" {duration(elapsed)}")
        return " ".join(parts)

    def _run(self) -> None:
        if self._stop.wait(self._delay):
            return
        while self._draw() and not self._stop.wait(_EVERY):
            self._turn += 1

    def _draw(self) -> bool:
        with self._lock:
            if self._stop.is_set():
                return False
            line = self.picture()[: _columns(self._stream) - 1]
            return self._put(line)

    def _erase(self) -> None:
        with self._lock:
            if self._drawn:
                self._put("")
                self._drawn = 0

    def _put(self, line: str) -> bool:
        if self._stream is None:
            return False
        try:
            line = encodable(line, self._stream)
            self._stream.write("\r" + line.ljust(self._drawn) + ("" if line else "\r"))
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the work goes on without a picture
            self._drawn = 0
            return False
        self._drawn = len(line)
        return True


def duration(seconds: float) -> str:
    """Seconds in words of a clock: `7 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _progress(done: int, total: int | None, elapsed: float) -> str:
    if not total:
        return f"{done} done  {duration(elapsed)} "
    done = min(done, total)
    filled = _BAR * done // total
    bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total}"
    if not done:
        return f"{bar}  {duration(elapsed)} "
    return f"{bar}  about {duration(elapsed / done * (total - done))} left "


def _columns(stream: TextIO | None) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80 if stream else 80
    except (OSError, ValueError):
        return 80
