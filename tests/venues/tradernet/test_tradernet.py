"""Tradernet: the contract in both request schemes, the wire, and the outcome table of its page."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest

from tests.venues.contract import Desk, VenueContract
from tests.venues.declared import HTML, LOST, ORIGIN, UNREACHED, Sent, Wire
from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.table import READ_BACK, REPLY, Row, Runner, rows
from venues.interface import NotFound, OrderRef, Uncertain
from venues.result import Outcome
from venues.sandbox.practice import Practice
from venues.tradernet.orders import Tradernet
from venues.tradernet.practice import PracticeTradernet
from venues.wire.link import HttpVenue

REF = OrderRef("2929292929")
CANCEL, LIST, HISTORY, SESSION = (
    f"/api/v2/cmd/{command}" for command in ("delTradeOrder", "getNotifyOrderJson", "getOrdersHistory", "getAuthInfo")
)
KEYS = {"public_key": " pubkey0123456789abcdef\n", "private_key": "privkey-SECRET-0123456789 "}


class TestTradernetFormContract(VenueContract):
    verb = "tradernet"
    open = REF
    ended = OrderRef("2929292920")
    already = OrderRef("2929292921")
    unknown = OrderRef("77")
    wrong: ClassVar = {"private_key": "not-the-key"}
    secrets = ("private_key",)

    def make(self, clock: FakeClock) -> Practice:
        return PracticeTradernet(now=clock.monotonic, time=clock.unix)

    def test_orders_of_last_week_are_in_the_history(self, desk: Desk) -> None:
        assert desk.cancel(OrderRef("2929292902"), dry_run=True).outcome is Outcome.ALREADY_CANCELLED
        assert desk.cancel(OrderRef("2929292901")).outcome is Outcome.TOO_LATE

    def test_a_partial_fill(self, desk: Desk) -> None:
        result = desk.cancel(OrderRef("2929292931"))
        assert (result.outcome, result.filled, result.quantity, result.status) == (Outcome.CANCELLED, "5", "20", "30")

    def test_a_security_session_is_opened_when_the_answer_asks_for_one(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeTradernet)
        desk.practice.needs_security_session = True
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts, desk.practice.counts["session"]) == (Outcome.CANCELLED, 2, 1)

    def test_no_session_is_opened_unasked(self, desk: Desk) -> None:
        desk.cancel(self.open)
        assert desk.practice.counts["session"] == 0


class TestTradernetHeaderContract(TestTradernetFormContract):
    options: ClassVar = {"api_version": 3}


def line(stat: Any = 10, **more: Any) -> dict[str, Any]:
    return {
        "id": 2929292929, "order_id": 2929292929, "stat": stat, "instr": "AMD.US", "oper": 3, "type": 2, "p": 161.4,
        "q": 10, "leaves_qty": 10, "login": "first.last", "text": "", "order_nb": "123456789", **more,
    }  # fmt: skip


def listed(*lines: Any) -> dict[str, Any]:
    return {"result": {"orders": {"key": "%first.last", "order": list(lines)}}}


GOOD, ACTIVE, UNDER_WAY, GONE = {"order_id": 2929292929}, listed(line(10)), listed(line(2)), listed(line(31))
NOWHERE: dict[str, Any] = {"result": {"orders": {"key": "%first.last"}}}
EMPTY_HISTORY: dict[str, Any] = {"orders": {"order": None}}
TABLE = Runner(REF, ("POST", CANCEL), ("POST", LIST), always=("POST", HISTORY, EMPTY_HISTORY))
NO = {"code": 12, "errorMsg": "This order may only be cancelled by a Cancellation Order or through traders",
      "error": "This order may only be cancelled by a Cancellation Order or through traders"}  # fmt: skip
UNKNOWN = {"error": "Order not found", "code": 5}
BAD_NONCE = {"code": 15, "errMsg": "Bad nonce."}
LIMIT = {"errMsg": "Too many", "error": "Too many", "code": 429}
ASKS = (403, {"error": "you need to open a security session"})
MUMBLES = {"error": "Type of security not identified. Please contact Support.", "code": 0}


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built("tradernet", link_to(ORIGIN, KEYS, clock))


def form(request: Sent) -> dict[str, str]:
    assert isinstance(request.body, bytes)
    return dict(parse_qsl(request.body.decode()))


# --- the wire


def test_the_form_scheme_byte_by_byte(wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, GONE)
    cancel(venue, REF)
    sent, look = wire.requests
    nonce = str(int(clock.unix() - 1) * 10_000_000)  # a second passed before the look
    assert (sent.method, sent.url) == ("POST", ORIGIN + CANCEL)
    assert sent.body == (
        f"apiKey=pubkey0123456789abcdef&cmd=delTradeOrder&nonce={nonce}&params[order_id]=2929292929".encode()
    )
    assert len(nonce) == 17
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent.headers["X-NtApi-PublicKey"] == "pubkey0123456789abcdef"
    assert "X-NtApi-Timestamp" not in sent.headers
    assert b"params[active_only]=0" in (look.body or b"")


def test_the_header_scheme_byte_by_byte(wire: Wire, clock: FakeClock) -> None:
    venue = built("tradernet", link_to(ORIGIN, KEYS, clock, api_version=3))
    wire.on("POST", "/api/delTradeOrder", GOOD).on("POST", "/api/getNotifyOrderJson", GONE)
    cancel(venue, REF)
    sent, look = wire.requests
    assert (sent.body, look.body) == (b'{"order_id":2929292929}', b'{"active_only":0}')
    assert sent.headers["Content-Type"] == "application/json"
    stamps = [int(request.headers["X-NtApi-Timestamp"]) for request in wire.requests]
    assert stamps == [int(clock.unix()) - 1, int(clock.unix())]


def test_every_try_has_a_new_nonce_though_the_clock_stands_still(wire: Wire, clock: FakeClock) -> None:
    venue = built("tradernet", link_to(ORIGIN, KEYS, clock))
    wire.on("POST", LIST, ACTIVE)
    threads = [threading.Thread(target=venue.check, args=(5.0,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    clock.skew = -3600  # the wall clock was set back
    venue.check(5.0)
    nonces = [int(form(request)["nonce"]) for request in wire.requests]
    assert len(set(nonces)) == 9
    assert nonces[-1] == max(nonces)


def test_the_history_reaches_from_30_days_back_to_tomorrow(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, NOWHERE).on("POST", HISTORY, {"orders": {"order": [line(31)]}})
    cancel(venue, REF, dry_run=True)
    fields = form(wire.requests[1])
    assert (fields["params[from]"], fields["params[till]"]) == ("2026-10-21T00:00:00", "2026-11-21T23:59:59")


# --- the outcome table

UNANSWERED = (
    HTML, "", "null", "[]", "{}", '{"order_', {"order_id": 1}, {"order_id": 0}, {"result": 0}, BAD_NONCE, (500, HTML),
    (502, ""), (504, HTML), (408, ""), LOST,
    {"result": "0"}, {"result": False}, {"result": "false"}, {"result": ""}, {"result": None},
    {"result": "no rights"}, {"result": {}}, {"result": []}, {"result": {"message": "queued"}},
    {"result": [1]}, {"result": {"order_id": 1}},
    {"result": [{"order_id": 2929292929}, {"order_id": 1}]}, {"result": 1, "order_id": 1}, {"result": {"error": ""}},
)  # fmt: skip
ACCEPTED = (GOOD, {"order_id": "2929292929"}, {"result": 1}, {"result": "1"}, {"result": {"order_id": 2929292929}},
            {"result": [{"order_id": "2929292929"}]}, {"result": {"order_id": 2929292929, "error": None}},
            {"result": True, "error": None}, {**GOOD, "code": 0},
            {**GOOD, "error": "0"}, {**GOOD, "errMsg": ""}, {**GOOD, "errorMsg": False, "error": 0})  # fmt: skip
KEY_TROUBLE = (
    {"code": 12, "error": "Invalid signature"}, {"code": 4, "errMsg": "Bad sign."},
    {"code": 4, "error": "No matching pair is found for apiKey:..."}, (403, {"error": "Invalid api key provided"}),
    (403, {"error": "Invalid signature provided"}), (401, {"error": "Access denied"}), (401, ""),
    {"error": "User is not found", "code": 7}, {"error": "quelque chose", "code": "8"},
)  # fmt: skip
NO_INSIDE = (
    ({"result": {"error": "no rights"}}, Outcome.REFUSED), ({"result": {"errMsg": ["Exec wrong"]}}, Outcome.REFUSED),
    ({"result": {"error": "Order not found"}}, Outcome.REFUSED),
    ({"result": {"error": "Invalid signature", "code": 12}}, Outcome.UNAUTHORIZED),
    ({"result": {"error": "?", "code": 7}}, Outcome.UNAUTHORIZED),
    ({"result": {"error": "x", "order_id": 2929292929}}, Outcome.REFUSED),
)  # fmt: skip
WRONG_URL = (
    {"errMsg": "Unsupported query method", "code": 2}, {"errMsg": "\u043d\u0435\u0442", "code": "2"},
    (404, {"error": "Command not found"}), (404, {"error": "?"}), (404, HTML), (405, ""), (302, ""), (403, HTML),
        (451, ""),
)  # fmt: skip


@rows(
    Row("31", [GOOD], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("2, then 31", [GOOD], [UNDER_WAY, UNDER_WAY, GONE], Outcome.CANCELLED, READ_BACK),
    Row("30, partly filled", [GOOD], [listed(line(30, leaves_qty="4.00000000"))], Outcome.CANCELLED, READ_BACK,
        says="after 6 of 10 was filled"),
    Row("31 with a fill", [GOOD], [listed(line(31, leaves_qty=9))], Outcome.CANCELLED, READ_BACK,
        says="after 1 of 10"),
    *(Row(f"stat {n}", [GOOD], [listed(line(n))], Outcome.TOO_LATE, READ_BACK) for n in (21, 70, 71, 72, 74, 0,
        "21")),
    Row("20 without a rest", [GOOD], [listed(line(20, leaves_qty=".00000000"))], Outcome.TOO_LATE, READ_BACK),
    Row("20 with a rest is open", [GOOD], [listed(line(20, leaves_qty=1))], Outcome.PENDING),
    *(Row(f"stat {n} to the end", [GOOD], [listed(line(n))], Outcome.PENDING, READ_BACK, says="market is closed")
      for n in (1, 2, 10, 11, 12, 73, 99)),
    Row("in neither list to the end", [GOOD], [NOWHERE], Outcome.PENDING, REPLY),
    Row("75 to the end", [GOOD], [listed(line(75))], Outcome.REFUSED, READ_BACK, says="could not cancel"),
    Row("75, then 31", [GOOD], [listed(line(75)), GONE], Outcome.CANCELLED, READ_BACK),
    Row("why it was rejected", [GOOD], [listed(line(70, **{"@text": "no money"}))], Outcome.TOO_LATE,
        says="no money"),
    Row("accepted, the looks are refused", [GOOD], [{"error": "Exec wrong", "code": 18}], Outcome.PENDING,
        says="Exec wrong"),
    Row("accepted, the looks fail", [GOOD], [HTML], Outcome.PENDING, REPLY),
    Row("no, 31", [NO], [GONE], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("no, 30", [NO], [listed(line(30))], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("no, 21", [NO], [listed(line(21))], Outcome.TOO_LATE, READ_BACK),
    Row("no, open", [NO], [ACTIVE], Outcome.REFUSED, REPLY, says="only be cancelled by"),
    Row("no, in neither list", [NO], [NOWHERE], Outcome.REFUSED, REPLY),
    Row("not found, in neither list", [UNKNOWN], [NOWHERE], Outcome.NOT_FOUND),
    Row("unknown order, in neither list", [{"errMsg": ["Unknown order"]}], [NOWHERE], Outcome.NOT_FOUND),
    Row("not found, and yet open", [UNKNOWN], [ACTIVE], Outcome.REFUSED),
    Row("not found, and it was cancelled", [UNKNOWN], [GONE], Outcome.ALREADY_CANCELLED),
    Row("any other text", [{"error": "Exec wrong", "code": 18}], [ACTIVE], Outcome.REFUSED, says="Exec wrong"),
    Row("lost, no, 31", [LOST, NO], [ACTIVE, GONE], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, no, 21", [LOST, NO], [ACTIVE, listed(line(21))], Outcome.TOO_LATE, READ_BACK, 2),
    Row("lost, no, open to the end", [LOST, NO], [ACTIVE], Outcome.UNKNOWN, None, 2),
    Row("lost, stat 2: only read", [LOST], [UNDER_WAY, UNDER_WAY, GONE], Outcome.CANCELLED, READ_BACK, 1),
    Row("lost, stat 2 to the end", [LOST], [UNDER_WAY], Outcome.UNKNOWN, None, 1),
    Row("lost, in neither list", [LOST], [NOWHERE], Outcome.UNKNOWN, None, 1),
    Row("bad nonce of a request that was executed", [BAD_NONCE], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("code 429, then accepted", [LIMIT, GOOD], [ACTIVE, GONE], Outcome.CANCELLED, READ_BACK, 2),
    Row("code 429 as text", [{**LIMIT, "code": "429"}, GOOD], [ACTIVE, GONE], Outcome.CANCELLED, READ_BACK, 2),
    Row("429, Retry-After", [(429, LIMIT, {"Retry-After": "3"}), GOOD], [ACTIVE, GONE], Outcome.CANCELLED,
        READ_BACK, 2),
    Row("429 for hours", [(429, "", {"Retry-After": "9999"})], [ACTIVE], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("429 to the end", [LIMIT], [ACTIVE], Outcome.RATE_LIMITED, REPLY, None),
    Row("418", [(418, "")], [ACTIVE], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("never reached", [UNREACHED], [UNREACHED], Outcome.UNAVAILABLE, None, 0),
    Row("no wait", [GOOD], [ACTIVE], Outcome.REQUESTED, REPLY, terms={"no_wait": True}, no_looks=True),
    *(Row(f"accepted {n}", [it], [GONE], Outcome.CANCELLED, READ_BACK) for n, it in enumerate(ACCEPTED)),
    *(Row(f"no wait, accepted {n}", [it], [ACTIVE], Outcome.REQUESTED, REPLY, terms={"no_wait": True}, no_looks=True)
      for n, it in enumerate(ACCEPTED)),
    *(Row(f"no wait, unanswered {n}", [it], [ACTIVE], Outcome.UNKNOWN, None, 2, terms={"no_wait": True})
      for n, it in enumerate(UNANSWERED)),
    *(Row(f"a no inside {n}", [it], [ACTIVE], outcome, REPLY, terms=terms)
      for n, (it, outcome) in enumerate(NO_INSIDE) for terms in ({}, {"no_wait": True})),
    *(Row(f"key trouble {n}", [it], [ACTIVE], Outcome.UNAUTHORIZED, REPLY, no_looks=True)
      for n, it in enumerate(KEY_TROUBLE)),
    *(Row(f"wrong url {n}", [it], [ACTIVE], Outcome.REFUSED, REPLY, no_looks=True) for n, it in enumerate(WRONG_URL)),
    *(Row(f"unanswered {n}, 31", [it], [GONE], Outcome.CANCELLED, READ_BACK) for n, it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, open", [it], [ACTIVE], Outcome.UNKNOWN, None, 2) for n, it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, then accepted", [it, GOOD], [ACTIVE, GONE], Outcome.CANCELLED, READ_BACK, 2)
      for n, it in enumerate(UNANSWERED)),
)  # fmt: skip
def test_outcomes(row: Row, wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
    TABLE.outcome(row, wire, venue, clock)
    assert wire.count("POST", SESSION) == 0


@rows(
    *(
        Row(f"stat {n}", [], [listed(line(n))], Outcome.DRY_RUN, READ_BACK, 0)
        for n in (1, 2, 10, 11, 12, 75, 99, None)
    ),
    *(Row(f"stat {n}", [], [listed(line(n))], Outcome.ALREADY_CANCELLED, READ_BACK, 0) for n in (30, 31, "31")),
    *(Row(f"stat {n}", [], [listed(line(n))], Outcome.TOO_LATE, READ_BACK, 0) for n in (21, 70, 71, 72, 74, 0)),
    Row("in neither list", [], [NOWHERE], Outcome.NOT_FOUND, READ_BACK, 0),
    Row("key trouble", [], [(403, {"error": "Invalid api key provided"})], Outcome.UNAUTHORIZED, READ_BACK, 0),
    Row("never answered", [], [LOST], Outcome.UNAVAILABLE, None, 0),
)
def test_dry_run(row: Row, wire: Wire, venue: HttpVenue) -> None:
    TABLE.dry_run(row, wire, venue)


def test_a_market_is_not_blamed_for_a_deadline_that_left_no_look(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, HTML)
    result = cancel(venue, REF, wait=0.05)
    assert (result.outcome, "market" in result.message) == (Outcome.PENDING, False), result.message


def test_json_under_the_name_of_html_is_json(wire: Wire, venue: HttpVenue) -> None:
    """PHP's usual content type: no firewall's page, but the venue's own answer about the key."""
    wire.on("POST", CANCEL, (403, {"error": "Invalid api key provided"}, {"Content-Type": "text/html"}))
    assert cancel(venue, REF).outcome is Outcome.UNAUTHORIZED


