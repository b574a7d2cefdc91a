"""The answers that mean the same everywhere, and reading JSON and `Retry-After`."""

from __future__ import annotations

import json
import sys
import threading
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
from venues.wire.http import NOT_JSON, Reply, Request, parse_json
from venues.wire.link import (
    NoSuchRoute,
    NotTheApi,
    held,
    login_step,
    raise_for_shared_answers,
    retry_after,
    said,
    wrong_address,
)


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
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)  # eth-account, which other tests import, raises it
    try:
        assert parse_json(body) is NOT_JSON
    finally:
        sys.setrecursionlimit(before)


@given(st.binary(max_size=60))
def test_any_bytes(body: bytes) -> None:
    parse_json(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
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
