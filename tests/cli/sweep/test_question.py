"""The question of `all` on a terminal: the exact number, by target, and nothing is sent unless it is answered yes."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.cli.cancel.terminal import CTRL_C, CTRL_D, Terminal, on_terminal
from tests.cli.output.screen import screen
from tests.cli.sweep.desk import TARGETS, Desk, Open, goes
from tests.faults import faults as f
from tests.faults.server import Asked, always, once
from venues.sandbox.practice import Reply

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")

ALL = (
    "Cancel 23 orders (5 orders at 3Commas, 3 SmartTrades at 3Commas, 6 orders at tanX, 5 orders at NeuraTrade, "
    "4 orders at Tradernet)? [y/N] "
)
Begin = Callable[..., AbstractContextManager[Terminal]]


def begun(here: Desk, *args: str, own: bool = False, **more: str) -> AbstractContextManager[Terminal]:
    return on_terminal(here, "all", *args, environ=more, own=own)


def test_yes_cancels_what_was_counted(desk: Open) -> None:
    here = desk()
    with begun(here, "-o", "json") as terminal:
        terminal.until(ALL)
        assert here.arrived("cancel") == 0
        assert "NeuraTrade: the server does not tell users apart" in terminal.shown  # before it is asked
        assert "3Commas SmartTrades left alone, since they protect a position: 3\n" in terminal.shown
        assert "Tradernet orders left alone, since they protect a position: 2\n" in terminal.shown
        terminal.type("y\n")
        code, out = terminal.end()
    document = json.loads(out)
    assert (code, [each["order_id"] for each in document["orders"]]) == (0, goes())
    assert here.arrived("cancel") == 23


@pytest.mark.parametrize("typed", ["\n", "yep\n", CTRL_D], ids=["enter", "yep", "ctrl-d"])
def test_anything_but_yes_sends_nothing(desk: Open, typed: str) -> None:
    here = desk("3commas", "neuratrade")
    before = here.open()
    with begun(here, "smart-trade", "order", "-o", "json") as terminal:
        terminal.until("Cancel 8 orders (3 SmartTrades at 3Commas, 5 orders at NeuraTrade)? [y/N] ")
        terminal.type(typed)
        code, out = terminal.end()
    document = json.loads(out)
    assert (code, document["exit_code"], document["orders"]) == (2, 2, [])
    assert [(each["target"], each["clear"], each["lists"]) for each in document["targets"]] == [
        ("smart-trade", False, 1), ("order", False, 1),
    ]  # fmt: skip
    assert all("the answer was no" in each["message"] for each in document["targets"])
    assert terminal.shown.endswith("\nNothing was cancelled: no cancel was sent.\n")
    assert (here.open(), here.arrived("cancel")) == (before, 0)


def test_after_a_no_there_is_no_table(desk: Open) -> None:
    here = desk("neuratrade")
    with begun(here) as terminal:
        terminal.until("Cancel 5 orders at NeuraTrade? [y/N] ")
        terminal.type("n\n")
        assert terminal.end() == (2, "")


def test_ctrl_c_at_the_question_sends_nothing(desk: Open) -> None:
    here = desk("neuratrade")
    with begun(here, "-o", "json", own=True) as terminal:
        terminal.until("? [y/N] ")
        terminal.type(CTRL_C)
        code, out = terminal.end()
    document = json.loads(out)
    assert (code, document["exit_code"], document["orders"]) == (130, 130, [])
    (target,) = document["targets"]
    assert (target["clear"], target["listed"]) == (False, 5)
    assert "stopped" in target["message"]
    assert "interrupted: nothing was sent\n" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert here.arrived("cancel") == 0


def test_sigterm_at_the_question_sends_nothing(desk: Open) -> None:
    here = desk("neuratrade")
    with begun(here, "-o", "json") as terminal:
        terminal.until("? [y/N] ")
        terminal.process.terminate()
        code, out = terminal.end()
    assert (code, json.loads(out)["exit_code"], here.arrived("cancel")) == (143, 143, 0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_question_sends_nothing(desk: Open, number: signal.Signals, code: int) -> None:
    """Nothing is cancelled anywhere until all lists are read, since the question names every order."""
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": always(f.hang(acting=False))}})
    with begun(here, "-o", "json", SCALE="1") as terminal:
        ends = time.monotonic() + 20
        while here.arrived("list") < 2 and time.monotonic() < ends:
            time.sleep(0.01)
        terminal.process.send_signal(number)
        ended, out = terminal.end()
    assert (ended, here.arrived("cancel"), json.loads(out)["orders"]) == (code, 0, [])
    assert [target["clear"] for target in json.loads(out)["targets"]] == [False, False]
    assert all(target["message"].startswith("stopped before ") for target in json.loads(out)["targets"])
    assert "interrupted: nothing was sent\n" in terminal.shown


@pytest.mark.parametrize("more", [("--yes",), ("-y", "-q"), ("--dry-run",), ("--symbol", "none")])
def test_what_is_not_asked(desk: Open, more: tuple[str, ...]) -> None:
    here = desk("tanx")
    with begun(here, *more) as terminal:
        code, _ = terminal.end()
    assert (code, "[y/N]" in terminal.shown) == (0, False)
    assert here.arrived("cancel") == (6 if more[0].startswith(("-y", "--y")) else 0)


def test_the_filtered_number_is_asked_about(desk: Open) -> None:
    here = desk("tanx")
    with begun(here, "--symbol", "solusdc", "-q") as terminal:
        terminal.until("Cancel 1 order at tanX? [y/N] ")
        terminal.type("yes\n")
        assert terminal.end() == (0, "")
    assert here.arrived("cancel") == 1


def test_a_long_run_is_told_before_it_begins(desk: Open) -> None:
    here = desk("tanx")
    with begun(here, CANCEL_TANX_REQUESTS_PER_MINUTE="5") as terminal:
        terminal.until("Cancel 6 orders at tanX? [y/N] ")
        assert "tanX: 6 orders take about 1 min 12 s at its request budget\n" in terminal.shown
        terminal.type("n\n")
        assert terminal.end()[0] == 2


def test_the_progress_is_gone_when_the_question_is_put(desk: Open) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.8)
        return asked.act()

    here = desk("neuratrade", plan={"neuratrade": {"list": once(slow)}})
    with begun(here, TERM="xterm", COLUMNS="80", SCALE="1") as terminal:
        terminal.until("? [y/N] ")
        assert "reading what is open" in terminal.shown
        *_, doubt, question = screen(terminal.raw.replace("\r\n", "\n")).splitlines()
        assert doubt.startswith("NeuraTrade: the server does not tell users apart")
        assert question.rstrip() == "Cancel 5 orders at NeuraTrade? [y/N]"
        terminal.type("n\n")
        assert terminal.end()[0] == 2


def test_who_could_not_be_listed_is_told_before_the_question(desk: Open) -> None:
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": always(f.FORBIDDEN)}})
    with begun(here, "-o", "json") as terminal:
        terminal.until("Cancel 5 orders at NeuraTrade? [y/N] ")
        assert "tanX, tanx: unauthorized: the list could not be read: " in terminal.shown
        terminal.type("y\n")
        code, out = terminal.end()
    assert (code, len(json.loads(out)["orders"])) == (6, 5)


def test_a_position_is_asked_about_with_the_rest(desk: Open) -> None:
    here = desk("3commas")
    with begun(here, "smart-trade", "--protective") as terminal:
        terminal.until("Cancel 6 SmartTrades at 3Commas, of which 3 protect a position? [y/N] ")
        assert "left alone" not in terminal.shown
        terminal.type("n\n")
        assert terminal.end()[0] == 2


# --- where nobody can be asked


@pytest.mark.parametrize("more", [("-o", "json"), (*TARGETS, "-o", "jsonl"), ("--sandbox",), ("-q",)], ids=" ".join)
def test_without_a_terminal_and_yes_nothing_is_even_read(desk: Open, more: tuple[str, ...]) -> None:
    here = desk()
    ran = here.run("all", *more)
    assert (ran.code, here.requests) == (2, 0)
    assert ran.err == "Error: nobody can be asked here: add --yes to cancel, or --dry-run to see what would go\n"
    empty: dict[str, Any] = {"version": 1, "command": "all", "exit_code": 2, "orders": [], "targets": []}
    assert ran.out == (json.dumps(empty) + "\n" if "json" in more else "")


def test_a_terminal_for_stderr_alone_is_nobody_to_ask(desk: Open) -> None:
    here = desk("neuratrade")
    master, slave = os.openpty()
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": slave}
    try:
        with here.begin("all", env={"TERM": "dumb"}, **streams) as process:
            process.communicate(timeout=30)
    finally:
        os.close(slave)
        os.close(master)
    assert (process.returncode, here.requests) == (2, 0)


def test_with_stderr_in_a_file_the_question_is_on_the_terminal(desk: Open) -> None:
    here = desk("neuratrade")
    master, slave = os.openpty()
    streams = {"stdin": slave, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        with here.begin("all", env={"TERM": "dumb"}, **streams) as process:
            assert select.select([master], [], [], 30)[0]
            asked = os.read(master, 1000)
            os.write(master, b"n\n")
            _, said = process.communicate(timeout=30)
    finally:
        os.close(slave)
        os.close(master)
    assert asked == b"Cancel 5 orders at NeuraTrade? [y/N] "
    assert b"Cancel 5" not in said
    assert process.returncode == 2
    assert here.arrived("cancel") == 0
