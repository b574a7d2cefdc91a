"""Practice Bybit, a unified account: a cancel is accepted, and done a moment later. Source: its documentation."""

from __future__ import annotations

from typing import Any

from venues.exchange.practice.base import Market, PracticeExchange, milliseconds, query_of, signed
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

STATUS = {"cancelled": "Cancelled", "filled": "Filled", "rejected": "Rejected", "open": "New", "cancelling": "New"}
PAGE = 50  # rows at the most
WINDOW = 60_000  # milliseconds by which a timestamp may be off; the real one asks for less
_GONE = (170213, "Order does not exist.")


class PracticeBybit(PracticeExchange):
    """Spot orders. What was partly filled before it was cancelled has a word of its own there."""

    venue = "bybit"
    delay = 0.3
    markets = (
        Market("BTC/USDT", "BTCUSDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETHUSDT", "ETH", "USDT"),
    )
    rows = (
        ("1321052653536515584", "BTC/USDT", "Buy", "Limit", "50000", "0.01"),
        ("1321052653536515585", "ETH/USDT", "Sell", "Limit", "3120.5", "0.4", "0.1"),
        ("1321052653536515586", "BTC/USDT", "Buy", "Limit", "48000", "0.03"),
        ("1321052653536515001", "BTC/USDT", "Sell", "Limit", "61250", "0.02", "0.02", "filled"),
        ("1321052653536515002", "BTC/USDT", "Buy", "Limit", "40000", "0.05", "0", "cancelled"),
        ("1321052653536515003", "BTC/USDT", "Buy", "Limit", "45000", "0.03", "0", "rejected"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("POST", "/v5/order/cancel", "cancel", self._cancel),
            Route("GET", "/v5/order/realtime", "read", self._read),
            Route("GET", "/v5/user/query-api", "account", self._account),
            Route("GET", "/v5/account/info", "account", self._account),
            Route("GET", "/v5/account/wallet-balance", "check", self._check),
            Route("GET", "/v5/market/instruments-info", "markets", self._markets),
            Route("POST", "/v5/order/cancel-(?:all|batch)", "danger", self.danger),
        )

    def route(self, request: Request) -> str:
        found = super().route(request)
        return "list" if found == "read" and "orderId" not in query_of(request) else found

    def refuse(self, request: Request) -> Reply | None:
        headers = request.headers
        stamp, window = headers.get("X-BAPI-TIMESTAMP", ""), headers.get("X-BAPI-RECV-WINDOW", "")
        text = f"{stamp}{self.credentials['api_key']}{window}{request.query}{request.body.decode()}"
        if headers.get("X-BAPI-API-KEY") != self.credentials["api_key"]:
            return _no(10003, "API key is invalid.")
        if headers.get("X-BAPI-SIGN") != signed(self.credentials["api_secret"], text).hex():
            return _no(10004, "error sign! please check the signature generation algorithm.")
        if not stamp.isdigit() or abs(int(stamp) - self.time() * 1000) > WINDOW:
            return _no(10002, "invalid request, please check your server timestamp or recv_window param.")
        return None

    def word(self, order: PracticeOrder) -> str:
        state, partly = self.state(order), float(order.filled) > 0
        if partly and state in ("open", "cancelled"):
            return "PartiallyFilled" if state == "open" else "PartiallyFilledCanceled"
        return STATUS[state]

    def _cancel(self, request: Request) -> Reply:
        asked = request.json_object()
        if self.market(id=str(asked.get("symbol"))) is None:
            return _no(10001, "Not supported symbols")
        order = self.order(asked.get("orderId"), asked.get("symbol"))
        if order is None or not self.is_open(order):
            return _no(*_GONE)
        self.begin_cancel(order)
        return self._yes({"orderId": order.order_id, "orderLinkId": ""})

    def _read(self, request: Request) -> Reply:
        asked = query_of(request)
        if asked.get("symbol") and self.market(id=asked["symbol"]) is None:
            return _no(10001, "Not supported symbols")
        if "orderId" in asked:
            order = self.order(asked["orderId"], asked.get("symbol"))
            return self._listed([self._shown(order)] if order else [])
        rows = [row for row in self.open_rows("at", self._shown) if asked.get("symbol") in (None, row["symbol"])]
        rows = rows if asked.get("category") == "spot" else []
        first, size = int(asked.get("cursor") or 0), min(PAGE, int(asked.get("limit", 20)))
        after = first + size
        return self._listed(rows[first:after], str(after) if after < len(rows) else "")

    def _listed(self, rows: list[dict[str, Any]], cursor: str = "") -> Reply:
        return self._yes({"nextPageCursor": cursor, "category": "spot", "list": rows})

    def _account(self, request: Request) -> Reply:
        return self._yes(
            {"unified": 0, "uta": 1, "unifiedMarginStatus": 6, "readOnly": 0, "marginMode": "REGULAR_MARGIN"}
        )

    def _check(self, request: Request) -> Reply:
        return self._yes({"list": [{"accountType": "UNIFIED", "coin": []}]})

    def _markets(self, request: Request) -> Reply:
        wanted = query_of(request).get("symbol")
        rows = [self._market(one) for one in self.markets if wanted in (None, one.id)]
        return self._yes({"category": "spot", "nextPageCursor": "", "list": rows})

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "symbol": market.id, "baseCoin": market.base, "quoteCoin": market.quote, "innovation": "0",
            "status": "Trading", "marginTrading": "both", "priceFilter": {"tickSize": "0.01"},
            "lotSizeFilter": {
                "basePrecision": "0.000001", "quotePrecision": "0.00000001", "minOrderQty": "0.00004",
                "maxOrderQty": "63", "minOrderAmt": "1", "maxOrderAmt": "100000",
            },
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        return {
            "symbol": self.market_id(order), "orderType": order.type, "orderLinkId": "", "orderId": order.order_id,
            "cancelType": "UNKNOWN", "avgPrice": "", "stopOrderType": "", "orderStatus": self.word(order),
            "price": order.price, "qty": order.quantity, "cumExecQty": order.filled, "cumExecValue": "0",
            "cumExecFee": "0", "timeInForce": "GTC", "side": order.side, "triggerPrice": "", "rejectReason": "",
            "isLeverage": "0", "createdTime": milliseconds(order.created), "updatedTime": milliseconds(order.updated),
        }  # fmt: skip

    def _yes(self, result: Any) -> Reply:
        time = int(self.time() * 1000)
        return Reply.json(200, {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": time})


def _no(code: int, message: str) -> Reply:
    return Reply.json(200, {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}})
