"""Several targets at once: a dead one and a fault of our own stop no other, and one venue has one budget."""

from __future__ import annotations

import threading
import time

import pytest

from cli.sweep.targets import side_by_side
from tests.cli.sweep.desk import GOES, Desk, Open, goes, ids, targets
from tests.faults import faults as f
from tests.faults.run import Ran
from tests.faults.server import Asked, Door, Fault, Faults, always, once
from venues.registry import VENUES
from venues.sandbox.practice import Reply

OURS = "a fault in ordercancel itself"


# --- venues


@pytest.mark.parametrize("door", ["refused", "silent"])
def test_a_dead_venue_holds_up_no_other(desk: Open, door: str) -> None:
    here = desk("tanx", "neuratrade", "tradernet", doors={"tanx": Door(door)})
    ran = here.run("all", "--yes", "--wait", "0.6", "-o", "json")
    assert (ran.code, ids(ran)) == (8, goes("order", "tradernet"))
    found = targets(ran)
    assert [(each["exit_code"], each["clear"]) for each in found.values()] == [(8, False), (0, True), (0, True)]
    assert found["tanx"]["message"].startswith("the venue was not reached: ")
    assert here.open("order", "tradernet") == ["2929292877", "2929292878"]


def test_a_table_says_who_was_not_reached(desk: Open) -> None:
    here = desk("tanx", "neuratrade", doors={"tanx": Door("refused")})
    ran = here.run("list", "--wait", "0.5")
    assert ran.code == 8
    assert "unavailable: the venue was not reached: " in ran.out
    assert ran.out.endswith("\n5 open  not listed: tanX orders\n")


def test_all_venues_are_read_at_the_same_time(desk: Open) -> None:
    together = threading.Barrier(len(VENUES))

    def met(asked: Asked) -> Reply:
        together.wait(10)  # raises where the others have not been asked by then
        return asked.act()

    here = desk(plan={venue: {"list": once(met)} for venue in VENUES})
    ran = here.run("list", "-o", "json", SCALE="1")
    assert (ran.code, len(ids(ran)), [server.faults for server in here.servers.values()]) == (0, 31, [[]] * 4)


@pytest.mark.parametrize("fault", [f.FORBIDDEN, f.answer(500), f.half_json(acting=True)])
def test_what_is_no_list_is_no_reason_to_leave_the_others(desk: Open, fault: Fault) -> None:
    here = desk("tanx", "neuratrade", plan={"tanx": {"list": Faults((None, None), fault)}})
    ran = here.run("all", "--yes", "--wait", "0.5", "-o", "json")
    assert ran.code in (6, 8)
    assert (ids(ran), here.servers["tanx"].arrived["cancel"]) == (goes("order"), 0)
    assert (targets(ran)["tanx"]["clear"], targets(ran)["order"]["clear"]) == (False, True)


def test_one_order_that_fails_stops_none_of_the_others(desk: Open) -> None:
    here = desk("tanx", "neuratrade", plan={"tanx": {"cancel": once(f.CONFLICT)}})
    ran = here.run("all", "--yes", "-j", "1", "-o", "json")
    assert (ran.code, ids(ran)) == (5, goes("tanx", "order"))
    assert [each["outcome"] for each in ran.document["orders"]] == ["refused", *["cancelled"] * 10]
    assert here.open("tanx", "order") == [GOES["tanx"][0]]
    assert targets(ran)["tanx"]["message"].startswith("1 order could not be cancelled")
    assert targets(ran)["order"]["clear"] is True


# --- one budget


def test_two_targets_of_a_venue_share_its_budget(desk: Open) -> None:
    came: list[float] = []

    def noted(asked: Asked) -> Reply:
        came.append(time.monotonic())
        return asked.act()

    here = desk("3commas", plan={"3commas": {route: always(noted) for route in ("list", "look", "cancel")}})
    a_minute, burst = 1500, VENUES["3commas"].budget.burst
    ran = here.run("all", "--yes", "-j", "8", "-o", "json", CANCEL_3COMMAS_REQUESTS_PER_MINUTE=str(a_minute))
    assert (ran.code, [target["clear"] for target in ran.document["targets"]]) == (0, [True, True])
    assert len(came) == here.requests > 2 * burst
    least = (len(came) - burst) * 60 / a_minute
    assert max(came) - min(came) > 0.9 * least, "each target had a budget of its own"


# --- faults of our own


def broken(here: Desk, where: str, *args: str) -> Ran:
    """Run with a function of ours that fails."""
    ran = here.run(*args, "-o", "json", BREAK=where, TOLD="may-be-secret")
    assert ran.code == ran.document["exit_code"] == 1
    assert "A fault in ordercancel itself, please report it" in ran.err
    assert "may-be-secret" not in ran.err + ran.out
    return ran


@pytest.mark.parametrize("where", ["__init__", "open_orders"], ids=["opening it", "reading its list"])
def test_a_fault_of_our_own_at_one_target_stops_no_other(desk: Open, where: str) -> None:
    here = desk("tanx", "neuratrade")
    ran = broken(here, f"venues.tanx.orders:Tanx.{where}", "all", "--yes")
    tanx, order = ran.document["targets"]
    assert (tanx["outcome"], tanx["message"], tanx["clear"]) == ("unavailable", OURS, False)
    assert (ids(ran), order["clear"], here.open("order")) == (goes("order"), True, [])
    assert "passed over: deal-order, smart-trade, tradernet\n" in ran.err


def test_a_list_that_ends_in_a_fault_of_our_own_is_not_called_empty(desk: Open) -> None:
    here = desk("tanx")
    ran = here.run("list", BREAK="venues.procedure.filters:Filters.match", TOLD="")
    assert ran.code == 1
    assert f"unavailable: {OURS}" in ran.out
    assert "none open" not in ran.out


@pytest.mark.parametrize("where", ["Sweep._list_again", "Sweep._next"])
def test_a_fault_of_our_own_is_never_called_clear(desk: Open, where: str) -> None:
    here = desk("neuratrade")
    ran = broken(here, f"venues.procedure.sweep:{where}", "all", "--yes")
    (target,) = ran.document["targets"]
    assert (target["clear"], target["exit_code"]) == (False, 9)
    assert target["message"].startswith(OURS)
    assert (ids(ran), here.open("order")) == (goes("order"), [])  # what was sent is told


def test_a_fault_of_our_own_in_one_cancel_is_told_with_its_order(desk: Open) -> None:
    here = desk("tanx", "neuratrade")
    ran = broken(here, "venues.tanx.orders:Tanx.request_cancel", "all", "--yes")
    assert ids(ran) == goes("tanx", "order")
    assert targets(ran)["tanx"]["clear"] is False
    assert targets(ran)["order"]["clear"] is True


# --- the threads


def test_what_still_waits_is_left_behind_after_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.sweep.targets.HEARD_WITHIN", 0.05)
    stop, never, ended = threading.Event(), threading.Event(), []

    def work(number: int) -> None:
        if number == 2:
            stop.set()
        elif number == 3:
            raise ValueError
        elif number == 1:
            never.wait()
        ended.append(number)

    began = time.monotonic()
    faults = side_by_side(range(4), work, stop, lambda: 0.05)
    assert time.monotonic() - began < 2
    assert (sorted(ended), [type(fault) for fault in faults]) == ([0, 2], [ValueError])
    never.set()
