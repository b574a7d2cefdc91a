"""The report's code is the run's, also when a signal comes while it is made; what comes after it comes too late."""

from __future__ import annotations

import json

import pytest

from cli.options import Output
from cli.sweep.report import SweepReport
from tests.cli.output.results import TANX
from tests.cli.output.sweeps import OPEN, SWEPT
from tests.cli.sweep.desk import Open, goes, ids
from tests.faults.sweeps import place
from venues.result import Outcome


def test_a_signal_while_the_document_is_made_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    codes = iter([0, 130, 130, 130])
    SweepReport("all", Output.JSON).end([SWEPT], lambda: next(codes))
    assert json.loads(capsys.readouterr().out)["exit_code"] == 130


def test_the_worst_code_of_orders_and_targets_counts() -> None:
    report = SweepReport("all", Output.JSON)
    report.add_result((0, 1), TANX._replace(outcome=Outcome.REFUSED))
    assert report.worst == 5
    report.end([SWEPT._replace(outcome=Outcome.PENDING), SWEPT], lambda: report.worst)
    assert report.worst == 9


@pytest.mark.parametrize("output", [Output.JSON, Output.JSONL])
def test_what_comes_after_the_end_is_not_printed(capsys: pytest.CaptureFixture[str], output: Output) -> None:
    report = SweepReport("list", output)
    report.end([SWEPT], lambda: 0)
    before = capsys.readouterr().out
    report.add_row((0, 1), OPEN)
    report.add_result((0, 1), TANX)
    assert (before != "", capsys.readouterr().out, report.worst) == (True, "", 0)


def test_jsonl_holds_its_lines_back_only_while_quiet_and_good(capsys: pytest.CaptureFixture[str]) -> None:
    report = SweepReport("all", Output.JSONL, quiet=True)
    report.add_result((0, 1), TANX)
    assert capsys.readouterr().out == ""
    report.add_result((0, 2), TANX._replace(outcome=Outcome.REFUSED))
    assert capsys.readouterr().out.count("\n") == 2


def test_what_is_placed_meanwhile_is_counted_and_named_in_part(desk: Open) -> None:
    here = desk("neuratrade")
    practice = here.practice("neuratrade")
    fresh = [f"ord-20261126000000-{number}" for number in range(1, 8)]

    def at_list(number: int) -> None:
        for each in range(1, 8) if number == 2 else ():
            place(practice, "order", each)

    practice.at_list = at_list
    ran = here.run("all", "--yes", "-o", "json")
    (target,) = ran.document["targets"]
    assert (ran.code, ids(ran), target["new"], target["clear"]) == (9, goes("order"), 7, False)
    assert target["message"].startswith("7 orders (ord-20261126000000-")
    assert ", ...) came meanwhile and are still open" in target["message"]
    assert sum(order_id in target["message"] for order_id in fresh) == 5
    assert sorted(here.open()) == sorted(fresh)
