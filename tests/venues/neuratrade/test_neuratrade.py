"""NeuraTrade: the contract, signing in, the wire, and the outcome table of its page."""

from __future__ import annotations

import base64
import json
from typing import Any, ClassVar

import pytest

from tests.venues.contract import Desk, VenueContract
from tests.venues.declared import HTML, LOST, ORIGIN, UNREACHED, Wire
from tests.venues.fakes import FakeClock, Held, built, cancel, link_to
from tests.venues.table import READ_BACK, REPLY, Row, Runner, rows
from venues.interface import OrderRef
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.result import Outcome
from venues.sandbox.practice import Practice
from venues.wire.link import HttpVenue

ORDER = "ord-20261120043151-1"
REF = OrderRef(ORDER)
CANCEL = "/api/v1/trading/cancel_order"
LOOK = "/api/v1/trading/positions/pos-20261120043151-1"
TABLE = Runner(REF, ("POST", CANCEL), ("GET", LOOK))
LOGIN = "/api/v1/users/login"
LOGINS = {"email": "a@example.com", "password": "pass word"}


class TestNeuraTradeContract(VenueContract):
    verb = "order"
    open = OrderRef("ord-20260303120000-1")
    ended = OrderRef("ord-20260302090000-1")
    already = OrderRef("ord-20260301090000-1")
    unknown = OrderRef("ord-20260303120000-77")
    wrong: ClassVar = {"token": "not-a-token"}
    secrets = ("token",)

    def make(self, clock: FakeClock) -> Practice:
        return PracticeNeuraTrade(now=clock.monotonic, time=clock.unix)

    def test_a_password_logs_in_once_a_run(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeNeuraTrade)
        desk.connect({"email": desk.practice.email, "password": desk.practice.password})
        assert desk.cancel(self.open).outcome is Outcome.CANCELLED
        assert desk.cancel(self.ended).outcome is Outcome.TOO_LATE
        assert desk.practice.counts["login"] == 1

    def test_a_log_in_whose_token_has_run_out_is_made_again(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeNeuraTrade)
        desk.connect({"email": desk.practice.email, "password": desk.practice.password})
        for logins, number in enumerate(("120000-1", "120500-2", "121000-3"), start=1):
            result = desk.cancel(OrderRef(f"ord-20260303{number}"))
            assert (result.outcome, desk.practice.counts["login"]) == (Outcome.CANCELLED, logins), result.message
            desk.clock.pass_by(100_000)

    @pytest.mark.parametrize("lifetime", [-60.0, None])
    def test_an_expired_token_is_replaced_by_a_log_in(self, desk: Desk, lifetime: float | None) -> None:
        """None: a token without an expiry, which is good."""
        practice = desk.practice
        assert isinstance(practice, PracticeNeuraTrade)
        desk.connect({"token": practice.issue(lifetime), "email": practice.email, "password": practice.password})
        assert desk.cancel(self.open).outcome is Outcome.CANCELLED
        assert practice.counts["login"] == (1 if lifetime else 0)

    def test_a_server_on_sqlite_stores_nothing(self, desk: Desk) -> None:
        desk.practice.keeps_cancels = False
        result = desk.cancel(self.open)
        assert (result.outcome, result.evidence) == (Outcome.PENDING, READ_BACK)
        assert "SQLite" in result.message
        assert "will not help" in result.message

    def test_the_half_state_is_named(self, desk: Desk) -> None:
        """The order is cancelled, the position stays open for good: a 409 after a lost try."""
        practice = desk.practice
        assert isinstance(practice, PracticeNeuraTrade)
        practice.orphan(self.open.order_id)
        lost = iter([True])

        def lose_one(request: Any, act: Any) -> Any:
            from venues.sandbox.practice import RawReply

            if practice.route(request) == "cancel" and next(lost, False):
                return RawReply(lambda connection: None)
            return act()

        desk.server.meddle = lose_one
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) == (Outcome.UNKNOWN, 2)
        assert "orphaned" in result.message


def reply(status: str = "CANCELED", **more: Any) -> dict[str, Any]:
    data = {
        "order_id": ORDER, "position_id": "pos-20261120043151-1", "exchange": "binance", "symbol": "BTC/USDT",
        "side": "BUY", "type": "LIMIT", "amount": "0.01", "price": "50000", "status": status,
        "created_at": "2026-11-20T04:31:51.286521Z", "updated_at": "2026-11-20T04:31:51.371831095Z", **more,
    }  # fmt: skip
    return {"data": data, "status": "success"}


