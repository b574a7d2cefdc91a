"""What holds for every practice venue: a full book, fresh credentials, commands that name real orders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from venues.registry import VENUES, open_practice
from venues.sandbox.practice import Headers, Reply, Request

VENUES = pytest.mark.parametrize("venue", sorted(VENUES))
SEED_ORDERS = {
    "3commas": {"2345678901 1123077331", "30404547"},
    "tanx": {"25768879"},
    "neuratrade": {"ord-20260303120000-1"},
    "tradernet": {"2929292929"},
}


@VENUES
def test_the_book_has_the_seeds_orders_and_every_ending(venue: str) -> None:
    book = open_practice(venue).book()
    opened = {row["arguments"] for row in book if row["state"] == "open"}
    assert opened >= SEED_ORDERS[venue]
    for verb in {row["command"] for row in book}:
        hints = [row["state"] for row in book if row["command"] == verb]
        assert hints.count("open") >= 3
        assert "cancelled" in hints
        assert {"filled", "liquidated"} & set(hints)
    assert {row["venue"] for row in book} == {venue}


@VENUES
def test_true_states_match_the_book(venue: str) -> None:
    practice = open_practice(venue)
    for row in practice.book():
        assert practice.true_state(row["arguments"].split()[-1]) == row["state"]


@VENUES
def test_secrets_differ_from_start_to_start(venue: str) -> None:
    first, second = open_practice(venue).credentials, open_practice(venue).credentials
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


@VENUES
def test_a_cancel_can_be_made_to_persist_nothing_or_never_end(venue: str) -> None:
    practice = open_practice(venue)
    order = next(order for order in practice.orders.values() if practice.state(order) == "open")
    practice.keeps_cancels = False
    practice.begin_cancel(order)
    assert practice.state(order) == "open"
    practice.keeps_cancels, order.delay = True, float("inf")
    practice.begin_cancel(order)
    assert practice.state(order) == "cancelling"


@VENUES
def test_garbage_is_answered_and_never_raises(venue: str) -> None:
    practice = open_practice(venue)
    for route in practice.routes:
        path = route.pattern.replace("([0-9]+)", "1").replace("([^/]+)", "1").replace("(?:v2/cmd/)?", "v2/cmd/")
        for body in (b"", b"\xff\xfe", b"{", b"[1]", b"a=%zz&params[x]=1", b'{"order_id":"\\ud800"}'):
            headers = Headers([("Content-Type", "application/json"), ("Authorization", "JWT \xff")])
            assert practice.answer(Request(route.method, path, "x=%", headers, body)).status >= 200


def test_an_unknown_venue_is_a_key_error() -> None:
    for name in ("nowhere", "gemini"):  # the second is an exchange without one
        with pytest.raises(KeyError):
            open_practice(name)


def test_practising_imports_nothing_heavy() -> None:
    code = (
        "import sys; from venues.registry import VENUES, open_practice; import venues.sandbox.server\n"
        "for venue in VENUES: open_practice(venue).book()\n"
        "heavy = {'requests', 'pydantic', 'cryptography', 'eth_account', 'http.server', 'rich', 'keyring'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("X-NtApi-Sig", "s")])
    assert headers["x-ntapi-sig"] == headers.get("X-NTAPI-SIG") == "s"
    assert headers.get("other") is None


def test_a_reply_is_encoded_in_one_piece() -> None:
    assert Reply.text(404, "no", "text/plain").encode(close=True) == (
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Ordercancel-Sandbox: 1\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\nno"
    )
    assert b"Content-Length" not in Reply(204).encode()
