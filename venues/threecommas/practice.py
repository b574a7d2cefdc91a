"""Practice 3Commas: a deal with manual safety orders, and SmartTrades.

Answers follow the official documentation and recorded replies; where neither says what happens (an unknown
order in a known deal, a SmartTrade that is final), the nearest documented error is given.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route
from venues.threecommas.book import COMPLETED, DEALS, SMART_TRADES
from venues.threecommas.entities import ON_HAND, deal_entity, deal_row, smart_trade

EXTRA_DEAL = "2345678902"  # holds the generated orders, so that the first deal stays readable
PERMISSIONS = frozenset({"BOTS_READ", "BOTS_WRITE", "SMART_TRADES_READ", "SMART_TRADES_WRITE"})
_DEALS = r"/public/api/ver1/deals/([0-9]+)"
_BOTS = r"/public/api/ver1/bots/([0-9]+)"
_TRADES = r"/public/api/v2/smart_trades/([0-9]+)"
_DELAY = 0.7  # seconds, as between the two examples of the documentation
_SCOPES = {"active": (False,), "finished": (True,), "completed": (True,), "cancelled": (), "failed": ()}
_FORM = "application/x-www-form-urlencoded"
_WORDS = {"open": "Active", "cancelled": "Cancelled", "filled": "Filled", "inactive": "Inactive"}
_TRADE_WORDS = {"cancelling": "cancellation_pending", "filled": "finished"}
_UNKNOWN_TRADE = {"error": "Not found", "error_description": "Smart Trade not found"}
_UNKNOWN_DEAL = {"error": "not_found", "error_description": "Not Found"}


class PracticeThreeCommas(Practice):
    """`api_secret` is an HMAC secret or an RSA private key in PEM, as the contract's field."""

    venue = "3commas"

    def __init__(
        self,
        *,
        api_key: str = "",
        api_secret: str = "",
        permissions: frozenset[str] = PERMISSIONS,
        extra_open: int = 0,
        **clocks: Any,
    ) -> None:
        super().__init__(**clocks)
        self.api_key = api_key or secrets.token_hex(16)
        self.api_secret = api_secret or secrets.token_hex(32)
        self.credentials = {"api_key": self.api_key, "api_secret": self.api_secret}
        self.permissions = permissions
        self.routes = (
            Route("POST", _DEALS + "/cancel_order", "cancel", self._cancel_order),
            Route("GET", _DEALS + "/market_orders", "read", self._market_orders),
            Route("GET", _DEALS + "/show", "show", self._show_deal),
            Route("GET", "/public/api/ver1/deals", "list", self._list_deals),
            Route("GET", "/public/api/v2/smart_trades", "list", self._list_trades),
            Route("DELETE", _TRADES, "cancel", self._cancel_trade),
            Route("GET", _TRADES, "read", self._read_trade),
            Route("GET", "/public/api/ver1/validate", "check", lambda _: Reply.json(200, {"valid": True})),
            Route("POST", _DEALS + "/(cancel|panic_sell|panic_sell_step)", "danger", self._danger),
            Route("POST", _BOTS + "/(cancel_all_deals|panic_sell_all_deals)", "danger", self._danger),
            Route("POST", _TRADES + "/close_by_market", "danger", self._danger),
            Route("DELETE", _TRADES + "/trades/([0-9]+)", "danger", self._danger),
        )
        self._youngest: list[PracticeOrder] = []
        self._sorted = 0  # how many orders there were when they were sorted
        for deal, (age, orders) in DEALS.items():
            self.fill("deal-order", orders, deal=deal, age=age)
        self.fill("smart-trade", SMART_TRADES, delay=_DELAY)
        for number in range(extra_open):
            manual = (
                str(1200000001 + number),
                "USDT_ETH",
                "BUY",
                "Manual Safety",
                f"{2900 - number % 900}.5",
                "0.01",
            )
            self.fill("deal-order", [manual], deal=EXTRA_DEAL)
            trade = (str(31000001 + number), "USDT_LTC", "buy", "smart_trade", "64.2", "1.5")
            self.fill("smart-trade", [trade], delay=_DELAY)

    def use_rsa(self) -> None:
        self.api_secret = _new_rsa_key()
        self.credentials = {**self.credentials, "api_secret": self.api_secret}

    def respond(self, request: Request, found: Found | None) -> Reply:
        reply = self._respond(request, found)
        return reply.with_headers(("X-Request-Id", str(uuid4())), ("Cf-Ray", f"{secrets.token_hex(8)}-FRA"))

    def _respond(self, request: Request, found: Found | None) -> Reply:
        if not request.path.startswith("/public/api/"):
            return Reply.html(404, "Not Found")
        if found is None:
            return Reply.json(404, {"error": "invalid_request_method"})
        if request.headers.get("Apikey") != self.api_key:
            return _error(401, "api_key_invalid_or_expired", "Unauthorized. Invalid or expired api key.")
        if not self.signed(request):
            return _error(401, "signature_invalid", "Provided signature is invalid")
        if not self._permitted(request, found):
            return _error(403, "Forbidden", "Api key not authorized for this action")
        return found.route.handler(request, *found.ids)

    def signed(self, request: Request) -> bool:
        """Out: whether the Signature header is right for these bytes."""
        extra = request.query.encode() or request.body
        text = request.path.encode() + (b"?" + extra if extra else b"")
        given = request.headers.get("Signature", "")
        if self.api_secret.startswith("-----BEGIN"):
            return _rsa_verified(self.api_secret, given, text)
        right = hmac.new(self.api_secret.encode(), text, "sha256").hexdigest()
        return hmac.compare_digest(given.lower().encode(), right.encode())

    def _permitted(self, request: Request, found: Found) -> bool:
        if found.route.name in ("check", "danger"):
            return True
        kind = "BOTS" if "/deals" in request.path else "SMART_TRADES"
        return f"{kind}_{'WRITE' if found.route.name == 'cancel' else 'READ'}" in self.permissions

    def _cancel_order(self, request: Request, deal: str) -> Reply:
        given = request.form().get("order_id") if request.has_type(_FORM) else None
        if given is None or not given.isdecimal():
            problem = "is missing" if given is None else "is invalid"
            return Reply.json(400, {
                "error": "record_invalid",
                "error_description": "Invalid parameters",
                "error_attributes": {"order_id": [problem]},
            })  # fmt: skip
        order = self.orders.get(given)
        if order is None or order.facts.get("deal") != deal:
            return Reply.json(404, _UNKNOWN_DEAL)
        if self.state(order) != "open" or order.type != "Manual Safety":
            return Reply.json(422, {"error": "Cant be cancelled"})
        self.begin_cancel(order)
        return Reply.json(201, self._rows(deal))

    def _market_orders(self, _: Request, deal: str) -> Reply:
        rows = self._rows(deal)
        return Reply.json(200, rows) if rows else Reply.json(404, _UNKNOWN_DEAL)

    def _show_deal(self, _: Request, deal: str) -> Reply:
        orders = self._deals().get(deal)
        return Reply.json(200, self._deal(deal, orders)) if orders else Reply.json(404, _UNKNOWN_DEAL)

    def _list_deals(self, request: Request) -> Reply:
        """Deals by their age, the youngest first. A scope that is not known is no filter. [documentation of 2024]"""
        asked, since = _query(request), self.time() - self.lists_lag
        kinds = _SCOPES.get(asked.get("scope", ""), (False, True))
        shown = [
            (deal, orders)
            for deal, orders in self._deals().items()
            if (deal in COMPLETED) in kinds and orders[0].created <= since
        ]
        shown.sort(key=lambda item: -item[1][0].created)
        first, size = _number(asked, "offset", 0), min(1000, _number(asked, "limit", 50))
        return Reply.json(200, [self._deal(deal, orders) for deal, orders in shown[first : first + size]])

    def _list_trades(self, request: Request) -> Reply:
        """SmartTrades by their status, unless they are asked for by age; the pages are cut afterwards."""
        asked, then = _query(request), self._trades_then()

        def word(order: PracticeOrder) -> str:
            return then.get(order.order_id) or self.word(order)

        shown = self._shown_trades(then) if asked.get("status") == "active" else self._trades()
        if asked.get("order_by", "status") == "status":
            shown = sorted(shown, key=word)
        size = min(100, max(1, _number(asked, "per_page", 10)))
        first = (max(1, _number(asked, "page", 1)) - 1) * size
        return Reply.json(200, [smart_trade(order, word(order)) for order in islice(shown, first, first + size)])

    def _trades_then(self) -> dict[str, str]:
        """Where the lists lag: the SmartTrades that they show, with their words of then."""
        if not self.lists_lag:
            return {}
        return dict(self.open_rows("smart-trade", lambda order: (order.order_id, self.word(order))))

    def _shown_trades(self, then: Mapping[str, str]) -> Iterable[PracticeOrder]:
        """The open SmartTrades. A plain look at each, no further than is asked: 100,000 have a thousand pages."""
        if self.lists_lag:
            return (order for order in self._trades() if order.order_id in then)
        now = self.now()
        return (
            order
            for order in self._trades()
            if not order.ended and (order.cancel_at is None or now < order.cancel_at)
        )

    def _cancel_trade(self, _: Request, trade_id: str) -> Reply:
        order = self._trade(trade_id)
        if order is None:  # the documentation gives both codes for these words: here 400, on a look 404
            return Reply.json(400, _UNKNOWN_TRADE)
        if self.state(order) not in ("open", "cancelling"):
            return Reply.json(422, {"error": "Cant be cancelled"})
        self.begin_cancel(order)
        return Reply.json(200, smart_trade(order, self.word(order)))

    def _read_trade(self, _: Request, trade_id: str) -> Reply:
        order = self._trade(trade_id)
        if order is None:
            return Reply.json(404, _UNKNOWN_TRADE)
        return Reply.json(200, smart_trade(order, self.word(order)))

    def _danger(self, request: Request, *_: str) -> Reply:
        return _error(403, "Forbidden", f"{request.path} closes or sells: the practice venue never does that")

    def _trade(self, trade_id: str) -> PracticeOrder | None:
        order = self.orders.get(trade_id)
        return order if order and order.verb == "smart-trade" else None

    def _trades(self) -> list[PracticeOrder]:
        """Every SmartTrade, the youngest first. Sorted once: orders are added, and never taken out."""
        if len(self.orders) != self._sorted:
            trades = (order for order in self.orders.values() if order.verb == "smart-trade")
            self._youngest, self._sorted = sorted(trades, key=lambda order: -order.created), len(self.orders)
        return self._youngest

    def _deals(self) -> dict[str, list[PracticeOrder]]:
        """The deals, and the orders of each."""
        found: dict[str, list[PracticeOrder]] = {}
        for order in self.orders.values():
            if order.verb == "deal-order":
                found.setdefault(order.facts["deal"], []).append(order)
        return found

    def _deal(self, deal: str, orders: list[PracticeOrder]) -> dict[str, Any]:
        rows = [(order.type, self.word(order)) for order in orders]
        return deal_entity(deal, orders[0], rows, completed=deal in COMPLETED)

    def _rows(self, deal: str) -> list[dict[str, Any]]:
        orders = (order for order in self.orders.values() if order.facts.get("deal") == deal)
        return [deal_row(order, self.word(order)) for order in orders]

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        if order.verb == "deal-order":
            return _WORDS.get(state, "Active")
        if state == "open":
            return "waiting_targets" if Decimal(order.filled) or order.type in ON_HAND else "waiting_position"
        return _TRADE_WORDS.get(state, state)


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query))


def _number(asked: Mapping[str, str], word: str, otherwise: int) -> int:
    text = asked.get(word, "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else otherwise


def _error(status: int, error: str, description: str) -> Reply:
    return Reply.json(status, {"error": error, "error_description": description})


def _new_rsa_key() -> str:
    """Out: a private key in PEM (PKCS#8, 2048 bit)."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _rsa_verified(pem: str, signature: str, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        return False
    try:
        raw = base64.b64decode(signature, validate=True)
        key.public_key().verify(raw, text, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


open_practice = PracticeThreeCommas