# --- the security session


@pytest.mark.parametrize("asking", [ASKS, MUMBLES])
def test_a_session_is_opened_once_and_the_cancel_goes_again(asking: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, asking, GOOD).on("POST", SESSION, {"sess_id": "s", "login": "first.last"}).on(
        "POST", LIST, GONE
    )
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts, wire.count("POST", SESSION)) == (Outcome.CANCELLED, 2, 1)
    fields = form(wire.requests[1])
    assert fields.keys() == {"apiKey", "cmd", "nonce"}


@pytest.mark.parametrize(("asking", "outcome"), [(ASKS, Outcome.UNAUTHORIZED), (MUMBLES, Outcome.REFUSED)])
@pytest.mark.parametrize("session", [{"sess_id": "s"}, (403, {"error": "Invalid signature provided"}), LOST, HTML])
def test_a_session_that_does_not_help(
    asking: Any, outcome: Outcome, session: Any, wire: Wire, venue: HttpVenue
) -> None:
    wire.on("POST", CANCEL, asking).on("POST", SESSION, session)
    result = cancel(venue, REF)
    helped = session == {"sess_id": "s"}
    assert (result.outcome, result.attempts, wire.count("POST", SESSION)) == (outcome, 2 if helped else 1, 1)


def test_a_bad_signature_of_the_header_scheme_may_be_the_clock(wire: Wire, clock: FakeClock) -> None:
    venue = built("tradernet", link_to(ORIGIN, KEYS, clock, api_version=3))
    wire.on("POST", "/api/delTradeOrder", (403, {"error": "Invalid signature provided"}))
    assert "check the clock" in cancel(venue, REF).message


