"""Manual safety orders of one DCA deal. Source: the official documentation, and recorded answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from venues.interface import (
    Answer,
    Limited,
    Look,
    NotFound,
    OpenOrder,
    Order,
    OrderRef,
    Refused,
    State,
    VenueError,
)
from venues.result import Outcome
from venues.threecommas.client import ThreeCommas, is_on_its_way, path_of, request_id
from venues.wire.answers import as_raw, unreadable
from venues.wire.http import Reply
from venues.wire.link import Link
from venues.wire.looks import SharedLook

if TYPE_CHECKING:
    from venues.threecommas.list_replies import ListedDeal, ListedDealOrder
    from venues.threecommas.replies import DealOrder


FIRST_LOOK = 3.0  # seconds at most for the look before the cancel
OVERLAP = 20  # deals that are asked for twice, so that as many may end between two pages and none is missed
PAGE = 200  # deals; a page of more takes the server too long: 18 ms and 2.5 kB each [recordings]


class DealOrders(ThreeCommas):
    """Manual safety orders of one DCA deal: `POST /ver1/deals/{deal_id}/cancel_order`.

    Mind the path: its neighbour that ends in `/cancel` cancels the whole deal, for good.
    """

    verb = "deal-order"

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._looks: SharedLook[str, Reply] = SharedLook(link.clock)
        self._not_ours: dict[str | None, frozenset[str]] = {}  # deal -> its orders that are no manual safety orders
        self._pairs: dict[str | None, str] = {}  # of the deals that were listed

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
        return Answer(self._order_in(rows, ref), reply.data, request_id(reply))

    def permit(self, ref: OrderRef, left: float) -> None:
        """The deal's own orders are not cancelled. An order's kind never changes, so one look a run and deal will do.

        What that look does not tell keeps no cancel back, but a limit that it meets does.
        """
        if ref.deal_id not in self._not_ours:
            try:
                rows = _rows(self._look(ref.deal_id, min(FIRST_LOOK, left / 4)).data)
            except Limited as no:
                if no.ours:
                    return  # the cancel waits for its own turn
                raise
            except VenueError:
                return
            self._not_ours[ref.deal_id] = _own(rows)
        if ref.order_id in self._not_ours[ref.deal_id]:
            raise Refused("the order is not a Manual Safety order", about_order=True, sent=False)

    def _look(self, deal_id: str | None, patience: float) -> Reply:
        """One look at the deal's orders serves every order of that deal that waits for one."""
        path = f"/ver1/deals/{deal_id}/market_orders"
        reply = self._looks.get(path, patience, lambda left: self.ask("GET", path, left))
        if not isinstance(reply.data, list):
            raise unreadable(reply)
        return reply

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self._look(ref.deal_id, patience)
        order = self._order_in(_rows(reply.data), ref)
        if order is None:
            raise NotFound("the deal has no such order", raw=reply.data, request_id=request_id(reply))
        return Answer(order, reply.data, request_id(reply))

    def _order_in(self, rows: Iterable[DealOrder], ref: OrderRef) -> Order | None:
        """Find the row by its id, a string in the answer though a number in the request. [recordings]"""
        order = next((_deal_order(row) for row in rows if row.order_id == ref.order_id), None)
        return order._replace(symbol=self._pairs.get(ref.deal_id)) if order is not None else None

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """All the deals come first: a list of deals that shifts while their orders are read would skip some.

        No deal is left out for its counters, which were seen to disagree; they only say where to look first.
        [tracker, issue 93]
        """
        if deal_id is None:
            deals = sorted(self._active_deals(look), key=lambda deal: not _has_manual(deal))
        else:
            deals = [look(lambda patience: self._deal(deal_id, patience))]
        for deal in deals:
            yield from self._open_in(deal, look)

    def _active_deals(self, look: Look) -> Iterator[ListedDeal]:
        """Any scope that the venue does not know lists every deal: the finished ones are dropped here as well."""
        from venues.wire.paging import paged

        start = 0

        def page(number: int, before: int) -> list[tuple[str, ListedDeal]]:
            nonlocal start
            path = path_of("/ver1/deals", scope="active", limit=PAGE, offset=start)
            deals = look(lambda patience: _deals(self.ask("GET", path, patience)))
            start += len(deals) - (OVERLAP if len(deals) == PAGE else 0)
            return [(deal.id, deal) for deal in deals]

        return (deal for deal in paged(page) if not deal.finished and deal.closed_at is None)

    def _open_in(self, deal: ListedDeal, look: Look) -> Iterator[OpenOrder]:
        """The open orders of a deal, its own ones included. A deal's orders come all at once. [documentation]"""
        told = look(lambda patience: _deal_rows(self._look(deal.id, patience)))
        self._not_ours[deal.id], self._pairs[deal.id] = _own(row for row, _ in told), deal.pair
        shown = ((row.order_id, _deal_order(row)._replace(symbol=deal.pair), raw) for row, raw in told)
        found = {
            order_id: OpenOrder(OrderRef(order_id, deal.id), order, cancellable=order.sendable, raw=self.public(raw))
            for order_id, order, raw in shown
            if not order.is_final
        }
        yield from found.values()

    def _deal(self, deal_id: str | None, patience: float) -> ListedDeal:
        """One deal, active or not. Raises Uncertain for an answer that does not tell its pair."""
        from venues.threecommas.list_replies import ListedDeal
        from venues.wire.replies import read

        reply = self.ask("GET", f"/ver1/deals/{deal_id}/show", patience)
        deal = read(ListedDeal, reply)
        if deal.id != deal_id:
            raise unreadable(reply)
        return deal

    def about(self, ref: OrderRef, patience: float) -> str:
        """The deal's pair, such as `USDT_ETH`; the rows do not tell it. [documentation]"""
        return self._deal(ref.deal_id, patience).pair

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


def _own(rows: Iterable[DealOrder]) -> frozenset[str]:
    """The ids of the deal's own orders: those that are no manual safety orders."""
    return frozenset(row.order_id or "" for row in rows if not _deal_order(row).sendable)


def _deals(reply: Reply) -> list[ListedDeal]:
    from venues.threecommas.list_replies import ListedDeal
    from venues.threecommas.listing import rows

    return [deal for deal, _ in rows(reply, ListedDeal)]


def _deal_rows(reply: Reply) -> list[tuple[ListedDealOrder, Any]]:
    from venues.threecommas.list_replies import ListedDealOrder
    from venues.threecommas.listing import rows

    return rows(reply, ListedDealOrder)


def _has_manual(deal: ListedDeal) -> bool:
    from venues.wire.replies import decimal

    return (decimal(deal.active_manual_safety_orders) or 0) > 0


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
