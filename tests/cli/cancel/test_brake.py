"""On a terminal a SmartTrade that holds a position is asked about before its protection goes; in a script never."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.cancel.terminal import CTRL_C, CTRL_D, Terminal, on_terminal
from venues.sandbox.practice import Reply, Request
from venues.sandbox.server import start
from venues.threecommas.practice import PracticeThreeCommas

HOLDS, FREE, SOLD = "30404571", "30404560", "30404512"
QUESTION = "Cancel it? [y/N] "

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@dataclass
class Desk:
    """The practice venue; what was asked of it, in order, and whether its looks can be read."""

    practice: PracticeThreeCommas
    asked: list[str]
    readable: bool = True
    environ: dict[str, str] | None = None

    def answer(self, request: Request) -> Reply:
        self.asked.append(f"{request.method} {request.path.rpartition('/')[2]}")
        if request.method == "GET" and not self.readable:
            return Reply.json(502, {"error": "bad gateway"})
        return self.practice.answer(request)

    @property
    def cancels(self) -> list[str]:
        return [text for text in self.asked if text.startswith("DELETE")]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(PracticeThreeCommas(), [])
    with start(made) as running:
        given = {"url": running.url, **made.practice.credentials}
        made.environ = {f"CANCEL_3COMMAS_{name.upper()}": value for name, value in given.items()}
        yield made


Begin = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def begin(installed: Any, desk: Desk) -> Begin:
    def begun(*args: str, own: bool = False) -> AbstractContextManager[Terminal]:
        assert desk.environ is not None
        return on_terminal(installed, "smart-trade", *args, environ=desk.environ, own=own)

    return begun


def test_yes_cancels(begin: Begin, desk: Desk) -> None:
    with begin(HOLDS, "-o", "json") as terminal:
        terminal.until(QUESTION)
        assert f"SmartTrade {HOLDS} (USDT_ETH): a cancel sells nothing: the position of 0.1" in terminal.shown
        assert "without take profit and stop loss" in terminal.shown
        assert desk.cancels == []
        terminal.type("y\n")
        code, out = terminal.end()
    assert (code, json.loads(out)["orders"][0]["outcome"]) == (0, "cancelled")
    assert desk.cancels == [f"DELETE {HOLDS}"]


@pytest.mark.parametrize("typed", ["n\n", "\n", "yep\n", "ja\n", CTRL_D], ids=["n", "enter", "yep", "ja", "ctrl-d"])
def test_anything_but_yes_sends_nothing(begin: Begin, desk: Desk, typed: str) -> None:
    with begin(HOLDS, "-o", "json") as terminal:
        terminal.until(QUESTION)
        terminal.type(typed)
        code, out = terminal.end()
    assert (code, json.loads(out)["exit_code"], json.loads(out)["orders"]) == (2, 2, [])
    assert terminal.shown.endswith("\nNothing was cancelled: no cancel was sent.\n")
    assert desk.asked == [f"GET {HOLDS}"]
    assert desk.practice.true_state(HOLDS) == "open"


def test_ctrl_c_at_the_question(begin: Begin, desk: Desk) -> None:
    with begin(HOLDS, "-o", "json", own=True) as terminal:
        terminal.until(QUESTION)
        terminal.type(CTRL_C)
        code, out = terminal.end()
    assert (code, json.loads(out)["exit_code"]) == (130, 130)
    assert "interrupted: nothing was sent" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert desk.cancels == []


@pytest.mark.parametrize("flag", ["-y", "--yes", "--dry-run"])
def test_what_is_never_asked(begin: Begin, desk: Desk, flag: str) -> None:
    with begin(HOLDS, flag) as terminal:
        code, _ = terminal.end()
    assert (code, terminal.shown) == (0, "")
    assert len(desk.cancels) == (flag != "--dry-run")


@pytest.mark.parametrize("trade", [FREE, SOLD])
def test_a_trade_that_holds_nothing_or_is_over_is_not_asked_about(begin: Begin, desk: Desk, trade: str) -> None:
    with begin(trade) as terminal:
        code, _ = terminal.end()
    assert (code, terminal.shown) == (0 if trade == FREE else 3, "")


def test_a_cancelled_trade_that_still_holds_one_is_not_asked_about(begin: Begin, desk: Desk) -> None:
    desk.practice.end(HOLDS, "cancelled")
    with begin(HOLDS) as terminal:
        code, out = terminal.end()
    assert (code, out.partition("  ")[0], terminal.shown) == (0, "already cancelled", "")


def test_one_question_for_all_names_each_that_holds_one(begin: Begin, desk: Desk) -> None:
    with begin(FREE, HOLDS, "30404547") as terminal:
        terminal.until("Cancel all 3 SmartTrades? [y/N] ")
        lines = terminal.shown.splitlines()
        assert [line.split(" (")[0] for line in lines[:-1]] == [f"SmartTrade {n}" for n in (HOLDS, "30404547")]
        terminal.type("no\n")
        assert terminal.end()[0] == 2
    assert desk.cancels == []


def test_ids_that_are_typed_are_read_to_their_end_then_asked_about(begin: Begin, desk: Desk) -> None:
    with begin("-", "-o", "json") as terminal:
        terminal.until("type ids, one a line, then Ctrl-D")
        terminal.type(f"{HOLDS}\nwhat\n{CTRL_D}")
        terminal.until(QUESTION)
        terminal.type("YES\n")
        code, out = terminal.end()
    document = json.loads(out)
    assert code == 2  # for the line that was no id
    assert (document["orders"][0]["outcome"], document["skipped"]) == ("cancelled", [{"line": 2, "text": "what"}])


def test_a_trade_that_cannot_be_read_is_asked_about_and_a_silent_venue_only_once(begin: Begin, desk: Desk) -> None:
    desk.readable = False
    with begin(HOLDS, FREE) as terminal:
        terminal.until("Cancel all 2 SmartTrades? [y/N] ")
        assert f"SmartTrade {HOLDS} could not be read: the venue answered 502: bad gateway\n" in terminal.shown
        assert f"SmartTrade {FREE} was not looked at\n" in terminal.shown
        assert desk.asked == [f"GET {HOLDS}"]
        terminal.type("n\n")
        assert terminal.end()[0] == 2


def test_a_look_is_given_a_quarter_of_the_wait(installed: Any) -> None:
    silent = socket.create_server(("127.0.0.1", 0))  # takes the connection, and never answers
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    environ = {"CANCEL_3COMMAS_URL": url, "CANCEL_3COMMAS_API_KEY": "k" * 20, "CANCEL_3COMMAS_API_SECRET": "s" * 20}
    with silent, on_terminal(installed, "smart-trade", HOLDS, "--wait", "1", environ=environ) as terminal:
        terminal.until(QUESTION)
        assert "could not be read: the request was sent, but no complete answer came in time" in terminal.shown
        assert "s" * 20 not in terminal.shown
        terminal.type("n\n")
        assert terminal.end()[0] == 2


def test_the_same_in_the_sandbox(installed: Any) -> None:
    with on_terminal(installed, "smart-trade", HOLDS, "--sandbox", environ={}) as terminal:
        terminal.until(QUESTION)
        terminal.type("y\n")
        code, out = terminal.end()
    assert (code, out.partition("  ")[0]) == (0, "cancelled")


@pytest.mark.parametrize("args", [(HOLDS,), ("-",)])
def test_in_a_script_nothing_is_asked_and_no_request_is_added(
    installed: Any, desk: Desk, args: tuple[str, ...]
) -> None:
    done = installed.run("smart-trade", *args, "--no-wait", "-o", "json", env=desk.environ, stdin=f"{HOLDS}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert desk.asked == [f"DELETE {HOLDS}"]


def test_with_only_one_side_of_a_terminal_nothing_is_asked(installed: Any, desk: Desk) -> None:
    """`2>log`: a question that nobody sees would wait for ever."""
    master, slave = os.openpty()
    try:
        with installed.begin(
            "smart-trade", HOLDS, "--no-wait", env=desk.environ, stdin=slave, stdout=-1, stderr=-1
        ) as process:
            try:
                process.communicate(timeout=30)
            finally:
                process.kill()
    finally:
        os.close(slave)
        os.close(master)
    assert (process.returncode, desk.asked) == (0, [f"DELETE {HOLDS}"])


@pytest.mark.parametrize("verb", ["deal-order", "tanx", "order", "tradernet"])
def test_the_flag_belongs_to_the_verb_that_asks(installed: Any, verb: str) -> None:
    assert "--yes" not in installed.run(verb, "--help").stdout
