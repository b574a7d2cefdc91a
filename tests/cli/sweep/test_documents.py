"""What `list` and `all` print for scripts: the documents of the contract, and lines as they come."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.sweep.desk import GOES, TARGETS, Open, goes, ids, lines, targets
from tests.faults import faults as f
from tests.faults.server import Faults, always

ROW = (
    "venue", "command", "order_id", "deal_id", "profile", "sandbox", "status", "symbol", "side", "type", "price",
    "quantity", "filled", "created_at", "protective", "cancellable", "raw",
)  # fmt: skip
RECORD = (
    "venue", "command", "order_id", "deal_id", "sandbox", "outcome", "exit_code", "evidence", "message", "status",
    "profile", "credentials", "symbol", "side", "type", "price", "quantity", "filled", "attempts", "request_id",
    "started_at", "finished_at", "raw",
)  # fmt: skip
TARGET = (
    "target", "venue", "listed", "matched", "protective", "uncancellable", "new", "clear", "lists", "outcome",
    "exit_code", "message",
)  # fmt: skip
LISTED = {"deal-order": 8, "smart-trade": 6, "tanx": 6, "order": 5, "tradernet": 6}


def test_the_document_of_a_list(desk: Open) -> None:
    here = desk()
    ran = here.run("list", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.document) == ["version", "command", "exit_code", "orders", "targets"]
    assert (ran.document["version"], ran.document["command"], ran.document["exit_code"]) == (1, "list", 0)
    assert {tuple(row) for row in ran.document["orders"]} == {ROW}
    assert {tuple(target) for target in ran.document["targets"]} == {TARGET}
    assert {name: target["listed"] for name, target in targets(ran).items()} == LISTED
    assert [(each["target"], each["clear"], each["lists"], each["new"]) for each in ran.document["targets"]] == [
        (name, None, 1, 0) for name in TARGETS
    ]
    rows = ran.document["orders"]
    assert [row["command"] for row in rows] == [name for name in TARGETS for _ in range(LISTED[name])]
    assert [row["order_id"] for row in rows if row["cancellable"] and not row["protective"]] == goes()
    for row in rows:
        assert row["created_at"].endswith("Z")
        assert (row["profile"], row["deal_id"] is not None) == ("default", row["command"] == "deal-order")
    assert here.arrived("cancel") == 0


def test_the_document_of_a_sweep(desk: Open) -> None:
    here = desk()
    ran = here.run("all", "--yes", "-o", "json")
    assert ran.code == 0
    assert list(ran.document) == ["version", "command", "exit_code", "orders", "targets"]
    assert (ran.document["command"], ran.document["exit_code"]) == ("all", 0)
    assert {tuple(record) for record in ran.document["orders"]} == {RECORD}
    assert {tuple(target) for target in ran.document["targets"]} == {TARGET}
    assert ids(ran) == goes()  # however they ended, in the order of the lists
    assert {record["outcome"] for record in ran.document["orders"]} == {"cancelled"}
    shown = {
        name: tuple(target[key] for key in ("listed", "matched", "protective", "uncancellable", "new"))
        for name, target in targets(ran).items()
    }
    assert shown == {
        "deal-order": (8, 8, 0, 3, 0), "smart-trade": (6, 6, 3, 0, 0), "tanx": (6, 6, 0, 0, 0),
        "order": (5, 5, 0, 0, 0), "tradernet": (6, 6, 2, 0, 0),
    }  # fmt: skip
    assert list(shown) == list(TARGETS)
    for target in ran.document["targets"]:
        assert (target["clear"], target["outcome"], target["exit_code"]) == (True, "cancelled", 0)
        assert target["lists"] >= 3
    assert sorted(here.open()) == sorted(
        ("1123065576", "1123065601", "1122910033", "30404602", "30404571", "30404547", "2929292877", "2929292878")
    )
    assert all(server.practice.dangers == [] for server in here.servers.values())


def test_a_dry_run_lists_and_sends_nothing_also_with_yes(desk: Open) -> None:
    here = desk("tanx", "tradernet")
    for more in ((), ("--yes",)):
        ran = here.run("all", "-n", *more, "-o", "json")
        assert (ran.code, here.arrived("cancel"), ids(ran)) == (0, 0, goes("tanx", "tradernet"))
        for record in ran.document["orders"]:
            assert tuple(record) == RECORD
            assert (record["outcome"], record["attempts"], record["evidence"]) == ("dry-run", 0, "read-back")
        for target in ran.document["targets"]:
            assert (target["clear"], target["lists"], target["outcome"]) == (None, 1, "dry-run")


@pytest.mark.parametrize("args", [("list",), ("all", "--yes"), ("all", "-n")], ids=" ".join)
def test_lines_come_first_of_orders_then_of_targets(desk: Open, args: tuple[str, ...]) -> None:
    here = desk("3commas", "neuratrade")
    ran = here.run(*args, "-o", "jsonl")
    assert ran.code == 0
    found = lines(ran)
    expected = {"list": 8 + 6 + 5}.get(args[0], len(goes("deal-order", "smart-trade", "order")))
    orders, ends = found[:expected], found[expected:]
    assert {tuple(each) for each in orders} == {ROW if args[0] == "list" else RECORD}
    assert [tuple(each) for each in ends] == [TARGET] * 3
    assert [each["target"] for each in ends] == ["deal-order", "smart-trade", "order"]


def test_a_row_is_printed_as_it_comes(desk: Open) -> None:
    """One venue does not answer: what the other one lists is on stdout long before the end."""
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": always(f.hang(acting=False))}})
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with here.begin("list", "-o", "jsonl", env={"SCALE": "1"}, **pipes) as process:
        try:
            assert process.stdout is not None
            came = [json.loads(process.stdout.readline())["order_id"] for _ in GOES["order"]]
        finally:
            process.kill()
    assert came == list(GOES["order"])


def test_the_targets_of_a_document_stand_as_they_were_named_each_once(desk: Open) -> None:
    here = desk()
    ran = here.run("list", "tanx", "deal-order", "TANX", " tanx ", "-o", "json")
    assert [target["target"] for target in ran.document["targets"]] == ["tanx", "deal-order"]
    assert len(ids(ran)) == 6 + 8
    assert here.servers["neuratrade"].log == []


def test_a_deal_order_is_told_with_its_deals_pair(desk: Open) -> None:
    here = desk("3commas")
    for args in (("list",), ("all", "-n"), ("all", "--yes")):
        ran = here.run(*args, "deal-order", "-o", "json")
        told = {(each["deal_id"], each["symbol"]) for each in ran.document["orders"]}
        assert told == {("2345678901", "USDT_ETH"), ("2345677310", "USDT_BTC")}, args


def test_the_output_may_come_from_the_environment(desk: Open) -> None:
    here = desk("neuratrade")
    assert ids(here.run("list", CANCEL_OUTPUT="json")) == goes("order")
    assert len(lines(here.run("all", "-n", CANCEL_OUTPUT="jsonl"))) == 6


@pytest.mark.parametrize("output", ["table", "json"])
def test_nothing_open_is_success_in_words(desk: Open, output: str) -> None:
    here = desk("neuratrade")
    for order in here.practice("neuratrade").orders.values():
        order.ended = order.ended or "filled"
    listed, swept = here.run("list", "-o", output), here.run("all", "--yes", "-o", output)
    assert (listed.code, swept.code, here.arrived("cancel")) == (0, 0, 0)
    if output == "table":
        assert "\nnone open\n" in listed.out
        assert "\nclear: nothing was open\n" in swept.out
    else:
        (target,) = swept.document["targets"]
        assert (target["clear"], target["lists"], target["outcome"]) == (True, 2, "cancelled")


def test_no_match_is_success_in_words(desk: Open) -> None:
    here = desk("tanx")
    args = ("--symbol", "dogeusdt")
    assert "\n6 open, none match\n" in here.run("list", *args).out
    ran = here.run("all", "--yes", *args)
    assert (ran.code, here.arrived("cancel")) == (0, 0)
    assert "\nclear: 6 open, none match\n" in ran.out


def test_quiet_prints_nothing_of_a_good_sweep(desk: Open) -> None:
    here = desk("3commas")
    ran = here.run("all", "--yes", "-q")  # also not of those without credentials
    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize("output", ["table", "jsonl"])
def test_quiet_prints_all_of_a_bad_sweep(desk: Open, output: str) -> None:
    here = desk("tanx", plan={"tanx": {"cancel": Faults((None, None, f.CONFLICT))}})
    ran = here.run("all", "--yes", "-q", "-j", "1", "-o", output)
    assert ran.code == 5
    found = ran.out if output != "jsonl" else "".join(each.get("order_id", "") for each in lines(ran))
    assert all(order_id in found for order_id in GOES["tanx"])


def test_the_table_of_a_dry_run_says_it_once(desk: Open) -> None:
    ran = desk("tanx").run("all", "-n")
    assert (ran.out.count("dry run"), ran.out.count("would be cancelled")) == (6, 1)
    assert ran.out.endswith("\n6 would be cancelled\n")


def test_tables_say_by_target_what_became_of_it(desk: Open) -> None:
    here = desk("3commas", "neuratrade")
    ran = here.run("all", "--yes")
    assert ran.code == 0
    assert ran.out.endswith("\n13 cancelled  all clear\n")
    assert "\nclear  5 cancelled  (3 left alone: no cancel may be sent)\n" in ran.out
    assert "\nclear  3 cancelled  (3 protect a position)\n" in ran.out
    assert "everybody on it" in ran.out
    assert "\x1b" not in ran.out + ran.err
