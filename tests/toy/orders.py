"""Toy on the wire: `DELETE /orders/7` is accepted, and `GET /orders/7` then shows `gone`; `GET /orders` lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from venues.interface import (
    Answer, Habits, Look, NotFound, OpenOrder, Order, OrderRef, Refused, State, Unauthorized,
)  # fmt: skip
from venues.toy import FACE
from venues.wire.answers import as_raw, said, unreadable
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue

STATES = {"open": State.OPEN, "going": State.CANCELLING, "gone": State.CANCELLED, "sold": State.ENDED}


class Toy(HttpVenue):
    """Toy orders."""

    name = FACE.name
    title = FACE.title
    verb = "toy"
    replies = "venues.wire.replies"  # no models of its own
    habits = Habits(
        first_looks=(0.1, 0.3), then_every=1.0, most_looks=20, repeats=2, cancel_timeout=5.0, read_timeout=5.0,
        limited_waits=(2.0,),
    )  # fmt: skip

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        return self._order("DELETE", ref, patience)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        return self._order("GET", ref, patience)

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """One answer holds them all; a row that is not understood makes it no list."""
        for row in look(self._rows):
            yield OpenOrder(OrderRef(row["id"]), Order(STATES[row["state"]], status=row["state"]), raw=row)

    def check(self, patience: float) -> None:
        self._ask("GET", "/orders/7", patience)

    def _rows(self, patience: float) -> list[dict[str, Any]]:
        reply = self._ask("GET", "/orders", patience)
        rows = reply.data.get("orders") if isinstance(reply.data, dict) else None
        if not isinstance(rows, list) or not all(row.get("id") and row.get("state") in STATES for row in rows):
            raise unreadable(reply)
        return rows

    def _order(self, method: str, ref: OrderRef, patience: float) -> Answer:
        reply = self._ask(method, f"/orders/{ref.order_id}", patience)
        word = reply.data.get("state") if isinstance(reply.data, dict) else None
        if word not in STATES:
            raise unreadable(reply)
        return Answer(Order(STATES[word], status=word), as_raw(reply))

    def _ask(self, method: str, path: str, patience: float) -> Reply:
        key = self.credential("key")
        reply = self.call(lambda: Request(method, path, {"Key": key}), patience)
        self.raise_for_shared_answers(reply)
        if not reply.ok:
            raise _no(reply)
        return reply


def _no(reply: Reply) -> Refused:
    message = said(reply, f"the venue answered {reply.status}")
    if reply.status == 401:
        return Unauthorized(message)
    return NotFound(message) if reply.status == 404 else Refused(message, about_order=True)