def position(status: str | None = "OPEN", **more: Any) -> dict[str, Any]:
    data = {
        "position_id": "pos-20261120043151-1", "order_id": ORDER, "exchange": "binance", "symbol": "BTC/USDT",
        "side": "BUY", "size": "0.01", "entry_price": "50000", "status": status, **more,
    }  # fmt: skip
    return {"data": data, "status": "success"}


def no(status: int, words: str) -> tuple[int, dict[str, str]]:
    return status, {"error": words, "status": "error"}


GOOD, OPEN, CLOSED, LIQUIDATED = reply(), position(), position("CLOSED"), position("LIQUIDATED")
NOT_OPEN, NO_ORDER, NO_POSITION = (
    no(409, "order is not open"),
    no(404, "order not found"),
    no(404, "position not found"),
)
NO_ROUTE = (404, "404 page not found")
EXPIRED = (401, {"error": "Token expired"})
TOKEN = {"user": {"email": "a@example.com"}, "token": "token-from-log-in"}


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built("order", link_to(ORIGIN, {"token": " token-given\n"}, clock))


def with_login(clock: FakeClock, **more: str) -> HttpVenue:
    return built("order", link_to(ORIGIN, {**LOGINS, **more}, clock))


# --- the wire


def test_the_cancel_and_the_look_byte_by_byte(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD).on("GET", LOOK, CLOSED)
    cancel(venue, REF)
    sent, look = wire.requests
    assert (sent.method, sent.url, sent.body) == ("POST", ORIGIN + CANCEL, b'{"order_id": "ord-20261120043151-1"}')
    assert sent.headers["Authorization"] == look.headers["Authorization"] == "Bearer token-given"
    assert sent.headers["Content-Type"] == "application/json"
    assert (look.method, look.url, look.body) == ("GET", ORIGIN + LOOK, None)


def test_the_log_in_byte_by_byte(wire: Wire, clock: FakeClock) -> None:
    wire.on("POST", LOGIN, TOKEN).on("POST", CANCEL, GOOD).on("GET", LOOK, CLOSED)
    result = cancel(with_login(clock), REF)
    login, sent, _ = wire.requests
    assert json.loads(login.body or b"") == LOGINS
    assert "Authorization" not in login.headers
    assert sent.headers["Authorization"] == "Bearer token-from-log-in"
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1)


def test_the_position_that_the_reply_names_is_read(wire: Wire, venue: HttpVenue) -> None:
    path = "/api/v1/trading/positions/pos-other%2F1"
    wire.on("POST", CANCEL, reply(position_id="pos-other/1")).on("GET", path, CLOSED)
    assert cancel(venue, REF).outcome is Outcome.CANCELLED


# --- the outcome table

UNANSWERED: tuple[Any, ...] = (
    HTML, "", "null", '{"data": {', {}, {"status": "success"}, reply("OPEN"), {**GOOD, "status": "error"},
    reply(order_id="ord-20261120043151-2"), (500, {"error": "failed to cancel order", "status": "error"}), (500, ""),
    (502, HTML), (503, HTML), (504, HTML), (408, ""), LOST, [], {"status": "success", "data": []},
    {"status": "success", "data": {"status": "CANCELED"}}, {"data": GOOD["data"]},
)  # fmt: skip
WRONG_URL = (NO_ROUTE, (405, ""), (405, {"error": "x"}), (307, ""), (400, HTML), (413, HTML), (403, HTML), (451, ""),
             no(400, "invalid request payload"))  # fmt: skip


