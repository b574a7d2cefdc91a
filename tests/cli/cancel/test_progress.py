"""The spinner says what is waited for, only to a person, and leaves the line clean."""

import io
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.cancel.progress import Spinner, spinner_wanted
from cli.output.text import duration
from tests.cli.output.screen import Terminal, screen

TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" + "-\\|/"


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


def test_the_words_name_what_is_waited_for_and_the_elapsed_time() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.say(lambda: "waiting for tanx to show 25768879 cancelled\x1b[2J\n")
        clock.now += 3.7
        assert spinner.words() == "waiting for tanx to show 25768879 cancelled  3 s"


def test_beside_the_bar_stands_the_remaining_time() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.progress(1000)
        clock.now += 5
        assert spinner.words() == "0/1000  5 s"
        spinner.advance(249)
        spinner.advance()
        clock.now += 35
        assert spinner.words() == "250/1000  about 2 min 00 s left"
        spinner.advance(5000)
        assert spinner.words() == "1000/1000  about 0 s left"


def test_a_stream_of_ids_has_no_total() -> None:
    clock = Clock()
    with Spinner(None, enabled=False, clock=clock) as spinner:
        spinner.progress(None)
        spinner.advance(12)
        clock.now += 61
        assert spinner.words() == "12 done  1 min 01 s"


def drawn(terminal: Terminal, prepare: Callable[[Spinner], None]) -> str:
    """Out: what stands on the terminal while the work goes on, once there are words."""
    spinner = Spinner(terminal, enabled=True, delay=0.0)
    prepare(spinner)
    with spinner:
        ends = time.monotonic() + 5
        while terminal.getvalue().count("\x1b[2K") < 2 and time.monotonic() < ends:
            time.sleep(0.01)
        return terminal.screen()


def test_it_draws_and_leaves_nothing() -> None:
    terminal = Terminal()
    assert re.fullmatch(
        r". waiting for tanx  0 s", drawn(terminal, lambda spinner: spinner.say(lambda: "waiting for tanx"))
    )
    assert terminal.screen() == ""


def test_the_bar_fills() -> None:
    def half(spinner: Spinner) -> None:
        spinner.progress(10)
        spinner.advance(5)

    assert re.match(r". [━╸╺ -]{20} 5/10  about \d s left", drawn(Terminal(), half))


@pytest.mark.parametrize("colour", [True, False])
def test_no_cursor_is_hidden(monkeypatch: pytest.MonkeyPatch, colour: bool) -> None:
    """An interrupted run could not bring it back. A control sequence may only move, erase or colour."""
    monkeypatch.setenv("NO_COLOR", "" if colour else "1")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    drawn(terminal, lambda spinner: spinner.progress(10))
    sequences = set(re.findall(r"\x1b\[[?0-9;]*[A-Za-z]", terminal.getvalue()))
    assert {each for each in sequences if not each.endswith("m")} == {"\x1b[2K", "\x1b[1A"}
    assert any(each.endswith("m") for each in sequences) is colour


def test_an_interrupt_leaves_a_clean_line_and_no_thread() -> None:
    terminal = Terminal()
    before = set(threading.enumerate())

    def interrupted() -> None:
        with Spinner(terminal, enabled=True, delay=0.0):
            assert terminal.drawn.wait(5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert terminal.screen() == ""
    assert set(threading.enumerate()) <= before  # some other's may have ended meanwhile


@pytest.mark.parametrize("enabled", [True, False])
def test_a_quick_run_shows_nothing(enabled: bool) -> None:
    terminal = Terminal()
    with Spinner(terminal, enabled=enabled, delay=60.0 if enabled else 0.0) as spinner:
        spinner.say(lambda: "waiting")
    assert terminal.getvalue() == ""


def test_nobody_waits_for_rich_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    from cli.output import picture

    loading, loaded, console = threading.Event(), threading.Event(), picture._console

    def slow(stream: Any) -> Any:
        loading.set()
        assert loaded.wait(5)
        return console(stream)

    monkeypatch.setattr("cli.output.picture._console", slow)
    terminal = Terminal()
    spinner = Spinner(terminal, enabled=True, delay=0.0)
    began = time.monotonic()
    with spinner:
        assert loading.wait(5)
    assert time.monotonic() - began < 0.9
    loaded.set()
    assert spinner._thread is not None
    spinner._thread.join(5)
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
        spinner.say(lambda: "more")
        go.set()
    assert stalled[0] is False


@pytest.mark.parametrize("width", [80, 40, 20, 10, 4])
@pytest.mark.parametrize("total", [None, 10])
def test_the_picture_never_wraps(monkeypatch: pytest.MonkeyPatch, width: int, total: int | None) -> None:
    monkeypatch.setattr("cli.output.picture.columns", lambda _: width)

    def prepare(spinner: Spinner) -> None:
        spinner.say(lambda: "x" * 100)
        spinner.progress(total) if total else None

    terminal = Terminal()
    assert drawn(terminal, prepare)[:2].strip() in list(TURNS)
    lines = re.split(r"\r|\n", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", terminal.getvalue()))
    assert 2 <= max(map(len, lines)) + 1 <= width
    assert terminal.screen() == ""


@pytest.mark.parametrize(("encoding", "plain"), [("ascii", True), ("latin-1", True), ("utf-8", False)])
def test_an_ascii_terminal_gets_an_ascii_picture(encoding: str, plain: bool) -> None:
    written = io.BytesIO()

    class Narrow(Terminal):
        def write(self, text: str) -> int:
            written.write(text.encode(encoding))
            return super().write(text)

    Narrow.encoding = encoding  # type: ignore[misc, assignment]
    assert drawn(Narrow(), lambda spinner: spinner.progress(10))[0] in TURNS
    assert written.getvalue().isascii() is plain


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 s"),
        (59.9, "59 s"),
        (60.0, "1 min 00 s"),
        (3599.0, "59 min 59 s"),
        (7500.0, "2 h 05 min"),
        (172_799.0, "47 h 59 min"),
        (266_400.0, "3 d 02 h"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


STOPPED = """
import os, sys, termios, threading, time
from cli.cancel.progress import Spinner
from cli.output.streams import flush

with Spinner(sys.stderr, enabled=True, delay=0.0) as spinner:
    time.sleep(0.5)
    termios.tcflow(2, termios.TCOOFF)
    time.sleep(0.5)
    spinner.advance()
print("reported", flush=True)
flush()
os._exit(7)
"""


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_a_real_terminal_stopped_by_ctrl_s_does_not_hold_up_the_exit() -> None:
    master, slave = os.openpty()
    root = Path(__file__).parents[3]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", STOPPED],
            cwd=root, env=buffered, stdout=subprocess.PIPE, stderr=slave, timeout=20, check=False,
        )  # fmt: skip
    finally:
        os.close(slave)
        os.close(master)
    assert (done.returncode, done.stdout) == (7, b"reported\n")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_on_a_real_terminal() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        assert spinner_wanted(stream, {"TERM": "xterm"})
        with Spinner(stream, enabled=True, delay=0.0) as spinner:
            spinner.say(lambda: "waiting")
            shown = os.read(master, 1000)
        while screen(shown.decode()) and select.select([master], [], [], 10.0)[0]:  # in pieces, perhaps
            shown += os.read(master, 1000)
        assert screen(shown.decode()) == ""
    os.close(master)
