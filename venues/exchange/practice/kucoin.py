"""Practice KuCoin, a classic account with high-frequency spot orders: two flags in place of a status.

Source: KuCoin's documentation. Lists are not served: they are asked for symbol by symbol.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from venues.exchange.practice.base import Market, PracticeExchange, base64_of, query_of, signed
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

WINDOW = 5_000  # milliseconds by which a timestamp may be off
_HF = "/api/v1/hf"


class PracticeKucoin(PracticeExchange):
    """A cancel is accepted, and takes effect a moment later. The pass phrase is sent signed."""

    venue = "kucoin"
    fields = ("api_key", "api_secret", "password")
    delay = 0.3
    markets = (
        Market("BTC/USDT", "BTC-USDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETH-USDT", "ETH", "USDT"),
    )
    rows = (
        ("671124f9365ccb00073debd4", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("671124f9365ccb00073debd5", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("671124f9365ccb00073deb01", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("671124f9365ccb00073deb02", "BTC/USDT", "buy", "limit", "40000", "0.05", "0", "cancelled"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("DELETE", f"{_HF}/orders/[^/]+", "cancel", self._cancel),
            Route("GET", f"{_HF}/orders/[^/]+", "read", self._read),
            Route("GET", f"{_HF}/accounts/opened", "account", lambda request: _yes(True)),
            Route("GET", "/api/ua/v1/account/mode", "account", lambda request: _yes({"selfAccountMode": "CLASSIC"})),
            Route("GET", "/api/v1/accounts", "check", lambda request: _yes([])),
            Route("GET", "/api/v2/symbols", "markets", self._markets),
            Route("GET", "/api/v1/market/allTickers", "markets", lambda request: _yes({"ticker": []})),
            Route("GET", "/api/v1/contracts/active", "markets", lambda request: _yes([])),
            Route("DELETE", "/api/v1/(?:hf/)?orders(?:/cancelAll)?", "danger", self.danger),
        )

    def refuse(self, request: Request) -> Reply | None:
        headers, query = request.headers, f"?{unquote(request.query)}" if request.query else ""
        secret, stamp = self.credentials["api_secret"], headers.get("KC-API-TIMESTAMP", "")
        text = f"{stamp}{request.method}{request.path}{query}{request.body.decode()}"
        if headers.get("KC-API-KEY") != self.credentials["api_key"]:
            return _no(401, "400003", "KC-API-KEY not exists")
        if headers.get("KC-API-PASSPHRASE") != base64_of(signed(secret, self.credentials["password"])):
            return _no(401, "400004", "Invalid KC-API-PASSPHRASE")
        if headers.get("KC-API-SIGN") != base64_of(signed(secret, text)):
            return _no(401, "400005", "Invalid KC-API-SIGN")
        if not stamp.isdigit() or abs(int(stamp) - self.time() * 1000) > WINDOW:
            return _no(400, "400002", "Invalid KC-API-TIMESTAMP")
        return None

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        active, cancelled = state in ("open", "cancelling"), state in ("cancelling", "cancelled")
        return f"active: {str(active).lower()}, cancelExist: {str(cancelled).lower()}"

    def _cancel(self, request: Request) -> Reply:
        order, no = self._found(request)
        if no or order is None or not self.is_open(order):
            return no or _no(200, "400100", "The order cannot be canceled.")
        self.begin_cancel(order)
        return _yes({"orderId": order.order_id})

    def _read(self, request: Request) -> Reply:
        order, no = self._found(request)
        return no or (_yes(self._shown(order)) if order else _no(200, "400100", "order not exist."))

    def _found(self, request: Request) -> tuple[PracticeOrder | None, Reply | None]:
        symbol = query_of(request).get("symbol", "")
        if self.market(id=symbol) is None:
            return None, _no(400, "400100", "symbol not exists")
        return self.order(unquote(request.path.rpartition("/")[2]), symbol), None

    def _markets(self, request: Request) -> Reply:
        return _yes([self._market(one) for one in self.markets])

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "symbol": market.id, "name": market.id, "baseCurrency": market.base, "quoteCurrency": market.quote,
            "baseMinSize": "0.00001", "quoteMinSize": "0.1", "baseMaxSize": "10000", "quoteMaxSize": "99999999",
            "baseIncrement": "0.00000001", "quoteIncrement": "0.000001", "priceIncrement": "0.1",
            "isMarginEnabled": True, "enableTrading": True,
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        state = self.state(order)
        return {
            "id": order.order_id, "symbol": self.market_id(order), "opType": "DEAL", "type": order.type,
            "side": order.side, "price": order.price, "size": order.quantity, "dealSize": order.filled,
            "dealFunds": "0", "fee": "0", "feeCurrency": "USDT", "timeInForce": "GTC", "clientOid": "practice",
            "active": state in ("open", "cancelling"), "cancelExist": state in ("cancelling", "cancelled"),
            "createdAt": int(order.created * 1000), "lastUpdatedAt": int(order.updated * 1000), "tradeType": "TRADE",
        }  # fmt: skip


def _yes(data: Any) -> Reply:
    return Reply.json(200, {"code": "200000", "data": data})


def _no(status: int, code: str, message: str) -> Reply:
    return Reply.json(status, {"code": code, "msg": message})
