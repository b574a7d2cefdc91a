"""Practice NeuraTrade: tokens, the answers of the real server, and positions as proof."""

from __future__ import annotations

import json
from typing import Any

import pytest

from venues.neuratrade.practice import PracticeNeuraTrade
from venues.sandbox import jwt
from venues.sandbox.practice import Headers, PracticeOrder, Reply, Request

API = "/api/v1/trading"
ORDER = "ord-20260303120000-1"


@pytest.fixture
def practice(clocks: Any) -> PracticeNeuraTrade:
    return PracticeNeuraTrade(**clocks)


def send(
    practice: PracticeNeuraTrade, method: str, path: str, body: bytes = b"", authorization: str | None = None
) -> Reply:
    if authorization is None:
        authorization = f"Bearer {practice.credentials['token']}"
    headers = Headers({"Content-Type": "application/json", "Authorization": authorization}.items())
    path, _, query = path.partition("?")
    return practice.answer(Request(method, path, query, headers, body))


def parsed(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body)


def cancel(practice: PracticeNeuraTrade, order_id: Any = ORDER) -> tuple[int, Any]:
    return parsed(send(practice, "POST", f"{API}/cancel_order", json.dumps({"order_id": order_id}).encode()))


def position(practice: PracticeNeuraTrade, position_id: str) -> tuple[int, Any]:
    return parsed(send(practice, "GET", f"{API}/positions/{position_id}"))


def login(practice: PracticeNeuraTrade, body: Any) -> tuple[int, Any]:
    return parsed(send(practice, "POST", "/api/v1/users/login", json.dumps(body).encode(), ""))


def test_a_cancel_closes_the_position_and_works_once(practice: PracticeNeuraTrade) -> None:
    status, answer = cancel(practice)
    assert (status, answer["status"], answer["data"]["status"]) == (200, "success", "CANCELED")
    assert all(isinstance(value, str) for value in answer["data"].values())
    assert position(practice, answer["data"]["position_id"])[1]["data"]["status"] == "CLOSED"
    assert cancel(practice) == (409, {"error": "order is not open", "status": "error"})
    assert practice.true_state(ORDER) == "cancelled"
    assert practice.counts == {"cancel": 2, "read": 1}


def test_liquidated_cancelled_and_unknown_orders(practice: PracticeNeuraTrade) -> None:
    assert cancel(practice, "ord-20260302090000-1")[0] == 409
    assert cancel(practice, "ord-20260301090000-1")[0] == 409
    assert position(practice, "pos-20260302090000-1")[1]["data"]["status"] == "LIQUIDATED"
    assert cancel(practice, "ord-20260303120000-9") == (404, {"error": "order not found", "status": "error"})
    missing = (404, {"error": "position not found", "status": "error"})
    assert position(practice, "pos-20260303120000-9") == position(practice, ORDER) == missing


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"order_id":7}', b'{"order_id":""}', b"\xff", b"[" * 9999]
)
def test_every_fault_of_the_body_has_one_text(practice: PracticeNeuraTrade, body: bytes) -> None:
    reply = send(practice, "POST", f"{API}/cancel_order", body)
    assert parsed(reply) == (400, {"error": "invalid request payload", "status": "error"})


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "Authorization header required"),
        ("Bearer  {}", "Invalid authorization header format"),
        ("JWT {}", "Invalid authorization header format"),
        ("{}", "Invalid authorization header format"),
        ("Bearer {}x", "Invalid token"),
        ("Bearer admin-key", "Invalid token"),
    ],
)
def test_the_token_is_checked_before_the_body(practice: PracticeNeuraTrade, header: str, text: str) -> None:
    given = header.format(practice.credentials["token"])
    reply = send(practice, "POST", f"{API}/cancel_order", b"{", given)
    assert parsed(reply) == (401, {"error": text})


def test_tokens_expire_unless_they_have_no_expiry(practice: PracticeNeuraTrade, stopped: Any) -> None:
    endless = practice.issue(lifetime=None)
    stopped.pass_by(86_401)
    assert cancel(practice) == (401, {"error": "Token expired"})
    assert send(practice, "GET", f"{API}/positions", b"", f"Bearer {endless}").status == 200
    foreign = jwt.encode({"user_id": "u-1"}, b"another server")
    assert send(practice, "GET", f"{API}/positions", b"", f"Bearer {foreign}").status == 401


def test_login_gives_a_token_that_works(practice: PracticeNeuraTrade) -> None:
    status, answer = login(practice, {"email": practice.email, "password": practice.password})
    assert (status, answer["user"]["email"]) == (200, practice.email)
    assert send(practice, "GET", f"{API}/positions", b"", f"Bearer {answer['token']}").status == 200
    wrong = login(practice, {"email": practice.email, "password": "x"})
    assert wrong == (401, {"error": "Invalid email or password"})
    status, answer = login(practice, {"email": "a@example.com"})
    assert status == 400
    assert answer["error"].startswith("Key: 'LoginRequest.Password'")
    assert "\n" in login(practice, [])[1]["error"]


