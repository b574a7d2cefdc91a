"""Tradernet / Freedom24: command `delTradeOrder`, in two request schemes.

Sources: the official command pages; the official Python and PHP SDKs; answers seen by public clients.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from venues.interface import (
    Answer,
    Habits,
    Limited,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueError,
)
from venues.result import Outcome
from venues.tradernet import FACE
from venues.tradernet.signing import Params, form_request, header_request
from venues.wire.answers import as_raw, retry_after, unreadable, wrong_address
from venues.wire.http import NOT_JSON, Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.looks import SharedLook

if TYPE_CHECKING:
    from venues.tradernet.replies import OrderRow


class Tradernet(HttpVenue):
    """Tradernet orders. A reply is only an acceptance: the order goes 10, 2, 31, and may wait for the market."""

    name = FACE.name
    title = FACE.title
    replies = "venues.tradernet.replies"
    habits = Habits(
        first_looks=(1.0, 2.0, 3.0),
        then_every=5.0,
        most_looks=8,
        repeats=1,
        cancel_timeout=15.0,
        read_timeout=15.0,
        limited_waits=(6.0,),
    )

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._nonce_lock = threading.Lock()
        self._nonce = 0
        self._looks: SharedLook[str, Reply] = SharedLook(link.clock, apart=0.9)

    def renew(self, patience: float) -> bool:
        """Open a security session: only after an answer that asks for one. Its answer is personal, and not kept."""
        self._ask("getAuthInfo", {}, patience)
        return True

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask("delTradeOrder", {"order_id": int(ref.order_id)}, patience)
        data = reply.data if isinstance(reply.data, dict) else {}
        named = data.get("order_id")
        if named and str(named) != ref.order_id:
            raise Uncertain(f"the venue answered about another order ({named})", raw=as_raw(reply))
        if not named and not data.get("result"):
            raise unreadable(reply)
        return Answer(None, data)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        """The order list, then the history. One look at a list serves all orders that wait for one."""
        ends = self._link.clock.monotonic() + patience
        for command, params in (
            ("getNotifyOrderJson", {"active_only": 0}),
            ("getOrdersHistory", self._month()),
        ):
            found = self._find(ref.order_id, command, params, ends - self._link.clock.monotonic())
            if found is not None:
                return found
        raise NotFound("the order is neither in the order list nor in the history of the last 30 days")

    def check(self, patience: float) -> None:
        self._ask("getNotifyOrderJson", {"active_only": 1}, patience)

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        if outcome is Outcome.PENDING:
            return "this is normal while the market is closed"
        return ""

    def public(self, raw: Any) -> Any:
        return _without_personal_fields(raw)

    def _find(self, order_id: str, command: str, params: Params, patience: float) -> Answer | None:
        from venues.tradernet.replies import OrderRow
        from venues.wire.replies import Unreadable, parse

        reply = self._looks.get(command, patience, lambda left: self._ask(command, params, left))
        for item in _rows(reply):
            try:
                row = parse(OrderRow, item)
            except Unreadable:
                continue
            if order_id in (row.id, row.order_id):
                return Answer(_order(row), item)
        return None

    def _month(self) -> Params:
        """From 30 days back to tomorrow: the page does not say in which zone it counts."""
        now = self._link.clock.now()
        start, end = now - timedelta(days=30), now + timedelta(days=1)
        return {"from": f"{start:%Y-%m-%d}T00:00:00", "till": f"{end:%Y-%m-%d}T23:59:59"}

    def _ask(self, command: str, params: Params, patience: float) -> Reply:
        """One signed command. Out: a 2xx JSON reply without an error in it. Raises a VenueError."""
        reply = self.call(lambda: self._request(command, params), patience)
        self._raise_for_error(reply)
        if not isinstance(reply.data, (dict, list)):
            raise unreadable(reply)
        return reply

    def _request(self, command: str, params: Params) -> Request:
        keys = self.credential("public_key").strip(), self.credential("private_key").strip()
        if self._link.api_version == 3:
            request = header_request(*keys, command, params, int(self._link.clock.now().timestamp()))
        else:
            request = form_request(*keys, command, params, self._next_nonce())
        self._link.masks.add_signature(request.headers["X-NtApi-Sig"])
        return request

    def _next_nonce(self) -> int:
        """Unix milliseconds x 10000 as in the documentation's own example, and never twice."""
        with self._nonce_lock:
            self._nonce = max(self._nonce + 1, int(self._link.clock.now().timestamp() * 1000) * 10000)
            return self._nonce

    def _raise_for_error(self, reply: Reply) -> None:
        """Judge by HTTP status and text, then by `code`: the numbers changed their meaning over time."""
        self.raise_for_shared_answers(reply)
        data = reply.data if isinstance(reply.data, dict) else {}
        text, code = _error_text(data), str(data.get("code"))
        if reply.ok and not text:
            return
        message, raw = text or f"the venue answered {reply.status}", as_raw(reply)
        word = message.lower()
        if code == "429":
            raise Limited(message, retry_after=retry_after(reply, self._link.clock.now()), raw=raw)
        if "bad nonce" in word:  # seen when one request was sent twice and the first copy was executed
            raise Uncertain(message, raw=raw)
        if "security session" in word:
            raise Unauthorized(message, renewable=True, raw=raw)
        if "type of security not identified" in word:  # most likely a mistranslated "security session"
            raise Refused(message, renewable=True, raw=raw)
        if reply.status in (401, 403) or any(phrase in word for phrase in KEY_PHRASES):
            clock = "; check the clock of this machine" if "sign" in word and self._link.api_version == 3 else ""
            raise Unauthorized(message + clock, raw=raw)
        if reply.data is NOT_JSON or reply.status == 405:
            raise wrong_address(reply)
        if any(phrase in word for phrase in ("unsupported query method", "command not found")):
            raise Refused(f"{message}: check `url` and `api_version`", raw=raw)
        if any(phrase in word for phrase in ("not found", "unknown order", "no such")):
            raise NotFound(message, raw=raw)
        if code in KEY_CODES:
            raise Unauthorized(message, raw=raw)
        if code == "2" or reply.status == 404:
            raise Refused(f"{message}: check `url` and `api_version`", raw=raw)
        raise Refused(message, about_order=True, raw=raw)


