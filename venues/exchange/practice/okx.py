"""Practice OKX: a code for each order inside the answer. Source: OKX's documentation."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from venues.exchange.practice.base import Market, PracticeExchange, base64_of, milliseconds, query_of, signed
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

STATUS = {"cancelled": "canceled", "filled": "filled", "mmp": "mmp_canceled", "open": "live", "cancelling": "live"}
ALGOS = (  # stop orders, kept apart from the others: ids, paths and lists of their own
    ("681096944655273984", "BTC/USDT", "sell", "conditional", "45000", "0.02"),
)
PAGE = 100  # rows
WINDOW = 30.0  # seconds by which a timestamp may be off
_API = "/api/v5"


class PracticeOkx(PracticeExchange):
    """A cancel is accepted, and takes effect a moment later."""

    venue = "okx"
    fields = ("api_key", "api_secret", "password")
    delay = 0.3
    markets = (
        Market("BTC/USDT", "BTC-USDT", "BTC", "USDT"),
        Market("ETH/USDT", "ETH-USDT", "ETH", "USDT"),
    )
    rows = (
        ("680800019749904384", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("680800019749904385", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("680800019749904386", "BTC/USDT", "buy", "limit", "48000", "0.03"),
        ("680800019749904001", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("680800019749904002", "BTC/USDT", "buy", "limit", "40000", "0.05", "0", "cancelled"),
        ("680800019749904003", "BTC/USDT", "buy", "limit", "45000", "0.03", "0", "mmp"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fill("at", ALGOS, delay=self.delay, kept="apart")
        self.routes = (
            Route("POST", f"{_API}/trade/cancel-order", "cancel", self._cancel),
            Route("GET", f"{_API}/trade/order", "read", self._read),
            Route("POST", f"{_API}/trade/cancel-algos", "cancel", self._cancel_algos),
            Route("GET", f"{_API}/trade/order-algo", "read", self._read_algo),
            Route("GET", f"{_API}/trade/orders-pending", "list", self._list),
            Route("GET", f"{_API}/account/balance", "check", self._check),
            Route("GET", f"{_API}/public/instruments", "markets", self._markets),
            Route("POST", f"{_API}/trade/(?:cancel-all-after|mass-cancel|close-position)", "danger", self.danger),
        )

    def refuse(self, request: Request) -> Reply | None:
        headers = request.headers
        stamp, query = headers.get("OK-ACCESS-TIMESTAMP", ""), f"?{request.query}" if request.query else ""
        text = f"{stamp}{request.method}{request.path}{query}{request.body.decode()}"
        if headers.get("OK-ACCESS-KEY") != self.credentials["api_key"]:
            return _no("50111", "Invalid OK-ACCESS-KEY", 401)
        if headers.get("OK-ACCESS-PASSPHRASE") != self.credentials["password"]:
            return _no("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.", 401)
        if headers.get("OK-ACCESS-SIGN") != base64_of(signed(self.credentials["api_secret"], text)):
            return _no("50113", "Invalid Sign", 401)
        if abs(datetime.fromisoformat(stamp).timestamp() - self.time()) > WINDOW:
            return _no("50102", "Timestamp request expired", 401)
        return None

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        partly = state == "open" and float(order.filled) > 0
        return "partially_filled" if partly else STATUS[state]

    def _cancel(self, request: Request) -> Reply:
        asked = request.json_object()
        if self.market(id=str(asked.get("instId"))) is None:
            return _no("51001", "Instrument ID doesn't exist.")
        order = self._order(asked.get("ordId"), asked.get("instId"))
        if order is None or not self.is_open(order):
            said = "Cancellation failed as the order has been filled, canceled or does not exist."
            row = {"clOrdId": "", "ordId": str(asked.get("ordId")), "sCode": "51400", "sMsg": said}
            return Reply.json(200, {"code": "1", "data": [row], "msg": "All operations failed"})
        self.begin_cancel(order)
        return _yes([{"clOrdId": "", "ordId": order.order_id, "sCode": "0", "sMsg": ""}])

    def _read(self, request: Request) -> Reply:
        asked = query_of(request)
        if self.market(id=asked.get("instId", "")) is None:
            return _no("51001", "Instrument ID doesn't exist.")
        order = self._order(asked.get("ordId"), asked["instId"])
        return _yes([self._shown(order)]) if order else _no("51603", "Order does not exist")

    def _order(self, order_id: Any, market_id: Any, *, apart: bool = False) -> PracticeOrder | None:
        order = self.order(order_id, market_id)
        return order if order is not None and ("kept" in order.facts) is apart else None

    def _cancel_algos(self, request: Request) -> Reply:
        rows = []
        for asked in json.loads(request.body):
            order = self._order(asked.get("algoId"), asked.get("instId"), apart=True)
            good = order is not None and self.is_open(order)
            if order is not None and good:
                self.begin_cancel(order)
            code, said = ("0", "") if good else ("51400", "Cancellation failed as the order does not exist.")
            rows.append({"algoId": asked.get("algoId"), "sCode": code, "sMsg": said})
        return (
            _yes(rows) if all(row["sCode"] == "0" for row in rows) else Reply.json(200, {"code": "1", "data": rows})
        )

    def _read_algo(self, request: Request) -> Reply:
        asked = query_of(request)
        order = self._order(asked.get("algoId"), asked.get("instId", "BTC-USDT"), apart=True)
        if order is None:
            return _no("51603", "Order does not exist")
        return _yes([self._shown(order) | {"algoId": order.order_id, "ordId": ""}])

    def _list(self, request: Request) -> Reply:
        asked = query_of(request)
        rows = [row for row in self.open_rows("at", self._shown) if asked.get("instId") in (None, row["instId"])]
        rows = [row for row in rows if "kept" not in self.orders[row["ordId"]].facts]
        ids = [row["ordId"] for row in rows]
        first = ids.index(asked["after"]) + 1 if asked.get("after") in ids else 0
        return _yes(rows[first : first + min(PAGE, int(asked.get("limit", PAGE)))])

    def _check(self, request: Request) -> Reply:
        return _yes([{"details": [], "totalEq": "0", "uTime": milliseconds(self.time())}])

    def _markets(self, request: Request) -> Reply:
        asked = query_of(request)
        rows = [self._market(one) for one in self.markets if asked.get("instId") in (None, one.id)]
        return _yes(rows) if rows else _no("51001", "Instrument ID doesn't exist.")

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "instType": "SPOT", "instId": market.id, "baseCcy": market.base, "quoteCcy": market.quote,
            "settleCcy": "", "ctVal": "", "ctMult": "", "ctValCcy": "", "optType": "", "stk": "",
            "listTime": "1548133413000", "expTime": "", "lever": "10", "tickSz": "0.1", "lotSz": "0.00000001",
            "minSz": "0.00001", "ctType": "", "alias": "", "state": "live", "uly": "", "instFamily": "",
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        return {
            "instType": "SPOT", "instId": self.market_id(order), "ordId": order.order_id, "clOrdId": "", "tag": "",
            "px": order.price, "sz": order.quantity, "ordType": order.type, "side": order.side, "posSide": "net",
            "tdMode": "cash", "accFillSz": order.filled, "fillPx": "", "avgPx": "", "state": self.word(order),
            "tgtCcy": "", "fee": "0", "feeCcy": "BTC", "reduceOnly": "false", "attachAlgoOrds": [],
            "cTime": milliseconds(order.created), "uTime": milliseconds(order.updated),
        }  # fmt: skip


def _yes(data: Any) -> Reply:
    return Reply.json(200, {"code": "0", "data": data, "msg": ""})


def _no(code: str, message: str, status: int = 200) -> Reply:
    return Reply.json(status, {"code": code, "data": [], "msg": message})
