"""The answers that mean the same everywhere, and reading JSON and `Retry-After`."""

from __future__ import annotations

import json
import sys
import threading
import time
import tracemalloc
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.fakes import EPOCH, FakeClock, Held, built, link_to
from venues.interface import Limited, NeverSent, Refused, Unauthorized, Uncertain
from venues.registry import VERBS, face_of
from venues.wire.answers import NoSuchRoute, NotTheApi, raise_for_shared_answers, retry_after, said, wrong_address
from venues.wire.http import DEEPEST, NOT_JSON, Reply, Request, is_deep, parse_json
from venues.wire.login import held, login_step


def reply(status: int, body: Any = b"", **headers: str) -> Reply:
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Reply(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 404, 405, 409, 422])
def test_answers_that_each_venue_reads_itself(status: int) -> None:
    raise_for_shared_answers(reply(status, b"<html>"), EPOCH)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply(500), Uncertain, "500"),
        (reply(503, {"error": "down"}), Uncertain, "down"),
        (reply(599), Uncertain, "599"),
        (reply(100), Uncertain, "100"),
        (reply(408), Uncertain, "408"),
        (reply(408, {"error": "Order not found"}), Uncertain, "not found"),
        (reply(300), NotTheApi, "check `url`"),
        (reply(304), NotTheApi, "check `url`"),
        (reply(403, b" <html>"), NotTheApi, "not reached"),
        (reply(403, b"sorry", content_type="text/html; charset=utf-8"), NotTheApi, "not reached"),
        (reply(451, {"message": "not in your region"}), Refused, "not in your region"),
        (reply(429), Limited, "429"),
        (reply(418, b"subscription"), Limited, "418"),
        (reply(429, {"error": "not in your SUBSCRIPTION plan"}), Refused, "SUBSCRIPTION"),
    ],
)
def test_shared_answers(answer: Reply, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        raise_for_shared_answers(answer, EPOCH)


def test_a_403_that_is_no_page_is_for_the_venue_to_read() -> None:
    raise_for_shared_answers(reply(403, {"error": "Forbidden"}, content_type="text/html"), EPOCH)
    raise_for_shared_answers(reply(403, b"Forbidden"), EPOCH)


def test_a_ban_is_told_from_a_limit() -> None:
    with pytest.raises(Limited) as ban:
        raise_for_shared_answers(reply(418), EPOCH)
    with pytest.raises(Limited) as limit:
        raise_for_shared_answers(reply(429, b"", Retry_After="7"), EPOCH)
    assert (ban.value.banned, limit.value.banned, limit.value.retry_after) == (True, False, 7.0)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry_After": "0"}, b"", 0.0),
        ({"Retry_After": " 12 "}, b"", 12.0),
        ({"Retry_After": "7200"}, b"", 7200.0),
        ({"Retry_After": "9" * 400}, b"", 999999999.0),
        ({"Retry_After": format_datetime(EPOCH + timedelta(seconds=90), usegmt=True)}, b"", 90.0),
        ({"Retry_After": format_datetime(EPOCH - timedelta(seconds=90), usegmt=True)}, b"", 0.0),
        ({"Retry_After": "Fri, 20 Nov 2026 12:01:00"}, b"", 60.0),
        ({"Retry_After": "-5"}, b"", None),
        ({"Retry_After": "Fri, 20 Nov 2026 12:01:00 +99999999"}, b"", None),
        ({"Retry_After": "Fri, 20 Nov 2026 12:01:00 +99999999999999"}, b"", None),
        ({"Retry_After": "Fri, 20 Nov 99999999999999 12:01:00 GMT"}, b"", None),
        ({"Retry_After": "Fri, 99 Nov 2026 12:01:00 GMT"}, b"", None),
        ({"Retry_After": "soon"}, b"", None),
        ({"Retry_After": "\u0663"}, b"", None),
        ({"Retry_After": "12.5"}, b"", None),
        ({}, {"retry_after": 4}, 4.0),
        ({}, {"retry_after": 2.5}, 2.5),
        ({}, {"retry_after": -4}, None),
        ({}, {"retry_after": "x"}, None),
        ({}, {"retry_after": 10**30}, None),
        ({}, [1], None),
        ({"Retry_After": "3"}, {"retry_after": 9}, 3.0),
    ],
)
def test_retry_after(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    assert retry_after(reply(429, body, **headers), EPOCH) == seconds


@given(st.text(max_size=40))
def test_any_retry_after(text: str) -> None:
    seconds = retry_after(reply(429, b"", Retry_After=text), EPOCH)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "a", "error_description": "b"}, "a: b"),
        ({"error": "a", "errorMsg": "a"}, "a"),
        ({"error": ["a", "b"]}, "a: b"),
        ({"errMsg": "a"}, "a"),
        ({"message": "a", "error": None}, "a"),
        ({"error": 0}, "otherwise"),
        ({}, "otherwise"),
        ([], "otherwise"),
        ("text", "text"),
        (None, "otherwise"),
    ],
)
def test_the_venues_own_words(body: Any, words: str) -> None:
    assert said(reply(400, body), "otherwise") == words


