"""3Commas: the contract, the wire, and the outcome table of its page for deal orders and SmartTrades."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import pytest

from ordercancel import __version__
from tests.venues.contract import VenueContract
from tests.venues.declared import HTML, LOST, ORIGIN, UNREACHED, Wire
from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.table import READ_BACK, REPLY, Row, Runner, rows
from venues.interface import Limited, OrderRef, Uncertain
from venues.result import Evidence, Outcome
from venues.sandbox.practice import Practice
from venues.threecommas.book import DEAL
from venues.threecommas.practice import PracticeThreeCommas
from venues.wire.link import HttpVenue

DEAL_REF = OrderRef("1123077331", DEAL)
TRADE_REF = OrderRef("30404547")
CANCEL = f"/public/api/ver1/deals/{DEAL}/cancel_order"
LOOK = f"/public/api/ver1/deals/{DEAL}/market_orders"
TRADE = "/public/api/v2/smart_trades/30404547"
TRADE_TABLE = Runner(TRADE_REF, ("DELETE", TRADE), ("GET", TRADE))
KEYS = {"api_key": "test-api-key-0123456789abcdef", "api_secret": "test-secret-fedcba9876543210"}


class TestDealOrderContract(VenueContract):
    verb = "deal-order"
    open = DEAL_REF
    ended = OrderRef("1123070118", DEAL)
    already = OrderRef("1123070204", DEAL)
    unknown = OrderRef("77", DEAL)
    wrong: ClassVar = {"api_secret": "not-the-secret"}
    secrets = ("api_key", "api_secret")
    evidence = Evidence.REPLY
    no_wait = Outcome.CANCELLED
    looks_before = 1

    def make(self, clock: FakeClock) -> Practice:
        return PracticeThreeCommas(now=clock.monotonic, time=clock.unix)


class TestSmartTradeContract(VenueContract):
    verb = "smart-trade"
    open = TRADE_REF
    ended = OrderRef("30404512")
    already = OrderRef("30404498")
    unknown = OrderRef("77")
    wrong: ClassVar = {"api_secret": "not-the-secret"}
    secrets = ("api_key", "api_secret")

    def make(self, clock: FakeClock) -> Practice:
        return PracticeThreeCommas(now=clock.monotonic, time=clock.unix)


def deal_row(word: str | None = "Active", remaining: Any = "0.1773", **more: Any) -> dict[str, Any]:
    return {
        "order_id": "1123077331", "order_type": "BUY", "deal_order_type": "Manual Safety", "cancellable": False,
        "status_string": word, "quantity": "0.1773", "quantity_remaining": remaining, "total": "0.0",
        "rate": "3116.81", "average_price": "0.0", **more,
    }  # fmt: skip


OTHER = {"order_id": "1123065576", "deal_order_type": "Take Profit", "status_string": "Cancelled"}
ACTIVE, CANCELLED, FILLED = [OTHER, deal_row()], [deal_row("Cancelled"), OTHER], [deal_row("Filled", "0.0")]
DEAL_TABLE = Runner(DEAL_REF, ("POST", CANCEL), ("GET", LOOK), before=(ACTIVE,))


def trade(word: str = "waiting_position", **more: Any) -> dict[str, Any]:
    """The documentation's SmartTrade, shortened."""
    return {
        "id": 30404547, "version": 2,
        "account": {"id": 32402783, "name": "My Binance US", "link": "/accounts/32402783", "type": "binance_us"},
        "pair": "USDT_DOGE", "status": {"type": word, "basic_type": word, "title": "\u00dcbersetzt"},
        "position": {"type": "buy", "units": {"value": "14.91"}, "price": {"value": "0.10622"}},
        "note": "mine", "note_raw": None,
        "data": {"finished": False, "entered_amount": "14.91", "closed_amount": "0.0", "type": "smart_trade"},
        "is_position_not_filled": False, **more,
    }  # fmt: skip


