"""Practice 3Commas: signatures, the documented answers, and cancels that take their time."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest

from venues.sandbox.practice import Headers, Reply, Request
from venues.threecommas.practice import PERMISSIONS, PracticeThreeCommas

FORM = "application/x-www-form-urlencoded"
DEAL = "/public/api/ver1/deals/2345678901"
TRADE = "/public/api/v2/smart_trades/"


@pytest.fixture
def practice(clocks: Any) -> PracticeThreeCommas:
    return PracticeThreeCommas(**clocks)


def ask(
    practice: PracticeThreeCommas, method: str, path: str, body: str = "", kind: str = FORM, **changed: str
) -> Reply:
    text = path + ("?" + body if body else "")
    signature = hmac.new(practice.api_secret.encode(), text.encode(), "sha256").hexdigest()
    headers = {"Apikey": practice.api_key, "Signature": signature, "Content-Type": kind} | changed
    return practice.answer(Request(method, path, "", Headers(headers.items()), body.encode()))


def cancel(practice: PracticeThreeCommas, order_id: str) -> tuple[int, Any]:
    return parsed(ask(practice, "POST", DEAL + "/cancel_order", f"order_id={order_id}"))


def parsed(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body)


def row(rows: list[dict[str, Any]], order_id: str) -> dict[str, Any]:
    return next(row for row in rows if row["order_id"] == order_id)


def test_every_vector_verifies_and_no_altered_one_does(vectors: Any) -> None:
    file = vectors("3commas")
    keys = {key["name"]: key for key in file["keys"]}
    assert len(file["vectors"]) >= 12
    for vector in file["vectors"]:
        key = keys[vector["key"]]
        practice = PracticeThreeCommas(api_key=key["api_key"], api_secret=key["secret"])
        headers = Headers({"Signature": vector["signature"]}.items())
        request = Request(vector["method"], vector["path"], vector["query"], headers, vector["body"].encode())
        assert practice.signed(request), vector["name"]
        assert not practice.signed(Request("GET", vector["path"] + "1", "", headers)), vector["name"]


def test_rsa_rejects_what_is_no_signature(vectors: Any) -> None:
    key = next(key for key in vectors("3commas")["keys"] if key["kind"] == "rsa")
    practice = PracticeThreeCommas(api_key=key["api_key"], api_secret=key["secret"])
    right = next(
        vector["signature"]
        for vector in vectors("3commas")["vectors"]
        if vector["kind"] == "rsa" and vector["name"] == "read_smart_trade"
    )
    headers = Headers({"Signature": right[:9] + "*" + right[9:]}.items())  # not in the base64 alphabet
    assert not practice.signed(Request("GET", TRADE + "12345678", "", headers))
    for signature in ("", "not base64!", "QUJD"):
        headers = Headers({"Apikey": key["api_key"], "Signature": signature}.items())
        reply = practice.answer(Request("GET", "/public/api/ver1/validate", "", headers))
        assert parsed(reply)[1]["error"] == "signature_invalid"


def test_a_manual_safety_order_is_cancelled_at_once(practice: PracticeThreeCommas) -> None:
    status, rows = cancel(practice, "1123077331")
    assert status == 201
    assert row(rows, "1123077331")["status_string"] == "Cancelled"
    assert row(rows, "1123077331")["cancellable"] is False
    assert row(rows, "1123077345")["status_string"] == "Active"
    assert practice.true_state("1123077331") == "cancelled"
    assert parsed(ask(practice, "GET", DEAL + "/market_orders")) == (200, rows)
    assert practice.counts == {"cancel": 1, "read": 1}


def test_a_partly_filled_order_keeps_its_filled_part(practice: PracticeThreeCommas) -> None:
    target = row(cancel(practice, "1123077352")[1], "1123077352")
    assert (target["quantity"], target["quantity_remaining"]) == ("0.045", "0.03")


@pytest.mark.parametrize("order_id", ["1123070118", "1123070204", "1123065576", "1123065620"])
def test_filled_cancelled_and_other_kinds_cannot_be_cancelled(practice: PracticeThreeCommas, order_id: str) -> None:
    before = practice.true_state(order_id)
    assert cancel(practice, order_id) == (422, {"error": "Cant be cancelled"})
    assert practice.true_state(order_id) == before


def test_unknown_deal_and_unknown_order(practice: PracticeThreeCommas) -> None:
    missing = (404, {"error": "not_found", "error_description": "Not Found"})
    assert cancel(practice, "7") == missing
    assert cancel(practice, "30404547") == missing  # a SmartTrade is no order of the deal
    assert parsed(ask(practice, "GET", "/public/api/ver1/deals/7/market_orders")) == missing
    other_deal = "/public/api/ver1/deals/7/cancel_order"
    assert parsed(ask(practice, "POST", other_deal, "order_id=1123077331")) == missing


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        ("", FORM, "is missing"),
        ("order=1", FORM, "is missing"),
        ('{"order_id":1123077331}', "application/json", "is missing"),
        ("order_id=x", FORM, "is invalid"),
        ("order_id=-1", FORM, "is invalid"),
    ],
)
def test_bad_bodies(practice: PracticeThreeCommas, body: str, kind: str, problem: str) -> None:
    status, document = parsed(ask(practice, "POST", DEAL + "/cancel_order", body, kind))
    assert (status, document["error"]) == (400, "record_invalid")
    assert document["error_attributes"] == {"order_id": [problem]}
    assert practice.true_state("1123077331") == "open"


def test_wrong_key_wrong_signature_and_missing_permission(clocks: Any, practice: PracticeThreeCommas) -> None:
    path = DEAL + "/market_orders"
    assert parsed(ask(practice, "GET", path, Apikey="x"))[1]["error"] == "api_key_invalid_or_expired"
    assert parsed(ask(practice, "GET", path, Signature="0" * 64)) == (
        401,
        {"error": "signature_invalid", "error_description": "Provided signature is invalid"},
    )
    reader = PracticeThreeCommas(permissions=PERMISSIONS - {"BOTS_WRITE"}, **clocks)
    assert cancel(reader, "1123077331")[0] == 403
    assert reader.true_state("1123077331") == "open"
    assert ask(reader, "GET", path).status == 200
    assert ask(reader, "DELETE", TRADE + "30404547").status == 200


def test_upper_case_hex_is_accepted(practice: PracticeThreeCommas) -> None:
    path = "/public/api/ver1/validate"
    right = hmac.new(practice.api_secret.encode(), path.encode(), "sha256").hexdigest().upper()
    assert parsed(ask(practice, "GET", path, Signature=right)) == (200, {"valid": True})
    assert practice.counts["check"] == 1


def test_a_smart_trade_is_pending_first_and_cancelled_after_a_while(
    practice: PracticeThreeCommas, stopped: Any
) -> None:
    status, trade = parsed(ask(practice, "DELETE", TRADE + "30404547"))
    assert (status, trade["status"]["type"]) == (200, "cancellation_pending")
    stopped.pass_by(0.6)
    assert practice.true_state("30404547") == "cancelling"
    stopped.pass_by(0.2)
    trade = parsed(ask(practice, "GET", TRADE + "30404547"))[1]
    assert (trade["status"]["type"], trade["data"]["finished"]) == ("cancelled", False)
    assert (trade["data"]["entered_amount"], trade["data"]["closed_amount"]) == ("14.91", "0.0")
    assert trade["is_position_not_filled"] is False
    assert practice.true_state("30404547") == "cancelled"


@pytest.mark.parametrize("trade_id", ["30404512", "30404498"])
def test_a_final_smart_trade_cannot_be_cancelled(practice: PracticeThreeCommas, trade_id: str) -> None:
    assert parsed(ask(practice, "DELETE", TRADE + trade_id)) == (422, {"error": "Cant be cancelled"})


def test_status_words_of_smart_trades(practice: PracticeThreeCommas) -> None:
    words = {
        trade_id: parsed(ask(practice, "GET", TRADE + trade_id))[1]["status"]["type"]
        for trade_id in ("30404547", "30404560", "30404512", "30404498")
    }
    assert list(words.values()) == ["waiting_targets", "waiting_position", "finished", "cancelled"]


def test_an_unknown_smart_trade_has_two_codes(practice: PracticeThreeCommas) -> None:
    words = {"error": "Not found", "error_description": "Smart Trade not found"}
    assert parsed(ask(practice, "DELETE", TRADE + "9")) == (400, words)
    assert parsed(ask(practice, "GET", TRADE + "9")) == (404, words)
    assert ask(practice, "GET", TRADE + "1123077331").status == 404  # an order's id is no SmartTrade's


@pytest.mark.parametrize("ending", ["cancel", "panic_sell", "panic_sell_step"])
def test_dangerous_neighbours_are_refused_and_remembered(practice: PracticeThreeCommas, ending: str) -> None:
    assert ask(practice, "POST", f"{DEAL}/{ending}").status == 403
    assert practice.dangers == [f"POST {DEAL}/{ending}"]
    assert ask(practice, "POST", TRADE + "30404547/close_by_market", Apikey="wrong").status == 401
    assert practice.counts["danger"] == len(practice.dangers) == 2
    assert practice.true_state("1123077331") == practice.true_state("30404547") == "open"


def test_wrong_paths_and_methods(practice: PracticeThreeCommas) -> None:
    for method, path in (("GET", DEAL + "/cancel_order"), ("DELETE", TRADE), ("POST", TRADE + "30404547")):
        assert parsed(ask(practice, method, path)) == (404, {"error": "invalid_request_method"})
    assert ask(practice, "GET", "/ver1/validate").body.startswith(b"<!doctype")
    assert practice.counts == {"other": 4}


def test_replies_carry_a_request_id_and_the_date(practice: PracticeThreeCommas) -> None:
    headers = dict(ask(practice, "GET", "/public/api/ver1/validate").headers)
    assert len(headers["X-Request-Id"]) == 36
    assert headers["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"


def test_extra_orders_are_open(clocks: Any) -> None:
    practice = PracticeThreeCommas(extra_open=3, **clocks)
    assert practice.true_state("1200000003") == practice.true_state("31000003") == "open"
    assert "1200000004" not in practice.orders