def test_wrong_addresses() -> None:
    assert isinstance(wrong_address(reply(404, b"404 page not found")), NoSuchRoute)
    assert "404 page not found" in wrong_address(reply(404, b"404 page not found")).message
    assert isinstance(wrong_address(reply(405)), NoSuchRoute)
    assert not isinstance(wrong_address(reply(400, b"<html>")), NoSuchRoute)
    assert "html" not in wrong_address(reply(404, b"<html>")).message


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Uncertain("x"), NeverSent),
        (NeverSent("x"), NeverSent),
        (Refused("x"), Unauthorized),
        (Unauthorized("x", renewable=True), Unauthorized),
        (NotTheApi("x"), NotTheApi),
        (Limited("x"), Limited),
    ],
)
def test_what_a_fault_of_a_log_in_means(fault: Any, kind: type[Exception]) -> None:
    error = login_step(fault)
    assert type(error) is kind
    assert not getattr(error, "renewable", False)


def test_the_lock_of_a_log_in_is_waited_for_within_the_patience() -> None:
    lock = threading.Lock()
    with held(lock, 1.0) as left, pytest.raises(NeverSent, match="log-in"), held(lock, 0.02):
        raise AssertionError("two held it")
    assert 0.9 < left <= 1.0
    assert not lock.locked()


# --- JSON


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a": 1.10}', {"a": Decimal("1.10")}),
        (b"9007199254740993", 9007199254740993),
        (b"0.1", Decimal("0.1")),
        (b'"text"', "text"),
        (b"null", None),
    ],
)
def test_numbers_stay_exact(body: bytes, data: Any) -> None:
    assert parse_json(body) == data


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b"NaN", b"[Infinity]", b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 100_000, b"1" * 5000, b"{'a': 1}",
     b"1e99999999999999999999", b"-1e-99999999999999999999", b"<html>", b'{"a": 1} x'],
    ids=str,
)  # fmt: skip
def test_what_is_not_json(body: bytes) -> None:
    assert parse_json(body) is NOT_JSON


def nested(depth: int, kind: str = "[") -> bytes:
    """In: `[` lists, `{` objects, `"` lists full of text that looks like brackets."""
    opening, closing = {"[": ("[", "]"), "{": ('{"a":', "}"), '"': ('["]\\"]\\\\", ', "]")}[kind]
    return (opening * depth + "1" + closing * depth).encode()


@pytest.mark.parametrize("kind", ["[", "{", '"'])
@pytest.mark.parametrize("limit", [1000, 100_000], ids=["as usual", "as eth-account leaves it"])
def test_deep_nesting_is_no_json(kind: str, limit: int) -> None:
    """Neither an error in the middle of a report nor the end of the interpreter's stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        for depth in (DEEPEST + 1, 500, 900, 100_000):
            assert parse_json(nested(depth, kind)) is NOT_JSON
        for depth in (1, 30, DEEPEST):
            assert parse_json(nested(depth, kind)) == json.loads(nested(depth, kind))
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("opened", ["[" * 200, "{[" * 100, '"' * 101 + "[" * 200, "\\" + "[" * 200])
def test_deep_nesting_that_is_never_closed(opened: str) -> None:
    assert parse_json(opened.encode()) is NOT_JSON


def test_brackets_in_text_are_text() -> None:
    document = [{"why": "[" * 500 + '"\\' + "{" * 500, "\\": '\\"['}] * 3
    assert parse_json(json.dumps(document).encode()) == document


def test_many_rows_are_no_nesting_and_cost_little() -> None:
    rows = [{"order_id": str(number), "tags": [], "why": 'a "quoted" [x]'} for number in range(100_000)]
    body = json.dumps(rows).encode()
    began = time.process_time()
    assert len(parse_json(body)) == 100_000
    both = time.process_time() - began
    began = time.process_time()
    json.loads(body)
    assert both < 5 * (time.process_time() - began) + 0.5


def test_many_rows_take_little_memory_before_they_are_parsed() -> None:
    body = json.dumps([{"order_id": str(number), "symbol": "BTC/USDT"} for number in range(10_000)]).encode()
    tracemalloc.start()
    try:
        assert not is_deep(body)
        assert tracemalloc.get_traced_memory()[1] < 1.5 * len(body)
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=60))
def test_any_bytes(body: bytes) -> None:
    parse_json(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=30,
    )
)
def test_any_json(document: Any) -> None:
    assert parse_json(json.dumps(document).encode()) == document


def test_nothing_of_a_request_or_a_reply_is_shown_by_accident() -> None:
    shown = repr(Request("GET", "/x", {"Authorization": "JWT secret"}, b"secret")) + repr(reply(200, b"secret"))
    assert "secret" not in shown


# --- the registry


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_is_built(verb: str, clock: FakeClock) -> None:
    venue = built(verb, link_to("http://127.0.0.1:9", Held({}), clock))
    spec = face_of(verb)
    assert (venue.name, venue.title) == (spec.name, spec.title)
    assert {field for way in spec.ways for field in way} == {field.name for field in spec.fields}
