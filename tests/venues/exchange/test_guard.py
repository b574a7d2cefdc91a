"""Which requests may leave: reads, and one cancel."""

from __future__ import annotations

import pytest

from venues.exchange.accepted import has_accepted
from venues.exchange.guard import Aim, is_cancel, may_leave


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "order"),
        ("DELETE", "v2/orders/{order_id}"),
        ("POST", "v5/order/cancel"),
        ("POST", "CancelOrder"),
        ("POST", "stoporder"),
        ("POST", "v3/delete-order"),
        ("GET", "cancel"),  # Deribit's
        ("PUT", "orders/cancel"),
    ],
)
def test_a_cancel_leaves_once_and_only_when_one_is_due(method: str, path: str) -> None:
    assert is_cancel(method, path)
    assert may_leave(Aim.CANCEL, method, path, cancels=0, posts=())
    assert not may_leave(Aim.CANCEL, method, path, cancels=1, posts=())
    assert not may_leave(Aim.READ, method, path, cancels=0, posts=(path,))


@pytest.mark.parametrize("aim", Aim)
def test_nothing_else_leaves_but_reads(aim: Aim) -> None:
    def may(method: str, path: str) -> bool:
        return may_leave(aim, method, path, cancels=0, posts=("QueryOrders",))

    assert may("GET", "order")
    assert may("POST", "QueryOrders")
    assert not may("POST", "order")
    assert not may("POST", "approveBuilderFee")
    assert not may("POST", "exchange")
    assert not may("DELETE", "account")
    assert not may("PUT", "QueryOrders")


@pytest.mark.parametrize(
    ("exchange", "data", "accepted"),
    [
        ("kraken", {"error": [], "result": {"count": 1}}, True),
        ("kraken", {"error": [], "result": {"count": 0, "pending": True}}, True),
        ("kraken", {"error": [], "result": {"count": 0}}, False),
        ("kraken", {"error": ["EGeneral:Internal error"], "result": {"count": 1}}, False),
        ("kraken", {"error": [], "result": {}}, False),
        ("okx", {"code": "0", "data": [{"ordId": "7", "sCode": "0"}]}, True),
        ("okx", {"code": "2", "data": [{"ordId": "7", "sCode": "51400"}]}, False),
        ("okx", {"code": "0", "data": [{"ordId": "8", "sCode": "0"}]}, False),
        ("okx", {"code": "0", "data": []}, False),
        ("bybit", {"retCode": 0, "result": {"orderId": "7"}}, True),
        ("bybit", {"retCode": 0, "result": {}}, False),
        ("bybit", {"retCode": 10001, "result": {"orderId": "7"}}, False),
        ("binance", {"orderId": 7, "status": "CANCELED"}, True),
        ("binance", {"orderId": 8, "status": "CANCELED"}, False),
        ("gemini", {"order_id": "7"}, True),
        ("gemini", [{"deep": [{"id": 7}]}], True),
        ("gemini", {"ok": True}, False),
        ("gemini", {}, False),
        ("gemini", [], False),
    ],
)
def test_only_an_exchange_s_own_words_accept(exchange: str, data: object, accepted: bool) -> None:
    assert has_accepted(exchange, data, "7") is accepted
    assert not has_accepted("bybit", True, "True")
    assert not has_accepted("gemini", {"ok": True}, "True")
