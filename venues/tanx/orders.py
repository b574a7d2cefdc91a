"""tanX: limit orders, `POST /sapi/v1/orders/cancel/`. The answer only says that the cancel is queued.

Sources: docs.tanx.fi; the official Python, Node and Go connectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from venues.face import NUMBER
from venues.interface import Answer, Habits, Look, OpenOrder, Order, OrderRef, State
from venues.tanx import FACE
from venues.tanx.login import TanxLogin
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply
from venues.wire.paging import paged
from venues.wire.seen import Seen

if TYPE_CHECKING:
    from venues.tanx.replies import TanxOrder

BY_USER = "Order cancelled by user"
PAGE = 50  # rows; the default, and the largest that is known to be taken [docs]


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
        list_pause=2.0,
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

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """`pending` before `wait`: an order that goes from one to the other meanwhile is seen twice, never missed."""
        shown = Seen()
        for row in chain.from_iterable(self._all(state, look) for state in ("pending", "wait")):
            if not row.order.is_final and shown.add(row.ref.order_id):
                yield row

    def _all(self, state: str, look: Look) -> Iterator[OpenOrder]:
        return paged(lambda page, _: look(lambda patience: self._page(state, page, patience)))

    def _page(self, state: str, page: int, patience: float) -> list[tuple[str, OpenOrder]]:
        """Out: the ids and rows of one page. Raises Uncertain where a row does not say which order it is, or how."""
        reply = self.ask("GET", f"/sapi/v1/orders/?limit={PAGE}&page={page}&state={state}", patience)
        payload = reply.data.get("payload")
        found = payload if isinstance(payload, list) else [None]
        rows = [_open_order(item, of_many=page > 1 or len(found) >= PAGE) for item in found]
        if None in rows:
            raise unreadable(reply)
        return [(row.ref.order_id, row) for row in rows if row]

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


def _open_order(item: Any, *, of_many: bool) -> OpenOrder | None:
    """In: a row of a list, as parsed. Out: None where it has no id that a cancel could name, or no state."""
    from venues.tanx.replies import TanxOrder
    from venues.wire.replies import parse

    order = parse(TanxOrder, item)
    if order is None or not order.state:
        return None
    order_id, *others = {order.id or order.order_id, order.order_id or order.id}
    if order_id is None or others or not re.fullmatch(NUMBER.pattern, order_id):
        return None
    return OpenOrder(OrderRef(order_id), _tanx_order(order), raw=item, of_many=of_many)


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