WAITING, CANCELLING, GONE = trade(), trade("cancellation_pending"), trade("cancelled")
CANT = (422, {"error": "Cant be cancelled"})
NOT_FOUND = (404, {"error": "not_found", "error_description": "Not Found"})
NO_TRADE = (400, {"error": "Not found", "error_description": "Smart Trade not found"})
BAD_SIGNATURE = (401, {"error": "signature_invalid", "error_description": "Provided signature is invalid"})
NO_KEY = (403, {"error": "Forbidden", "error_description": "Api key not authorized for this action"})
FORBIDDEN = (403, {"error": "Forbidden"})
PLAN = (
    429,
    {"error": "The request type 'read' is not available with your current subscription plan. Please upgrade"},
)
WAIT_FOR_INFO = (500, {
    "error": "unknown_error",
        "error_description": "Unknown error occurred#Exceptions::OrderCancellingNeedsToWaitForInfo",
})  # fmt: skip


@pytest.fixture
def deals(clock: FakeClock) -> HttpVenue:
    return built("deal-order", link_to(ORIGIN, KEYS, clock))


@pytest.fixture
def trades(clock: FakeClock) -> HttpVenue:
    return built("smart-trade", link_to(ORIGIN, KEYS, clock))


# --- the wire


def test_the_cancel_of_a_deal_order_byte_by_byte(wire: Wire, deals: HttpVenue) -> None:
    wire.on("POST", CANCEL, (201, CANCELLED, {"X-Request-Id": "req-1"}))
    wire.on("GET", LOOK, ACTIVE)
    result = cancel(deals, DEAL_REF)
    _, request = wire.requests
    assert (request.method, request.url) == ("POST", ORIGIN + CANCEL)
    assert request.body == b"order_id=1123077331"
    assert dict(request.headers) == {
        "User-Agent": f"ordercancel/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "Apikey": KEYS["api_key"],
        "Signature": "6b198640660c949250a53995983709503681e2c045a8409528f40a039bfe4d8c",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": "19",
    }
    assert result.request_id == "req-1"


def test_the_look_at_a_deal(wire: Wire, deals: HttpVenue) -> None:
    wire.on("GET", LOOK, ACTIVE)
    cancel(deals, DEAL_REF, dry_run=True)
    (request,) = wire.requests
    assert (request.method, request.url, request.body) == ("GET", ORIGIN + LOOK, None)
    assert request.headers["Signature"] == "2a4504058a053d253e3ff2b02096c558ad0d009389211963395def8cb7737e43"
    assert "Content-Type" not in request.headers


def test_the_cancel_of_a_smart_trade(wire: Wire, trades: HttpVenue) -> None:
    path = "/public/api/v2/smart_trades/12345678"
    wire.on("DELETE", path, {**GONE, "id": 12345678}).on("GET", path, {**WAITING, "id": 12345678})
    cancel(trades, OrderRef("12345678"))
    cancel(trades, OrderRef("12345678"), dry_run=True)
    for request, method in zip(wire.requests, ("DELETE", "GET"), strict=True):
        assert (request.method, request.url, request.body) == (method, ORIGIN + path, None)
        assert request.headers["Signature"] == "3829d928970aeb229e7a51b8fe42ea598a37d2e00ae5f5ad45ec938d3e4410f7"
        assert "Forced-Mode" not in request.headers


# --- the outcome table, deal orders

SUBSET = (
    HTML,
    "",
    "not json",
    '{"half": ',
    (500, {"error": "unknown_error"}),
    (502, HTML),
    (504, ""),
    (520, HTML),
    (408, ""),
    LOST,
    "[]",
    "{}",
    "null",
    "[1, null, {}]",
    [[]],
    [{"status_string": "Cancelled"}],
    {"id": 1, "status": "bought"},
    {"order_id": "1123077331", "status_string": "Cancelled"},
    (202, {"status": "ok"}),
)
DEAL_ENTITY = {"id": int(DEAL), "status": "bought"}
NEVER_MIND = [
    (
        400,
        {"error": "record_invalid", "error_description": "Invalid", "error_attributes": {"order_id": ["is missing"]}},
    ),
    (404, {"error": "invalid_request_method"}),
    (400, {"error": "forced_mode_invalid"}),
    (422, {"error": "invalid_api_key", "error_description": "API keys are no longer valid or incorrect."}),
    (302, "", {"Location": "https://elsewhere.example/"}),
    (404, "Not Found"),
    (404, HTML),
    (405, "no"),
    (403, HTML),
    (451, {"error": "not here"}),
    PLAN,
    (429, "no subscription"),
]


