"""tanX: the contract, signing in, the wire, and the outcome table of its page."""

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
from venues.result import Outcome
from venues.sandbox.practice import Practice
from venues.tanx.practice import TEST_WALLET_KEY, PracticeTanx
from venues.wire.link import HttpVenue

REF = OrderRef("25768879")
CANCEL = "/sapi/v1/orders/cancel/"
LOOK = "/sapi/v1/orders/25768879/"
TABLE = Runner(REF, ("POST", CANCEL), ("GET", LOOK))
REFRESH = "/sapi/v1/auth/token/refresh/"
NONCE, LOGIN = "/sapi/v2/auth/nonce/", "/sapi/v2/auth/login/"
TOKENS = {"access_token": "access-token-1", "refresh_token": "refresh-token-1"}


class TestTanxContract(VenueContract):
    verb = "tanx"
    open = REF
    ended = OrderRef("25768802")
    already = OrderRef("25768790")
    unknown = OrderRef("77")
    wrong: ClassVar = {"access_token": "not.a.token", "refresh_token": "neither"}
    secrets = ("access_token", "refresh_token")
    lost_attempts = 2  # a cancel takes 0.7 s, and a first look still shows `wait`

    def make(self, clock: FakeClock) -> Practice:
        return PracticeTanx(now=clock.monotonic, time=clock.unix)

    def test_a_wallet_signs_in_once(self, desk: Desk) -> None:
        desk.connect({"wallet_key": TEST_WALLET_KEY})
        assert desk.cancel(self.open).outcome is Outcome.CANCELLED
        assert desk.cancel(self.ended).outcome is Outcome.TOO_LATE
        assert (desk.practice.counts["nonce"], desk.practice.counts["login"]) == (1, 1)

    def test_a_wallet_signs_in_again_when_its_token_has_run_out(self, desk: Desk) -> None:
        """Each time, and only then: the venue's 401 tells, whatever our clock says."""
        assert isinstance(desk.practice, PracticeTanx)
        desk.practice.lifetime = 60.0
        desk.connect({"wallet_key": TEST_WALLET_KEY})
        for logins, order in enumerate((self.open, OrderRef("25768901"), OrderRef("25768914")), start=1):
            result = desk.cancel(order)
            assert (result.outcome, desk.practice.counts["login"]) == (Outcome.CANCELLED, logins), result.message
            desk.clock.pass_by(100.0)

    def test_a_clock_that_is_ahead_makes_no_loop_of_log_ins(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeTanx)
        desk.practice.time = lambda: desk.clock.unix() - 1_000_000
        desk.connect({"wallet_key": TEST_WALLET_KEY})
        for order in (self.open, OrderRef("25768901")):
            assert desk.cancel(order).outcome is Outcome.CANCELLED
        assert desk.practice.counts["login"] == 1

    def test_a_foreign_wallet_is_refused(self, desk: Desk) -> None:
        desk.connect({"wallet_key": "1" * 64})
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) == (Outcome.UNAUTHORIZED, 0)
        assert "Invalid Credentials" in result.message

    def test_an_expired_token_is_refreshed_and_the_pair_kept(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeTanx)
        held = Held(desk.practice.issue(-60))
        desk.connect(held)
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1)
        assert desk.practice.counts["refresh"] == 1
        assert {field for pair in held.stored for field in pair} == {"access_token", "refresh_token"}

    def test_a_token_that_the_venue_calls_expired(self, desk: Desk) -> None:
        """Our clock is behind: only the venue's 401 tells; the cancel goes again with a new token."""
        assert isinstance(desk.practice, PracticeTanx)
        given = desk.practice.issue()
        desk.practice.time = lambda: desk.clock.unix() + 100_000
        desk.connect(given)
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts, desk.practice.counts["refresh"]) == (Outcome.CANCELLED, 2, 1)

    def test_a_clock_that_is_ahead_makes_no_loop_of_refreshes(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeTanx)
        desk.practice.lifetime = 500.0
        desk.practice.keeps_cancels = False
        desk.connect(desk.practice.issue(10.0))
        desk.practice.time = lambda: desk.clock.unix() - 1000
        assert desk.cancel(self.open).outcome is Outcome.PENDING
        assert desk.practice.counts["refresh"] == 1

    def test_a_pending_order_gets_a_second_cancel_once_it_waits(self, desk: Desk) -> None:
        assert isinstance(desk.practice, PracticeTanx)
        desk.practice.hold_pending(self.open.order_id, 3.0)
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 2)


