"""NeuraTrade: `POST /api/v1/trading/cancel_order` on a self-hosted server.

A cancel changes two rows of the server's own database and never calls an exchange.
Source: services/backend-api of irfndi/NeuraTrade, and answers of that server on PostgreSQL and on SQLite.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

from ordercancel.secret import Secret
from venues.interface import (
    Answer,
    Habits,
    NeverSent,
    NoLook,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueError,
)
from venues.neuratrade import FACE
from venues.result import Outcome
from venues.wire import jwt
from venues.wire.answers import NoSuchRoute, as_raw, said, unreadable, wrong_address
from venues.wire.http import NOT_JSON, Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.login import held, login_step

if TYPE_CHECKING:
    from venues.neuratrade.replies import Position

API = "/api/v1"
STORES_NOTHING = (
    "the server answered CANCELED but the position is still open: a server on SQLite stores no cancellation, "
    "and cancelling again will not help"
)
HALF_CANCELLED = (
    "the position may be orphaned: a cancel that was cut off leaves the order cancelled and the position open, "
    "and only the server's liquidate call closes it"
)


class NeuraTrade(HttpVenue):
    """NeuraTrade orders, read back through their position: the server has no read for orders."""

    name = FACE.name
    title = FACE.title
    replies = "venues.neuratrade.replies"
    habits = Habits(
        first_looks=(0.0, 0.2, 0.5, 1.0, 2.0),
        then_every=3.0,
        most_looks=15,
        repeats=1,
        cancel_timeout=15.0,
        read_timeout=10.0,
        limited_waits=(2.0, 4.0, 8.0),
        never_hang_up_before=10.0,  # the server's own write timeout; earlier, it may stop between its two updates
        linger_when_refused=True,
        late_no_settles=False,
        absent_is_repeatable=True,
    )

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._logged_in = False  # once a run: a server that refuses its own fresh token will do so again
        self._used = threading.local()  # the token of this thread's last request
        self._positions: dict[str, str] = {}  # only those that are not named after their order

    # --- signing in

    def prepare(self, patience: float) -> None:
        """A token is used as it is, unless it has run out and there are e-mail and password to get another."""
        with held(self._lock, patience) as left:
            if self._token is not None:
                return
            given = self.optional_credential("token")
            if given is None or (_is_over(given, self._link.clock.now().timestamp()) and self._can_log_in()):
                self._log_in(left)
            else:
                self._token = given.strip()

    def renew(self, patience: float) -> bool:
        with held(self._lock, patience) as left:
            if self._token != getattr(self._used, "token", None):  # another thread has renewed it
                return True
            if self._logged_in or not self._can_log_in():
                return False
            self._log_in(left)
            return True

    def _can_log_in(self) -> bool:
        return all(self.optional_credential(field) for field in ("email", "password"))

    def _log_in(self, patience: float) -> None:
        """`POST /users/login`; the answer also holds personal fields, which are not kept."""
        from venues.neuratrade.replies import Login
        from venues.wire.replies import Unreadable, parse

        body = json.dumps({"email": self.credential("email"), "password": self.credential("password")}).encode()
        try:
            reply = self.call(lambda: self._request("POST", f"{API}/users/login", body, None), patience)
            self._raise_for_error(reply)
            token = parse(Login, reply.data).token
        except Unreadable:
            raise NeverSent("the log-in was answered with something unreadable") from None
        except VenueError as error:
            if "invalid email or password" in error.message.lower():
                error.message += " (a fault of the server's database looks the same)"
            raise login_step(error) from None
        if not token:
            raise NeverSent("the log-in was answered without a token")
        self._link.masks.add(token)
        held = self._link.credentials
        if held.get("token") is not None and not held.store({"token": Secret(token)}):
            self._link.warn(
                "NeuraTrade: the given token is of no use any more, and the new one could not be stored: it serves "
                "this run only; renew token where it comes from, or remove it there"
            )
        self._token, self._logged_in = token, True

    # --- orders

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("POST", "/trading/cancel_order", patience, {"order_id": ref.order_id})
        from venues.neuratrade.replies import CancelReply
        from venues.wire.replies import Unreadable, parse  # not before the request is on its way

        try:
            answer = parse(CancelReply, reply.data)
        except Unreadable:
            raise unreadable(reply) from None
        order = answer.data
        if order.order_id not in (None, ref.order_id):
            raise Uncertain(f"the server answered about another order ({order.order_id})", raw=as_raw(reply))
        if answer.status != "success" or not order.order_id or order.status not in ("CANCELED", "CANCELLED"):
            raise unreadable(reply)
        if order.position_id and order.position_id != _position_of(ref.order_id):
            self._positions[ref.order_id] = order.position_id
        shown = Order(
            state=State.CANCELLING,  # the word in the answer proves nothing: SQLite stores no cancellation
            status=order.status,
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            price=order.price,
            quantity=order.amount,
        )
        return Answer(shown, as_raw(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        from venues.neuratrade.replies import PositionReply
        from venues.wire.replies import Unreadable, parse

        position_id = self._positions.get(ref.order_id) or _position_of(ref.order_id)
        try:
            reply = self._ask("GET", f"/trading/positions/{quote(position_id, safe='')}", patience)
        except NoSuchRoute as no:
            raise NoLook(f"this server cannot show orders: {no.message}") from None
        try:
            position = parse(PositionReply, reply.data).data
        except Unreadable:
            raise unreadable(reply) from None
        if position.order_id != ref.order_id or not position.status:
            raise unreadable(reply)
        return Answer(_order(position), as_raw(reply))

    def check(self, patience: float) -> None:
        self.prepare(patience)
        self._ask("GET", "/trading/positions?status=NONE", patience)

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        if order is None or order.status != "OPEN":
            return ""
        if outcome is Outcome.PENDING:
            return STORES_NOTHING
        return HALF_CANCELLED if outcome is Outcome.UNKNOWN and no is not None else ""

    def _ask(self, method: str, path: str, patience: float, body: dict[str, str] | None = None) -> Reply:
        token = self._used.token = self._token
        content = body and json.dumps(body).encode()
        reply = self.call(lambda: self._request(method, API + path, content or None, token), patience)
        self._raise_for_error(reply)
        return reply

    def _request(self, method: str, path: str, body: bytes | None, token: str | None) -> Request:
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"  # exactly one space
        return Request(method, path, headers, body)

    def _raise_for_error(self, reply: Reply) -> None:
        self.raise_for_shared_answers(reply)
        if reply.ok:
            return
        message, raw = said(reply, f"the server answered {reply.status}"), as_raw(reply)
        if reply.status in (401, 403):
            raise Unauthorized(message, renewable=reply.status == 401, raw=raw)
        if reply.data is NOT_JSON or reply.status == 405:
            raise wrong_address(reply)  # `404 page not found`: wrong base URL, path or method
        if reply.status == 404 and "not found" in message.lower():
            raise NotFound(message, raw=raw)
        raise Refused(message, about_order=reply.status in (409, 422), raw=raw)


def _is_over(token: str, now: float) -> bool:
    exp = jwt.expiry(token.strip())
    return exp is not None and exp <= now


def _position_of(order_id: str) -> str:
    """Both ids are made from one time and counter. [source]"""
    return "pos-" + order_id.removeprefix("ord-")


STATES = {"CLOSED": State.CANCELLED, "LIQUIDATED": State.ENDED}  # only cancel_order writes CLOSED [source]


def _order(position: Position) -> Order:
    return Order(
        state=STATES.get(position.status or "", State.OPEN),
        status=position.status,
        symbol=position.symbol,
        side=position.side,
        price=position.entry_price,
        quantity=position.size,
    )