# --- reading the lists


@pytest.mark.parametrize(
    "document",
    [
        listed(line(31)),
        listed(1, None, "x", {}, line(31)),
        {"orders": {"order": [line(31)]}},
        {"orders": {"order": line(31)}},
        {"orders": line(31)},
        {"orders": [line(31)]},
        {"result": {"orders": [line(31)]}},
        {"result": [line(31)]},
        [line(31)],
        listed({"id": "2929292929", "stat": "31"}),
        listed({"id": "2929292929", "order_id": None, "stat": "31"}),
        listed({"id": 2929292929, "order_id": 1, "stat": 10}, {"id": 1, "order_id": 2929292929, "stat": 31}),
        listed({"order_id": 2929292929, "stat": 31}),
    ],
)
def test_every_shape_of_a_list(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document)
    shown = venue.read(REF, 5.0).order
    assert shown is not None
    assert shown.status == "31"


@pytest.mark.parametrize(
    "document",
    [NOWHERE, {"result": {"orders": {"order": None}}}, {"orders": None}, {"orders": []}, {"orders": {}},
        {"result": {"orders": {}}},
     listed(line(31, order_id=1)), listed(line(31, order_id=0)), listed(line(31, id=1, order_id=1)),
        listed(line(31, id=1, order_id=1, order_nb="2929292929"))],
)  # fmt: skip
def test_no_such_row(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document).on("POST", HISTORY, EMPTY_HISTORY)
    with pytest.raises(NotFound):
        venue.read(REF, 5.0)


