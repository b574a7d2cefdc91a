"""Any JSON is read as a model or as one typed error, at every endpoint of every venue."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from types import NoneType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.venues.fakes import FakeClock, built, cancel, link_to
from venues.interface import Answer, OrderRef, VenueError
from venues.neuratrade import replies as neuratrade
from venues.result import Outcome
from venues.tanx import replies as tanx
from venues.threecommas import replies as threecommas
from venues.tradernet import replies as tradernet
from venues.wire.http import Reply
from venues.wire.link import HttpVenue
from venues.wire.replies import Model, decimal, difference, parse, side

KEYS = st.sampled_from([
    "id", "order_id", "status", "state", "stat", "type", "basic_type", "data", "payload", "result", "orders", "order",
    "error", "errMsg", "errorMsg", "message", "code", "position", "position_id", "units", "price", "value", "q",
    "leaves_qty", "quantity", "quantity_remaining", "status_string", "deal_order_type", "token", "access", "refresh",
    "symbol", "amount", "size", "entered_amount", "closed_amount", "retry_after", "@text", "account", "note", "login",
]) | st.text(max_size=3)  # fmt: skip
WORDS = st.sampled_from(
    ["cancelled", "Cancelled", "cancel", "CANCELED", "CLOSED", "success", "error", "wait", "31", "10", "7", "NaN",
        "-0",
     "1e5", "", "Infinity", "ord-20260303120000-1", "Not found", "1" * 80, "1e999999", "\x00\u202e"]
) | st.text(max_size=4)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([7, 31, 0, 2, 10**40])
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
)
DOCUMENTS = st.recursive(
    LEAVES, lambda x: st.lists(x, max_size=4) | st.dictionaries(KEYS, x, max_size=6), max_leaves=25
)
SEARCH = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODELS = (threecommas.DealOrder, threecommas.SmartTrade, tanx.Envelope, tanx.OrderEnvelope, tanx.Tokens,
          neuratrade.CancelReply, neuratrade.PositionReply, neuratrade.Login, tradernet.OrderRow)  # fmt: skip
REFS = {
    "deal-order": OrderRef("7", "1"),
    "smart-trade": OrderRef("7"),
    "tanx": OrderRef("7"),
    "order": OrderRef("ord-20260303120000-1"),
    "tradernet": OrderRef("7"),
}
CREDENTIALS = {
    "api_key": "key-key", "api_secret": "secret-secret", "access_token": "token", "refresh_token": "refresh",
    "token": "token-token", "public_key": "public", "private_key": "private",
}  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_any_document_is_a_model_or_unreadable(model: type[Model]) -> None:
    @SEARCH
    @given(DOCUMENTS)
    def check(document: Any) -> None:
        assert isinstance(parse(model, document), model if isinstance(document, dict) else NoneType)

    check()


class Canned:
    """A transport that gives one answer."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply

    def send(self, *_: Any) -> Reply:
        return self.reply

    def close(self) -> None:
        return None


def answering(verb: str, reply: Reply) -> HttpVenue:
    venue = built(verb, link_to("http://127.0.0.1:9", CREDENTIALS, FakeClock()))
    venue._transport = Canned(reply)  # type: ignore[assignment]
    return venue


STATUSES = st.sampled_from([200, 201, 204, 400, 401, 403, 404, 405, 409, 418, 422, 429, 451, 500])
BODIES = DOCUMENTS.map(lambda document: json.dumps(document).encode()) | st.binary(max_size=20)


@pytest.mark.parametrize("verb", REFS)
def test_any_answer_is_an_answer_or_one_typed_error(verb: str) -> None:
    @SEARCH
    @given(STATUSES, BODIES)
    @example(200, b'{"order_id": 1e99999999999999999999}')
    @example(200, b'[{"order_id": 7, "quantity": 1e400, "quantity_remaining": 1}]')
    def check(status: int, body: bytes) -> None:
        venue, ref = answering(verb, Reply(status, {}, body)), REFS[verb]
        for ask in (venue.request_cancel, venue.read):
            answer: Answer | VenueError
            try:
                answer = ask(ref, 5.0)
            except VenueError as fault:
                answer = fault
            if isinstance(answer, VenueError):
                assert answer.message
            else:
                assert isinstance(answer, Answer)
                assert answer.order is not None or ask == venue.request_cancel

    check()


