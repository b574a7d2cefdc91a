"""Tradernet / Freedom24: command `delTradeOrder`, in two request schemes.

Sources: the official command pages; the official Python and PHP SDKs; answers seen by public clients.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from venues.interface import Answer, Habits, Look, NotFound, OpenOrder, Order, OrderRef, VenueError
from venues.result import Outcome
from venues.tradernet import FACE
from venues.tradernet.answers import raise_for_error, raise_unless_accepted
from venues.tradernet.lists import find, order_of
from venues.tradernet.open_orders import open_in, rows_in
from venues.tradernet.signing import Params, form_request, header_request
from venues.wire.answers import unreadable
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link
from venues.wire.looks import SharedLook


class Tradernet(HttpVenue):
    """Tradernet orders. A reply is only an acceptance: the order goes 10, 2, 31, and may wait for the market."""

    name = FACE.name
    verb = "tradernet"
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
        list_pause=5.0,
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
        raise_unless_accepted(reply, ref.order_id)
        return Answer(None, reply.data)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        """The order list, then the history. One look at a list serves all orders that wait for one."""
        ends = self._link.clock.monotonic() + patience
        for command, params in (
            ("getNotifyOrderJson", {"active_only": 0}),
            ("getOrdersHistory", self._month()),
        ):
            reply = self._list(command, params, ends - self._link.clock.monotonic())
            if found := find(reply, ref.order_id):
                row, raw = found
                return Answer(order_of(row), raw)
        raise NotFound("the order is neither in the order list nor in the history of the last 30 days")

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """The list of what is active has no pages and no filters: one answer is all of it. [docs]"""
        for row in open_in(look(self._active)):
            yield row._replace(raw=self.public(row.raw))

    def _active(self, patience: float) -> list[Any]:
        return rows_in(self._ask("getNotifyOrderJson", {"active_only": 1}, patience, everything=True))

    def check(self, patience: float) -> None:
        self._ask("getNotifyOrderJson", {"active_only": 1}, patience)

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        if outcome is Outcome.PENDING and order is not None:  # else no look came to anything: the market is not why
            return "this is normal while the market is closed"
        return ""

    def public(self, raw: Any) -> Any:
        return _without_personal_fields(raw)

    def _list(self, command: str, params: Params, patience: float) -> Reply:
        return self._looks.get(command, patience, lambda left: self._ask(command, params, left))

    def _month(self) -> Params:
        """From 30 days back to tomorrow: the page does not say in which zone it counts."""
        now = self._link.clock.now()
        start, end = now - timedelta(days=30), now + timedelta(days=1)
        return {"from": f"{start:%Y-%m-%d}T00:00:00", "till": f"{end:%Y-%m-%d}T23:59:59"}

    def _ask(self, command: str, params: Params, patience: float, *, everything: bool = False) -> Reply:
        """One signed command. Out: a 2xx JSON reply without an error in it. Raises a VenueError.

        In: `everything` where the reply may be all that there is.
        """
        reply = self.call(lambda: replace(self._request(command, params), everything=everything), patience)
        self.raise_for_shared_answers(reply)
        raise_for_error(reply, self._link.clock.now(), clock_counts=self._link.api_version == 3)
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


PERSONAL = {
    "key", "login", "auth_login", "owner_login", "creator_login", "comp_login", "temp_order_id", "details"
}  # fmt: skip


def _without_personal_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_personal_fields(v) for k, v in value.items() if k not in PERSONAL}
    return [_without_personal_fields(item) for item in value] if isinstance(value, list) else value
