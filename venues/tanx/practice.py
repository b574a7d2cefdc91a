"""Practice tanX: tokens that rotate, a wallet login, and cancels that are only queued at first.

What tanX answers for an unknown or finished id is published nowhere: here a finished order gets an error in
an HTTP 200, an unknown one a 400 on the cancel and a 404 on a look, so that all three shapes are practised.
"""

from __future__ import annotations

import re
import secrets
import string
from typing import Any
from urllib.parse import parse_qsl

from venues.sandbox import jwt
from venues.sandbox.practice import Found, Practice, PracticeOrder, Reply, Request, Route
from venues.tanx.entities import Pages, entity

# The first account of every Ethereum test chain: printed in public manuals, worth nothing.
TEST_WALLET_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
_NONCE_TEXT = "You\u2019re now signing into TanX, make sure the origin is https://trade.tanx.fi (Login-code:{})\n  "
_BAD_TOKEN = "Given token not valid for any token type"  # noqa: S105  # the venue's words
_BAD_LOGIN = "Invalid Credentials or Token Expired, Kindly login again."
_STATES = {
    "open": "wait",
    "cancelling": "wait",
    "cancelled": "cancel",
    "filled": "done",
    "rejected": "reject",
}


_BOOK = (  # the first fields of a PracticeOrder, after its verb
    ("25768879", "btcusdc", "buy", "limit", "68733.81", "0.0425", "0.009000000000000001"),
    ("25768901", "btcusdc", "sell", "limit", "71200.0", "0.01"),
    ("25768914", "ethusdc", "buy", "limit", "3050.5", "0.4"),
    ("25768802", "ethusdc", "sell", "limit", "3120.25", "0.75", "0.75", "filled"),
    ("25768790", "btcusdt", "buy", "limit", "64000.0", "0.02", "0.0", "cancelled"),
)
_STOP = ("25768650", "btcusdc", "sell", "stop_limit", "62000.0", "0.05")
_LATER = (
    ("25769002", "solusdc", "buy", "limit", "128.4", "15.0"),
    ("25769015", "ethusdt", "sell", "limit", "3200.0", "1.2", "0.35"),
)


