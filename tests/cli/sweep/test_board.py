"""A row a target says how far it is, only to a person, and leaves the terminal as it was."""

from __future__ import annotations

import os
import re
import select
import threading
import time
from collections.abc import Callable

import pytest

from cli.sweep.progress import Board
from tests.cli.output.screen import Terminal, screen
from tests.venues.fakes import FakeClock

TITLES = ("Acme orders", "Bolt deal orders")
TURNS = "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def board(clock: FakeClock) -> Board:
    return Board(None, TITLES, enabled=False, clock=clock.monotonic)


# --- the words


def test_each_target_says_its_own_and_the_elapsed_time(board: Board, clock: FakeClock) -> None:
    with board:
        board.say(0, "reading the list, 150 open\x1b[2J\n")
        clock.pause(61.7)
        assert board.words(0) == "reading the list, 150 open  1 min 01 s"
        assert board.words(1) == "1 min 01 s"
        board.end(0, "clear")
        assert board.words(0) == "clear"


def test_a_count_begins_its_time_anew(board: Board, clock: FakeClock) -> None:
    board.say(1, "reading the list")
    clock.pause(100)
    board.count(1, 40)
    clock.pause(4)
    assert board.words(1) == "0/40  4 s"
    board.advance(1, 9)
    board.advance(1)
    assert board.words(1) == "10/40  about 12 s left"
    board.advance(1, 99)
    assert board.words(1) == "40/40  about 0 s left"
    board.say(1, "reading the list again")
    assert board.words(1) == "reading the list again  1 min 44 s"
    board.count(1, 2)
    assert board.words(1) == "0/2  0 s"


def test_the_budget_tells_the_time_left_where_it_is_what_limits(board: Board, clock: FakeClock) -> None:
    board.count(0, 40)
    board.rate(0, 60, 80)  # two requests an order, one a second
    assert board.words(0) == "0/40  about 1 min 20 s left"
    board.advance(0, 10)  # the burst: at once
    assert board.words(0) == "10/40  about 1 min 00 s left"
    clock.pause(30)  # slower than the budget: 3 s each
    assert board.words(0) == "10/40  about 1 min 30 s left"
    board.rate(0, 10, 60)  # 6 minutes for what is left
    assert board.words(0) == "10/40  about 6 min 00 s left"
    board.rate(0, 0, 60)  # no budget
    assert board.words(0) == "10/40  about 1 min 30 s left"


@pytest.mark.parametrize("total", [0, 5])
def test_a_rate_without_anything_left_says_nothing(board: Board, total: int) -> None:
    board.count(0, total)
    board.advance(0, total)
    board.rate(0, 60, 0)
    assert board.words(0) == ("5/5  about 0 s left" if total else "0 s")


def test_any_thread_may_count(board: Board) -> None:
    board.count(0, 4000)

    def thousand() -> None:
        for _ in range(1000):
            board.advance(0)

    threads = [threading.Thread(target=thousand) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert board.words(0).startswith("4000/4000")


# --- the picture


def drawn(terminal: Terminal, prepare: Callable[[Board], None]) -> list[str]:
    """Out: the rows that stand on the terminal while the work goes on."""
    board = Board(terminal, TITLES, enabled=True, delay=0.0)
    prepare(board)
    with board:
        ends = time.monotonic() + 5
        while not terminal.screen() and time.monotonic() < ends:
            time.sleep(0.01)
        return terminal.screen().splitlines()


def half(board: Board) -> None:
    board.count(0, 10)
    board.advance(0, 5)
    board.end(1, "clear")


def test_a_row_a_target_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.output.picture.columns", lambda _: 80)
    terminal = Terminal()
    first, second = drawn(terminal, half)
    assert re.match(TURNS + r" Acme orders      ━{10}[╺ ][━ ]{9} 5/10  about 0 s left", first)
    assert re.match(r"  Bolt deal orders {22}clear", second)
    assert terminal.screen() == ""


def test_what_is_not_counted_has_no_bar_and_turns() -> None:
    def reading(board: Board) -> None:
        board.say(0, "reading")
        board.say(1, "reading")

    for row in drawn(Terminal(), reading):
        assert re.match(TURNS + r" (Acme|Bolt deal) orders +reading  0 s", row)


@pytest.mark.parametrize("width", [80, 40, 20, 10])
def test_no_row_wraps_and_titles_leave_room(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr("cli.output.picture.columns", lambda _: width)

    def much(board: Board) -> None:
        half(board)
        board.say(1, "x" * 100)

    terminal = Terminal()
    _, second = drawn(terminal, much)
    assert second.count("x") >= width // 2 - 4
    assert "…" not in terminal.getvalue()  # an old terminal has none
    lines = re.split(r"\r|\n", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", terminal.getvalue()))
    assert max(map(len, lines)) < width
    assert terminal.screen() == ""


def test_what_is_told_stays_above_the_picture() -> None:
    terminal = Terminal()
    board = Board(terminal, TITLES, enabled=True, delay=0.0)
    assert not board.tell("nobody is told")
    with board:
        assert terminal.drawn.wait(5)
        assert board.is_drawing
        assert board.tell("[bold]stopping[/bold] :smile: 1")
    assert terminal.screen() == "[bold]stopping[/bold] :smile: 1"
    assert not board.is_drawing
    assert not board.tell("nobody is told")


def test_a_board_that_nobody_sees_has_no_thread() -> None:
    terminal, before = Terminal(), threading.active_count()
    with Board(terminal, TITLES, enabled=False, delay=0.0) as board:
        board.say(0, "reading")
        assert threading.active_count() == before
    assert (terminal.getvalue(), board.is_drawing) == ("", False)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_on_a_real_terminal() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        with Board(stream, TITLES, enabled=True, delay=0.0) as board:
            half(board)
            shown = os.read(master, 1000)
        while screen(shown.decode()) and select.select([master], [], [], 10.0)[0]:  # in pieces, perhaps
            shown += os.read(master, 1000)
    os.close(master)
    assert "Acme orders" in shown.decode()
    assert screen(shown.decode()) == ""