@rows(
    Row("cancelled in the reply", [(201, CANCELLED)], [ACTIVE], Outcome.CANCELLED, REPLY, no_looks=True),
    Row("cancelled in a look", [(201, ACTIVE)], [ACTIVE, CANCELLED], Outcome.CANCELLED, READ_BACK),
    Row("any case of the word", [[deal_row("CANCELLED")]], [ACTIVE], Outcome.CANCELLED, REPLY),
    Row("partly filled", [(201, ACTIVE)], [[deal_row("Cancelled", "0.1000")]], Outcome.CANCELLED, READ_BACK,
        says="0.0773"),
    Row("204 and a look", [(204, "")], [CANCELLED], Outcome.CANCELLED, READ_BACK),
    Row("the Deal itself", [(201, DEAL_ENTITY)], [CANCELLED], Outcome.CANCELLED, READ_BACK),
    Row("other rows only", [(201, [1, OTHER])], [CANCELLED], Outcome.CANCELLED, READ_BACK),
    Row("active to the end", [(201, ACTIVE)], [ACTIVE], Outcome.PENDING, says="status Active"),
    Row("an unknown word is open", [(201, ACTIVE)], [[deal_row("Quantum")]], Outcome.PENDING, says="Quantum"),
    Row("filled in the reply", [(201, FILLED)], [ACTIVE], Outcome.TOO_LATE, REPLY),
    Row("filled in a look", [(201, ACTIVE)], [FILLED], Outcome.TOO_LATE, READ_BACK),
    Row("finished", [(201, ACTIVE)], [[deal_row("Finished")]], Outcome.TOO_LATE),
    Row("inactive", [(201, ACTIVE)], [[deal_row("Inactive")]], Outcome.TOO_LATE),
    Row("in neither list", [(201, [OTHER])], [[OTHER]], Outcome.PENDING, REPLY, says="the deal has no such order"),
    Row("accepted, the looks fail", [(201, ACTIVE)], [(500, HTML)], Outcome.PENDING, REPLY),
    Row("accepted, no look worked at all", [(201, [OTHER])], [(500, HTML)], Outcome.PENDING),
    Row("accepted, the look is refused", [(201, ACTIVE)], [NO_KEY], Outcome.PENDING, says="Api key not authorized"),
    Row("422, cancelled", [CANT], [CANCELLED], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("422, filled", [CANT], [FILLED], Outcome.TOO_LATE, READ_BACK),
    Row("422, open", [CANT], [ACTIVE], Outcome.REFUSED, REPLY, says="Cant be cancelled"),
    Row("422, not in the deal", [CANT], [[OTHER]], Outcome.NOT_FOUND),
    Row("422 in a 200", [{"error": "Cant be cancelled"}], [CANCELLED], Outcome.ALREADY_CANCELLED),
    Row("422, the looks fail", [CANT], [LOST], Outcome.REFUSED),
    Row("another 4xx about its state", [(409, {"error": "busy"})], [CANCELLED], Outcome.ALREADY_CANCELLED),
    Row("lost, then 422, cancelled", [LOST, CANT], [ACTIVE, CANCELLED], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, then 422, filled", [LOST, CANT], [ACTIVE, FILLED], Outcome.TOO_LATE, READ_BACK, 2),
    Row("lost, then 422, open to the end", [LOST, CANT], [ACTIVE], Outcome.UNKNOWN, None, 2),
    Row("lost, then 422, gone from the deal", [LOST, CANT], [ACTIVE, [OTHER]], Outcome.UNKNOWN, None, 2),
    Row("lost, then 401", [LOST, BAD_SIGNATURE], [ACTIVE], Outcome.UNKNOWN, None, 2),
    Row("not_found", [NOT_FOUND], [NOT_FOUND], Outcome.NOT_FOUND, says="are deal and order id swapped?"),
    Row("not_found, the deal is known", [NOT_FOUND], [[OTHER]], Outcome.NOT_FOUND),
    Row("not_found, and yet it is there", [NOT_FOUND], [ACTIVE], Outcome.REFUSED),
    Row("not_found, and it was cancelled", [NOT_FOUND], [CANCELLED], Outcome.ALREADY_CANCELLED),
    Row("401", [BAD_SIGNATURE], [ACTIVE], Outcome.UNAUTHORIZED, REPLY, says="signature is invalid", no_looks=True),
    Row("401 expired key", [(401, {"error": "api_key_invalid_or_expired"})], [ACTIVE], Outcome.UNAUTHORIZED),
    Row("401 as a page", [(401, HTML)], [ACTIVE], Outcome.UNAUTHORIZED),
    Row("403 about the key", [NO_KEY], [ACTIVE], Outcome.UNAUTHORIZED, no_looks=True),
    Row("access_denied", [(400, {"error": "access_denied"})], [ACTIVE], Outcome.UNAUTHORIZED),
    Row("bare Forbidden, open", [FORBIDDEN], [ACTIVE], Outcome.UNAUTHORIZED),
    Row("bare Forbidden, cancelled", [FORBIDDEN], [CANCELLED], Outcome.ALREADY_CANCELLED),
    Row("bare Forbidden, looks too", [FORBIDDEN], [FORBIDDEN], Outcome.UNAUTHORIZED),
    Row("other 403, open", [(403, '"Forbidden. Unavailable for this account."')], [ACTIVE], Outcome.REFUSED,
        says="Unavailable for this account"),
    Row("other 403, filled", [(403, '"Forbidden. Unavailable for this account."')], [FILLED], Outcome.TOO_LATE),
    Row("418", [(418, "")], [ACTIVE], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("429 without a time", [(429, "Retry later")], [ACTIVE], Outcome.RATE_LIMITED, no_looks=True),
    Row("429 for hours", [(429, "R", {"Retry-After": "7200"})], [ACTIVE], Outcome.RATE_LIMITED, no_looks=True),
    Row("429, 5 s", [(429, "R", {"Retry-After": "5"}), (201, CANCELLED)], [ACTIVE], Outcome.CANCELLED, REPLY, 2),
    Row("429, 5 s, cancelled meanwhile", [(429, "R", {"Retry-After": "5"})], [CANCELLED], Outcome.ALREADY_CANCELLED),
    Row("429, a wait that fits a longer deadline", [(429, "R"), (201, CANCELLED)], [ACTIVE], Outcome.CANCELLED,
        REPLY, 2,
        terms={"wait": 400.0}),
    Row("on its way, cancelled", [WAIT_FOR_INFO], [ACTIVE, CANCELLED], Outcome.CANCELLED, READ_BACK),
    Row("on its way, open to the end", [WAIT_FOR_INFO], [ACTIVE], Outcome.PENDING),
    Row("never reached", [UNREACHED], [UNREACHED], Outcome.UNAVAILABLE, None, 0, says="safe to run again"),
    Row("no wait, accepted", [(201, ACTIVE)], [ACTIVE], Outcome.REQUESTED, REPLY, terms={"no_wait": True},
        no_looks=True),
    *(Row(f"no wait, accepted {n}", [it], [ACTIVE], Outcome.REQUESTED, REPLY, terms={"no_wait": True}, no_looks=True)
      for n, it in enumerate([(204, ""), DEAL_ENTITY, [OTHER], WAIT_FOR_INFO])),
    *(Row(f"no wait, unanswered {n}", [it], [ACTIVE], Outcome.UNKNOWN, None, 3, terms={"no_wait": True})
      for n, it in enumerate(SUBSET)),
    Row("a Safety row seen before sending again", [(429, "R", {"Retry-After": "2"})],
        [[deal_row(deal_order_type="Safety")]], Outcome.REFUSED, READ_BACK, 1, says="not a Manual Safety"),
    *(Row(f"refused {n}", [no], [ACTIVE], Outcome.REFUSED, REPLY, no_looks=True) for n, no in enumerate(NEVER_MIND)),
    *(Row(f"unanswered {n}, cancelled", [it], [CANCELLED], Outcome.CANCELLED, READ_BACK) for n,
        it in enumerate(SUBSET)),
    *(Row(f"unanswered {n}, open", [it], [ACTIVE], Outcome.UNKNOWN, None, 3) for n, it in enumerate(SUBSET)),
    *(Row(f"unanswered {n}, filled", [it], [FILLED], Outcome.TOO_LATE, READ_BACK) for n, it in enumerate(SUBSET)),
    *(Row(f"unanswered {n}, then accepted", [it, (201, CANCELLED)], [ACTIVE], Outcome.CANCELLED, REPLY, 2)
      for n, it in enumerate(SUBSET)),
)  # fmt: skip
def test_outcomes_of_deal_orders(row: Row, wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    DEAL_TABLE.outcome(row, wire, deals, clock)


@rows(
    Row("open", [], [ACTIVE], Outcome.DRY_RUN, READ_BACK, 0),
    Row("cancelled", [], [CANCELLED], Outcome.ALREADY_CANCELLED, READ_BACK, 0),
    Row("filled", [], [FILLED], Outcome.TOO_LATE, READ_BACK, 0),
    Row("no row", [], [[OTHER]], Outcome.NOT_FOUND, READ_BACK, 0),
    Row("no deal", [], [NOT_FOUND], Outcome.NOT_FOUND, READ_BACK, 0),
    Row("not a Manual Safety row", [], [[deal_row(deal_order_type="Take Profit")]], Outcome.REFUSED, READ_BACK, 0,
        says="not a Manual Safety"),
    Row("401", [], [BAD_SIGNATURE], Outcome.UNAUTHORIZED, READ_BACK, 0),
    Row("plan", [], [PLAN], Outcome.REFUSED, READ_BACK, 0, says="subscription plan"),
    Row("429", [], [(429, "R")], Outcome.RATE_LIMITED, READ_BACK, 0),
    Row("never answered", [], [LOST], Outcome.UNAVAILABLE, None, 0),
    Row("answered at last", [], [LOST, UNREACHED, ACTIVE], Outcome.DRY_RUN, READ_BACK, 0),
)  # fmt: skip
def test_dry_run_of_deal_orders(row: Row, wire: Wire, deals: HttpVenue) -> None:
    DEAL_TABLE.dry_run(row, wire, deals)


# --- the look before the cancel of a deal's order

OWN_ROW = [deal_row(deal_order_type="Safety")]


def test_a_deals_own_order_is_told_and_no_cancel_sent(wire: Wire, deals: HttpVenue) -> None:
    wire.on("GET", LOOK, OWN_ROW)
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.evidence, result.attempts) == (Outcome.REFUSED, READ_BACK, 0)
    assert result.message == ("it is status Active; no cancel is sent; a Safety order is not a Manual Safety order")


@pytest.mark.parametrize(
    ("word", "outcome"), [("Filled", Outcome.TOO_LATE), ("Cancelled", Outcome.ALREADY_CANCELLED)]
)
def test_a_deals_own_order_that_has_ended(wire: Wire, deals: HttpVenue, word: str, outcome: Outcome) -> None:
    wire.on("GET", LOOK, [deal_row(word, deal_order_type="Base")])
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.attempts) == (outcome, 0)


@pytest.mark.parametrize("told", [LOST, (500, HTML), NO_KEY, NOT_FOUND, HTML, [OTHER], UNREACHED], ids=str)
def test_what_that_look_does_not_tell_keeps_no_cancel_back(wire: Wire, deals: HttpVenue, told: Any) -> None:
    wire.on("GET", LOOK, told).on("POST", CANCEL, (201, CANCELLED))
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1)


def test_a_limit_on_that_look_holds_for_the_cancel(wire: Wire, deals: HttpVenue, clock: FakeClock) -> None:
    wire.on("GET", LOOK, (429, "R", {"Retry-After": "5"}), ACTIVE).on("POST", CANCEL, (201, CANCELLED))
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.attempts, clock.elapsed) == (Outcome.CANCELLED, 1, 5.0)


