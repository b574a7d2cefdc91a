"""NeuraTrade: `POST /api/v1/trading/cancel_order` on a self-hosted server.

A cancel changes two rows of the server's own database and never calls an exchange.
Source: services/backend-api of irfndi/NeuraTrade, and answers of that server on PostgreSQL and on SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from venues.interface import Answer, Habits, Look, NoLook, OpenOrder, Order, OrderRef, State, VenueError
from venues.neuratrade import FACE
from venues.neuratrade.login import API, NeuraTradeLogin
from venues.result import Outcome
from venues.wire.answers import NoSuchRoute, as_raw, of_another, unreadable
from venues.wire.held import StillOut
from venues.wire.http import Reply
from venues.wire.link import Link
from venues.wire.long_list import MARK, LongList
from venues.wire.seen import Seen

if TYPE_CHECKING:
    from venues.neuratrade.replies import Position

STORES_NOTHING = (
    "the server answered CANCELED but the position is still open: a server on SQLite stores no cancellation, "
    "and cancelling again will not help"
)
HALF_CANCELLED = (
    "the position may be orphaned: a cancel that was cut off leaves the order cancelled and the position open for "
    "good, and only the server's liquidate call closes it"
)
ONLY_THE_POSITION = "only its position can be read here, and that also stays open when an order was half cancelled"
EVERYBODYS = "the server does not tell users apart: these are the orders of everybody on it"
MAY_BE_THERE = "an order without a position is not seen here, and a cancel may still find it"


class NeuraTrade(NeuraTradeLogin):
    """NeuraTrade orders, read back through their position: the server has no read for orders."""

    name = FACE.name
    verb = "order"
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
        list_pause=0.2,  # read straight from the database [source]
        # Its handler runs on for as long as the connection is open, and stops between its two updates when it is
        # closed: with the position locked for 20 s, hanging up at 15 s left an order cancelled and its position open.
        grace=10.0,
        linger=30.0,
        looks_aside=True,  # at the order's position: written after the order, and not there for every one
    )

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._positions: dict[str, str] = {}  # only those that are not named after their order

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        """Never hangs up on the server: when no answer comes in time, it is held, and may come later."""
        try:
            reply = self.ask("POST", f"{API}/trading/cancel_order", patience, {"order_id": ref.order_id}, hold=True)
        except StillOut as late:
            self.waiting.add(ref.order_id, late.held)
            raise
        return self._answer(reply, ref)

    def late_answer(self, ref: OrderRef, patience: float) -> Answer | VenueError | None:
        if (held := self.waiting.take(ref.order_id, patience)) is None:
            return None
        try:
            return self._answer(self.good(held.reply()), ref)
        except VenueError as fault:
            return fault

    def leave(self, ref: OrderRef) -> None:
        self.waiting.leave(ref.order_id, self.habits.linger)

    def _answer(self, reply: Reply, ref: OrderRef) -> Answer:
        """What a cancel's reply says. Raises Uncertain when it proves nothing."""
        from venues.neuratrade.replies import CancelReply
        from venues.wire.dates import moment
        from venues.wire.replies import read, side  # not before the request is on its way

        answer = read(CancelReply, reply)
        order = answer.data
        if order.order_id not in (None, ref.order_id):
            raise of_another(reply, f"order ({order.order_id})")
        if answer.status != "success" or not order.order_id or order.status not in ("CANCELED", "CANCELLED"):
            raise unreadable(reply)
        self._remember(ref.order_id, order.position_id)
        shown = Order(
            state=State.CANCELLING,  # the word in the answer proves nothing: SQLite stores no cancellation
            status=order.status,
            symbol=order.symbol,
            side=side(order.side),
            type=order.type,
            price=order.price,
            quantity=order.amount,
            placed_at=moment(order.created_at),
        )
        return Answer(shown, as_raw(reply))

    def _remember(self, order_id: str, position_id: str | None) -> None:
        if position_id and position_id != _position_of(order_id):
            self._positions[order_id] = position_id

    def read(self, ref: OrderRef, patience: float) -> Answer:
        from venues.neuratrade.replies import PositionReply
        from venues.wire.replies import read

        position_id = self._positions.get(ref.order_id) or _position_of(ref.order_id)
        reply = self._ask_for(f"positions/{quote(position_id, safe='')}", patience)
        position = read(PositionReply, reply).data
        if position.order_id != ref.order_id or not position.status:
            raise unreadable(reply)
        order = _order(position)
        if order.is_final:
            self.waiting.forget(ref.order_id)  # both updates are made
        return Answer(order, as_raw(reply))

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """Orders cannot be listed; positions can, all in one answer, and each names its order. [source]

        An open order without a position is not seen; a half cancelled one, and each on SQLite, is seen for good.
        """
        shown, rows = Seen(), look(self._open_positions)
        from venues.neuratrade.replies import Position  # not before the request is on its way

        for item in rows:
            position = Position.model_validate(item)
            order, order_id = _order(position), position.order_id or ""
            if not order.is_final and shown.add(order_id):
                self._remember(order_id, position.position_id)
                yield OpenOrder(OrderRef(order_id), order, raw=item)

    def _open_positions(self, patience: float) -> LongList:
        """Out: the rows, which all name an order. Raises Uncertain unless the list is whole."""
        reply = self._ask_for("positions?status=OPEN", patience, everything=True)
        rows = LongList(reply.body, "positions")
        told = rows.around(_is_named)
        data = told.get("data") if isinstance(told, dict) and told.get("status") == "success" else None
        if not isinstance(data, dict) or data.get("positions") != MARK or str(data.get("count")) != str(rows.count):
            raise unreadable(reply)
        return rows

    def _ask_for(self, what: str, patience: float, *, everything: bool = False) -> Reply:
        """One look at positions. Raises NoLook for a server without these routes."""
        try:
            return self.ask("GET", f"{API}/trading/{what}", patience, everything=everything)
        except NoSuchRoute as no:
            raise NoLook(f"this server cannot show orders: {no.message}") from None

    def caveat(self, listed: int) -> str:
        """Neither of its tables has a user. [source]"""
        return EVERYBODYS if listed else ""

    def check(self, patience: float) -> None:
        self.prepare(patience)
        self.ask("GET", f"{API}/trading/positions?status=NONE", patience)

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        if outcome is Outcome.NOT_FOUND:
            return "" if no else MAY_BE_THERE
        if outcome is Outcome.UNKNOWN:
            return HALF_CANCELLED
        if order is None or order.status != "OPEN":
            return ""
        return {
            Outcome.PENDING: STORES_NOTHING,
            Outcome.REFUSED: HALF_CANCELLED,
            Outcome.DRY_RUN: ONLY_THE_POSITION,
        }.get(outcome, "")

    @property
    def place(self) -> str:
        """There is no NeuraTrade site."""
        return "in the server's position list, or ask its owner"


def _position_of(order_id: str) -> str:
    """Both ids are made from one time and counter. [source]"""
    return "pos-" + order_id.removeprefix("ord-")


def _is_named(item: Any) -> bool:
    """Whether a row of a list names its order, by an id that could be one."""
    order_id = item.get("order_id") if isinstance(item, dict) else None
    return isinstance(order_id, str) and re.fullmatch("[!-~]+", order_id) is not None


STATES = {"CLOSED": State.CANCELLED, "LIQUIDATED": State.ENDED}  # only cancel_order writes CLOSED [source]


def _order(position: Position) -> Order:
    from venues.wire.dates import moment
    from venues.wire.replies import side

    return Order(
        state=STATES.get(position.status or "", State.OPEN),
        status=position.status,
        symbol=position.symbol,
        side=side(position.side),
        price=position.entry_price,
        quantity=position.size,
        placed_at=moment(position.opened_at),  # the moment of placing
    )