def order(state: str | None = "wait", **more: Any) -> dict[str, Any]:
    """The seed's own order."""
    return {
        "id": 25768879, "uuid": "17be02d1-34ef-49df-9b92-264705047d99", "side": "buy", "ord_type": "limit",
        "price": "68733.81", "stop_price": None, "avg_price": "68733.81", "state": state, "market": "btcusdc",
        "created_at": "2024-05-31T09:02:00+02:00", "updated_at": "2024-05-31T09:02:03+02:00",
        "origin_volume": "0.0425", "remaining_volume": "0.0335", "executed_volume": "0.009000000000000001",
        "maker_fee": "0.0004", "taker_fee": "0.0004", "trades_count": 2, "cancel_reason": None, **more,
    }  # fmt: skip


def good(payload: Any, message: str = "Order is successfully queued for cancellation") -> dict[str, Any]:
    return {"status": "success", "message": message, "payload": payload}


def bad(message: str, status: int = 400, payload: Any = "") -> tuple[int, dict[str, Any]]:
    return status, {"status": "error", "message": message, "payload": payload}


WAIT, GONE, DONE, REJECT = (good(order(state)) for state in ("wait", "cancel", "done", "reject"))
PENDING = good(order("pending"))
NO = bad("Order can not be cancelled")
EXPIRED = bad("Given token not valid for any token type", 401, {"code": "token_not_valid"})
NEW_PAIR = good({"access": "access-token-2", "refresh": "refresh-token-2"}, "")
TEXT = "You\u2019re now signing into TanX (Login-code:abc)\n  "
SIGNED_IN = {**good({"uid": "X"}), "token": {"access": "access-token-3", "refresh": "refresh-token-3"}}


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built("tanx", link_to(ORIGIN, TOKENS, clock))


# --- the wire


def test_the_cancel_and_the_look_byte_by_byte(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, WAIT).on("GET", LOOK, GONE)
    cancel(venue, REF)
    sent, look = wire.requests
    assert (sent.method, sent.url, sent.body) == ("POST", ORIGIN + CANCEL, b'{"order_id": 25768879}')
    assert sent.headers["Authorization"] == look.headers["Authorization"] == "JWT access-token-1"
    assert sent.headers["Content-Type"] == "application/json"
    assert (look.method, look.url, look.body) == ("GET", ORIGIN + LOOK, None)
    assert "Content-Type" not in look.headers


def test_a_refresh_sends_no_authorization(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, EXPIRED, GONE).on("POST", REFRESH, NEW_PAIR)
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 2)
    _, refresh, again = wire.requests
    assert json.loads(refresh.body or b"") == {"refresh": "refresh-token-1"}
    assert "Authorization" not in refresh.headers
    assert again.headers["Authorization"] == "JWT access-token-2"


def test_a_wallet_log_in_byte_by_byte(wire: Wire, clock: FakeClock, vectors: Any) -> None:
    """The signature of the vectors vector goes out in the body; the tokens stand in `token`, not in `payload`."""
    vector = vectors("tanx")["personal_sign"][1]
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": vector["private_key"]}, clock))
    wire.on("POST", NONCE, good(vector["message"], "Nonce Acquired")).on("POST", LOGIN, SIGNED_IN).on(
        "POST", CANCEL, GONE
    )
    assert cancel(venue, REF).outcome is Outcome.CANCELLED
    nonce, login, sent = wire.requests
    assert json.loads(nonce.body or b"") == {"eth_address": vector["address"]}
    assert json.loads(login.body or b"") == {
        "eth_address": vector["address"], "user_signature": vector["user_signature"],
    }  # fmt: skip
    assert sent.headers["Authorization"] == "JWT access-token-3"


def jwt(exp: int) -> str:
    middle = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode().rstrip("=")
    return f"e30.{middle}.c2ln"


