"""Practice Binance, spot and USD-margined futures. Source: Binance's documentation, and ccxt's reading of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from venues.exchange.practice.base import Market, PracticeExchange, query_of, signed
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

STATUS = {"cancelled": "CANCELED", "filled": "FILLED", "expired": "EXPIRED", "open": "NEW", "cancelling": "NEW"}
WINDOW = 60_000  # milliseconds by which a timestamp may be off; the real one asks for less


class PracticeBinance(PracticeExchange):
    """Signatures over the query as sent, cancels that take effect at once."""

    venue = "binance"
    api = "/api/v3"
    account = "/api/v3/account"
    key_header = "X-MBX-APIKEY"
    bad_key = (401, -2015, "Invalid API-key, IP, or permissions for action.")
    bad_signature = (400, -1022, "Signature for this request is not valid.")
    markets = (
        Market("BTC/USDT", "BTCUSDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETHUSDT", "ETH", "USDT"),
    )
    rows: ClassVar[Sequence[Sequence[str]]] = (
        ("28457", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("28458", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("28459", "BTC/USDT", "buy", "limit", "48000", "0.03"),
        ("28001", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("28002", "BTC/USDT", "buy", "limit", "40000", "0.05", "0.0", "cancelled"),
        ("28003", "BTC/USDT", "buy", "limit", "45000", "0.03", "0.0", "expired"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("DELETE", f"{self.api}/order", "cancel", self._cancel),
            Route("GET", f"{self.api}/order", "read", self._read),
            Route("GET", f"{self.api}/openOrders", "list", self._list),
            Route("GET", f"{self.api}/exchangeInfo", "markets", self._markets),
            Route("GET", self.account, "check", self._check),
            Route("DELETE", f"{self.api}/(?:openOrders|allOpenOrders|orderList)", "danger", self.danger),
        )

    def refuse(self, request: Request) -> Reply | None:
        if request.headers.get(self.key_header) != self.credentials["api_key"]:
            return _no(*self.bad_key)
        text, _, signature = request.query.rpartition("&signature=")
        if signature != signed(self.credentials["api_secret"], text).hex():
            return _no(*self.bad_signature)
        stamp = query_of(request).get("timestamp", "")
        if not stamp.isdigit() or abs(int(stamp) - self.time() * 1000) > WINDOW:
            return _no(400, -1021, "Timestamp for this request is outside of the recvWindow.")
        return None

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        partly = state == "open" and float(order.filled) > 0
        return "PARTIALLY_FILLED" if partly else STATUS[state]

    def _cancel(self, request: Request) -> Reply:
        order, no = self._found(request)
        if no or order is None or not self.is_open(order):
            return no or _no(400, -2011, "Unknown order sent.")
        self.begin_cancel(order)
        return Reply.json(200, self._shown(order) | {"status": "CANCELED"})

    def _read(self, request: Request) -> Reply:
        order, no = self._found(request)
        if no or order is None:
            return no or _no(400, -2013, "Order does not exist.")
        return Reply.json(200, self._shown(order))

    def _found(self, request: Request) -> tuple[PracticeOrder | None, Reply | None]:
        asked = query_of(request)
        if self.market(id=asked.get("symbol", "")) is None:
            return None, _no(400, -1121, "Invalid symbol.")
        return self.order(asked.get("orderId"), asked["symbol"]), None

    def _list(self, request: Request) -> Reply:
        wanted = query_of(request).get("symbol")
        rows = self.open_rows("at", self._shown)
        return Reply.json(200, [row for row in rows if wanted in (None, row["symbol"])])

    def _check(self, request: Request) -> Reply:
        return Reply.json(
            200, {"canTrade": True, "accountType": "SPOT", "balances": [], "assets": [], "positions": []}
        )

    def _markets(self, request: Request) -> Reply:
        wanted = query_of(request).get("symbol")
        rows = [self._market(one) for one in self.markets if wanted in (None, one.id)]
        return Reply.json(200, {"timezone": "UTC", "symbols": rows}) if rows else _no(400, -1121, "Invalid symbol.")

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "symbol": market.id, "status": "TRADING", "baseAsset": market.base, "quoteAsset": market.quote,
            "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True, "orderTypes": ["LIMIT"],
            "permissions": ["SPOT"],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.0", "stepSize": "0.00001"},
            ],
        }  # fmt: skip

    def shown_id(self, order: PracticeOrder) -> int | str:
        return int(order.order_id)

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        return {
            "symbol": self.market_id(order), "orderId": self.shown_id(order), "clientOrderId": f"p{order.order_id}",
            "price": order.price, "origQty": order.quantity, "executedQty": order.filled, "status": self.word(order),
            "timeInForce": "GTC", "type": order.type.upper(), "side": order.side.upper(),
            "time": int(order.created * 1000), "updateTime": int(order.updated * 1000), "isWorking": True,
        }  # fmt: skip


class PracticeBinanceFutures(PracticeBinance):
    """The same for contracts, under paths of their own."""

    venue = "binanceusdm"
    api = "/fapi/v1"
    account = "/fapi/v[123]/account"
    markets = (
        Market("BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT"),
        Market("ETH/USDT:USDT", "ETHUSDT", "ETH", "USDT"),
    )
    rows = (
        ("8389765", "BTC/USDT:USDT", "buy", "limit", "50000", "0.01"),
        ("8389766", "ETH/USDT:USDT", "sell", "limit", "3120.5", "0.4"),
        ("8389767", "BTC/USDT:USDT", "buy", "limit", "48000", "0.03"),
        ("8380001", "BTC/USDT:USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("8380002", "BTC/USDT:USDT", "buy", "limit", "40000", "0.05", "0.0", "cancelled"),
    )

    def _market(self, market: Market) -> dict[str, Any]:
        return super()._market(market) | {
            "pair": market.id, "contractType": "PERPETUAL", "contractStatus": "TRADING", "marginAsset": market.quote,
            "deliveryDate": 4133404800000, "onboardDate": 1569398400000, "pricePrecision": 2, "quantityPrecision": 3,
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        return super()._shown(order) | {"positionSide": "BOTH", "reduceOnly": False, "cumQuote": "0"}


def _no(status: int, code: int, message: str) -> Reply:
    return Reply.json(status, {"code": code, "msg": message})
