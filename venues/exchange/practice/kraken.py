"""Practice Kraken: a nonce that must rise, errors that come with 200. Source: Kraken's documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from venues.exchange.practice.base import Market, PracticeExchange, base64_of
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route

NAMES = {"XXBTZUSD": ("XBTUSD", "XBT/USD"), "XETHZUSD": ("ETHUSD", "ETH/USD")}  # other names of its markets
STATUS = {"cancelled": "canceled", "filled": "closed", "expired": "expired", "open": "open", "cancelling": "open"}
_API = "/0/private"


class PracticeKraken(PracticeExchange):
    """Ids are letters and dashes; a symbol is asked for by none of its routes."""

    venue = "kraken"
    markets = (
        Market("BTC/USD", "XXBTZUSD", "XXBT", "ZUSD"),
        Market("ETH/USD", "XETHZUSD", "XETH", "ZUSD"),
    )
    rows = (
        ("OQCLML-BW3P3-BUCMWZ", "BTC/USD", "buy", "limit", "50000.0", "0.01000000"),
        ("OB5VMB-B4U2U-DK2WRW", "ETH/USD", "sell", "limit", "3120.50", "0.40000000", "0.10000000"),
        ("OPFUK3-GRWBO-EPH3FF", "BTC/USD", "buy", "limit", "48000.0", "0.03000000"),
        ("OTLAS3-RRHUF-NDWH5A", "BTC/USD", "sell", "limit", "61250.0", "0.02000000", "0.02000000", "filled"),
        ("OKIVMP-5GVZN-Z2D2UA", "BTC/USD", "buy", "limit", "40000.0", "0.05000000", "0.00000000", "cancelled"),
        ("OGTT3Y-C6I3P-XRI6HX", "BTC/USD", "buy", "limit", "45000.0", "0.03000000", "0.00000000", "expired"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._nonce = 0
        self.routes = (
            Route("POST", f"{_API}/CancelOrder", "cancel", self._cancel),
            Route("POST", f"{_API}/QueryOrders", "read", self._read),
            Route("POST", f"{_API}/OpenOrders", "list", self._list),
            Route("POST", f"{_API}/BalanceEx", "check", self._check),
            Route("GET", "/0/public/AssetPairs", "markets", self._markets),
            Route("POST", f"{_API}/CancelAll(?:OrdersAfter)?", "danger", self.danger),
        )

    def secret_for(self, field: str) -> str:
        return base64_of(secrets.token_bytes(64)) if field == "api_secret" else secrets.token_hex(28)

    def more_id(self, number: int) -> str:
        return f"OEXTRA-{number:05}-PRACTC"

    def refuse(self, request: Request) -> Reply | None:
        nonce = request.form().get("nonce", "")
        digest = hashlib.sha256(nonce.encode() + request.body).digest()
        secret = base64.b64decode(self.credentials["api_secret"])
        wanted = base64_of(hmac.new(secret, request.path.encode() + digest, hashlib.sha512).digest())
        if request.headers.get("API-Key") != self.credentials["api_key"]:
            return _no("EAPI:Invalid key")
        if request.headers.get("API-Sign") != wanted:
            return _no("EAPI:Invalid signature")
        if not nonce.isdigit() or int(nonce) <= self._nonce:
            return _no("EAPI:Invalid nonce")
        self._nonce = int(nonce)
        return None

    def word(self, order: PracticeOrder) -> str:
        return STATUS[self.state(order)]

    def _cancel(self, request: Request) -> Reply:
        order = self.orders.get(request.form().get("txid", ""))
        if order is None or not self.is_open(order):
            return _no("EOrder:Unknown order")
        self.begin_cancel(order)
        return _yes({"count": 1})

    def _read(self, request: Request) -> Reply:
        order = self.orders.get(request.form().get("txid", ""))
        return _yes({order.order_id: self._shown(order)}) if order else _yes({})

    def _list(self, request: Request) -> Reply:
        rows = self.open_rows("at", lambda order: (order.order_id, self._shown(order)))
        return _yes({"open": dict(rows)})

    def _check(self, request: Request) -> Reply:
        return _yes({"ZUSD": {"balance": "25435.21", "hold_trade": "500.00"}})

    def _markets(self, request: Request) -> Reply:
        return _yes({market.id: self._market(market) for market in self.markets})

    def _market(self, market: Market) -> dict[str, Any]:
        altname, wsname = NAMES[market.id]
        return {
            "altname": altname, "wsname": wsname, "aclass_base": "currency", "base": market.base,
            "aclass_quote": "currency", "quote": market.quote, "lot": "unit", "pair_decimals": 1, "lot_decimals": 8,
            "lot_multiplier": 1, "leverage_buy": [2], "leverage_sell": [2], "fees": [[0, 0.26]],
            "fees_maker": [[0, 0.16]], "ordermin": "0.0001", "costmin": "0.5", "tick_size": "0.1", "status": "online",
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        pair = NAMES[self.market_id(order)][0]
        told = f"{order.side} {order.quantity} {pair} @ {order.type} {order.price}"
        return {
            "refid": None, "userref": 0, "status": self.word(order), "opentm": order.created, "starttm": 0,
            "expiretm": 0, "vol": order.quantity, "vol_exec": order.filled, "cost": "0.00000", "fee": "0.00000",
            "price": "0.00000", "stopprice": "0.00000", "limitprice": "0.00000", "misc": "", "oflags": "fciq",
            "descr": {
                "pair": pair, "type": order.side, "ordertype": order.type, "price": order.price, "price2": "0",
                "leverage": "none", "order": told, "close": "",
            },
        }  # fmt: skip


def _yes(result: Any) -> Reply:
    return Reply.json(200, {"error": [], "result": result})


def _no(message: str) -> Reply:
    return Reply.json(200, {"error": [message]})
