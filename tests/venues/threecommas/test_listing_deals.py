"""The list of the deals' open orders: all deals first, then each deal's orders, and nothing odd let pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.venues.declared import HTML, ORIGIN, Wire
from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.threecommas.wired import API, asked, deal, deals_at, listed, orders_of, row
from venues.interface import NotFound, OpenOrder, OrderRef, Unauthorized, Uncertain
from venues.result import Outcome
from venues.threecommas import deal_orders
from venues.wire.link import HttpVenue

KEYS = {"api_key": "test-api-key-0123456789abcdef", "api_secret": "test-secret-fedcba9876543210"}
NO_DEAL = (404, {"error": "not_found", "error_description": "Not Found"})


@pytest.fixture
def deals(clock: FakeClock) -> HttpVenue:
    return built("deal-order", link_to(ORIGIN, KEYS, clock))


def keys(rows: list[OpenOrder]) -> list[tuple[str | None, str]]:
    return [(row.ref.deal_id, row.ref.order_id) for row in rows]


def test_the_request_byte_by_byte(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", deals_at(0), [])
    assert listed(deals, clock) == []
    (request,) = wire.requests
    assert (request.method, request.url, request.body) == ("GET", ORIGIN + deals_at(0), None)
    assert request.headers["Signature"] == "913f84a1eac2e62225dff53c3dce1b85a4a43395839949b57956a68706059cf0"
    assert "Content-Type" not in request.headers


def test_every_deal_is_known_before_an_order_is_read(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    """Short pages are no end, repeated deals count once, and where the counter tells of an order is read first."""
    wire.on("GET", deals_at(0), [deal(1), deal(2)])
    wire.on("GET", deals_at(2), [deal(2), deal(3, active_manual_safety_orders=1)])
    wire.on("GET", deals_at(4), [deal(2)]).on("GET", deals_at(5), [])
    for number in (1, 2, 3):
        wire.on("GET", orders_of(number), [row(10 * number)])
    assert keys(listed(deals, clock)) == [("3", "30"), ("1", "10"), ("2", "20")]
    order = [*map(deals_at, (0, 2, 4, 5)), orders_of(3), orders_of(1), orders_of(2)]
    assert asked(wire) == [path.removeprefix(API) for path in order]


def test_full_pages_overlap_so_that_deals_which_end_meanwhile_hide_none(
    wire: Wire, deals: HttpVenue, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two have ended before the second page is read."""
    assert 0 < deal_orders.OVERLAP < deal_orders.PAGE
    page = 6
    monkeypatch.setattr(deal_orders, "PAGE", page)
    monkeypatch.setattr(deal_orders, "OVERLAP", 2)
    then = [deal(number) for number in range(3, 4 + page)]
    for start, shown in ((0, map(deal, range(1, 1 + page))), (page - 2, then[page - 2 :]), (len(then), ())):
        wire.on("GET", deals_at(start).replace("limit=200", f"limit={page}"), list(shown))
    for number in range(1, 4 + page):
        wire.on("GET", orders_of(number), [row(1000 + number)] if number > page else [])
    assert keys(listed(deals, clock)) == [(str(page + more), str(1000 + page + more)) for more in range(1, 4)]


def test_finished_deals_are_dropped_when_the_scope_is_not_heeded(
    wire: Wire, deals: HttpVenue, clock: FakeClock
) -> None:
    closed = "2024-10-30T06:17:22.363Z"
    gone = [deal(1, **{"finished?": True}), deal(2, closed_at=closed), deal(3, **{"finished?": None})]
    wire.on("GET", deals_at(0), gone).on("GET", deals_at(3), []).on("GET", orders_of(3), [row(30)])
    assert keys(listed(deals, clock)) == [("3", "30")]


