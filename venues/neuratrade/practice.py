"""Practice NeuraTrade: bearer tokens, orders that are rows, and positions that prove what became of them."""

from __future__ import annotations

import re
import secrets
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs

from venues.sandbox import jwt
from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route, iso

EMAIL = "practice@example.com"
_DAY = 86_400.0
_API = "/api/v1/trading"
_POSITIONS = {"cancelled": "CLOSED", "liquidated": "LIQUIDATED"}
_ORDERS = {"cancelled": "CANCELED", "liquidated": "CLOSED"}


_BOOK = (  # the first fields of a PracticeOrder, after its verb
    ("ord-20260303120000-1", "BTC/USDT", "BUY", "LIMIT", "50000", "0.01"),
    ("ord-20260303120500-2", "ETH/USDT", "SELL", "LIMIT", "3120.5", "0.4"),
    ("ord-20260303121000-3", "SOL/USDT", "BUY", "MARKET", "0", "12"),
    ("ord-20260302090000-1", "BTC/USDT", "SELL", "LIMIT", "61250", "0.02", "0.0", "liquidated"),
    ("ord-20260301090000-1", "ADA/USDT", "BUY", "LIMIT", "0.3391", "120", "0.0", "cancelled"),
)
_EARLIER = (
    ("ord-20260227154500-11", "BTC-USDT", "SELL", "LIMIT", "74500", "0.15"),
    ("ord-20260228081200-4", "ETH/USDT", "BUY", "LIMIT", "1875.5", "2"),
)


