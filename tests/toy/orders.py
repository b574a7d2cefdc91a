"""Toy on the wire: `DELETE /orders/7` is accepted, and `GET /orders/7` then shows `gone`."""

from __future__ import annotations

from venues.interface import Answer, Habits, NotFound, Order, OrderRef, Refused, State, Unauthorized
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
        return self._ask("DELETE", f"/orders/{ref.order_id}", patience)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        return self._ask("GET", f"/orders/{ref.order_id}", patience)

    def check(self, patience: float) -> None:
        self._ask("GET", "/orders/7", patience)

    def _ask(self, method: str, path: str, patience: float) -> Answer:
        key = self.credential("key")
        reply = self.call(lambda: Request(method, path, {"Key": key}), patience)
        self.raise_for_shared_answers(reply)
        if not reply.ok:
            raise _no(reply)
        word = reply.data.get("state") if isinstance(reply.data, dict) else None
        if word not in STATES:
            raise unreadable(reply)
        return Answer(Order(STATES[word], status=word), as_raw(reply))


def _no(reply: Reply) -> Refused:
    message = said(reply, f"the venue answered {reply.status}")
    if reply.status == 401:
        return Unauthorized(message)
    return NotFound(message) if reply.status == 404 else Refused(message, about_order=True)
