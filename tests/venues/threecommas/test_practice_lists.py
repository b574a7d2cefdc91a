"""The practice venue's lists: the defaults and traps of the real ones, and pages that move while they are read."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.venues.contract import Desk
from tests.venues.fakes import FakeClock
from tests.venues.listing_contract import listed
from venues.interface import OpenOrder, OrderRef, State, Unauthorized
from venues.sandbox.practice import Headers, PracticeOrder, Request
from venues.threecommas.book import COMPLETED, DEALS
from venues.threecommas.practice import EXTRA_DEAL, PERMISSIONS, PracticeThreeCommas

DEALS_PATH = "/public/api/ver1/deals"
TRADES_PATH = "/public/api/v2/smart_trades"


def ask(practice: PracticeThreeCommas, path: str, query: str = "") -> list[dict[str, Any]]:
    """Out: the rows of a signed request."""
    text = f"{path}?{query}" if query else path
    signature = hmac.new(practice.api_secret.encode(), text.encode(), "sha256").hexdigest()
    headers = Headers({"Apikey": practice.api_key, "Signature": signature}.items())
    reply = practice.answer(Request("GET", path, query, headers))
    assert reply.status == 200
    rows: list[dict[str, Any]] = json.loads(reply.body)
    return rows


def trades(practice: PracticeThreeCommas, query: str = "") -> list[str]:
    return [str(row["id"]) for row in ask(practice, TRADES_PATH, query)]


@pytest.fixture
def practice(clocks: Any) -> PracticeThreeCommas:
    return PracticeThreeCommas(extra_open=60, **clocks)


def test_ten_smart_trades_a_page_and_a_hundred_at_most(practice: PracticeThreeCommas) -> None:
    assert len(trades(practice, "status=active")) == 10
    assert len(trades(practice, "status=active&per_page=1000&page=1")) == 66
    assert trades(practice, "status=active&per_page=33&page=2") == trades(practice, "status=active&per_page=66")[33:]
    assert trades(practice, "status=active&per_page=66&page=2") == []
    assert len(trades(practice, "per_page=100")) == 68  # those that have ended as well


def test_by_age_the_pages_hold_still_and_by_status_they_do_not(practice: PracticeThreeCommas) -> None:
    practice.add(PracticeOrder("smart-trade", "9", "USDT_ETH", "buy", "smart_trade", "1.0", "1.0"), age=1.0)
    query = "status=active&per_page=100"
    before = trades(practice, query), trades(practice, query + "&order_by=created_at")
    assert before[1][0] == "9"
    practice.orders["31000040"].delay = 9.0
    practice.begin_cancel(practice.orders["31000040"])
    assert trades(practice, query + "&order_by=created_at") == before[1]
    assert trades(practice, query)[0] == "31000040" != before[0][0]


def test_the_scopes_of_deals(practice: PracticeThreeCommas) -> None:
    def ids(query: str) -> list[str]:
        return [str(row["id"]) for row in ask(practice, DEALS_PATH, query)]

    assert ids("scope=active") == ["2345678901", EXTRA_DEAL, "2345677310"]  # the youngest first
    assert ids("scope=completed") == ids("scope=finished") == list(COMPLETED)
    assert set(ids("scope=aktive")) == set(ids("")) == {*DEALS, EXTRA_DEAL}
    assert ids("limit=2&offset=1&scope=active") == [EXTRA_DEAL, "2345677310"]


def test_a_deal_as_the_list_shows_it(practice: PracticeThreeCommas) -> None:
    rows = {str(row["id"]): row for row in ask(practice, DEALS_PATH)}
    first, done = rows["2345678901"], rows[next(iter(COMPLETED))]
    assert (first["pair"], first["finished?"], first["closed_at"]) == ("USDT_ETH", False, None)
    assert (first["active_manual_safety_orders"], first["current_active_safety_orders_count"]) == (3, 4)
    assert (done["pair"], done["finished?"], done["status"]) == ("USDT_SOL", True, "completed")
    assert done["closed_at"]


@pytest.fixture
def desk(clock: FakeClock) -> Iterator[Desk]:
    desk = Desk("smart-trade", PracticeThreeCommas(now=clock.monotonic, time=clock.unix, extra_open=150), clock)
    yield desk
    desk.close()


def ids(rows: list[OpenOrder]) -> list[str]:
    return [row.ref.order_id for row in rows]


def test_an_order_that_comes_between_two_pages_leaves_each_listed_once(desk: Desk) -> None:
    new = PracticeOrder("smart-trade", "9", "USDT_ETH", "buy", "smart_trade", "1.0", "1.0")
    desk.practice.at_list = lambda number: desk.practice.add(new, age=0.0) if number == 2 else None
    found = ids(listed(desk))
    assert (len(found), len(set(found)), "9" in found) == (156, 156, False)
    assert "9" in ids(listed(desk))


def test_what_vanishes_between_two_pages_hides_others_from_one_list_alone(desk: Desk) -> None:
    """As at the real venue: this is why it takes two lists in a row to call it clear."""
    first_page = ids(listed(desk))[:100]
    gone = first_page[:3]

    def end(number: int) -> None:
        for order_id in gone if number == 5 else ():
            desk.practice.end(order_id)

    desk.practice.at_list = end  # the first list took three requests
    skipped = ids(listed(desk))
    whole = ids(listed(desk))
    assert len(whole) == 153
    assert len(set(whole) - set(skipped)) == 3


def test_a_list_that_lags_shows_what_was(desk: Desk, clock: FakeClock) -> None:
    clock.pass_by(100.0)
    desk.practice.lists_lag = 5.0
    assert desk.cancel(OrderRef("30404560")).outcome.exit_code == 0
    desk.practice.add(PracticeOrder("smart-trade", "9", "USDT_ETH", "buy", "smart_trade", "1.0", "1.0"), age=0.0)
    row = next(row for row in listed(desk) if row.ref.order_id == "30404560")
    assert (row.order.state, row.order.status) == (State.OPEN, "waiting_position")
    assert "9" not in ids(listed(desk))
    clock.pass_by(5.5)
    later = ids(listed(desk))
    assert "30404560" not in later
    assert "9" in later


@pytest.mark.parametrize(("verb", "missing"), [("deal-order", "BOTS_READ"), ("smart-trade", "SMART_TRADES_READ")])
def test_a_key_that_may_not_read_lists_nothing(clock: FakeClock, verb: str, missing: str) -> None:
    practice = PracticeThreeCommas(permissions=PERMISSIONS - {missing}, now=clock.monotonic, time=clock.unix)
    desk = Desk(verb, practice, clock)
    with pytest.raises(Unauthorized):
        listed(desk)
    desk.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/public/api/ver1/bots/1/cancel_all_deals"),
        ("POST", "/public/api/ver1/bots/1/panic_sell_all_deals"),
        ("DELETE", TRADES_PATH + "/30404547/trades/1"),
    ],
)
def test_the_bulk_endpoints_are_dangers(practice: PracticeThreeCommas, method: str, path: str) -> None:
    practice.answer(Request(method, path, "", Headers()))
    assert practice.dangers == [f"{method} {path}"]
