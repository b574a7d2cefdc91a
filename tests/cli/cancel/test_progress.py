"""The spinner says what is waited for, only to a person, and leaves the line clean."""

import io
import os
import threading
from collections.abc import Mapping

import pytest

from cli.cancel.progress import Spinner, duration, spinner_wanted


class Terminal(io.StringIO):
    """A terminal that keeps all that was written, and tells when a picture has been drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        if text.strip():
            self.drawn.set()
        return written

    def screen(self) -> str:
        """What stands in the line: each carriage return goes back to its start, then overwrites."""
        line = ""
        for part in self.getvalue().split("\r"):
            line = part + line[len(part) :]
        return line.rstrip()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("stream", "environ", "quiet", "wanted"),
    [
        (Terminal(), {"TERM": "xterm"}, False, True),
        (Terminal(), {}, False, True),
        (Terminal(), {"TERM": "dumb"}, False, False),
        (Terminal(), {"TERM": "xterm"}, True, False),
        (io.StringIO(), {"TERM": "xterm", "FORCE_COLOR": "1"}, False, False),
        (None, {"TERM": "xterm"}, False, False),
    ],
)
def test_only_a_person_sees_it(
    stream: io.StringIO | None, environ: Mapping[str, str], quiet: bool, wanted: bool
) -> None:
    assert spinner_wanted(stream, environ, quiet=quiet) is wanted


def test_the_picture_names_what_is_waited_for_and_the_elapsed_time() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.say("waiting for tanx to show 25768879 cancelled\x1b[2J\n")
        clock.now += 3.7
        assert spinner.picture() == "| waiting for tanx to show 25768879 cancelled  3 s"


def test_the_bar_shows_the_remaining_time() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.progress(1000)
        clock.now += 5
        assert spinner.picture() == "| [....................] 0/1000  5 s "
        spinner.advance(249)
        spinner.advance()
        clock.now += 35
        assert spinner.picture() == "| [#####...............] 250/1000  about 2 min 00 s left "
        spinner.advance(5000)
        assert "1000/1000  about 0 s left" in spinner.picture()


def test_a_stream_of_ids_has_no_total() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.progress(None)
        spinner.advance(12)
        clock.now += 61
        assert spinner.picture() == "| 12 done  1 min 01 s "


def test_it_draws_and_clears_its_line() -> None:
    terminal = Terminal()
    with Spinner(terminal, enabled=True, delay=0.0) as spinner:
        spinner.say("waiting for tanx")
        terminal.drawn.clear()
        assert terminal.drawn.wait(5)
        with spinner.hidden():
            assert terminal.screen() == ""
            terminal.drawn.clear()
        assert terminal.drawn.wait(5)
        assert "waiting for tanx" in terminal.screen()
    assert terminal.screen() == ""
    assert terminal.getvalue().endswith("\r")


def test_an_interrupt_leaves_a_clean_line_and_no_thread() -> None:
    terminal = Terminal()
    before = threading.active_count()

    def interrupted() -> None:
        with Spinner(terminal, enabled=True, delay=0.0):
            assert terminal.drawn.wait(5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert terminal.screen() == ""
    assert threading.active_count() == before


@pytest.mark.parametrize("enabled", [True, False])
def test_a_quick_run_shows_nothing(enabled: bool) -> None:
    terminal = Terminal()
    with Spinner(terminal, enabled=enabled, delay=60.0 if enabled else 0.0) as spinner:
        spinner.say("waiting")
        with spinner.hidden():
            pass
    assert terminal.getvalue() == ""


def test_a_terminal_that_goes_away_stops_nothing() -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            self.drawn.set()
            raise OSError(5, "Input/output error")

    terminal = Gone()
    with Spinner(terminal, enabled=True, delay=0.0) as spinner:
        assert terminal.drawn.wait(5)
        spinner.advance()


def test_a_stopped_terminal_does_not_hold_up_the_orders() -> None:
    """Ctrl-S: the write blocks, and the count of ended orders must still go on."""
    go = threading.Event()
    stalled = []

    class Stopped(Terminal):
        def write(self, text: str) -> int:
            self.drawn.set()
            stalled.append(not go.wait(5))
            return len(text)

    terminal = Stopped()
    with Spinner(terminal, enabled=True, delay=0.0) as spinner:
        assert terminal.drawn.wait(5)
        spinner.progress(2)
        spinner.advance()
        spinner.say("more")
        go.set()
    assert stalled[0] is False


def test_the_picture_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.cancel.progress._columns", lambda _: 20)
    terminal = Terminal()
    with Spinner(terminal, enabled=True, delay=0.0) as spinner:
        spinner.say("x" * 100)
        terminal.drawn.clear()
        assert terminal.drawn.wait(5)
    assert max(map(len, terminal.getvalue().split("\r"))) == 19


def test_an_ascii_terminal_gets_an_ascii_picture() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    assert Spinner(stream, enabled=False).picture().isascii()
    assert not Spinner(io.TextIOWrapper(io.BytesIO(), "utf-8"), enabled=False).picture().isascii()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 s"), (59.9, "59 s"), (60.0, "1 min 00 s"), (3599.0, "59 min 59 s"), (7500.0, "2 h 05 min")],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_on_a_real_terminal() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        assert spinner_wanted(stream, {"TERM": "xterm"})
        with Spinner(stream, enabled=True, delay=0.0) as spinner:
            spinner.say("waiting")
            shown = os.read(master, 1000)
        assert shown.startswith(b"\r")
        assert os.read(master, 1000).endswith(b"\r") or shown.endswith(b"\r")
    os.close(master)