@pytest.mark.parametrize(("life", "refreshed"), [(29, True), (30, False), (-5, True)])
def test_a_token_is_refreshed_below_30_seconds(life: int, refreshed: bool, wire: Wire, clock: FakeClock) -> None:
    token = jwt(int(clock.unix()) + life)
    held = Held({**TOKENS, "access_token": token})
    wire.on("POST", REFRESH, NEW_PAIR).on("POST", CANCEL, GONE)
    result = cancel(built("tanx", link_to(ORIGIN, held, clock)), REF)
    assert (result.outcome, result.attempts, wire.count("POST", REFRESH)) == (Outcome.CANCELLED, 1, int(refreshed))


def test_a_pair_that_cannot_be_stored_serves_this_run(wire: Wire, clock: FakeClock) -> None:
    """The next refresh uses the new refresh token, though only the old one is in the environment."""
    lines: list[str] = []
    venue = built("tanx", link_to(ORIGIN, Held(TOKENS, storable=False), clock, warn=lines.append))
    wire.on("POST", CANCEL, EXPIRED, GONE, EXPIRED, GONE).on("POST", REFRESH, NEW_PAIR)
    assert cancel(venue, REF).outcome is Outcome.CANCELLED
    assert cancel(venue, REF).outcome is Outcome.CANCELLED
    sent = [json.loads(r.body or b"")["refresh"] for r in wire.requests if r.path_url == REFRESH]
    assert sent == ["refresh-token-1", "refresh-token-2"]
    assert "refresh token is spent" in lines[0]
    assert not any(token in "".join(lines) for token in ("access-token", "refresh-token"))


# --- the outcome table

UNANSWERED = (HTML, "", "null", '{"status": "suc', {"neither": 1}, (500, HTML), (502, "bad"), (504, ""), LOST)
NO_ACCEPTANCE = (good(order("cancel", id=3)), good(order("cancel", order_id=3)), good({"order_id": 3}),
                 good([order("cancel")]), good([{"id": 3}]), {"message": "queued", "payload": order()},
                 {**WAIT, "status": True}, (408, ""))  # fmt: skip
ELSEWHERE = ((451, ""), (403, HTML), (404, HTML), (404, {"detail": "Not found."}), (405, {"detail": "POST"}), (302,
    ""),
             (307, ""), (429, "upgrade your subscription"))  # fmt: skip


