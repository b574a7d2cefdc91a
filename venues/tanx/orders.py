"""tanX: limit orders, `POST /sapi/v1/orders/cancel/`. The answer only says that the cancel is queued.

Sources: docs.tanx.fi; the official Python, Node and Go connectors; djangorestframework-simplejwt for errors.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from ordercancel.secret import Secret
from venues.interface import (
    Answer,
    Habits,
    NeverSent,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueError,
)
from venues.tanx import FACE
from venues.wire import jwt
from venues.wire.answers import as_raw, said, unreadable, wrong_address
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.login import held, login_step

if TYPE_CHECKING:
    from venues.tanx.replies import TanxOrder

RENEW_BEFORE = 30  # seconds of life left, below which an access token is refreshed first
LOCK_PATIENCE = 10.0  # seconds to wait for another process's refresh; then go on without the lock
NOT_FOUND_WORDS = ("not found", "does not exist", "no such")
BY_USER = "Order cancelled by user"


class Tanx(HttpVenue):
    """tanX orders. Every path ends in `/`."""

    name = FACE.name
    title = FACE.title
    replies = "venues.tanx.replies"
    habits = Habits(
        first_looks=(0.5, 1.0, 2.0),
        then_every=2.0,
        most_looks=16,
        repeats=2,
        cancel_timeout=15.0,
        read_timeout=15.0,
        limited_waits=(2.0, 4.0, 8.0),
        absent_means_not_found=True,
    )

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._lock = threading.Lock()
        self._access: str | None = None
        self._fresh: str | None = None  # got in this run: used until the venue refuses it, whatever our clock says
        self._unstored: str | None = None  # a refresh token that only this run knows
        self._used = threading.local()  # the token of this thread's last request

    # --- signing in

    def prepare(self, patience: float) -> None:
        with held(self._lock, patience) as left:
            self._access = self._access or self.optional_credential("access_token")
            if self._access is None:
                self._sign_in(left)
            elif self._access != self._fresh and self._expires_soon(self._access):
                self._renew(left)
                self._fresh = self._access

    def renew(self, patience: float) -> bool:
        with held(self._lock, patience) as left:
            if self._access == getattr(self._used, "token", None):  # else another thread has renewed it
                self._renew(left)
                self._fresh = self._access
            return True

    def _expires_soon(self, token: str) -> bool:
        exp = jwt.expiry(token)
        return exp is not None and exp - self._link.clock.now().timestamp() < RENEW_BEFORE

    def _renew(self, patience: float) -> None:
        """A new pair for the refresh token, else a wallet log-in. Raises Unauthorized when neither works.

        One process at a time: each refresh token works once.
        """
        if self.optional_credential("refresh_token") is None:
            self._sign_in(patience)
            return
        ends = self._link.clock.monotonic() + patience
        with self._link.credentials.lock(min(LOCK_PATIENCE, patience * 2 / 3)):
            if self._unstored is not None or not self._took_over():
                self._refresh_or_sign_in(ends)

    def _took_over(self) -> bool:
        """Whether another process has just stored a fresh token, which then serves us too.

        The refresh token is read anew in any case: a half-stored pair has only that one fresh.
        """
        stored = self._link.credentials.reload("access_token")
        self._link.credentials.reload("refresh_token")
        if stored is None or stored.reveal() == self._access or self._expires_soon(stored.reveal()):
            return False
        self._link.masks.add(stored.reveal())
        self._access = stored.reveal()
        return True

    def _refresh_or_sign_in(self, ends: float) -> None:
        """In: `ends` on the monotonic clock, in seconds."""
        refresh = self._unstored or self.credential("refresh_token")
        try:
            self._refresh(refresh, ends - self._link.clock.monotonic())
        except Unauthorized:
            if self.optional_credential("wallet_key") is None:
                raise
            self._sign_in(ends - self._link.clock.monotonic(), in_place_of=refresh)

    def _refresh(self, refresh: str, patience: float) -> None:
        """A new pair; the refresh token is replaced each time."""
        payload = self._login_call("/sapi/v1/auth/token/refresh/", {"refresh": refresh}, patience).payload
        access, new_refresh = self._tokens(payload)
        self._replace_pair(access, new_refresh or refresh)

    def _sign_in(self, patience: float, in_place_of: str | None = None) -> None:
        """Nonce, EIP-191 signature, log-in. [docs; paths as in docs, node and go]

        In: `in_place_of` is the dead refresh token whose pair the new one replaces; without, it is for this run.
        """
        from venues.tanx.wallet import Wallet, check_text

        ends = self._link.clock.monotonic() + patience
        wallet = Wallet(self.credential("wallet_key"))
        about = {"eth_address": wallet.address}
        text = check_text(self._login_call("/sapi/v2/auth/nonce/", about, patience).payload)
        signature = wallet.sign(text)
        self._link.masks.add_signature(signature)
        body, left = {**about, "user_signature": signature}, ends - self._link.clock.monotonic()
        access, refresh = self._tokens(self._login_call("/sapi/v2/auth/login/", body, left).token)
        if in_place_of is not None:
            self._replace_pair(access, refresh or in_place_of)
        self._link.masks.add(access)
        self._access = access

    def _replace_pair(self, access: str, refresh: str) -> None:
        """Store a new pair before it is used. The refresh token goes first: alone, it still makes a new pair."""
        self._link.masks.add(access)
        self._link.masks.add(refresh)
        store = self._link.credentials.store
        self._unstored = None
        if not store({"refresh_token": Secret(refresh)}):
            self._unstored = refresh
            self._link.warn(
                "tanX replaced the token pair and the new one could not be stored: it serves this run only, "
                "the old refresh token is spent; renew access_token and refresh_token where they come from"
            )
        elif not store({"access_token": Secret(access)}):
            self._link.warn(
                "tanX: the new access token could not be stored and serves this run only; "
                "renew access_token where it comes from, or remove it there"
            )
        self._access = access

    def _login_call(self, path: str, body: dict[str, str], patience: float) -> Any:
        from venues.tanx.replies import Envelope
        from venues.wire.replies import Unreadable, parse

        try:
            reply = self.call(lambda: _request("POST", path, body), patience)
            self._raise_for_error(reply)
            return parse(Envelope, reply.data)
        except Unreadable:
            raise NeverSent("the log-in was answered with something unreadable") from None
        except VenueError as error:
            raise login_step(error) from None

    def _tokens(self, data: Any) -> tuple[str, str | None]:
        from venues.tanx.replies import Tokens
        from venues.wire.replies import Unreadable, parse

        try:
            tokens = parse(Tokens, data)
        except Unreadable:
            tokens = Tokens()
        if not tokens.access:
            raise NeverSent("the log-in was answered without a token")
        return tokens.access, tokens.refresh

    # --- orders

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("POST", "/sapi/v1/orders/cancel/", patience, {"order_id": int(ref.order_id)})
        order = self._order(reply)
        named = order.id or order.order_id
        if named not in (None, ref.order_id):
            raise Uncertain(f"the venue answered about another order ({named})")
        return Answer(_tanx_order(order) if named and order.state else None, as_raw(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("GET", f"/sapi/v1/orders/{ref.order_id}/", patience)
        order = self._order(reply)
        if (order.id or order.order_id) != ref.order_id or not order.state:
            raise unreadable(reply)
        return Answer(_tanx_order(order), as_raw(reply))

    def wants_another(self, before: Order, now: Order) -> bool:
        """A cancel of a `pending` order may be queued and dropped, as in Peatio's engine. [peatio, inferred]"""
        return before.status == "pending" and now.status == "wait"

    def check(self, patience: float) -> None:
        self.prepare(patience)
        self._ask("GET", "/sapi/v1/user/profile/", patience)

    def _ask(self, method: str, path: str, patience: float, body: dict[str, int] | None = None) -> Reply:
        """One request with the token. Out: a `status: success` envelope. Raises a VenueError."""
        token = self._used.token = self._access
        headers = {"Authorization": f"JWT {token}"}
        reply = self.call(lambda: _request(method, path, body, headers), patience)
        self._raise_for_error(reply)
        return reply

    def _order(self, reply: Reply) -> TanxOrder:
        from venues.tanx.replies import OrderEnvelope
        from venues.wire.replies import Unreadable, parse

        try:
            return parse(OrderEnvelope, reply.data).payload
        except Unreadable:
            raise unreadable(reply) from None

    def _raise_for_error(self, reply: Reply) -> None:
        """Everything that is no `status: "success"`; "error" comes with HTTP 200 too. [node test]"""
        self.raise_for_shared_answers(reply)
        data, raw = reply.data, as_raw(reply)
        status = data.get("status") if isinstance(data, dict) else None
        message = said(reply, f"the venue answered {reply.status}")
        if reply.status == 401:
            raise Unauthorized(message, renewable=True, raw=raw)
        if reply.status == 403:
            raise Unauthorized(message, raw=raw)
        if reply.ok and status != "error":
            if status != "success":
                raise unreadable(reply)
            return
        if reply.status in (404, 405) and status is None:
            raise wrong_address(reply)
        if reply.status == 404 or any(word in message.lower() for word in NOT_FOUND_WORDS):
            raise NotFound(message, raw=raw)
        raise Refused(message, about_order=not reply.is_html, raw=raw)


def _request(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Request:
    content = {} if body is None else {"Content-Type": "application/json"}
    return Request(method, path, {**(headers or {}), **content}, body and json.dumps(body).encode())


STATES = {"cancel": State.CANCELLED, "done": State.ENDED, "reject": State.ENDED}  # pending, wait: open [docs]


def _tanx_order(order: TanxOrder) -> Order:
    reason = order.cancel_reason or ""
    return Order(
        state=STATES.get(order.state or "", State.OPEN),
        status=order.state,
        symbol=order.market,
        side=order.side,
        type=order.ord_type,
        price=order.price,
        quantity=order.origin_volume,
        filled=order.executed_volume,
        note="" if reason == BY_USER else reason,
    )