@pytest.mark.parametrize("verb", REFS)
def test_a_whole_run_on_any_answer(verb: str) -> None:
    """The same answer to everything: the run ends, and a success needs the venue's own word."""

    @settings(max_examples=40, deadline=None)
    @given(STATUSES, BODIES)
    def check(status: int, body: bytes) -> None:
        result = cancel(answering(verb, Reply(status, {}, body)), REFS[verb])
        if result.outcome in (Outcome.CANCELLED, Outcome.ALREADY_CANCELLED):
            assert result.status is not None
            assert result.status.lower() in ("cancelled", "cancel", "closed", "31", "30")
        json.dumps(result.raw, default=str)

    check()


@pytest.mark.parametrize("verb", REFS)
@pytest.mark.parametrize("depth", [500, 900, 100_000])
@pytest.mark.parametrize("limit", [1000, 100_000], ids=["as usual", "as eth-account leaves it"])
def test_an_answer_without_bottom_is_none(verb: str, depth: int, limit: int) -> None:
    """As the answer to a cancel and to a look: the run ends, and its report holds no half of it."""
    kinds = (
        b'{"status": "success", "id": 7, "data": %s}',
        b'[{"order_id": "7", "x": %s}]',
        b'{"error": "no", "x": %s}',
    )
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        for kind in kinds:
            venue = answering(verb, Reply(200, {}, kind % (b"[" * depth + b"]" * depth)))
            sent, look = cancel(venue, REFS[verb]), cancel(venue, REFS[verb], dry_run=True)
            assert (sent.outcome, look.outcome) == (Outcome.UNKNOWN, Outcome.UNAVAILABLE), sent.message
            assert (sent.raw, look.raw) == (None, None)
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.10", "0.10"), (7, "7"), (Decimal("1.50"), "1.50"), (Decimal("1E-8"), "0.00000001"), (10**40, "1" + "0" * 40),
     (None, None), (True, None), ([], None), ({}, None), (Decimal("1E+999999"), "1E+999999")],
)  # fmt: skip
def test_numbers_and_strings_become_text_unchanged(value: Any, text: str | None) -> None:
    assert parse(tradernet.OrderRow, {"q": value}).q == text


@pytest.mark.parametrize(
    ("whole", "rest", "out"),
    [
        ("0.1773", "0.1000", "0.0773"),
        ("10", "4.00000000", "6"),
        ("0.3", "0.1", "0.2"),
        ("1", None, None),
        ("x", "1", None),
        ("NaN", "1", None),
        ("1e999999999", "1", None),
        ("123456789012345678901234567890.1", "0.1", "123456789012345678901234567890"),
        (".00000000", "0", "0"),
        ("0.1773", "0.1773", "0"),
        ("0.0425", "0.0335", "0.009"),
        ("1E+2", "1E-8", "99.99999999"),
        ("120", "20", "100"),
    ],
)
def test_differences_are_exact(whole: str, rest: str | None, out: str | None) -> None:
    assert difference(whole, rest) == out


@pytest.mark.parametrize(
    ("word", "out"),
    [("BUY", "buy"), ("Sell", "sell"), ("buy", "buy"), ("3", None), ("long", None), ("", None), (None, None)],
)
def test_a_side_is_buy_or_sell(word: str | None, out: str | None) -> None:
    assert side(word) == out


def test_decimal() -> None:
    assert decimal("1.50") == Decimal("1.5")
    assert decimal("Infinity") is decimal("") is decimal(None) is None