@rows(
    Row("cancelled in the reply", [GONE], [WAIT], Outcome.CANCELLED, REPLY, no_looks=True),
    Row("queued, then cancelled", [WAIT], [WAIT, GONE], Outcome.CANCELLED, READ_BACK,
        says="after 0.009000000000000001"),
    Row("order_id for id", [good({"order_id": 25768879, "state": "wait"})], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("order_id for id, cancelled", [good({"order_id": "25768879", "state": "cancel"})], [WAIT],
        Outcome.CANCELLED, REPLY),
    Row("an empty payload", [good({})], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("a payload that is text", [good("")], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("an empty list for a payload", [good([])], [GONE], Outcome.CANCELLED, READ_BACK),
    Row("no payload", [{"status": "success"}], [WAIT], Outcome.PENDING),
    *(Row(f"no acceptance {n}", [it], [WAIT], Outcome.UNKNOWN, None, 3, terms=terms)
      for n, it in enumerate(NO_ACCEPTANCE) for terms in ({}, {"no_wait": True})),
    Row("done in the reply", [DONE], [WAIT], Outcome.TOO_LATE, REPLY),
    Row("done in a look", [WAIT], [DONE], Outcome.TOO_LATE, READ_BACK),
    Row("rejected", [WAIT], [REJECT], Outcome.TOO_LATE, READ_BACK),
    Row("wait to the end", [WAIT], [WAIT], Outcome.PENDING, says="status wait"),
    Row("pending to the end", [PENDING], [PENDING], Outcome.PENDING),
    Row("an unknown word is open", [WAIT], [good(order("frozen"))], Outcome.PENDING, says="frozen"),
    Row("pending, then waiting: once more", [PENDING, GONE], [PENDING, WAIT], Outcome.CANCELLED, REPLY, 2),
    Row("pending, then waiting: only once more", [PENDING], [PENDING, WAIT, PENDING, WAIT], Outcome.PENDING, None, 2),
    Row("unreadable to the end", [WAIT], [HTML], Outcome.PENDING),
    Row("another order in the look", [WAIT], [good(order("cancel", id=3))], Outcome.PENDING),
    Row("accepted, the look says 404", [WAIT], [bad("Order not found", 404)], Outcome.PENDING),
    Row("accepted, 404 and then cancelled", [WAIT], [bad("Order not found", 404), GONE], Outcome.CANCELLED,
        READ_BACK),
    Row("accepted, the look is refused", [WAIT], [bad("no", 403)], Outcome.PENDING, says="look was refused"),
    Row("no, cancelled", [NO], [GONE], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("no in a 200, cancelled", [bad("no", 200)], [GONE], Outcome.ALREADY_CANCELLED, READ_BACK),
    Row("no, done", [NO], [DONE], Outcome.TOO_LATE, READ_BACK),
    Row("no, rejected", [NO], [REJECT], Outcome.TOO_LATE, READ_BACK),
    Row("no, open", [NO], [WAIT], Outcome.REFUSED, REPLY, says="Order can not be cancelled"),
    Row("no, 404 on the look", [NO], [bad("nothing", 404)], Outcome.NOT_FOUND),
    Row("no in not-found words, look refused", [bad("Order does not exist")], [bad("no")], Outcome.NOT_FOUND),
    Row("no, look refused in not-found words", [NO], [bad("No such order", 200)], Outcome.NOT_FOUND),
    Row("both refused", [NO], [bad("no", 400)], Outcome.REFUSED),
    Row("404 on the cancel, order open", [bad("nothing", 404)], [WAIT], Outcome.REFUSED),
    Row("400 as a page", [(400, HTML)], [WAIT], Outcome.REFUSED, no_looks=True),
    Row("lost, no, cancelled", [LOST, NO], [WAIT, GONE], Outcome.CANCELLED, READ_BACK, 2),
    Row("lost, no, done", [LOST, NO], [WAIT, DONE], Outcome.TOO_LATE, READ_BACK, 2),
    Row("lost, no, open to the end", [LOST, NO], [WAIT], Outcome.UNKNOWN, None, 2),
    Row("lost, no, 404", [LOST, NO], [WAIT, bad("x", 404)], Outcome.UNKNOWN, None, 2),
    Row("lost, 404 on the look", [LOST], [bad("x", 404)], Outcome.UNKNOWN, None, 1),
    Row("lost, the looks are refused", [LOST], [bad("x", 403)], Outcome.UNKNOWN, None, 1),
    Row("403 JSON", [bad("IP not allowed", 403)], [WAIT], Outcome.UNAUTHORIZED, REPLY, no_looks=True,
        says="IP not allowed"),
    Row("418", [(418, "")], [WAIT], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("429, then accepted", [(429, ""), GONE], [WAIT], Outcome.CANCELLED, REPLY, 2),
    Row("429 to the end", [(429, "")], [WAIT], Outcome.RATE_LIMITED, REPLY, None),
    Row("429 for hours", [(429, "", {"Retry-After": "7200"})], [WAIT], Outcome.RATE_LIMITED, REPLY, no_looks=True),
    Row("never reached", [UNREACHED], [UNREACHED], Outcome.UNAVAILABLE, None, 0),
    Row("no wait", [WAIT], [GONE], Outcome.REQUESTED, REPLY, terms={"no_wait": True}, no_looks=True),
    *(Row(f"elsewhere {n}", [it], [WAIT], Outcome.REFUSED, REPLY, no_looks=True) for n, it in enumerate(ELSEWHERE)),
    *(Row(f"unanswered {n}, cancelled", [it], [GONE], Outcome.CANCELLED, READ_BACK) for n,
        it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, open", [it], [WAIT], Outcome.UNKNOWN, None, 3) for n, it in enumerate(UNANSWERED)),
    *(Row(f"unanswered {n}, then accepted", [it, WAIT], [WAIT, GONE], Outcome.CANCELLED, READ_BACK, 2)
      for n, it in enumerate(UNANSWERED)),
)  # fmt: skip
def test_outcomes(row: Row, wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
    TABLE.outcome(row, wire, venue, clock)


@rows(
    Row("wait", [], [WAIT], Outcome.DRY_RUN, READ_BACK, 0),
    Row("pending", [], [PENDING], Outcome.DRY_RUN, READ_BACK, 0),
    Row("cancelled", [], [GONE], Outcome.ALREADY_CANCELLED, READ_BACK, 0),
    Row("done", [], [DONE], Outcome.TOO_LATE, READ_BACK, 0),
    Row("reject", [], [REJECT], Outcome.TOO_LATE, READ_BACK, 0),
    Row("404", [], [bad("x", 404)], Outcome.NOT_FOUND, READ_BACK, 0),
    Row("403", [], [bad("x", 403)], Outcome.UNAUTHORIZED, READ_BACK, 0),
    Row("never reached", [], [UNREACHED], Outcome.UNAVAILABLE, None, 0),
)
def test_dry_run(row: Row, wire: Wire, venue: HttpVenue) -> None:
    TABLE.dry_run(row, wire, venue)


# --- 401 and signing in


def test_a_second_401_is_the_end(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, EXPIRED).on("POST", REFRESH, NEW_PAIR)
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts, wire.count("POST", REFRESH)) == (Outcome.UNAUTHORIZED, 2, 1)


def test_a_fresh_token_that_is_refused_at_once_is_not_signed_in_for_again(wire: Wire, clock: FakeClock) -> None:
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", NONCE, good(TEXT)).on("POST", LOGIN, SIGNED_IN).on("POST", CANCEL, EXPIRED)
    for _ in range(3):
        assert cancel(venue, REF).outcome is Outcome.UNAUTHORIZED
    assert wire.count("POST", LOGIN) == 1


@pytest.mark.parametrize("proof", [GONE, NO, bad("x", 404), WAIT])
def test_a_token_that_worked_is_signed_in_for_again(proof: Any, wire: Wire, clock: FakeClock) -> None:
    """A no about the order proves the token too."""
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", NONCE, good(TEXT)).on("POST", LOGIN, SIGNED_IN, {**SIGNED_IN, "token": {"access": "token-4"}})
    wire.on("POST", CANCEL, proof, EXPIRED, GONE).on("GET", LOOK, GONE)
    cancel(venue, REF, no_wait=True)
    result = cancel(venue, REF)
    assert (result.outcome, wire.count("POST", LOGIN)) == (Outcome.CANCELLED, 2)


@pytest.mark.parametrize("no_proof", [LOST, HTML, (503, HTML), (403, HTML), (429, ""), (404, HTML), (500, "")])
def test_an_answer_from_elsewhere_proves_no_token(no_proof: Any, wire: Wire, clock: FakeClock) -> None:
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", NONCE, good(TEXT)).on("POST", LOGIN, SIGNED_IN).on("POST", CANCEL, no_proof, EXPIRED)
    wire.on("GET", LOOK, EXPIRED)
    for _ in range(3):
        cancel(venue, REF)
    assert wire.count("POST", LOGIN) == 1


@pytest.mark.parametrize("answer", [bad("Token is invalid or expired", 401), bad("x", 403), bad("gone", 200)])
def test_a_refused_refresh(answer: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, EXPIRED).on("POST", REFRESH, answer)
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts) == (Outcome.UNAUTHORIZED, 1)
    assert answer[1]["message"] in result.message


def test_a_dead_refresh_token_falls_back_to_the_wallet(wire: Wire, clock: FakeClock) -> None:
    venue = built("tanx", link_to(ORIGIN, {**TOKENS, "wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", CANCEL, EXPIRED, GONE).on("POST", REFRESH, bad("Token is invalid or expired", 401))
    wire.on("POST", NONCE, good(TEXT)).on("POST", LOGIN, SIGNED_IN)
    assert cancel(venue, REF).outcome is Outcome.CANCELLED


def test_a_401_on_a_look_after_acceptance(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, WAIT).on("GET", LOOK, EXPIRED, GONE).on("POST", REFRESH, NEW_PAIR)
    assert cancel(venue, REF).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("answer", [bad("Token is invalid", 401), HTML, LOST])
def test_a_401_that_stays_on_a_look_after_acceptance_is_pending(answer: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, WAIT).on("GET", LOOK, EXPIRED).on("POST", REFRESH, answer)
    assert cancel(venue, REF).outcome is Outcome.PENDING


@pytest.mark.parametrize(
    ("nonce", "login", "outcome"),
    [
        (good("Get started with TanX. Make sure the origin is https://trade.tanx.fi"), None, Outcome.UNAUTHORIZED),
        (good("Click sign to verify you're a human - TanX Finance"), None, Outcome.UNAUTHORIZED),
        (good("Click sign to verify you're a human - TanX Finance Login-code:x"), None, Outcome.UNAUTHORIZED),
        (good({"text": TEXT}), None, Outcome.UNAUTHORIZED),
        (bad("Ensure eth_address has at least 30 characters."), None, Outcome.UNAUTHORIZED),
        (good(TEXT), bad("Invalid Credentials or Token Expired, Kindly login again."), Outcome.UNAUTHORIZED),
        (good(TEXT), bad("Invalid Credentials or Token Expired, Kindly login again.", 200), Outcome.UNAUTHORIZED),
        (good(TEXT), bad("x", 401), Outcome.UNAUTHORIZED),
        (good(TEXT), bad("x", 403), Outcome.UNAUTHORIZED),
        (UNREACHED, None, Outcome.UNAVAILABLE),
        (LOST, None, Outcome.UNAVAILABLE),
        ((503, HTML), None, Outcome.UNAVAILABLE),
        (good(TEXT), LOST, Outcome.UNAVAILABLE),
        (good(TEXT), good({}), Outcome.UNAVAILABLE),
        (HTML, None, Outcome.UNAVAILABLE),
        ((404, HTML), None, Outcome.REFUSED),
        ((302, ""), None, Outcome.REFUSED),
        ((403, HTML), None, Outcome.REFUSED),
        ((451, ""), None, Outcome.REFUSED),
        ((418, ""), None, Outcome.RATE_LIMITED),
        ((429, "", {"Retry-After": "100"}), None, Outcome.RATE_LIMITED),
    ],
)
def test_log_ins_that_fail(nonce: Any, login: Any, outcome: Outcome, wire: Wire, clock: FakeClock) -> None:
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", NONCE, nonce)
    if login is not None:
        wire.on("POST", LOGIN, login)
    result = cancel(venue, REF)
    assert (result.outcome, result.attempts, result.evidence) == (outcome, 0, None), result.message
    assert wire.count("POST", LOGIN) == 0 or login is not None
    assert TEST_WALLET_KEY[2:] not in str(result)


def test_a_refusal_to_sign_quotes_the_text(wire: Wire, clock: FakeClock) -> None:
    venue = built("tanx", link_to(ORIGIN, {"wallet_key": TEST_WALLET_KEY}, clock))
    wire.on("POST", NONCE, good("Transfer everything"))
    assert "Transfer everything" in cancel(venue, REF).message


# --- what a record shows


def test_the_fields_of_the_record(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, GONE)
    result = cancel(venue, REF)
    assert (result.symbol, result.side, result.type, result.price, result.quantity, result.filled, result.status) == (
        "btcusdc", "buy", "limit", "68733.81", "0.0425", "0.009000000000000001", "cancel",
    )  # fmt: skip
    assert result.request_id is None
    assert result.raw["payload"]["uuid"] == "17be02d1-34ef-49df-9b92-264705047d99"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("Order cancelled by user", False),
        (None, False),
        ("Order cancellation was initiated by system", True),
        ("Slippage greater than 30%. Order cancelled to prevent loss of funds", True),
    ],
)
def test_the_cancel_reason(reason: str | None, shown: bool, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, good(order("cancel", cancel_reason=reason)))
    message = cancel(venue, REF).message
    assert (str(reason) in message) is shown


def test_a_market_order_without_a_price_and_numbers_as_numbers(wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", CANCEL, good(order("cancel", price=None, origin_volume=1, executed_volume=0)))
    result = cancel(venue, REF)
    assert (result.price, result.quantity, result.filled) == (None, "1", "0")
