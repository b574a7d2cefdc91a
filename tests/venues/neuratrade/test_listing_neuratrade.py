"""What is open at NeuraTrade: all positions in one answer, which is whole or no list; rows that stay for good."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tests.venues.contract import Desk
from tests.venues.declared import ORIGIN, Wire
from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.listing_contract import ListingContract
from tests.venues.lists import ids_of, rows_of
from venues.interface import NoLook, OrderRef, State, Uncertain
from venues.neuratrade.orders import NeuraTrade
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.result import Outcome
from venues.wire import connection
from venues.wire.link import HttpVenue

LIST = "/api/v1/trading/positions?status=OPEN"
ORDER = "ord-20260303120000-1"


class TestNeuraTradeListing(ListingContract):
    verb = "order"
    wrong: ClassVar = {"token": "not-a-token"}
    asks = frozenset({"list"})

    def make(self, clock: FakeClock, extra_open: int = 0) -> PracticeNeuraTrade:
        return PracticeNeuraTrade(extra_open=extra_open, now=clock.monotonic, time=clock.unix)

    def test_a_list_may_be_larger_than_any_other_answer(self, crowd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "LARGEST_REPLY", 5_000)
        assert len(ids_of(crowd.venue)) > self.many

    def test_a_server_on_sqlite_lists_what_was_cancelled_for_good(self, desk: Desk) -> None:
        desk.practice.keeps_cancels = False
        before = ids_of(desk.venue)
        assert cancel(desk.venue, OrderRef(ORDER), wait=5.0).outcome is Outcome.PENDING
        assert ids_of(desk.venue) == before

    def test_what_was_half_cancelled_is_listed_for_good(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeNeuraTrade)
        before = self.open_now(desk)
        desk.practice.orphan(ORDER)
        for lag in (0.0, 5.0):
            desk.practice.lists_lag = lag
            assert sorted(ids_of(desk.venue)) == before

    def test_a_log_in_that_has_run_out_is_made_again(self, desk: Desk) -> None:
        practice = desk.practice
        assert isinstance(practice, PracticeNeuraTrade)
        desk.connect({"email": practice.email, "password": practice.password})
        first = ids_of(desk.venue)
        desk.clock.pass_by(100_000)
        assert ids_of(desk.venue) == first
        assert practice.counts["login"] == 2

    def test_a_server_without_these_routes_is_no_empty_list(self, clock: FakeClock) -> None:
        desk = Desk(self.verb, PracticeNeuraTrade(positions=False, now=clock.monotonic, time=clock.unix), clock)
        with pytest.raises(NoLook, match="cannot show orders") as caught:
            ids_of(desk.venue)
        assert (caught.value.outcome, len(desk.server.seen)) == (Outcome.REFUSED, 1)
        desk.close()


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built("order", link_to(ORIGIN, {"token": "a-token"}, clock))


def row(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "position_id": f"pos-20261120043151-{number}", "order_id": f"ord-20261120043151-{number}",
        "exchange": "binance", "symbol": "BTC/USDT", "side": "BUY", "size": "0.01", "entry_price": "0",
        "status": "OPEN", "opened_at": "2026-11-20T04:31:51.286521Z",
        "updated_at": "2026-11-20T04:31:51.286521Z", **more,
    }  # fmt: skip


def good(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"count": len(rows), "positions": list(rows), **more}, "status": "success"}


def test_one_request_asks_for_all(wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", LIST, good(row()))
    (found,) = rows_of(venue)
    (sent,) = wire.requests
    assert (sent.path_url, sent.headers["Authorization"]) == (LIST, "Bearer a-token")
    assert (found.ref, found.raw) == (OrderRef("ord-20261120043151-1"), row())
    assert (found.protective, found.cancellable, found.kind) == (False, True, "")
    order = found.order
    assert (order.symbol, order.side, order.price, order.quantity, order.status) == (
        "BTC/USDT",
        "buy",
        "0",
        "0.01",
        "OPEN",
    )
    assert (order.type, order.filled) == (None, None)  # the row has no type, and fills do not exist here
    assert order.placed_at == datetime(2026, 11, 20, 4, 31, 51, 286521, tzinfo=UTC)


def test_what_has_ended_is_dropped_and_unknown_words_are_open(wire: Wire, venue: HttpVenue) -> None:
    words = ("CLOSED", "LIQUIDATED", "OPEN", "HALTED", None)
    wire.on("GET", LIST, good(*(row(number, status=word) for number, word in enumerate(words))))
    assert [each.ref.order_id[-1] for each in rows_of(venue)] == ["2", "3", "4"]
    assert {each.order.state for each in rows_of(venue)} == {State.OPEN}


def test_an_order_that_is_there_twice_is_listed_once(wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", LIST, good(row(1, status="CLOSED"), row(2), row(2), row(1)))
    assert [each.ref.order_id[-1] for each in rows_of(venue)] == ["2", "1"]


@pytest.mark.parametrize(
    "answer",
    [
        good(count=1), good(row(), count=0), good(row(), count=2), good(count=None), good(row(), count=True),
        good(positions=None), good(positions={}), good(positions="[]"), good(positions=["rows"]),
        {"data": {"old": {"positions": [row()]}, "count": 1, "positions": []}, "status": "success"},
        {"data": {"positions": []}, "status": "success"},
        {"data": {"count": 0}, "status": "success"}, {"data": None, "status": "success"}, {"status": "success"},
        {"data": [], "status": "success"}, good() | {"status": "error"}, {"data": {"count": 0, "positions": []}},
        {}, [],
        good(None), good("ord-20261120043151-1"), good(row(order_id=None)), good(row(order_id="")),
        good(row(order_id=7)), good(row(order_id="a\nb")), good(row(order_id="a b")), good(row(), {"status": "OPEN"}),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_no_list(answer: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", LIST, answer)
    with pytest.raises(Uncertain, match="cannot be read"):
        rows_of(venue)


def test_an_odd_position_id_is_what_a_later_look_asks_for(wire: Wire, venue: HttpVenue) -> None:
    odd = row(position_id="p/77")
    wire.on("GET", LIST, good(odd)).on("GET", "/api/v1/trading/positions/p%2F77", {"status": "success", "data": odd})
    (found,) = rows_of(venue)
    assert cancel(venue, found.ref, dry_run=True).outcome is Outcome.DRY_RUN


def test_whose_orders_these_are_is_said_where_there_are_any(venue: HttpVenue) -> None:
    assert "everybody" in venue.caveat(1)
    assert venue.caveat(0) == ""


def test_the_pause_between_two_lists() -> None:
    assert NeuraTrade.habits.list_pause == 0.2
