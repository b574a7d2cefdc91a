"""Practice Gate, spot: an order's id in the path, and how it ended in a word. Source: Gate's documentation."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from venues.exchange.practice.base import Market, PracticeExchange, query_of
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

STATUS = {"cancelled": "cancelled", "filled": "closed", "expired": "closed"}
FINISHED_AS = {"cancelled": "cancelled", "filled": "filled", "expired": "expired"}
ENDED = {"cancelled": "ORDER_CANCELLED", "filled": "ORDER_CLOSED", "expired": "ORDER_CLOSED"}
PAGE = 100  # orders of one pair
WINDOW = 60.0  # seconds by which a timestamp may be off
_API = "/api/v4"


class PracticeGate(PracticeExchange):
    """Cancels take effect at once, and say so; what went before has an error of its own."""

    venue = "gate"
    markets = (
        Market("BTC/USDT", "BTC_USDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETH_USDT", "ETH", "USDT"),
    )
    rows = (
        ("1852454420", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("1852454421", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("1852454422", "BTC/USDT", "buy", "limit", "48000", "0.03"),
        ("1852454001", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("1852454002", "BTC/USDT", "buy", "limit", "40000", "0.05", "0", "cancelled"),
        ("1852454003", "BTC/USDT", "buy", "limit", "45000", "0.03", "0", "expired"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("DELETE", f"{_API}/spot/orders/[^/]+", "cancel", self._cancel),
            Route("GET", f"{_API}/spot/orders/[^/]+", "read", self._read),
            Route("GET", f"{_API}/spot/open_orders", "list", self._list),
            Route("GET", f"{_API}/spot/accounts", "check", self._check),
            Route("GET", f"{_API}/account/detail", "account", self._account),
            Route("GET", f"{_API}/(?:margin|spot)/currency_pairs", "markets", self._markets),
            Route(
                "GET", f"{_API}/(?:futures|delivery)/[a-z]+/contracts", "markets", lambda request: Reply.json(200, [])
            ),
            Route("GET", f"{_API}/options/(?:underlyings|contracts)", "markets", lambda request: Reply.json(200, [])),
            Route("DELETE", f"{_API}/spot/orders", "danger", self.danger),
        )

    def refuse(self, request: Request) -> Reply | None:
        headers, body = request.headers, hashlib.sha512(request.body).hexdigest()
        stamp = headers.get("Timestamp", "")
        text = "\n".join((request.method, request.path, unquote(request.query), body, stamp))
        secret = self.credentials["api_secret"].encode()
        if headers.get("KEY") != self.credentials["api_key"]:
            return _no(401, "INVALID_KEY", "Invalid key provided")
        if headers.get("SIGN") != hmac.new(secret, text.encode(), hashlib.sha512).hexdigest():
            return _no(401, "INVALID_SIGNATURE", "Signature mismatch")
        if not stamp.isdigit() or abs(int(stamp) - self.time()) > WINDOW:
            return _no(403, "REQUEST_EXPIRED", "gap between request Timestamp and server time exceeds 60")
        return None

    def word(self, order: PracticeOrder) -> str:
        return FINISHED_AS.get(self.state(order), "open")

    def _cancel(self, request: Request) -> Reply:
        order, no = self._found(request)
        if no or order is None:
            return no or _no(404, "ORDER_NOT_FOUND", "Order not found")
        if not self.is_open(order):
            return _no(400, ENDED[self.state(order)], f"Order is {STATUS[self.state(order)]}")
        self.begin_cancel(order)
        return Reply.json(200, self._shown(order) | {"status": "cancelled", "finish_as": "cancelled"})

    def _read(self, request: Request) -> Reply:
        order, no = self._found(request)
        if no or order is None:
            return no or _no(404, "ORDER_NOT_FOUND", "Order not found")
        return Reply.json(200, self._shown(order))

    def _found(self, request: Request) -> tuple[PracticeOrder | None, Reply | None]:
        pair = query_of(request).get("currency_pair", "")
        if self.market(id=pair) is None:
            return None, _no(400, "INVALID_CURRENCY_PAIR", f"Invalid currency pair {pair}")
        return self.order(unquote(request.path.rpartition("/")[2]), pair), None

    def _list(self, request: Request) -> Reply:
        page = int(query_of(request).get("page", "1"))
        rows = self.open_rows("at", self._shown)
        groups = []
        for market in self.markets:
            orders = [row for row in rows if row["currency_pair"] == market.id]
            if part := orders[(page - 1) * PAGE : page * PAGE]:
                groups.append({"currency_pair": market.id, "total": len(orders), "orders": part})
        return Reply.json(200, groups)

    def _check(self, request: Request) -> Reply:
        return Reply.json(200, [])

    def _account(self, request: Request) -> Reply:
        return Reply.json(200, {"user_id": 27, "key": {"mode": 1}})

    def _markets(self, request: Request) -> Reply:
        rows = [] if "/margin/" in request.path else [self._market(one) for one in self.markets]
        return Reply.json(200, rows)

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "id": market.id, "base": market.base, "quote": market.quote, "fee": "0.2", "min_base_amount": "0.0001",
            "min_quote_amount": "1", "amount_precision": 5, "precision": 2, "trade_status": "tradable",
            "sell_start": 0, "buy_start": 0,
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        state = self.state(order)
        left = format(Decimal(order.quantity) - Decimal(order.filled), "f")
        return {
            "id": order.order_id, "text": "t-practice", "status": STATUS.get(state, "open"), "type": order.type,
            "finish_as": self.word(order), "currency_pair": self.market_id(order), "account": "spot",
            "side": order.side, "amount": order.quantity, "price": order.price, "time_in_force": "gtc", "left": left,
            "filled_total": "0", "fee": "0", "fee_currency": "BTC", "create_time": str(int(order.created)),
            "update_time": str(int(order.updated)), "create_time_ms": int(order.created * 1000),
            "update_time_ms": int(order.updated * 1000),
        }  # fmt: skip


def _no(status: int, label: str, message: str) -> Reply:
    return Reply.json(status, {"label": label, "message": message})