@rows(
    Row("closed", [GOOD], [CLOSED], Outcome.CANCELLED, READ_BACK),
    Row("two Ls", [reply("CANCELLED")], [CLOSED], Outcome.CANCELLED, READ_BACK),
    Row("liquidated", [GOOD], [LIQUIDATED], Outcome.TOO_LATE, READ_BACK),
    Row("open to the end", [GOOD], [OPEN], Outcome.PENDING, READ_BACK, says="SQLite"),
    Row("an unknown word is open", [GOOD], [position("PAUSED")], Outcome.PENDING, READ_BACK, says="PAUSED"),
    Row("no positions route", [GOOD], [NO_ROUTE], Outcome.PENDING, REPLY, says="cannot show orders"),
    Row("position not found", [GOOD], [NO_POSITION], Outcome.PENDING, REPLY),
    Row("the looks fail", [GOOD], [(500, {"error": "failed to get position"})], Outcome.PENDING, REPLY),
    Row("another order's position", [GOOD], [position("CLOSED", order_id="ord-20261120043151-2")], Outcome.PENDING),
    Row("409, closed", [NOT_OPEN], [CLOSED], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("409, liquidated", [NOT_OPEN], [LIQUIDATED], Outcome.TOO_LATE, READ_BACK),
    Row("409, open to the end", [NOT_OPEN], [OPEN], Outcome.REFUSED, REPLY, says="order is not open"),
    Row("409, closed at last", [NOT_OPEN], [OPEN, OPEN, CLOSED], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("409, no positions route", [NOT_OPEN], [NO_ROUTE], Outcome.REFUSED, REPLY, says="order is not open"),
    Row("lost, 409, closed", [LOST, NOT_OPEN], [OPEN, CLOSED], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, 409, liquidated", [LOST, NOT_OPEN], [OPEN, LIQUIDATED], Outcome.TOO_LATE, READ_BACK, 2),
    Row("lost, 409, open to the end", [LOST, NOT_OPEN], [OPEN], Outcome.UNKNOWN, None, 2, says="orphaned"),
    Row("lost, 409, unreadable", [LOST, NOT_OPEN], [OPEN, HTML], Outcome.UNKNOWN, None, 2),
    Row("lost, 409, no route", [LOST, NOT_OPEN], [NO_ROUTE], Outcome.UNKNOWN, None, 2),
    Row("lost, no route, accepted", [LOST, GOOD], [NO_ROUTE], Outcome.PENDING, REPLY, 2),
    Row("lost, no position, accepted", [LOST, GOOD], [NO_POSITION, CLOSED], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, the looks fail", [LOST], [LOST], Outcome.UNKNOWN, None, 1),
    Row("lost, a firewall before the look: no repeat", [LOST], [(403, HTML)], Outcome.UNKNOWN, None, 1),
    Row("lost, a redirect before the look: no repeat", [LOST], [(302, "")], Outcome.UNKNOWN, None, 1),
    Row("404", [NO_ORDER], [NO_POSITION], Outcome.NOT_FOUND),
    Row("404, no positions route", [NO_ORDER], [NO_ROUTE], Outcome.NOT_FOUND),
    Row("404, the looks fail", [NO_ORDER], [LOST], Outcome.NOT_FOUND),
    Row("404, the position is closed", [NO_ORDER], [CLOSED], Outcome.ALREADY_CANCELLED),
    Row("401", [EXPIRED], [OPEN], Outcome.UNAUTHORIZED, REPLY, no_looks=True, says="Token expired"),
    Row("401 as a page", [(401, HTML)], [OPEN], Outcome.UNAUTHORIZED, no_looks=True),
    Row("403 of a proxy, in JSON", [(403, {"error": "denied"})], [OPEN], Outcome.UNAUTHORIZED, no_looks=True),
    Row("418", [(418, "")], [OPEN], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("429, retry_after in the body", [(429, {"error": "Rate limit exceeded", "retry_after": 3}), GOOD], [OPEN,
        CLOSED],
        Outcome.CANCELLED, READ_BACK, 2),
    Row("429, retry_after too long", [(429, {"error": "x", "retry_after": 3600})], [OPEN], Outcome.RATE_LIMITED,
        REPLY),
    Row("429 to the end", [(429, "")], [OPEN], Outcome.RATE_LIMITED, REPLY, None),
    Row("never reached", [UNREACHED], [UNREACHED], Outcome.UNAVAILABLE, None, 0),
    Row("no wait", [GOOD], [OPEN], Outcome.REQUESTED, REPLY, terms={"no_wait": True}, no_looks=True),
    *(Row(f"no wait, unanswered {n}", [it], [OPEN], Outcome.UNKNOWN, None, 2, terms={"no_wait": True})
      for n, it in enumerate(UNANSWERED)),
    *(Row(f"refused {n}", [it], [OPEN], Outcome.REFUSED, REPLY, no_looks=True) for n, it in enumerate(WRONG_URL)),
    *(Row(f"unanswered {n}, closed", [it], [CLOSED], Outcome.CANCELLED, READ_BACK) for n,
        it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, liquidated", [it], [LIQUIDATED], Outcome.TOO_LATE) for n, it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, open", [it], [OPEN], Outcome.UNKNOWN, None, 2) for n, it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, then accepted", [it, GOOD], [OPEN, CLOSED], Outcome.CANCELLED, READ_BACK, 2)
      for n, it in enumerate(UNANSWERED)),
)  # fmt: skip
def test_outcomes(row: Row, wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
    TABLE.outcome(row, wire, venue, clock)


@rows(
    Row("open", [], [OPEN], Outcome.DRY_RUN, READ_BACK, 0),
    Row("closed", [], [CLOSED], Outcome.ALREADY_CANCELLED, READ_BACK, 0),
    Row("liquidated", [], [LIQUIDATED], Outcome.TOO_LATE, READ_BACK, 0),
    Row("position not found", [], [NO_POSITION], Outcome.NOT_FOUND, READ_BACK, 0),
    Row("no route", [], [NO_ROUTE], Outcome.REFUSED, READ_BACK, 0, says="this server cannot show orders"),
    Row("firewall", [], [(403, HTML)], Outcome.REFUSED, READ_BACK, 0, says="not reached"),
    Row("401", [], [EXPIRED], Outcome.UNAUTHORIZED, READ_BACK, 0),
    Row("never answered", [], [LOST], Outcome.UNAVAILABLE, None, 0),
)
def test_dry_run(row: Row, wire: Wire, venue: HttpVenue) -> None:
    TABLE.dry_run(row, wire, venue)


# --- signing in


def test_a_401_for_a_given_token_is_answered_with_one_log_in(wire: Wire, clock: FakeClock) -> None:
    wire.on("POST", CANCEL, EXPIRED, GOOD).on("POST", LOGIN, TOKEN).on("GET", LOOK, CLOSED)
    result = cancel(with_login(clock, token="given"), REF)
    assert (result.outcome, result.attempts, wire.count("POST", LOGIN)) == (Outcome.CANCELLED, 2, 1)


def test_a_second_401_is_the_end(wire: Wire, clock: FakeClock) -> None:
    wire.on("POST", CANCEL, EXPIRED).on("POST", LOGIN, TOKEN)
    result = cancel(with_login(clock, token="given"), REF)
    assert (result.outcome, result.attempts, wire.count("POST", LOGIN)) == (Outcome.UNAUTHORIZED, 2, 1)


def test_a_fresh_token_that_is_refused_at_once_is_not_logged_in_for_again(wire: Wire, clock: FakeClock) -> None:
    venue = with_login(clock)
    wire.on("POST", CANCEL, EXPIRED).on("POST", LOGIN, TOKEN)
    for _ in range(3):
        assert cancel(venue, REF).outcome is Outcome.UNAUTHORIZED
    assert wire.count("POST", LOGIN) == 1


@pytest.mark.parametrize("proof", [GOOD, NOT_OPEN, NO_ORDER, no(400, "invalid request payload"),
                                   no(500, "failed to cancel order")])  # fmt: skip
def test_a_token_that_worked_is_logged_in_for_again(proof: Any, wire: Wire, clock: FakeClock) -> None:
    """Any answer of a handler proves it: the server checks the token first."""
    venue = with_login(clock)
    wire.on("POST", CANCEL, proof, EXPIRED, GOOD).on("GET", LOOK, CLOSED)
    wire.on("POST", LOGIN, TOKEN, {"token": "token-from-the-second"})
    cancel(venue, REF, no_wait=True)
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts, wire.count("POST", LOGIN)) == (Outcome.CANCELLED, 2, 2)
    assert wire.requests[-1].headers["Authorization"] == "Bearer token-from-the-second"


@pytest.mark.parametrize("no_proof", [LOST, HTML, (403, HTML), (404, "404 page not found"), (502, HTML),
                                      (401, {"error": "Token expired", "status": "error"}),
                                      (429, {"error": "Rate limit exceeded", "retry_after": 1})])  # fmt: skip
def test_an_answer_from_elsewhere_proves_no_token(no_proof: Any, wire: Wire, clock: FakeClock) -> None:
    venue = with_login(clock)
    wire.on("POST", CANCEL, no_proof, EXPIRED).on("GET", LOOK, EXPIRED).on("POST", LOGIN, TOKEN)
    for _ in range(3):
        cancel(venue, REF)
    assert wire.count("POST", LOGIN) == 1


def test_another_threads_old_token_proves_nothing_of_the_new_one(wire: Wire, clock: FakeClock) -> None:
    """An answer to the token before comes late, while the new one has not been tried."""
    venue = with_login(clock, token="given")
    wire.on("POST", LOGIN, TOKEN)
    venue.prepare(5.0)
    venue._token, venue._untried = "given", "token-from-log-in"  # type: ignore[attr-defined]
    wire.on("GET", LOOK, OPEN)
    venue.read(REF, 5.0)
    assert venue._untried == "token-from-log-in"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        ((401, {"error": "Invalid email or password"}), Outcome.UNAUTHORIZED, "database looks the same"),
        ((400, {"error": "Key: 'LoginRequest.Email'\nKey: ..."}), Outcome.UNAUTHORIZED, "LoginRequest"),
        (UNREACHED, Outcome.UNAVAILABLE, "refused"),
        (LOST, Outcome.UNAVAILABLE, "log-in was not answered"),
        ((500, ""), Outcome.UNAVAILABLE, "500"),
        ({"user": {}}, Outcome.UNAVAILABLE, "without a token"),
        (HTML, Outcome.UNAVAILABLE, "log-in"),
        (NO_ROUTE, Outcome.REFUSED, "check `url`"),
        ((307, ""), Outcome.REFUSED, "redirect"),
        ((403, HTML), Outcome.REFUSED, "not reached"),
        ((429, {"error": "x", "retry_after": 999}), Outcome.RATE_LIMITED, "429"),
        ((418, ""), Outcome.RATE_LIMITED, "418"),
    ],
)
def test_log_ins_that_fail(answer: Any, outcome: Outcome, says: str, wire: Wire, clock: FakeClock) -> None:
    wire.on("POST", LOGIN, answer)
    result = cancel(with_login(clock), REF)
    assert (result.outcome, result.attempts, result.evidence) == (outcome, 0, None), result.message
    assert says in result.message
    assert LOGINS["password"] not in result.message


def test_an_expired_token_without_a_password_is_sent_as_it_is(wire: Wire, clock: FakeClock) -> None:
    """The server may not mind; and its own words are better than a guess."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1}).encode()).decode().rstrip("=")
    venue = built("order", link_to(ORIGIN, {"token": f"e30.{claims}.c2ln"}, clock))
    wire.on("POST", CANCEL, GOOD).on("GET", LOOK, CLOSED)
    assert cancel(venue, REF).outcome is Outcome.CANCELLED


def test_the_new_token_takes_the_old_ones_place(wire: Wire, clock: FakeClock) -> None:
    held = Held({**LOGINS, "token": "given"})
    wire.on("POST", CANCEL, EXPIRED, GOOD).on("POST", LOGIN, TOKEN).on("GET", LOOK, CLOSED)
    cancel(built("order", link_to(ORIGIN, held, clock)), REF)
    assert held.stored == [{"token": "token-from-log-in"}]


# --- what a record shows


def test_the_fields_of_the_record_are_kept_from_the_reply(wire: Wire, venue: HttpVenue) -> None:
    """A position has no type, and its status is the word that the outcome rests on."""
    wire.on("POST", CANCEL, GOOD).on("GET", LOOK, CLOSED)
    result = cancel(venue, REF)
    assert (result.symbol, result.side, result.type, result.price, result.quantity, result.filled, result.status) == (
        "BTC/USDT", "buy", "LIMIT", "50000", "0.01", None, "CLOSED",
    )  # fmt: skip
    assert result.request_id is None


def test_the_status_of_a_reply(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GOOD)
    result = cancel(venue, REF, no_wait=True)
    assert (result.status, result.evidence) == ("CANCELED", REPLY)


def test_keys_in_any_order_and_numbers_as_numbers(wire: Wire, venue: HttpVenue) -> None:
    data = f'{{"price": 50000.10, "status": "CANCELED", "order_id": "{ORDER}", "new": []}}'
    wire.on("POST", CANCEL, f'{{"status": "success", "data": {data}}}').on(
        "GET", LOOK, position("CLOSED", size=1, entry_price=None)
    )
    result = cancel(venue, REF)
    assert (result.outcome, result.price, result.quantity) == (Outcome.CANCELLED, "50000.10", "1")