@pytest.mark.parametrize(
    "document", [{}, {"x": 1}, {"result": 1}, {"result": "text"}, {"orders": 7}, {"orders": {"order": "x"}}]
)
def test_no_list_at_all(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document)
    with pytest.raises(Uncertain):
        venue.read(REF, 5.0)


def test_the_fields_of_the_record_without_personal_ones(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, listed(line(31, trade=[{"id": 1, "details": "Mr Last"}])))
    result = cancel(venue, REF)
    assert (result.symbol, result.side, result.type, result.price, result.quantity, result.filled, result.status) == (
        "AMD.US", "sell", "2", "161.4", "10", "0", "31",
    )  # fmt: skip
    assert result.placed_at is None
    assert "first.last" not in str(result.raw)
    assert "Mr Last" not in str(result.raw)


@pytest.mark.parametrize(("oper", "side"), [(1, "buy"), ("2", "buy"), (3, "sell"), (4, "sell"), (9, None)])
def test_a_side_is_a_word(oper: Any, side: str | None, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, listed(line(31, oper=oper)))
    assert cancel(venue, REF).side == side


def test_a_date_is_moscow_time(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, listed(line(31, date="2026-11-20T14:30:00.790")))
    assert cancel(venue, REF).placed_at == datetime(2026, 11, 20, 11, 30, 0, 790_000, UTC)


def test_a_status_has_its_word_beside_it(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("POST", LIST, listed(line(21, leaves_qty=0)))
    result = cancel(venue, REF)
    assert "status 21, executed" in result.message
    assert result.status == "21"


def test_personal_fields_go_also_from_answers_that_are_not_understood(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, (500, {"login": "first.last", "why": "x"})).on("POST", LIST, (500, ""))
    assert cancel(venue, REF).raw == {"why": "x"}


def test_json_bodies_keep_large_ids_whole() -> None:
    """Ids above 2^53 would lose digits as floats."""
    from venues.tradernet.signing import header_request

    body = header_request("p", "k", "delTradeOrder", {"order_id": 9007199254740993}, 1).body
    assert json.loads(body or b"") == {"order_id": 9007199254740993}
    assert Tradernet.habits.most_looks == 8
