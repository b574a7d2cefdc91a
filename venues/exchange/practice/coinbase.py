"""Practice Coinbase, Advanced Trade: a token signed for each request by a key of P-256. Source: its documentation."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from venues.exchange.practice.base import Market, PracticeExchange, query_of
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route, iso

STATUS = {"cancelled": "CANCELLED", "filled": "FILLED", "expired": "EXPIRED", "open": "OPEN", "cancelling": "OPEN"}
PAGE = 100  # rows
_API = "/api/v3/brokerage"


class PracticeCoinbase(PracticeExchange):
    """A cancel is accepted for each order by itself, and takes effect a moment later."""

    venue = "coinbase"
    delay = 0.3
    markets = (
        Market("BTC/USD", "BTC-USD", "BTC", "USD"),
        Market("ETH/USD", "ETH-USD", "ETH", "USD"),
    )
    rows = (
        ("0000-000000-000001", "BTC/USD", "BUY", "LIMIT", "50000", "0.01"),
        ("0000-000000-000002", "ETH/USD", "SELL", "LIMIT", "3120.5", "0.4", "0.1"),
        ("0000-000000-000003", "BTC/USD", "BUY", "LIMIT", "48000", "0.03"),
        ("0000-000000-000101", "BTC/USD", "SELL", "LIMIT", "61250", "0.02", "0.02", "filled"),
        ("0000-000000-000102", "BTC/USD", "BUY", "LIMIT", "40000", "0.05", "0", "cancelled"),
        ("0000-000000-000103", "BTC/USD", "BUY", "LIMIT", "45000", "0.03", "0", "expired"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes = (
            Route("POST", f"{_API}/orders/batch_cancel", "cancel", self._cancel),
            Route("GET", f"{_API}/orders/historical/batch", "list", self._list),
            Route("GET", f"{_API}/orders/historical/[^/]+", "read", self._read),
            Route("GET", f"{_API}/accounts", "check", self._check),
            Route("GET", "/v2/accounts", "check", self._check),
            Route("GET", f"{_API}/transaction_summary", "account", self._account),
            Route("GET", f"{_API}/market/products", "markets", self._markets),
            Route("POST", f"{_API}/orders/close_position", "danger", self.danger),
        )

    def secret_for(self, field: str) -> str:
        if field == "api_key":
            return f"organizations/{secrets.token_hex(8)}/apiKeys/{secrets.token_hex(8)}"
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        self._key = ec.generate_private_key(ec.SECP256R1())
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()

    def more_id(self, number: int) -> str:
        return f"0000-000009-{number:06}"

    def refuse(self, request: Request) -> Reply | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        claims = self._claims(token)
        if claims is None or claims.get("sub") != self.credentials["api_key"]:
            return Reply.text(401, "Unauthorized\n")
        wanted = f"{request.method} {request.headers.get('Host', '')}{request.path}"
        if claims.get("uri", "").replace("http://", "") != wanted:
            return Reply.text(401, "Unauthorized\n")
        now = self.time()
        return None if claims["nbf"] - 5 <= now <= claims["exp"] else Reply.text(401, "Unauthorized\n")

    def _claims(self, token: str) -> dict[str, Any] | None:
        """Out: what a token of ES256 claims; None where its signature is not ours."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        head, _, signature = token.rpartition(".")
        try:
            raw, claims = _decoded(signature), json.loads(_decoded(head.partition(".")[2]))
            both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
            self._key.public_key().verify(both, head.encode(), ec.ECDSA(SHA256()))
        except (ValueError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) else None

    def word(self, order: PracticeOrder) -> str:
        return STATUS[self.state(order)]

    def _cancel(self, request: Request) -> Reply:
        results = []
        for order_id in request.json_object().get("order_ids", []):
            order = self.orders.get(str(order_id))
            good = order is not None and self.is_open(order)
            if order is not None and good:
                self.begin_cancel(order)
            why = "UNKNOWN_CANCEL_FAILURE_REASON" if good else "UNKNOWN_CANCEL_ORDER"
            results.append({"success": good, "failure_reason": why, "order_id": order_id})
        return Reply.json(200, {"results": results})

    def _read(self, request: Request) -> Reply:
        order = self.orders.get(request.path.rpartition("/")[2])
        if order is None:
            said = {"error": "NOT_FOUND", "error_details": "order not found", "message": "order not found"}
            return Reply.json(404, said)
        return Reply.json(200, {"order": self._shown(order)})

    def _list(self, request: Request) -> Reply:
        asked = query_of(request)
        rows = self.open_rows("at", self._shown)
        first, size = int(asked.get("cursor") or 0), min(PAGE, int(asked.get("limit", PAGE)))
        after = first + size
        more = after < len(rows)
        return Reply.json(200, {"orders": rows[first:after], "has_next": more, "cursor": str(after) if more else ""})

    def _check(self, request: Request) -> Reply:
        return Reply.json(200, {"accounts": [], "data": [], "has_next": False, "pagination": {}})

    def _account(self, request: Request) -> Reply:
        return Reply.json(200, {"fee_tier": {"taker_fee_rate": "0.006", "maker_fee_rate": "0.004"}})

    def _markets(self, request: Request) -> Reply:
        contracts = query_of(request).get("product_type") == "FUTURE"
        return Reply.json(200, {"products": [] if contracts else [self._market(one) for one in self.markets]})

    def _market(self, market: Market) -> dict[str, Any]:
        return {
            "product_id": market.id, "price": "50000", "base_increment": "0.00000001", "quote_increment": "0.01",
            "price_increment": "0.01", "base_min_size": "0.00000001", "base_max_size": "1000", "quote_min_size": "1",
            "quote_max_size": "1000000", "status": "online", "trading_disabled": False, "view_only": False,
            "base_currency_id": market.base, "quote_currency_id": market.quote, "product_type": "SPOT",
            "alias_to": [],
        }  # fmt: skip

    def _shown(self, order: PracticeOrder) -> dict[str, Any]:
        limit = {"base_size": order.quantity, "limit_price": order.price, "post_only": False}
        return {
            "order_id": order.order_id, "product_id": self.market_id(order), "side": order.side,
            "client_order_id": "practice", "status": self.word(order), "time_in_force": "GOOD_UNTIL_CANCELLED",
            "created_time": iso(order.created) + "Z", "filled_size": order.filled, "average_filled_price": "0",
            "order_type": order.type, "order_configuration": {"limit_limit_gtc": limit}, "total_fees": "0",
            "product_type": "SPOT", "last_fill_time": None, "cancel_message": "", "reject_reason": "",
        }  # fmt: skip


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
