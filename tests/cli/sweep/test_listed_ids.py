"""`list -q`: the ids that `all` would cancel, and `cancel TARGET -` cancels those and no others."""

from __future__ import annotations

import pytest

from tests.cli.sweep.desk import GOES, Open, goes, without
from tests.faults import faults as f
from tests.faults.server import Faults, always

DEAL = "2345678901"
PROTECTING = {"smart-trade": ("30404602", "30404571", "30404547"), "tradernet": ("2929292877", "2929292878")}


@pytest.mark.parametrize("target", ["smart-trade", "tanx", "order", "tradernet"])
def test_the_ids_go_into_the_cancel_command_and_the_same_orders_go(desk: Open, target: str) -> None:
    here = desk()
    listed = here.run("list", target, "-q")
    assert (listed.code, listed.out.split()) == (0, list(GOES[target]))
    assert listed.out == "".join(f"{order_id}\n" for order_id in GOES[target])
    before = here.open()
    ran = here.run(target, "-", "-o", "json", stdin=listed.out)
    assert (ran.code, [each["order_id"] for each in ran.document["orders"]]) == (0, list(GOES[target]))
    assert here.open() == without(before, GOES[target])


def test_a_deals_ids_go_with_their_deal(desk: Open) -> None:
    here = desk("3commas")
    listed = here.run("list", "deal-order", "--deal", DEAL, "-q")
    assert listed.out.split() == list(GOES["deal-order"][:3])
    before = here.open()
    assert here.run("deal-order", DEAL, "-", "-q", stdin=listed.out).code == 0
    assert here.open() == without(before, GOES["deal-order"][:3])


@pytest.mark.parametrize("target", PROTECTING)
def test_those_that_protect_come_only_when_asked_for(desk: Open, target: str) -> None:
    here = desk()
    ran = here.run("list", target, "-q", "--protective")
    assert sorted(ran.out.split()) == sorted(GOES[target] + PROTECTING[target])


def test_filters_hold_for_ids_too(desk: Open) -> None:
    here = desk("tanx")
    assert here.run("list", "tanx", "-q", "--side", "sell").out.split() == ["25769015", "25768901", "25768650"]
    ran = here.run("list", "tanx", "-q", "--symbol", "none-such")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_list_that_is_not_whole_gives_no_ids(desk: Open) -> None:
    here = desk("tanx", plan={"tanx": {"list": Faults((None, None), f.answer(500))}})
    ran = here.run("list", "tanx", "-q", "--wait", "0.5")
    assert (ran.code, ran.out) == (8, "")
    assert "the list could not be read" in ran.err
    here.servers["tanx"].plan["list"] = always(f.FORBIDDEN)
    ran = here.run("list", "tanx", "-q")
    assert (ran.code, ran.out) == (6, "")


def test_what_is_missing_is_said_once(desk: Open) -> None:
    here = desk("tanx")
    ran = here.run("list", "order", "-q")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.count("missing") == 1


def test_doubts_are_told_beside_the_ids(desk: Open) -> None:
    here = desk("neuratrade")
    ran = here.run("list", "order", "-q", "--newer-than", "9d")
    assert ran.out.split() == goes("order")
    assert "everybody on it" in ran.err


def test_the_ids_are_the_same_whatever_output_is_set(desk: Open) -> None:
    here = desk("tanx")
    assert here.run("list", "tanx", "-q", CANCEL_OUTPUT="json").out.split() == goes("tanx")
