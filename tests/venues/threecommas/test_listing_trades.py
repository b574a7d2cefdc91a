"""The list of open SmartTrades: page by page, what may be cancelled, and what would lose its protection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.venues.declared import HTML, ORIGIN, Wire
from tests.venues.fakes import FakeClock, built, link_to
from tests.venues.threecommas.wired import API, asked, listed, trade, trades_on
from venues.interface import State, Uncertain
from venues.wire.link import HttpVenue

KEYS = {"api_key": "test-api-key-0123456789abcdef", "api_secret": "test-secret-fedcba9876543210"}


@pytest.fixture
def trades(clock: FakeClock) -> HttpVenue:
    return built("smart-trade", link_to(ORIGIN, KEYS, clock))


def test_the_request_byte_by_byte(wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", trades_on(1), [])
    assert listed(trades, clock) == []
    (request,) = wire.requests
    assert (request.method, request.url, request.body) == ("GET", ORIGIN + trades_on(1), None)
    assert request.headers["Signature"] == "3b06fd0074995830a2ad5fe872fb60ddbc0d7c8f7b4188c8f432ab825f7204b5"


def test_short_and_shifted_pages(wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    """A page that is short is no end, nor one without a new id, and an id that comes again is the same."""
    pages = [[trade(3), trade(2)], [trade(2)], [trade(1)]]
    wire.on("GET", trades_on(1), pages[0]).on("GET", trades_on(2), [trade(2), trade(1)])
    wire.on("GET", trades_on(3), pages[1]).on("GET", trades_on(4), [])
    assert [row.ref.order_id for row in listed(trades, clock)] == ["3", "2", "1"]
    assert asked(wire) == [trades_on(page).removeprefix(API) for page in (1, 2, 3, 4)]


def test_fewer_than_come_unasked_are_surely_all(wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    for count in (9, 10):
        wire.on("GET", trades_on(1), [trade(number) for number in range(1, 1 + count)])
        wire.on("GET", trades_on(2), [])
        assert {row.of_many for row in listed(trades, clock)} == {count == 10}
    wire.on("GET", trades_on(1), [trade(1)]).on("GET", trades_on(2), [trade(2)]).on("GET", trades_on(3), [])
    assert [row.of_many for row in listed(trades, clock)] == [False, True]


def test_rows_come_before_the_next_page_is_asked_for(wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", trades_on(1), [trade(3)])
    row = next(trades.open_orders(lambda ask: ask(5.0)))
    assert (row.ref.order_id, len(wire.requests)) == ("3", 1)


@pytest.mark.parametrize(
    ("shown", "state", "cancellable"),
    [
        (trade(1), State.OPEN, True),
        (trade(1, "waiting_targets", data={"cancel_available": None}), State.OPEN, True),
        (trade(1, "created", data={"cancel_available": False}), State.OPEN, False),
        (trade(1, "panic_sell_pending", data={"cancel_available": False}), State.OPEN, False),
        (trade(1, "cancellation_pending"), State.CANCELLING, False),
        (trade(1, status={"basic_type": "waiting_position"}), State.OPEN, True),
    ],
)
def test_which_may_be_cancelled(
    wire: Wire, trades: HttpVenue, clock: FakeClock, shown: Any, state: State, cancellable: bool
) -> None:
    wire.on("GET", trades_on(1), [shown]).on("GET", trades_on(2), [])
    (row,) = listed(trades, clock)
    assert (row.order.state, row.cancellable) == (state, cancellable)


@pytest.mark.parametrize(
    "word", ["cancelled", "finished", "failed", "panic_sold", "liquidated", "stop_loss_finished"]
)
def test_those_that_have_ended_are_dropped(wire: Wire, trades: HttpVenue, clock: FakeClock, word: str) -> None:
    """Whatever the filter let through: only the status word counts."""
    wire.on("GET", trades_on(1), [trade(1, word), trade(2, data={"finished": True})]).on("GET", trades_on(2), [])
    assert [row.ref.order_id for row in listed(trades, clock)] == ["2"]


def amounts(entered: str | None, closed: str | None = "0.0", kind: str = "smart_trade") -> dict[str, Any]:
    return {"entered_amount": entered, "closed_amount": closed, "type": kind}


@pytest.mark.parametrize(
    ("empty", "data", "protective"),
    [
        (True, amounts("0.0"), False),
        (False, amounts("14.91"), True),
        (False, amounts("14.91", "5"), True),
        (False, amounts("14.91", "14.910"), False),
        (False, amounts("14.91", None), True),
        (True, amounts("0.1"), True),  # the flag and the amount disagree
        (False, amounts("0.0"), True),  # again
        (False, amounts("5", "5"), False),
        (False, amounts(None), True),
        (None, amounts(None), True),
        (True, amounts(None), False),
        (True, amounts("0.0", kind="smart_sell"), True),  # holds what was there before
        (True, amounts("0.0", kind="smart_buy"), True),
        (True, amounts("0.0", kind="smart_cover"), False),
    ],
)
def test_which_protect_a_position(
    wire: Wire, trades: HttpVenue, clock: FakeClock, empty: bool | None, data: Any, protective: bool
) -> None:
    shown = trade(1, "waiting_targets", data=data, is_position_not_filled=empty)
    wire.on("GET", trades_on(1), [shown]).on("GET", trades_on(2), [])
    (row,) = listed(trades, clock)
    assert row.protective is protective


ODD: tuple[Any, ...] = (
    [trade(7), {}], [{**trade(7), "id": None}], [{**trade(7), "id": "7/close_by_market"}], [None], [[trade(7)]],
    [{**trade(7), "status": None}], [{**trade(7), "status": {}}], [{**trade(7), "status": "waiting"}], trade(7),
    [{**trade(7), "pair": None}], {"smart_trades": []}, HTML, (204, ""),
    (500, [trade(7, note="OrderCancellingNeedsToWaitForInfo")]),
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=[str(n) for n in range(len(ODD))])
def test_odd_answers_are_no_list(wire: Wire, trades: HttpVenue, clock: FakeClock, odd: Any) -> None:
    wire.on("GET", trades_on(1), [trade(1)]).on("GET", trades_on(2), odd)
    with pytest.raises(Uncertain):
        listed(trades, clock)


def test_personal_fields_are_left_out(wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", trades_on(1), [trade(1)]).on("GET", trades_on(2), [])
    (row,) = listed(trades, clock)
    assert row.raw["account"] == {"id": 1, "type": "binance"}
    assert "mine" not in str(row.raw)
    assert row.raw["pair"] == "USDT_DOGE"