KEY_PHRASES = (
    "invalid signature",
    "bad sign",
    "no matching pair",
    "invalid api key",
    "user is not found",
    "access denied",
    "unknown ip",
)
KEY_CODES = ("4", "7", "8")


def _error_text(data: Mapping[str, Any]) -> str:
    """A truthy `error`, `errMsg` or `errorMsg`, a string or a list; `false`, `null`, `""`, 0 and "0" are none."""
    for key in ("error", "errMsg", "errorMsg"):
        value = data.get(key)
        if value and value != "0":
            return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return ""


def _rows(reply: Reply) -> list[Any]:
    """The rows of an order list or history: with and without `result`, `orders` an object or a list, one row or many.

    Raises Uncertain for any other shape. No orders: the key `order` is absent or null.
    """
    data = reply.data
    for key in ("result", "orders", "order"):
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif key == "order" and isinstance(data, dict) and data is not reply.data:
            return [data] if "stat" in data else []
    if data is None and isinstance(reply.data, dict) and reply.data:
        return []
    if isinstance(data, dict) and data is not reply.data:
        return [data]
    if isinstance(data, list):
        return data
    raise unreadable(reply)


STATES = {"2": State.CANCELLING, "30": State.CANCELLED, "31": State.CANCELLED} | dict.fromkeys(
    ("21", "70", "71", "72", "74", "0"), State.ENDED
)  # [docs]; 1, 10, 11, 12, 73, 75 and any other: open


def _order(row: OrderRow) -> Order:
    from venues.wire.replies import decimal, difference

    state = STATES.get(row.stat or "", State.OPEN)
    if row.stat == "20" and row.leaves_qty is not None and decimal(row.leaves_qty) == 0:
        state = State.ENDED  # executed without a rest [inferred]
    return Order(
        state=state,
        status=row.stat,
        symbol=row.instr,
        side=row.oper,
        type=row.type,
        price=row.p,
        quantity=row.q,
        filled=difference(row.q, row.leaves_qty),
        note=row.reason or "" if state is State.ENDED else "",
        cancel_failed=row.stat == "75",
    )


PERSONAL = {
    "key", "login", "auth_login", "owner_login", "creator_login", "comp_login", "temp_order_id", "details"
}  # fmt: skip


def _without_personal_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_personal_fields(v) for k, v in value.items() if k not in PERSONAL}
    return [_without_personal_fields(item) for item in value] if isinstance(value, list) else value