def test_what_a_row_is_listed_as(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", deals_at(0), [deal(1)]).on("GET", deals_at(1), [])
    kinds = ("Base", "Take Profit", "Stop Loss", "Safety", "Closed at Market Price", "manual safety")
    ended = [
        row(50 + number, word=word) for number, word in enumerate(("Cancelled", "Filled", "Finished", "Inactive"))
    ]
    rows = [*ended, *(row(number, kind) for number, kind in enumerate(kinds)), row(7, word="Quantum")]
    wire.on("GET", orders_of(1), rows)
    found = {each.ref.order_id: each for each in listed(deals, clock)}
    assert list(found) == ["0", "1", "2", "3", "4", "5", "7"]
    assert [each.cancellable for each in found.values()] == [False] * 5 + [True, True]
    assert not any(each.protective for each in found.values())
    assert {each.order.symbol for each in found.values()} == {"USDT_X1"}
    assert found["5"].raw == row(5, "manual safety")


def test_an_order_that_is_listed_twice_is_one(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", deals_at(0), [deal(1)]).on("GET", deals_at(1), [])
    wire.on("GET", orders_of(1), [row(7, word="Cancelled"), row(7), row(7)])
    assert keys(listed(deals, clock)) == [("1", "7")]


ODD_DEALS: tuple[Any, ...] = (
    [deal(1), {}], [{**deal(1), "id": None}], [{**deal(1), "pair": None}], [{**deal(1), "id": "1/cancel"}],
    [{**deal(1), "id": "\u0661"}], [{**deal(1), "id": True}], [[deal(1)]], {"deals": []}, deal(1), (204, ""), HTML,
    (202, {"status": "ok"}),
)  # fmt: skip
ODD_ROWS: tuple[Any, ...] = (
    [row(7), {}], [{**row(7), "order_id": None}], [{**row(7), "order_id": "7/x"}], [{**row(7), "order_id": -7}],
    [{**row(7), "deal_order_type": None}], [{**row(7), "status_string": ""}], [None], {"orders": []}, deal(1),
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD_DEALS, ids=[str(n) for n in range(len(ODD_DEALS))])
def test_odd_deals_are_no_list(wire: Wire, deals: HttpVenue, clock: FakeClock, odd: Any) -> None:
    wire.on("GET", deals_at(0), [deal(2)]).on("GET", deals_at(1), odd)
    with pytest.raises(Uncertain):
        listed(deals, clock)
    assert not any("market_orders" in path for path in asked(wire))


@pytest.mark.parametrize("odd", ODD_ROWS, ids=[str(n) for n in range(len(ODD_ROWS))])
def test_odd_orders_are_no_list(wire: Wire, deals: HttpVenue, clock: FakeClock, odd: Any) -> None:
    wire.on("GET", deals_at(0), [deal(1), deal(2)]).on("GET", deals_at(2), [])
    wire.on("GET", orders_of(1), [row(1)]).on("GET", orders_of(2), odd)
    with pytest.raises(Uncertain):
        listed(deals, clock)


def test_one_deal_alone(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    """Also one that is no longer among the active ones."""
    wire.on("GET", f"{API}/ver1/deals/5/show", deal(5, **{"finished?": True}))
    wire.on("GET", orders_of(5), [row(50), row(51, word="Filled")])
    (found,) = listed(deals, clock, "5")
    assert (found.ref, found.order.symbol) == (OrderRef("50", "5"), "USDT_X5")
    assert asked(wire) == ["/ver1/deals/5/show", "/ver1/deals/5/market_orders"]


@pytest.mark.parametrize("odd", [deal(6), {**deal(5), "pair": None}, [deal(5)], HTML, (500, deal(5))], ids=str)
def test_one_deal_that_is_not_told(wire: Wire, deals: HttpVenue, clock: FakeClock, odd: Any) -> None:
    wire.on("GET", f"{API}/ver1/deals/5/show", odd)
    with pytest.raises(Uncertain):
        listed(deals, clock, "5")


def test_a_deal_that_the_venue_does_not_know(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", f"{API}/ver1/deals/5/show", NO_DEAL)
    with pytest.raises(NotFound):
        listed(deals, clock, "5")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("no", "kind"), [(NO_DEAL, NotFound), ((403, {"error": "Forbidden"}), Unauthorized)])
def test_a_deal_whose_orders_are_refused_leaves_no_list(
    wire: Wire, deals: HttpVenue, clock: FakeClock, no: Any, kind: type[Exception]
) -> None:
    wire.on("GET", deals_at(0), [deal(1), deal(2)]).on("GET", deals_at(2), [])
    wire.on("GET", orders_of(1), [row(1)]).on("GET", orders_of(2), no)
    with pytest.raises(kind):
        listed(deals, clock)


def test_what_was_listed_needs_no_look_before_its_cancel(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", deals_at(0), [deal(1)]).on("GET", deals_at(1), [])
    wire.on("GET", orders_of(1), [row(7), row(8, "Safety")])
    wire.on("POST", f"{API}/ver1/deals/1/cancel_order", (201, [row(7, word="Cancelled")]))
    manual, own = listed(deals, clock)
    assert cancel(deals, manual.ref).outcome is Outcome.CANCELLED
    assert asked(wire)[3:] == ["/ver1/deals/1/cancel_order"]
    assert cancel(deals, own.ref).outcome is Outcome.REFUSED
    assert wire.count("POST", f"{API}/ver1/deals/1/cancel_order") == 1


def test_a_doubt_where_nothing_is_listed(deals: HttpVenue) -> None:
    """In the wrong mode, paper or real, lists come back empty."""
    assert "paper or real" in deals.caveat(0)
    assert deals.caveat(1) == ""


def test_names_of_bots_and_accounts_are_left_out(deals: HttpVenue) -> None:
    (shown,) = deals.public([deal(1, bot_events=[{"message": "mine"}], note="mine")])
    assert shown["pair"] == "USDT_X1"
    assert not {"bot_name", "account_name", "bot_events", "note"} & shown.keys()
