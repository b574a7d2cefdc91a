"""Practice tanX: tokens, the wallet login, and cancels that are only queued at first."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest

from venues.sandbox import jwt
from venues.sandbox.practice import Headers, Reply, Request
from venues.tanx.practice import TEST_WALLET_KEY, PracticeTanx, recover

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
CANCEL = "/sapi/v1/orders/cancel/"


@pytest.fixture
def practice(clocks: Any) -> PracticeTanx:
    return PracticeTanx(**clocks)


def send(practice: PracticeTanx, method: str, path: str, body: Any = None, authorization: str | None = None) -> Reply:
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    data = b"" if body is None else json.dumps(body).encode()
    return practice.answer(Request(method, path, "", Headers(headers.items()), data))


def ask(practice: PracticeTanx, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    token = practice.credentials["access_token"]
    return parsed(send(practice, method, path, body, f"JWT {token}"))


def parsed(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body)


def refresh(practice: PracticeTanx, token: Any) -> tuple[int, Any]:
    return parsed(send(practice, "POST", "/sapi/v1/auth/token/refresh/", {"refresh": token}))


def nonce(practice: PracticeTanx, address: str = ADDRESS) -> tuple[int, Any]:
    return parsed(send(practice, "POST", "/sapi/v2/auth/nonce/", {"eth_address": address}))


def login(practice: PracticeTanx, signature: str, address: str = ADDRESS) -> tuple[int, Any]:
    fields = {"eth_address": address, "user_signature": signature}
    return parsed(send(practice, "POST", "/sapi/v2/auth/login/", fields))


def sign(text: str, key: str = TEST_WALLET_KEY) -> str:
    account = pytest.importorskip("eth_account")
    from eth_account.messages import encode_defunct

    return str("0x" + account.Account.sign_message(encode_defunct(text=text), key).signature.hex().removeprefix("0x"))


def test_every_signature_vector_gives_its_address(vectors: Any) -> None:
    pytest.importorskip("eth_account")
    for vector in vectors("tanx")["personal_sign"]:
        assert recover(vector["message"], vector["user_signature"]) == vector["address"]
        assert recover(vector["message"].strip() + ".", vector["user_signature"]) != vector["address"]
        assert recover(vector["message"], vector["user_signature"].removeprefix("0x")) is None


def test_own_tokens_have_the_shape_of_the_vectors(vectors: Any, practice: PracticeTanx, stopped: Any) -> None:
    def middle(token: str) -> Any:
        part = token.split(".")[1]
        return json.loads(jwt.base64.urlsafe_b64decode(part + "=="))

    example = vectors("tanx")["jwt"][0]
    claims = middle(practice.credentials["access_token"])
    assert middle(example["token"]).keys() == claims.keys()
    assert claims["exp"] == stopped() + 86_400


def test_a_cancel_is_queued_and_takes_effect_later(practice: PracticeTanx, stopped: Any) -> None:
    status, answer = ask(practice, "POST", CANCEL, {"order_id": 25768879})
    assert (status, answer["message"]) == (200, "Order is successfully queued for cancellation")
    assert (answer["payload"]["state"], answer["payload"]["executed_volume"]) == ("wait", "0.009000000000000001")
    stopped.pass_by(0.6)
    assert ask(practice, "GET", "/sapi/v1/orders/25768879/")[1]["payload"]["state"] == "wait"
    assert practice.true_state("25768879") == "cancelling"
    stopped.pass_by(0.2)
    order = ask(practice, "GET", "/sapi/v1/orders/25768879/")[1]["payload"]
    assert (order["state"], order["cancel_reason"]) == ("cancel", "Order cancelled by user")
    assert practice.true_state("25768879") == "cancelled"
    assert practice.counts == {"cancel": 1, "read": 2}


def test_the_first_cancel_counts_when_it_is_repeated(practice: PracticeTanx, stopped: Any) -> None:
    ask(practice, "POST", CANCEL, {"order_id": 25768879})
    stopped.pass_by(0.5)
    assert ask(practice, "POST", CANCEL, {"order_id": 25768879})[1]["status"] == "success"
    stopped.pass_by(0.3)
    assert practice.true_state("25768879") == "cancelled"


def test_a_pending_order_drops_a_cancel_silently(practice: PracticeTanx, stopped: Any) -> None:
    practice.hold_pending("25768901", 1.0)
    assert ask(practice, "POST", CANCEL, {"order_id": 25768901})[1]["payload"]["state"] == "pending"
    stopped.pass_by(5.0)
    assert ask(practice, "GET", "/sapi/v1/orders/25768901/")[1]["payload"]["state"] == "wait"
    ask(practice, "POST", CANCEL, {"order_id": 25768901})
    stopped.pass_by(1.0)
    assert practice.true_state("25768901") == "cancelled"


def test_a_fill_wins_the_race(practice: PracticeTanx, stopped: Any) -> None:
    ask(practice, "POST", CANCEL, {"order_id": 25768879})
    assert practice.end("25768879")
    stopped.pass_by(1.0)
    order = ask(practice, "GET", "/sapi/v1/orders/25768879/")[1]["payload"]
    assert (order["state"], order["executed_volume"], order["remaining_volume"]) == ("done", "0.0425", "0.0")
    assert not practice.end("25768879", "rejected")


@pytest.mark.parametrize("order_id", [25768802, 25768790])
def test_a_final_order_is_an_error_with_http_200(practice: PracticeTanx, order_id: int) -> None:
    status, answer = ask(practice, "POST", CANCEL, {"order_id": order_id})
    assert (status, answer["status"], answer["payload"]) == (200, "error", "")


def test_unknown_orders(practice: PracticeTanx) -> None:
    assert ask(practice, "POST", CANCEL, {"order_id": 3})[0] == 400
    assert ask(practice, "GET", "/sapi/v1/orders/3/")[0] == 404


@pytest.mark.parametrize("body", [None, {}, [], {"order_id": "25768879"}, {"order_id": True}])
def test_bad_bodies(practice: PracticeTanx, body: Any) -> None:
    assert ask(practice, "POST", CANCEL, body)[0] == 400
    assert practice.true_state("25768879") == "open"


@pytest.mark.parametrize("header", [None, "", "Bearer {}", "jwt {}", "{}"])
def test_without_the_word_jwt_there_are_no_credentials(practice: PracticeTanx, header: str | None) -> None:
    text = header and header.format(practice.credentials["access_token"])
    status, answer = parsed(send(practice, "POST", CANCEL, {"order_id": 25768879}, text))
    assert (status, answer["payload"]) == (401, "")
    assert practice.true_state("25768879") == "open"


def test_expired_forged_and_wrong_kind_of_tokens(practice: PracticeTanx, stopped: Any) -> None:
    forged = jwt.encode({"token_type": "access", "exp": 9_999_999_999}, b"another key")
    expired = practice.issue(lifetime=-1)["access_token"]
    for token in (forged, expired, "abc", practice.credentials["refresh_token"]):
        status, answer = parsed(send(practice, "GET", "/sapi/v1/user/profile/", None, f"JWT {token}"))
        assert (status, answer["payload"]["code"]) == (401, "token_not_valid")
    assert ask(practice, "GET", "/sapi/v1/user/profile/")[0] == 200
    stopped.pass_by(86_400)
    assert ask(practice, "GET", "/sapi/v1/user/profile/")[0] == 401


def test_a_refresh_token_works_once(practice: PracticeTanx) -> None:
    first = practice.credentials["refresh_token"]
    status, answer = refresh(practice, first)
    assert (status, answer["status"]) == (200, "success")
    used = parsed(send(practice, "GET", "/sapi/v1/user/profile/", None, f"JWT {answer['payload']['access']}"))
    assert used[0] == 200
    dead = {"status": "error", "message": "Token is invalid or expired", "payload": {"code": "token_not_valid"}}
    assert refresh(practice, first) == (401, dead)
    assert refresh(practice, answer["payload"]["refresh"])[0] == 200
    assert refresh(practice, practice.credentials["access_token"]) == (401, dead)
    assert refresh(practice, None) == (401, dead)


def test_a_wallet_logs_in_with_its_signature(practice: PracticeTanx) -> None:
    status, answer = nonce(practice)
    assert (status, answer["message"]) == (200, "Nonce Acquired")
    assert nonce(practice)[1] == answer | {"message": "Cached Nonce Acquired"}
    assert "\u2019" in answer["payload"]
    assert answer["payload"].endswith("\n  ")
    signature = sign(answer["payload"])
    status, logged_in = login(practice, signature)
    assert (status, logged_in["message"]) == (200, "Login Successful")
    token = logged_in["token"]["access"]
    assert send(practice, "GET", "/sapi/v1/user/profile/", None, f"JWT {token}").status == 200
    assert login(practice, signature)[0] == 400  # the nonce is used up
    assert nonce(practice)[1]["payload"] != answer["payload"]


def test_wrong_wallet_stripped_text_and_no_nonce_are_refused(practice: PracticeTanx) -> None:
    words = "Invalid Credentials or Token Expired, Kindly login again."
    other = "0x" + "11" * 32
    refused = [
        login(practice, sign(nonce(practice)[1]["payload"], other)),
        login(practice, sign(nonce(practice)[1]["payload"].strip())),
        login(practice, sign(nonce(practice)[1]["payload"]).removeprefix("0x")),
        login(practice, "0x" + "ff" * 64 + "1b"),
        login(practice, sign("text")),
    ]
    assert {(status, answer["message"]) for status, answer in refused} == {(400, words)}


def test_a_wallet_without_an_account_is_refused(practice: PracticeTanx) -> None:
    stranger = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    text = nonce(practice, stranger)[1]["payload"]
    assert login(practice, sign(text, "0x" + "0" * 63 + "1"), stranger)[0] == 400


def test_short_addresses(practice: PracticeTanx) -> None:
    words = {"status": "error", "message": "Ensure eth_address has at least 30 characters.", "payload": ""}
    assert nonce(practice, "0x1") == login(practice, "0x", "0x1") == (400, words)


def test_without_eth_account_the_login_is_the_venues_400(
    practice: PracticeTanx, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def fail(name: str, *args: Any, **named: Any) -> Any:
        if name.startswith("eth_"):
            raise ImportError(name)
        return real(name, *args, **named)

    nonce(practice)
    monkeypatch.setattr(builtins, "__import__", fail)
    assert login(practice, "0x" + "11" * 64 + "1b")[0] == 400


def test_paths_end_in_a_slash(practice: PracticeTanx) -> None:
    reply = send(practice, "POST", CANCEL.rstrip("/"), {"order_id": 25768879})
    assert (reply.status, dict(reply.headers)["Location"]) == (301, CANCEL)
    assert practice.true_state("25768879") == "open"
    assert send(practice, "DELETE", CANCEL).status == 405
    assert send(practice, "POST", "/sapi/v2/orders/cancel/").body.startswith(b"<!doctype")
    assert ask(practice, "POST", "/sapi/v1/user/bulkcancel/", {"market": "btcusdc"})[0] == 403
    assert practice.dangers == ["POST /sapi/v1/user/bulkcancel/"]


def test_extra_orders_are_open(clocks: Any) -> None:
    practice = PracticeTanx(extra_open=2, **clocks)
    assert practice.true_state("26000002") == "open"
    assert "26000003" not in practice.orders
