"""tanX: limit orders, `POST /sapi/v1/orders/cancel/`. The answer only says that the cancel is queued.

Sources: docs.tanx.fi; the official Python, Node and Go connectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venues.interface import Answer, Habits, Order, OrderRef, State
from venues.tanx import FACE
from venues.tanx.login import TanxLogin
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply

if TYPE_CHECKING:
    from venues.tanx.replies import TanxOrder

BY_USER = "Order cancelled by user"


class Tanx(TanxLogin):
    """tanX orders. Every path ends in `/`."""

    name = FACE.name
    verb = "tanx"
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
        none_is_not_found=True,  # an order is asked for by its id
    )

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self.ask("POST", "/sapi/v1/orders/cancel/", patience, {"order_id": int(ref.order_id)})
        order = _order_in(reply)
        named = {order.id, order.order_id} - {None}
        if named - {ref.order_id}:
            raise of_another(reply, f"order ({order.id or order.order_id})")
        return Answer(_tanx_order(order) if named and order.state else None, as_raw(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self.ask("GET", f"/sapi/v1/orders/{ref.order_id}/", patience)
        order = _order_in(reply)
        if {order.id, order.order_id} - {None} != {ref.order_id} or not order.state:
            raise unreadable(reply)
        return Answer(_tanx_order(order), as_raw(reply))

    def check(self, patience: float) -> None:
        self.prepare(patience)
        self.ask("GET", "/sapi/v1/user/profile/", patience)


def _order_in(reply: Reply) -> TanxOrder:
    """The order of a good answer, with no field set where it shows none. Raises Uncertain for a list of orders."""
    from venues.tanx.replies import OrderEnvelope
    from venues.wire.replies import read

    if isinstance(payload := reply.data.get("payload"), list) and payload:
        raise unreadable(reply)
    return read(OrderEnvelope, reply).payload


STATES = {"cancel": State.CANCELLED, "done": State.ENDED, "reject": State.ENDED}  # pending, wait: open [docs]


def _tanx_order(order: TanxOrder) -> Order:
    from venues.wire.dates import moment
    from venues.wire.replies import side

    reason = order.cancel_reason or ""
    return Order(
        state=STATES.get(order.state or "", State.OPEN),
        status=order.state,
        symbol=order.market,
        side=side(order.side),
        type=order.ord_type,
        price=order.price,
        quantity=order.origin_volume,
        filled=order.executed_volume,
        placed_at=moment(order.created_at),
        note="" if reason == BY_USER else reason,
        unripe=order.state
        == "pending",  # its cancel may be queued and dropped, as in Peatio's engine [peatio, inferred]
    )
