"""Practice Bitget, a classic spot account: what is asked by id comes as a list. Source: Bitget's documentation."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from venues.exchange.practice.base import Market, PracticeExchange, base64_of, milliseconds, query_of, signed
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

STATUS = {"cancelled": "cancelled", "filled": "filled", "open": "live", "cancelling": "live"}
PAGE = 100  # rows at the most
WINDOW = 30_000  # milliseconds by which a timestamp may be off
_API = "/api/v2/spot"


class PracticeBitget(PracticeExchange):
    """A cancel is accepted, and takes effect a moment later."""

    venue = "bitget"
    fields = ("api_key", "api_secret", "password")
    delay = 0.3
    markets = (
        Market("BTC/USDT", "BTCUSDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETHUSDT", "ETH", "USDT"),
    )
    rows = (
        ("121211212122", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("121211212123", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("121211212124", "BTC/USDT", "buy", "limit", "48000", "0.03"),
        ("121211212001", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("121211212002", "BTC/USDT", "buy", "limit", "40000", "0.05", "0", "cancelled"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("POST", f"{_API}/trade/cancel-order", "cancel", self._cancel),
            Route("GET", f"{_API}/trade/orderInfo", "read", self._read),
            Route("GET", f"{_API}/trade/unfilled-orders", "list", self._list),
            Route("GET", f"{_API}/account/assets", "check", lambda request: _yes([])),
            Route("GET", "/api/v3/account/settings", "account", self._unified),
            Route("GET", f"{_API}/public/symbols", "markets", self._markets),
            Route("GET", "/api/v2/margin/currencies", "markets", lambda request: _yes([])),
            Route("GET", "/api/v2/mix/market/contracts", "markets", lambda request: _yes([])),
            Route("POST", f"{_API}/trade/(?:cancel-symbol-order|batch-cancel-order)", "danger", self.danger),
        )

    def refuse(self, request: Request) -> Reply | None:
        headers, query = request.headers, f"?{unquote(request.query)}" if request.query else ""
        stamp = headers.get("ACCESS-TIMESTAMP", "")
        text = f"{stamp}{request.method}{request.path}{query}{request.body.decode()}"
        if headers.get("ACCESS-KEY") != self.credentials["api_key"]:
            return _no(400, "40006", "Invalid ACCESS_KEY")
        if headers.get("ACCESS-PASSPHRASE") != self.credentials["password"]:
            return _no(400, "40012", "apikey/password is incorrect")
        if headers.get("ACCESS-SIGN") != base64_of(signed(self.credentials["api_secret"], text)):
            return _no(400, "40009", "sign signature error")
        if not stamp.isdigit() or abs(int(stamp) - self.time() * 1000) > WINDOW:
            return _no(400, "40008", "Request timestamp expired")
        return None

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        return "partially_filled" if state == "open" and float(order.filled) > 0 else STATUS[state]

    def _cancel(self, request: Request) -> Reply:
        asked = request.json_object()
        if self.market(id=str(asked.get("symbol"))) is None:
            return _no(400, "40034", f"Parameter {asked.get('symbol')} does not exist")
        order = self.order(asked.get("orderId"), asked.get("symbol"))
        if order is None or not self.is_open(order):
            return _no(400, "43001", "The order does not exist")
        self.begin_cancel(order)
        return _yes({"orderId": order.order_id, "clientOid": "practice"})

    def _read(self, request: Request) -> Reply:
        order = self.orders.get(query_of(request).get("orderId", ""))
        return _yes([self._shown(order)] if order else [])

    def _list(self, request: Request) -> Reply:
        asked = query_of(request)
        rows = sorted(self.open_rows("at", self._shown), key=lambda row: -int(row["orderId"]))
        rows = [row for row in rows if int(row["orderId"]) < int(asked.get("idLessThan", 10**30))]
        return _yes(rows[: min(PAGE, int(asked.get("limit", PAGE)))])

    def _unified(self, request: Request) -> Reply:
        return _no(400, "40084", "You are in Classic Account mode, and the Unified Account API is not supported")

    def _markets(self, request: Request) -> Reply:
        return _yes([self._market(one) for one in self.markets])

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "symbol": market.id, "baseCoin": market.base, "quoteCoin": market.quote, "minTradeAmount": "0",
            "maxTradeAmount": "10000000000", "takerFeeRate": "0.002", "makerFeeRate": "0.002", "pricePrecision": "2",
            "quantityPrecision": "6", "quotePrecision": "8", "status": "online", "minTradeUSDT": "1",
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        return {
            "userId": "27", "symbol": self.market_id(order), "orderId": order.order_id, "clientOid": "practice",
            "price": order.price, "size": order.quantity, "orderType": order.type, "side": order.side,
            "status": self.word(order), "priceAvg": "0", "baseVolume": order.filled, "quoteVolume": "0",
            "enterPointSource": "API", "feeDetail": "", "orderSource": "normal",
            "cTime": milliseconds(order.created), "uTime": milliseconds(order.updated),
        }  # fmt: skip


def _yes(data: Any) -> Reply:
    return Reply.json(200, {"code": "00000", "msg": "success", "requestTime": 0, "data": data})


def _no(status: int, code: str, message: str) -> Reply:
    return Reply.json(status, {"code": code, "msg": message, "requestTime": 0, "data": None})
