"""Ctrl-C and SIGTERM at any time of a list or a sweep: nothing more is sent, and what was sent is reported."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from tests.cli.sweep.desk import Desk, Open, goes
from tests.faults import faults as f
from tests.faults.server import Faults, always

GRACE = 0.4  # seconds that cancels in flight get here
SETTLED = 0.25  # seconds in which what has arrived was answered, and read
SLACK = 2.5  # seconds for a busy machine
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
HANGS = f.hang(acting=True)
LONG = {"SCALE": "1", "GRACE": str(GRACE)}  # all other times in full
Begun = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]


@contextmanager
def begun(here: Desk, *args: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with here.begin(*args, env=LONG | more, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool], longest: float = 20.0) -> None:
    ends = time.monotonic() + longest
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, dict[str, Any], str, float]:
    """Send the signal. Out: the exit code, the document, stderr, and the seconds until the end."""
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    document: dict[str, Any] = json.loads(out)
    assert document["exit_code"] == process.returncode
    return process.returncode, document, err, time.monotonic() - began


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("args", [("list",), ("all", "-n")], ids=" ".join)
def test_while_a_list_is_read(desk: Open, args: tuple[str, ...], number: signal.Signals, code: int) -> None:
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": Faults((None,), HANGS)}})
    with begun(here, *args, "-o", "json") as process:
        until(lambda: here.servers["tanx"].arrived["list"] == 2 and here.servers["neuratrade"].arrived["list"] == 1)
        time.sleep(SETTLED)
        came = here.requests
        stopped, document, err, took = stop(process, number)
    assert (stopped, here.requests, took < SLACK) == (code, came, True)
    assert "interrupted: nothing was sent\n" in err
    tanx, order = document["targets"]
    assert (tanx["outcome"], tanx["message"]) == ("unavailable", "stopped before all of the list was read")
    assert (order["listed"], order["lists"], order["outcome"]) == (5, 1, "dry-run")
    assert (tanx["clear"], order["clear"], here.arrived("cancel")) == (None, None, 0)


def test_while_one_list_is_read_and_another_target_is_clear(desk: Open) -> None:
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": Faults((None,), HANGS)}})
    with begun(here, "all", "--yes", "-o", "json") as process:
        until(lambda: here.servers["neuratrade"].arrived["list"] >= 3)  # a dead venue holds up none
        time.sleep(SETTLED)
        code, document, err, _ = stop(process, signal.SIGINT)
    assert (code, [record["outcome"] for record in document["orders"]]) == (130, ["cancelled"] * 5)
    tanx, order = document["targets"]
    assert (tanx["outcome"], tanx["clear"]) == ("unavailable", False)
    assert (order["outcome"], order["clear"]) == ("cancelled", True)
    assert "stopping: nothing new is sent\n" in err


def test_a_stopped_list_is_not_called_empty(desk: Open) -> None:
    here = desk("tanx", plan={"tanx": {"list": always(HANGS)}})
    with begun(here, "list") as process:
        until(lambda: here.arrived("list") == 1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "none open" not in out
    assert "stopped before all of the list was read" in out


def test_while_cancels_hang(desk: Open) -> None:
    """At one venue two are sent and hang; the other one is clear, or on its way there."""
    here = desk("3commas", "tanx", plan={"tanx": {"cancel": Faults((None,), HANGS)}})
    with begun(here, "all", "smart-trade", "tanx", "--yes", "-j", "2", "-o", "json") as process:
        until(lambda: here.servers["tanx"].arrived["cancel"] == 3 and here.servers["3commas"].arrived["cancel"] == 3)
        until(lambda: here.servers["tanx"].arrived["look"] >= 1)
        time.sleep(SETTLED)
        came = here.requests
        stopped, document, err, took = stop(process, signal.SIGTERM)
    assert (stopped, here.requests, took < GRACE + SLACK) == (143, came, True)
    assert "stopping: nothing new is sent; waiting up to 0.4 s for " in err
    mine = [record for record in document["orders"] if record["command"] == "tanx"]
    assert sorted(record["outcome"] for record in mine if record["attempts"]) in (
        ["cancelled", "unknown", "unknown"], ["pending", "unknown", "unknown"],
    )  # fmt: skip
    trade, tanx = document["targets"]
    assert (tanx["clear"], trade["clear"], tanx["exit_code"]) == (False, False, 9)
    for target in (trade, tanx):
        assert target["message"].startswith("stopped before it was known to be clear")
        assert "came meanwhile" not in target["message"]


@pytest.mark.parametrize("output", ["table", "jsonl"])
def test_what_was_sent_is_told_in_every_form(desk: Open, output: str) -> None:
    here = desk("neuratrade", plan={"neuratrade": {"cancel": Faults((None,), HANGS)}})
    with begun(here, "all", "--yes", "-j", "1", "-o", output) as process:
        until(lambda: here.arrived("cancel") == 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert [order_id for order_id in goes("order") if order_id in out] == goes("order")[:2]
    assert "stopped before it was known to be clear" in out.splitlines()[-1] or output == "table"
    assert "not clear: stopped before it was known to be clear" in out or output == "jsonl"


@pytest.mark.parametrize("fault", [HANGS, None], ids=["hanging", "between two"])
def test_while_it_looks_whether_it_is_clear(desk: Open, fault: Any) -> None:
    here = desk("tradernet", plan={"tradernet": {"list": Faults((None,), fault)}})
    here.practice("tradernet").lists_lag = 60.0  # so that it goes on looking
    with begun(here, "all", "--yes", "-o", "json", SCALE="4") as process:
        until(lambda: here.arrived("list") == 2)
        time.sleep(SETTLED)
        came = here.requests
        code, document, _, took = stop(process, signal.SIGINT)
    assert (code, here.requests) == (130, came)
    assert took < GRACE + SLACK
    assert {record["outcome"] for record in document["orders"]} == {"cancelled"}
    (target,) = document["targets"]
    assert (target["clear"], target["outcome"]) == (False, "pending")
    assert target["message"].startswith("stopped before it was known to be clear")


def test_a_second_signal_ends_at_once(desk: Open) -> None:
    here = desk("tanx", plan={"tanx": {"cancel": always(HANGS)}})
    with begun(here, "all", "--yes", "-o", "json", GRACE="20") as process:
        until(lambda: here.arrived("cancel") >= 1)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        came, began = here.requests, time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, here.requests, "Traceback" in err) == (143, came, False)
    assert time.monotonic() - began < SLACK


def test_a_slow_server_is_not_hung_up_on_after_the_report(desk: Open) -> None:
    """NeuraTrade leaves an order half done when the client goes: the cancel is waited for, after all is told."""
    here = desk("neuratrade", plan={"neuratrade": {"cancel": always(f.locked(1.5))}})
    practice = here.practice("neuratrade")
    ran = here.run("all", "--yes", "--symbol", "SOL/USDT", "--wait", "0.4", "-o", "json", SCALE="10")
    assert ran.code == 10
    assert "has not answered 1 cancel; hanging up now could leave it half done there" in ran.err
    assert ran.document["targets"][0]["clear"] is False
    assert practice.word(practice.orders["ord-20260303121000-3"]) == "CLOSED"
