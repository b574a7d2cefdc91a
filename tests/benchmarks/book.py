"""What the server of the benchmarks answers for the venues: orders that are open there until they are cancelled.

Signatures and tokens are not checked: the client is measured, not the server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

NEURATRADE = "/api/v1/trading"
DEALS = (2345678901, 2345678902)
PLACED = "2026-01-01T00:00:00Z"


class Book:
    """So many open `rows` at each venue, by turns in the two deals. `fill()` opens again what was cancelled."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._gone: set[str] = set()

    def fill(self) -> None:
        self._gone.clear()

    def answer(self, path: str, body: bytes) -> Any:
        """Out: what the venue says."""
        if path == f"{NEURATRADE}/cancel_order":
            order_id = json.loads(body)["order_id"]
            self._gone.add(order_id)
            return {"data": order(order_id), "status": "success"}
        if path == f"{NEURATRADE}/positions?status=OPEN":
            rows = [position(order_id, "OPEN") for order_id in self._open_at_neuratrade()]
            return {"data": {"count": len(rows), "positions": rows}, "status": "success"}
        if path.startswith(f"{NEURATRADE}/positions/"):
            order_id = path.rpartition("/")[2].replace("pos-", "ord-", 1)
            return {"data": position(order_id, "CLOSED" if order_id in self._gone else "OPEN"), "status": "success"}
        if "/smart_trades/" in path:
            return smart_trade(int(path.rpartition("/")[2]), "cancellation_pending")
        if path.endswith("/delTradeOrder"):
            return {"order_id": 2929292929}
        return binance(path) if path.startswith("/api/v3/") else self._list(path)

    def _list(self, path: str) -> Any:
        """A list of what is open, by pages except at Tradernet."""
        if "/smart_trades?" in path:
            return [smart_trade(number, "waiting_position") for number in self._page(path, "per_page")]
        if "/deals?" in path:
            return [] if _number(path, "offset") else [deal(deal_id) for deal_id in DEALS]
        if path.endswith("/market_orders"):
            first = DEALS.index(int(path.split("/")[-2]))
            return [deal_order(number) for number in range(1 + first, self._rows + 1, len(DEALS))]
        if path.startswith("/sapi/v1/orders/?"):
            rows = [tanx_order(number) for number in self._page(path, "limit")] if "state=wait" in path else []
            return {"status": "success", "message": "Orders Retrieved Successfully", "payload": rows}
        if path.endswith("/getNotifyOrderJson"):
            rows = [tradernet_order(number) for number in range(1, self._rows + 1)]
            return {"result": {"orders": {"key": "throwaway", "order": rows}}}
        return {"error": "no such path"}

    def _page(self, path: str, size: str) -> range:
        """Out: the numbers of the rows on the page that is asked for."""
        most = _number(path, size)
        first = most * (_number(path, "page") - 1) + 1
        return range(first, min(first + most, self._rows + 1))

    def _open_at_neuratrade(self) -> Iterator[str]:
        ids = (f"ord-20260101000000-{number}" for number in range(1, self._rows + 1))
        return (order_id for order_id in ids if order_id not in self._gone)


def _number(path: str, name: str) -> int:
    found = re.search(rf"[?&]{name}=(\d+)", path)
    return int(found[1]) if found else 0


def smart_trade(trade_id: int, word: str) -> dict[str, Any]:
    return {
        "id": trade_id, "version": 2, "pair": "USDT_DOGE", "instant": False,
        "status": {"type": word, "basic_type": word, "title": "Of no account"},
        "account": {"id": 32402783, "type": "binance_us", "name": "Practice", "market": "Binance US Spot"},
        "position": {"type": "buy", "units": {"value": "14.91"}, "price": {"value": "0.10622"},
                     "total": {"value": "1.58385"}, "order_type": "market", "status": {"type": "finished"}},
        "take_profit": {"enabled": True, "steps": []}, "stop_loss": {"enabled": False}, "note": "",
        "data": {"finished": False, "entered_amount": "0.0", "closed_amount": "0.0", "type": "smart_trade",
                 "created_at": PLACED},
        "is_position_not_filled": True,
    }  # fmt: skip


def deal(deal_id: int) -> dict[str, Any]:
    return {
        "id": deal_id, "type": "Deal", "pair": "USDT_ETH", "status": "bought", "created_at": PLACED,
        "closed_at": None, "finished?": False, "active_manual_safety_orders": 1,
    }  # fmt: skip


def deal_order(number: int) -> dict[str, Any]:
    return {
        "order_id": str(number), "order_type": "BUY", "deal_order_type": "Manual Safety", "cancellable": True,
        "status_string": "Active", "created_at": PLACED, "quantity": "0.01", "quantity_remaining": "0.01",
        "rate": "2000.0",
    }  # fmt: skip


def tanx_order(number: int) -> dict[str, Any]:
    return {
        "id": number, "uuid": "b658b41f-fe68-4561-801d-dfa94c3ca1b5", "side": "buy", "ord_type": "limit",
        "price": "450.0", "avg_price": "0.0", "state": "wait", "market": "ethusdc", "created_at": PLACED,
        "updated_at": PLACED, "origin_volume": "1.0", "remaining_volume": "1.0", "executed_volume": "0.0",
        "trades_count": 0, "stop_price": None, "cancel_reason": None,
    }  # fmt: skip


def tradernet_order(number: int) -> dict[str, Any]:
    return {
        "order_id": number, "id": number, "date": "2026-01-01T03:00:00", "stat": 10, "instr": "AAPL.US", "oper": 1,
        "type": 2, "p": 200, "q": 5, "leaves_qty": 5, "exp": 1, "cur": "USD",
    }  # fmt: skip


def binance(path: str) -> Any:
    """The market of one symbol, or its order, cancelled."""
    if "/exchangeInfo" in path:
        market = {
            "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
            "permissions": ["SPOT"], "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True,
            "filters": [],
        }  # fmt: skip
        return {"timezone": "UTC", "symbols": [market]}
    return {
        "symbol": "BTCUSDT", "orderId": 28457, "clientOrderId": "p", "price": "50000", "origQty": "0.01",
        "executedQty": "0.0", "status": "CANCELED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY",
        "time": 1767225600000, "updateTime": 1767225600000,
    }  # fmt: skip


def order(order_id: str) -> dict[str, str]:
    return {
        "order_id": order_id, "position_id": order_id.replace("ord-", "pos-", 1), "exchange": "binance",
        "symbol": "BTC/USDT", "side": "BUY", "type": "LIMIT", "amount": "0.001", "price": "42000",
        "status": "CANCELED",
    }  # fmt: skip


def position(order_id: str, status: str) -> dict[str, str]:
    return {
        "position_id": order_id.replace("ord-", "pos-", 1), "order_id": order_id, "exchange": "binance",
        "symbol": "BTC/USDT", "side": "BUY", "size": "0.001", "entry_price": "42000", "status": status,
        "opened_at": PLACED, "updated_at": PLACED,
    }  # fmt: skip