def test_our_own_budget_keeps_no_cancel_from_its_turn(
    wire: Wire, deals: HttpVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look has three seconds, and no turn comes within them: the cancel waits for its own."""

    def no_turn(*_: Any) -> Any:
        raise Limited("no turn", sent=False)

    monkeypatch.setattr(deals, "_look", no_turn)
    wire.on("POST", CANCEL, (201, CANCELLED))
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1)


def test_that_look_is_taken_once_a_deal(wire: Wire, deals: HttpVenue) -> None:
    rows = [deal_row(), deal_row(order_id="3", deal_order_type="Safety")]
    wire.on("GET", LOOK, rows).on("POST", CANCEL, (201, CANCELLED))
    for _ in range(3):
        cancel(deals, DEAL_REF, no_wait=True)
    assert (wire.count("GET", LOOK), wire.count("POST", CANCEL)) == (1, 3)


# --- the outcome table, SmartTrades

NO_TRADE_AT_ALL = ({}, [], "null", "1", '"ok"', HTML, (202, {"status": "ok"}), {"id": 1}, {"id": None}, [WAITING],
                   {"smart_trade": WAITING}, (408, ""))  # fmt: skip


@rows(
    Row("cancelled in the reply", [GONE], [WAITING], Outcome.CANCELLED, REPLY, no_looks=True),
    Row("pending, then cancelled", [CANCELLING], [CANCELLING, GONE], Outcome.CANCELLED, READ_BACK),
    Row("pending to the end", [CANCELLING], [CANCELLING], Outcome.PENDING, says="cancellation_pending"),
    Row("201", [(201, GONE)], [WAITING], Outcome.CANCELLED, REPLY),
    Row("202", [(202, CANCELLING)], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("204", [(204, "")], [GONE], Outcome.CANCELLED, READ_BACK),
    *(Row(f"unanswered {n}", [it], [WAITING], Outcome.UNKNOWN, None, 3, terms=terms)
      for n, it in enumerate(NO_TRADE_AT_ALL) for terms in ({}, {"no_wait": True})),
    Row("no wait, 204", [(204, "")], [WAITING], Outcome.REQUESTED, REPLY, terms={"no_wait": True}),
    Row("no wait, on its way", [WAIT_FOR_INFO], [WAITING], Outcome.REQUESTED, REPLY, terms={"no_wait": True}),
    Row("no wait, an id without a status", [{"id": 30404547}], [WAITING], Outcome.REQUESTED, REPLY,
        terms={"no_wait": True}),
    Row("an id without a status", [{"id": 30404547}], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("a status without an id proves nothing", [{"status": {"type": "cancelled"}}], [WAITING], Outcome.UNKNOWN,
        None, 3),
    Row("only basic_type", [{"id": "30404547", "status": {"basic_type": "cancelled"}}], [WAITING],
        Outcome.CANCELLED, REPLY),
    Row("finished", [CANCELLING], [trade("finished")], Outcome.TOO_LATE, READ_BACK),
    Row("panic_sold_finished", [CANCELLING], [trade("panic_sold_finished")], Outcome.TOO_LATE),
    Row("failed", [CANCELLING], [trade("failed")], Outcome.TOO_LATE),
    Row("panic_sold", [CANCELLING], [trade("panic_sold")], Outcome.TOO_LATE),
    Row("liquidated", [CANCELLING], [trade("liquidated")], Outcome.TOO_LATE),
    Row("panic_sell_pending is open", [CANCELLING], [trade("panic_sell_pending")], Outcome.PENDING),
    Row("data.finished proves nothing", [CANCELLING], [trade(data={"finished": True})], Outcome.PENDING),
    Row("another trade in the reply", [{**GONE, "id": 1}], [WAITING], Outcome.UNKNOWN, None, 3),
    Row("another trade in the look", [CANCELLING], [{**GONE, "id": 1}], Outcome.PENDING),
    Row("a list", [[]], [WAITING], Outcome.UNKNOWN, None, 3),
    Row("Not found, 400", [NO_TRADE], [NO_TRADE], Outcome.NOT_FOUND, says="Smart Trade not found"),
    Row("Not found, 404", [(404, NO_TRADE[1])], [(404, NO_TRADE[1])], Outcome.NOT_FOUND),
    Row("accepted, the look says 404", [CANCELLING], [(404, NO_TRADE[1])], Outcome.PENDING),
    Row("422, cancelled", [CANT], [GONE], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("422, finished", [CANT], [trade("finished")], Outcome.TOO_LATE),
    Row("422, open", [CANT], [WAITING], Outcome.REFUSED),
    Row("422 while another cancel is under way", [CANT], [CANCELLING, GONE], Outcome.ALREADY_CANCELLED),
    Row("lost, under way", [LOST], [CANCELLING, GONE], Outcome.CANCELLED, READ_BACK, 1),
    Row("lost, under way to the end", [LOST], [CANCELLING], Outcome.UNKNOWN, None, 1),
    Row("lost, then 422, cancelled", [LOST, CANT], [WAITING, GONE], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, then Not found", [LOST, NO_TRADE], [WAITING, NO_TRADE], Outcome.UNKNOWN, None, 2),
    Row("lost, and the look knows no such trade", [LOST], [NO_TRADE], Outcome.UNKNOWN, None, 1),
    Row("on its way", [WAIT_FOR_INFO], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("that 500 on a look is no answer", [CANCELLING], [WAIT_FOR_INFO], Outcome.PENDING),
    Row("no wait", [CANCELLING], [GONE], Outcome.REQUESTED, REPLY, terms={"no_wait": True}),
    Row("no wait, lost, accepted", [LOST, CANCELLING], [WAITING], Outcome.REQUESTED, REPLY, 2,
        terms={"no_wait": True}),
)  # fmt: skip
def test_outcomes_of_smart_trades(row: Row, wire: Wire, trades: HttpVenue, clock: FakeClock) -> None:
    TRADE_TABLE.outcome(row, wire, trades, clock)


# --- what a record shows


def test_the_fields_of_a_deal_order(wire: Wire, deals: HttpVenue) -> None:
    wire.on("GET", LOOK, ACTIVE)
    wire.on("POST", CANCEL, (201, [deal_row("Cancelled", "0.10")]))
    result = cancel(deals, DEAL_REF)
    assert (result.side, result.type, result.price, result.quantity, result.filled, result.symbol, result.status) == (
        "buy", "Manual Safety", "3116.81", "0.1773", "0.0773", None, "Cancelled",
    )  # fmt: skip


def test_numbers_come_as_numbers_too_and_fields_may_be_missing(wire: Wire, deals: HttpVenue) -> None:
    row = '{"order_id": 1123077331, "status_string": "Cancelled", "quantity": 0.00000010, "rate": 3116.810}'
    wire.on("GET", LOOK, ACTIVE)
    wire.on("POST", CANCEL, (201, f"[1, null, {row}]"))
    result = cancel(deals, DEAL_REF)
    assert (result.outcome, result.quantity, result.price, result.filled, result.side) == (
        Outcome.CANCELLED, "0.00000010", "3116.810", None, None,
    )  # fmt: skip


def test_the_fields_of_a_smart_trade_and_its_open_position(wire: Wire, trades: HttpVenue) -> None:
    wire.on("DELETE", TRADE, CANCELLING).on("GET", TRADE, GONE)
    result = cancel(trades, TRADE_REF)
    assert (result.symbol, result.side, result.type, result.price, result.quantity, result.filled) == (
        "USDT_DOGE", "buy", "smart_trade", "0.10622", "14.91", "14.91",
    )  # fmt: skip
    assert "14.91 stays open" in result.warning
    assert result.raw["account"] == {"id": 32402783, "type": "binance_us"}
    assert not {"note", "note_raw"} & result.raw.keys()


@pytest.mark.parametrize(
    "change",
    [{"is_position_not_filled": True}, {"data": {"entered_amount": "5", "closed_amount": "5.0"}}, {"data": None}],
)
def test_no_warning_without_an_open_position(change: dict[str, Any], wire: Wire, trades: HttpVenue) -> None:
    wire.on("DELETE", TRADE, {**GONE, **change})
    assert "stays open" not in cancel(trades, TRADE_REF).message


def test_personal_fields_go_also_from_answers_that_are_not_understood(wire: Wire, trades: HttpVenue) -> None:
    odd = copy.deepcopy(WAITING)
    odd["status"] = None
    wire.on("DELETE", TRADE, (500, odd)).on("GET", TRADE, odd)
    result = cancel(trades, TRADE_REF)
    assert result.raw is not None
    assert "My Binance US" not in str(result.raw)
    assert "mine" not in str(result.raw)


def test_the_ban_stops_every_order_of_the_venue(wire: Wire, trades: HttpVenue) -> None:
    wire.on("DELETE", TRADE, (418, ""))
    assert cancel(trades, TRADE_REF).outcome is Outcome.RATE_LIMITED
    later = cancel(trades, OrderRef("1"))
    assert (later.outcome, later.attempts, len(wire.requests)) == (Outcome.RATE_LIMITED, 0, 1)


def test_the_seeds_own_documents(wire: Wire, deals: HttpVenue, trades: HttpVenue) -> None:
    """The deal's rows of the documentation: an array, ids as strings, one row of each kind."""
    seed = [
        {"order_id": "1119466516", "order_type": "SELL", "deal_order_type": "Closed at Market Price",
         "cancellable": False, "status_string": "Filled", "created_at": "2024-11-13T16:18:09.866Z",
         "updated_at": "2024-11-13T16:18:11.070Z", "quantity": "0.0305", "quantity_remaining": "0.0",
         "total": "100.73765151", "rate": "0.0", "average_price": "3302.87382"},
        {"order_id": "1119136171", "order_type": "BUY", "deal_order_type": "Safety", "cancellable": False,
         "status_string": "Cancelled", "created_at": "2024-11-13T15:17:27.737Z",
         "updated_at": "2024-11-13T16:18:09.415Z", "quantity": "0.0167", "quantity_remaining": "0.0167",
         "total": "0.0", "rate": "2598.94", "average_price": "0.0"},
    ]  # fmt: skip
    wire.on("GET", LOOK, NOT_FOUND)
    wire.on("POST", CANCEL, (201, seed))
    sold = cancel(deals, OrderRef("1119466516", DEAL))
    assert (sold.outcome, sold.filled, sold.price) == (Outcome.TOO_LATE, "0.0305", "0.0")
    safety = cancel(deals, OrderRef("1119136171", DEAL))
    assert (safety.outcome, safety.filled) == (Outcome.CANCELLED, "0")


def test_a_bad_key_is_found_before_anything_is_sent(wire: Wire, clock: FakeClock) -> None:
    pem = "-----BEGIN RSA PRIVATE KEY-----\nrubbish\n-----END RSA PRIVATE KEY-----"
    venue = built("smart-trade", link_to(ORIGIN, {**KEYS, "api_secret": pem}, clock))
    result = cancel(venue, TRADE_REF)
    assert (result.outcome, result.attempts) == (Outcome.UNAUTHORIZED, 0)
    assert "CANCEL_3COMMAS_API_SECRET" in result.message
    assert "rubbish" not in result.message


def test_one_look_serves_all_orders_of_a_deal_but_not_of_another(wire: Wire, deals: HttpVenue) -> None:
    other = LOOK.replace(DEAL, "9")
    wire.on("GET", LOOK, ACTIVE).on("GET", other, ACTIVE)
    deals.read(DEAL_REF, 5.0)
    deals.read(OrderRef(DEAL_REF.order_id, "9"), 5.0)
    assert (wire.count("GET", LOOK), wire.count("GET", other)) == (1, 1)


def test_a_look_that_is_no_list_is_unreadable(wire: Wire, deals: HttpVenue) -> None:
    wire.on("GET", LOOK, {"rows": []})
    with pytest.raises(Uncertain):
        deals.read(DEAL_REF, 5.0)