class PracticeNeuraTrade(Practice):
    """`sqlite`: as on that database, cancels are answered with 200 and never stored, and no login works.

    `positions` False: a server without the positions routes.
    """

    venue = "neuratrade"

    def __init__(
        self,
        *,
        email: str = EMAIL,
        password: str = "",
        sqlite: bool = False,
        positions: bool = True,
        extra_open: int = 0,
        **clocks: Any,
    ) -> None:
        super().__init__(**clocks)
        self.email = email
        self.password = password or secrets.token_hex(12)
        self.sqlite = sqlite
        self.keeps_cancels = not sqlite
        self._jwt_key = secrets.token_bytes(32)
        self.credentials = {"token": self.issue()}
        routes = (
            Route("POST", f"{_API}/cancel_order", "cancel", self._cancel),
            Route("POST", "/api/v1/users/login", "login", self._login),
            Route("POST", f"{_API}/(?:liquidate|liquidate_all)", "danger", self._danger),
        )
        looks = (
            Route("GET", f"{_API}/positions", "list", self._list),
            Route("GET", f"{_API}/positions/([^/]+)", "read", self._read),
        )
        self.routes = routes + (looks if positions else ())
        extra = (f"ord-20260101000000-{number}" for number in range(1, extra_open + 1))
        self.fill("order", _EARLIER, age=3 * _DAY)
        self.fill("order", _BOOK)
        self.fill("order", ((order_id, "BTC/USDT", "BUY", "LIMIT", "42000", "0.001") for order_id in extra))

    def issue(self, lifetime: float | None = _DAY) -> str:
        """Out: a token. A negative lifetime makes an expired one, None one without an expiry."""
        now = int(self.time())
        claims: dict[str, Any] = {"user_id": "u-1", "email": self.email, "nbf": now, "iat": now}
        if lifetime is not None:
            claims["exp"] = int(now + lifetime)
        return jwt.encode(claims, self._jwt_key)

    def orphan(self, order_id: str) -> None:
        """Make the half state that an interrupted request leaves: order cancelled, position open for good."""
        self.end(order_id, "cancelled")
        self.orders[order_id].facts["position"] = "OPEN"

    def respond(self, request: Request, found: Found | None) -> Reply:
        if found is None:
            return self._no_route(request)
        if found.route.name == "login":
            return self._login(request)
        return self._refuse(request) or found.route.handler(request, *found.ids)

    def _no_route(self, request: Request) -> Reply:
        bare = request.path.removesuffix("/")
        methods = {route.method for route in self.routes if re.fullmatch(route.pattern, bare)}
        if bare != request.path and request.method in methods:
            return Reply.redirect(301 if request.method == "GET" else 307, bare)
        return Reply.text(404, "404 page not found", "text/plain")

    def _refuse(self, request: Request) -> Reply | None:
        """Out: the 401 for this request, or None when its token is good."""
        header = request.headers.get("Authorization", "")
        if not header:
            return Reply.json(401, {"error": "Authorization header required"})
        words = header.split(" ")
        if len(words) != 2 or words[0] != "Bearer":
            return Reply.json(401, {"error": "Invalid authorization header format"})
        claims = jwt.decode(words[1], self._jwt_key)
        if claims is None:
            return Reply.json(401, {"error": "Invalid token"})
        if claims.get("exp", self.time()) < self.time():
            return Reply.json(401, {"error": "Token expired"})
        return None

    def _login(self, request: Request) -> Reply:
        fields = request.json_object()
        missing = [name for name in ("Email", "Password") if not isinstance(fields.get(name.lower()), str)]
        if missing:
            rule = "Key: 'LoginRequest.{0}' Error:Field validation for '{0}' failed on the 'required' tag"
            return Reply.json(400, {"error": "\n".join(rule.format(name) for name in missing)})
        if self.sqlite or (fields["email"], fields["password"]) != (self.email, self.password):
            return Reply.json(401, {"error": "Invalid email or password"})
        opened = iso(self.time() - 30 * _DAY, "microseconds") + "Z"
        user = {
            "id": "06bb0000-practice", "email": self.email, "subscription_tier": "free",
            "created_at": opened, "updated_at": opened,
        }  # fmt: skip
        return Reply.json(200, {"user": user, "token": self.issue()})

    def _cancel(self, request: Request) -> Reply:
        given = request.json_object().get("order_id")
        if not isinstance(given, str) or not given:
            return _error(400, "invalid request payload")
        order = self.orders.get(given)
        if order is None:
            return _error(404, "order not found")
        if self.state(order) != "open":
            return _error(409, "order is not open")
        self.begin_cancel(order)
        return Reply.json(200, {"data": _order(order, "CANCELED", self.time()), "status": "success"})

    def _read(self, _: Request, position_id: str) -> Reply:
        order = self.orders.get(position_id.replace("pos-", "ord-", 1))
        if order is None or not position_id.startswith("pos-"):
            return _error(404, "position not found")
        return Reply.json(200, {"data": self._position(order), "status": "success"})

    def _list(self, request: Request) -> Reply:
        wanted = parse_qs(request.query).get("status", [""])[0].strip().upper()
        if wanted == "OPEN":
            # What was half cancelled stays in the list for good. Keyed by id: where the list lags, it is in both.
            halves = (order for order in self.orders.values() if order.facts.get("position") == wanted)
            listed = [*self.open_rows("order", self._position), *map(self._position, halves)]
            rows = list({row["order_id"]: row for row in listed}.values())
        else:
            rows = [self._position(order) for order in self.orders.values() if wanted in ("", self.word(order))]
        rows.sort(key=itemgetter("opened_at"))
        rows.reverse()
        return Reply.json(200, {"data": {"count": len(rows), "positions": rows}, "status": "success"})

    def _danger(self, _: Request) -> Reply:
        return _error(403, "the practice venue liquidates nothing")

    def word(self, order: PracticeOrder) -> str:
        """Out: the status of the order's position, the only word that can be read here."""
        return order.facts.get("position") or _POSITIONS.get(self.state(order), "OPEN")

    def _position(self, order: PracticeOrder) -> dict[str, str]:
        return _row(order) | {
            "size": order.quantity,
            "entry_price": order.price,
            "status": self.word(order),
            "opened_at": iso(order.created, "microseconds") + "Z",
            "updated_at": iso(order.updated, "microseconds") + "Z",
        }


def _row(order: PracticeOrder) -> dict[str, str]:
    """What an order and its position have in common."""
    return {
        "position_id": order.order_id.replace("ord-", "pos-", 1),
        "order_id": order.order_id,
        "exchange": "binance",
        "symbol": order.symbol,
        "side": order.side,
    }


def _order(order: PracticeOrder, status: str, updated: float) -> dict[str, str]:
    return _row(order) | {
        "type": order.type,
        "amount": order.quantity,
        "price": order.price,
        "status": status,
        "created_at": iso(order.created, "microseconds") + "Z",
        "updated_at": iso(updated, "microseconds") + "123Z",  # the server's own clock has nanoseconds
    }


def _error(status: int, text: str) -> Reply:
    return Reply.json(status, {"error": text, "status": "error"})


open_practice = PracticeNeuraTrade
