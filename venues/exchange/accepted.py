"""Which answers to a cancel say that it was taken. An answer that is merely no error says nothing.

Five exchanges of ccxt report `canceled` whatever came; a cancel counts as accepted by the exchange's own words only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def has_accepted(exchange: str, data: Any, order_id: str) -> bool:
    """In: the answer as parsed. Where an exchange has no rule of its own, the answer must name the order."""
    return RULES.get(exchange, names)(data, order_id)


def names(data: Any, order_id: str) -> bool:
    """Whether any value in it is the order's id, or any key."""
    if isinstance(data, dict):
        return order_id in data or any(names(item, order_id) for item in data.values())
    if isinstance(data, list):
        return any(names(item, order_id) for item in data)
    return not isinstance(data, bool) and str(data) == order_id


def _kraken(data: Any, order_id: str) -> bool:
    """`{"error": [], "result": {"count": 1}}`, or `pending` where it is queued [docs]; it never names the order."""
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, dict) or data.get("error"):
        return False
    return (isinstance(result.get("count"), int) and result["count"] >= 1) or result.get("pending") is True


def _okx(data: Any, order_id: str) -> bool:
    """Each order has a code of its own, `0` for yes [docs]."""
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return False
    return any(
        isinstance(row, dict) and row.get("sCode") == "0" and order_id in (row.get("ordId"), row.get("algoId"))
        for row in rows
    )


def _bybit(data: Any, order_id: str) -> bool:
    result = data.get("result") if isinstance(data, dict) else None
    return isinstance(result, dict) and data.get("retCode") == 0 and result.get("orderId") == order_id


def _coinbase(data: Any, order_id: str) -> bool:
    """`{"results": [{"success": true, "order_id": ...}]}` [docs]"""
    rows = data.get("results") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return False
    return any(
        isinstance(row, dict) and row.get("success") is True and row.get("order_id") == order_id for row in rows
    )


RULES: dict[str, Callable[[Any, str], bool]] = {
    "bybit": _bybit,
    "bybiteu": _bybit,
    "bybitid": _bybit,
    "coinbase": _coinbase,
    "kraken": _kraken,
    "myokx": _okx,
    "okx": _okx,
    "okxus": _okx,
}