def test_positions_are_listed_newest_first_by_status(practice: PracticeNeuraTrade) -> None:
    status, answer = parsed(send(practice, "GET", f"{API}/positions?status=OPEN"))
    ids = [row["order_id"] for row in answer["data"]["positions"]]
    assert (status, answer["data"]["count"]) == (200, 5)
    earlier = ["ord-20260228081200-4", "ord-20260227154500-11"]
    assert ids == ["ord-20260303121000-3", "ord-20260303120500-2", ORDER, *earlier]
    assert parsed(send(practice, "GET", f"{API}/positions?status=%20open%20"))[1] == answer
    empty = parsed(send(practice, "GET", f"{API}/positions?status=NONE"))
    assert empty == (200, {"data": {"count": 0, "positions": []}, "status": "success"})
    assert parsed(send(practice, "GET", f"{API}/positions"))[1]["data"]["count"] == 7


def test_sqlite_answers_200_and_stores_nothing(clocks: Any) -> None:
    practice = PracticeNeuraTrade(sqlite=True, **clocks)
    for _ in range(2):
        status, answer = cancel(practice)
        assert (status, answer["data"]["status"]) == (200, "CANCELED")
    assert position(practice, "pos-20260303120000-1")[1]["data"]["status"] == "OPEN"
    assert practice.true_state(ORDER) == "open"
    assert login(practice, {"email": practice.email, "password": practice.password})[0] == 401


def test_a_server_without_positions_and_the_half_state(practice: PracticeNeuraTrade, clocks: Any) -> None:
    blind = PracticeNeuraTrade(positions=False, **clocks)
    assert send(blind, "GET", f"{API}/positions/pos-20260303120000-1").body == b"404 page not found"
    practice.orphan(ORDER)
    assert cancel(practice)[0] == 409
    assert position(practice, "pos-20260303120000-1")[1]["data"]["status"] == "OPEN"
    assert practice.true_state(ORDER) == "cancelled"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/trading/cancel_order"),
        ("POST", "/api//v1/trading/cancel_order"),
        ("POST", "/API/v1/trading/cancel_order"),
        ("GET", "/api/v1/trading/orders"),
        ("POST", "/trading/cancel_order/"),
    ],
)
def test_wrong_paths_are_404_in_plain_text(practice: PracticeNeuraTrade, method: str, path: str) -> None:
    reply = send(practice, method, path)
    assert (reply.status, reply.body) == (404, b"404 page not found")
    assert ("Content-Type", "text/plain") in reply.headers
    assert practice.counts == {"other": 1}


def test_trailing_slashes_are_redirected(practice: PracticeNeuraTrade) -> None:
    reply = send(practice, "POST", f"{API}/cancel_order/")
    assert (reply.status, dict(reply.headers)["Location"]) == (307, f"{API}/cancel_order")
    assert send(practice, "GET", f"{API}/positions/").status == 301


@pytest.mark.parametrize("ending", ["liquidate", "liquidate_all"])
def test_liquidation_is_refused_and_remembered(practice: PracticeNeuraTrade, ending: str) -> None:
    assert send(practice, "POST", f"{API}/{ending}").status == 403
    assert practice.dangers == [f"POST {API}/{ending}"]
    assert practice.true_state(ORDER) == "open"


def test_extra_orders_are_open(clocks: Any) -> None:
    practice = PracticeNeuraTrade(extra_open=12, **clocks)
    assert cancel(practice, "ord-20260101000000-12")[0] == 200
    assert "ord-20260101000000-13" not in practice.orders


def test_a_list_that_is_behind(practice: PracticeNeuraTrade, stopped: Any) -> None:
    """What was cancelled just now is still in it, as it was; what was placed just now is not in it yet."""

    def listed() -> tuple[set[str], set[str]]:
        rows = parsed(send(practice, "GET", f"{API}/positions?status=OPEN"))[1]["data"]["positions"]
        return {row["order_id"] for row in rows}, {row["status"] for row in rows}

    before, _ = listed()
    practice.lists_lag = 3.0
    cancel(practice)
    practice.add(PracticeOrder("order", "ord-20261120043151-1", "BTC/USDT", "BUY", "LIMIT", "1", "1"), age=0.0)
    stopped.pass_by(1.0)
    assert listed() == (before, {"OPEN"})
    stopped.pass_by(3.0)
    assert listed() == (before - {ORDER} | {"ord-20261120043151-1"}, {"OPEN"})


def test_on_sqlite_a_list_never_empties(clocks: Any) -> None:
    practice = PracticeNeuraTrade(sqlite=True, **clocks)
    for order_id in practice.orders:
        cancel(practice, order_id)
    assert parsed(send(practice, "GET", f"{API}/positions?status=OPEN"))[1]["data"]["count"] == 5
