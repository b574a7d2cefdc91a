"""Manual safety orders of one DCA deal. Source: the official documentation, and recorded answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from venues.interface import Answer, Limited, NotFound, Order, OrderRef, Refused, State, VenueError
from venues.result import Outcome
from venues.threecommas.client import ThreeCommas, is_on_its_way, request_id
from venues.wire.answers import as_raw, unreadable
from venues.wire.http import Reply
from venues.wire.link import Link
from venues.wire.looks import SharedLook

if TYPE_CHECKING:
    from venues.threecommas.replies import DealOrder


FIRST_LOOK = 3.0  # seconds at most for the look before the cancel


class DealOrders(ThreeCommas):
    """Manual safety orders of one DCA deal: `POST /ver1/deals/{deal_id}/cancel_order`.

    Mind the path: its neighbour that ends in `/cancel` cancels the whole deal, for good.
    """

    verb = "deal-order"

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._looks: SharedLook[str, Reply] = SharedLook(link.clock)
        self._not_ours: dict[str | None, frozenset[str]] = {}  # deal -> its orders that are no manual safety orders

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        """The answer is an array of all orders of the deal, the cancelled one among them. [documentation]

        The first version of that page showed the Deal itself, which is taken too. Anything else accepts nothing.
        """
        path = f"/ver1/deals/{ref.deal_id}/cancel_order"
        reply = self.ask("POST", path, patience, order_id=ref.order_id)
        if is_on_its_way(reply) or reply.status == 204 or _is_deal(reply.data, ref.deal_id):
            return Answer(None, as_raw(reply), request_id(reply))
        rows = list(_rows(reply.data))
        if not rows:
            raise unreadable(reply)
        return Answer(_order_in(rows, ref.order_id), reply.data, request_id(reply))

    def permit(self, ref: OrderRef, left: float) -> None:
        """The deal's own orders are not cancelled. An order's kind never changes, so one look a run and deal will do.

        What that look does not tell keeps no cancel back, but a limit that it meets does.
        """
        if ref.deal_id not in self._not_ours:
            try:
                rows = _rows(self._look(ref, min(FIRST_LOOK, left / 4)).data)
            except Limited as no:
                if no.ours:
                    return  # the cancel waits for its own turn
                raise
            except VenueError:
                return
            others = (row.order_id or "" for row in rows if not _deal_order(row).sendable)
            self._not_ours[ref.deal_id] = frozenset(others)
        if ref.order_id in self._not_ours[ref.deal_id]:
            raise Refused("the order is not a Manual Safety order", about_order=True, sent=False)

    def _look(self, ref: OrderRef, patience: float) -> Reply:
        """One look at the deal's orders serves every order of that deal that waits for one."""
        path = f"/ver1/deals/{ref.deal_id}/market_orders"
        reply = self._looks.get(path, patience, lambda left: self.ask("GET", path, left))
        if not reply.ok or not isinstance(reply.data, list):
            raise unreadable(reply)
        return reply

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._look(ref, patience)
        order = _order_in(_rows(reply.data), ref.order_id)
        if order is None:
            raise NotFound("the deal has no such order", raw=reply.data, request_id=request_id(reply))
        return Answer(order, reply.data, request_id(reply))

    def about(self, ref: OrderRef, patience: float) -> str:
        """The deal's pair, such as `USDT_ETH`; the rows do not tell it. [documentation]"""
        reply = self.ask("GET", f"/ver1/deals/{ref.deal_id}/show", patience)
        pair = reply.data.get("pair") if _is_deal(reply.data, ref.deal_id) else None
        return pair if isinstance(pair, str) else ""

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        return "are deal and order id swapped?" if outcome is Outcome.NOT_FOUND else ""


def _rows(data: Any) -> Iterator[DealOrder]:
    """Yield the rows of an answer that can be read: those with an id. None when it is no list."""
    from venues.threecommas.replies import DealOrder
    from venues.wire.replies import parse

    for item in data if isinstance(data, list) else []:
        row = parse(DealOrder, item)
        if row and row.order_id:
            yield row


def _order_in(rows: Iterable[DealOrder], order_id: str) -> Order | None:
    """Find the row by its id, a string in the answer though a number in the request. [recordings]"""
    return next((_deal_order(row) for row in rows if row.order_id == order_id), None)


def _is_deal(data: Any, deal_id: str | None) -> bool:
    return isinstance(data, dict) and str(data.get("id")) == deal_id


DEAL_ORDER_STATES = {
    "cancelled": State.CANCELLED,
    "filled": State.ENDED,
    "finished": State.ENDED,
    "inactive": State.ENDED,  # never placed [documentation: quantity 0.0; inferred]
}


def _deal_order(row: DealOrder) -> Order:
    from venues.wire.dates import moment
    from venues.wire.replies import difference, side

    kind = (row.deal_order_type or "").lower()
    sendable = kind in ("", "manual safety")
    return Order(
        state=DEAL_ORDER_STATES.get((row.status_string or "").lower(), State.OPEN),
        status=row.status_string,
        side=side(row.order_type),
        type=row.deal_order_type,
        price=row.rate,
        quantity=row.quantity,
        filled=difference(row.quantity, row.quantity_remaining),
        placed_at=moment(row.created_at),
        note="" if sendable else f"a {row.deal_order_type} order is not a Manual Safety order",
        sendable=sendable,
    )