class PracticeTanx(Practice):
    """`lifetime` of access tokens in seconds. The wallet login works for `wallet_key` alone.

    `most_rows` caps a page of the list, and nothing in the answer tells.
    """

    venue = "tanx"

    def __init__(
        self,
        *,
        wallet_key: str = TEST_WALLET_KEY,
        lifetime: float = 86_400.0,
        extra_open: int = 0,
        **clocks: Any,
    ) -> None:
        super().__init__(**clocks)
        self.wallet_key = wallet_key
        self.lifetime = lifetime
        self._jwt_key = secrets.token_bytes(32)
        self._refresh_tokens: set[str] = set()  # each works once
        self._nonces: dict[str, str] = {}  # by address in lower case; each works once
        self.most_rows = 1000
        self._pages = Pages()
        self._undisturbed = self.at_list
        self._changes = 0
        self._settled_at = float("-inf")  # when the last change that is under way will have taken effect
        self.credentials = self.issue()
        self.routes = (
            Route("POST", "/sapi/v1/orders/cancel/", "cancel", self._cancel),
            Route("GET", "/sapi/v1/orders/", "list", self._list),
            Route("GET", "/sapi/v1/orders/([0-9]+)/", "read", self._read),
            Route("GET", "/sapi/v1/user/profile/", "check", self._profile),
            Route("POST", "/sapi/v1/auth/token/refresh/", "refresh", self._refresh),
            Route("POST", "/sapi/v2/auth/nonce/", "nonce", self._nonce),
            Route("POST", "/sapi/v2/auth/login/", "login", self._login),
            Route("POST", "/sapi/v1/user/bulkcancel/", "danger", self._bulk_cancel),
        )
        extra = (str(26000001 + number) for number in range(extra_open))
        rows = (*_BOOK, *((order_id, "btcusdc", "buy", "limit", "60000.0", "0.01") for order_id in extra))
        self.fill("tanx", rows, delay=0.7)
        self.fill("tanx", _LATER, delay=0.7, age=420.0)
        self.fill("tanx", (_STOP,), delay=0.7, age=2.5 * 86_400, stop_price="62500.0")

    def issue(self, lifetime: float | None = None) -> dict[str, str]:
        """Out: a new pair of tokens, fields as in the contract. A negative lifetime makes an expired one."""
        refresh = self._token("refresh", 30 * 86_400.0)
        self._refresh_tokens.add(refresh)
        access = self._token("access", self.lifetime if lifetime is None else lifetime)
        return {"access_token": access, "refresh_token": refresh}

    def hold_pending(self, order_id: str, seconds: float) -> None:
        """Keep an order `pending` for so long. The engine drops a cancel that comes before it waits."""
        self.orders[order_id].facts["waits_at"] = str(self.now() + seconds)
        self._changed(self.now() + seconds)

    def begin_cancel(self, order: PracticeOrder) -> None:
        super().begin_cancel(order)
        self._changed(order.cancel_at or 0.0)

    def end(self, order_id: str, how: str = "filled") -> bool:
        self._changed()
        return super().end(order_id, how)

    def _changed(self, settled_at: float = 0.0) -> None:
        self._changes += 1
        self._settled_at = max(self._settled_at, settled_at)

    def respond(self, request: Request, found: Found | None) -> Reply:
        if found is None:
            return self._no_route(request)
        if found.route.name in ("refresh", "nonce", "login"):
            return found.route.handler(request)
        return self._refuse(request) or found.route.handler(request, *found.ids)

    def _no_route(self, request: Request) -> Reply:
        slashed = request.path + "/"
        if any(re.fullmatch(route.pattern, slashed) for route in self.routes):
            return Reply.redirect(301, slashed + (f"?{request.query}" if request.query else ""))
        if any(re.fullmatch(route.pattern, request.path) for route in self.routes):
            return Reply.json(405, {"detail": f'Method "{request.method}" not allowed.'})
        return Reply.html(404, "Not Found")

    def _refuse(self, request: Request) -> Reply | None:
        """Out: the 401 for this request, or None when its access token is good."""
        words = request.headers.get("Authorization", "").split()
        if not words or words[0] != "JWT":
            return _error(401, "Authentication credentials were not provided.")
        if len(words) == 2 and self._valid(words[1], "access"):
            return None
        return _error(401, _BAD_TOKEN, {
            "token_class": "AccessToken",
            "token_type": "access",
            "message": "Token is invalid or expired",
            "code": "token_not_valid",
        })  # fmt: skip

    def _token(self, kind: str, lifetime: float) -> str:
        now = int(self.time())
        claims = {
            "token_type": kind, "exp": int(now + lifetime), "iat": now, "jti": secrets.token_hex(16),
            "user_id": 27,
        }  # fmt: skip
        return jwt.encode(claims, self._jwt_key)

    def _valid(self, token: str, kind: str) -> bool:
        claims = jwt.decode(token, self._jwt_key)
        return claims is not None and claims["token_type"] == kind and claims["exp"] > self.time()

    def _refresh(self, request: Request) -> Reply:
        old = request.json_object().get("refresh")
        if not isinstance(old, str) or old not in self._refresh_tokens or not self._valid(old, "refresh"):
            return _error(401, "Token is invalid or expired", {"code": "token_not_valid"})
        self._refresh_tokens.discard(old)
        pair = self.issue()
        return _success("", {"access": pair["access_token"], "refresh": pair["refresh_token"]})

    def _nonce(self, request: Request) -> Reply:
        address = request.json_object().get("eth_address")
        if not isinstance(address, str) or len(address) < 30:
            return _error(400, "Ensure eth_address has at least 30 characters.")
        cached = self._nonces.get(address.lower())
        alphabet = string.ascii_letters + string.digits
        text = cached or _NONCE_TEXT.format("".join(secrets.choice(alphabet) for _ in range(22)))
        self._nonces[address.lower()] = text
        return _success("Cached Nonce Acquired" if cached else "Nonce Acquired", text)

    def _login(self, request: Request) -> Reply:
        fields = request.json_object()
        address, signature = str(fields.get("eth_address", "")), str(fields.get("user_signature", ""))
        if len(address) < 30:
            return _error(400, "Ensure eth_address has at least 30 characters.")
        text = self._nonces.pop(address.lower(), None)
        if text is None or not self._owns(address, text, signature):
            return _error(400, _BAD_LOGIN)
        pair = self.issue()
        return Reply.json(200, {
            "status": "success",
            "message": "Login Successful",
            "payload": {"uid": "IDDAF4F5E3C7"},
            "token": {"refresh": pair["refresh_token"], "access": pair["access_token"]},
        })  # fmt: skip

    def _owns(self, address: str, text: str, signature: str) -> bool:
        """Out: whether the practice wallet, which has this address, signed the text."""
        try:
            from eth_account import Account
        except ImportError:  # the extra `tanx` is not installed: nobody can log in by wallet
            return False
        wallet = str(Account.from_key(self.wallet_key).address)
        return address.lower() == wallet.lower() == (recover(text, signature) or "").lower()

    def _profile(self, _: Request) -> Reply:
        person = {"name": "Practice Person", "customer_id": "PRACTICE1", "img": "", "username": "practice"}
        return _success("Profile Fetched Successfully", person | {"stark_key": "0x0"})

    def _bulk_cancel(self, _: Request) -> Reply:
        return _error(403, "The practice venue cancels no orders in bulk")

    def _cancel(self, request: Request) -> Reply:
        given = request.json_object().get("order_id")
        if not isinstance(given, int) or not request.has_type("application/json"):
            return _error(400, "Enter a valid order_id")
        order = self.orders.get(str(given))
        if order is None:
            return _error(400, "Order does not exist")
        if self.state(order) not in ("open", "cancelling"):
            return _error(200, "Order can not be cancelled in its current state")
        if self.word(order) != "pending":
            self.begin_cancel(order)
        return _success("Order is successfully queued for cancellation", entity(order, self.word(order)))

    def _read(self, _: Request, order_id: str) -> Reply:
        order = self.orders.get(order_id)
        if order is None:
            return _error(404, "Order not found")
        return _success("Order Retrieved Successfully", entity(order, self.word(order)) | {"trades": []})

    def _list(self, request: Request) -> Reply:
        query = dict(parse_qsl(request.query))
        rows = self._pages.page(query, self.most_rows, self._same(), lambda: self._shown(query.get("state")))
        if rows is None:
            return _error(422, "limit or page is invalid")
        return _success("Orders Retrieved Successfully", rows)

    def _same(self) -> object:
        """Out: what differs once a list would, or None while that cannot be said."""
        calm = self.at_list is self._undisturbed and not self.lists_lag and self.now() >= self._settled_at
        return (self._changes, len(self.orders)) if calm else None

    def _shown(self, state: str | None) -> list[tuple[PracticeOrder, str]]:
        """Out: the orders among which those of a state are, and the word that the list shows for each."""
        if state in ("pending", "wait"):
            return self.open_rows("tanx", lambda order: (order, self.word(order)))
        return [(order, self.word(order)) for order in self.orders.values()]

    def word(self, order: PracticeOrder) -> str:
        state = self.state(order)
        if state == "open" and self.now() < float(order.facts.get("waits_at", "-inf")):
            return "pending"
        return _STATES.get(state, state)


def recover(text: str, signature: str) -> str | None:
    """Out: the address that made this personal_sign signature of the text, or None. Needs eth-account."""
    from eth_account import Account
    from eth_account.messages import encode_defunct
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    if not re.fullmatch(r"0x[0-9a-fA-F]{128}1[bcBC]", signature):
        return None
    try:
        return str(Account.recover_message(encode_defunct(text=text), signature=signature))
    except (BadSignature, ValidationError, ValueError):
        return None


def _success(message: str, payload: Any) -> Reply:
    return Reply.json(200, {"status": "success", "message": message, "payload": payload})


def _error(status: int, message: str, payload: Any = "") -> Reply:
    return Reply.json(status, {"status": "error", "message": message, "payload": payload})


open_practice = PracticeTanx
