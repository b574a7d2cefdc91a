"""SmartTrades. Source: the official documentation of the entity and its examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from venues.interface import Answer, Look, OpenOrder, Order, OrderRef, State
from venues.threecommas.client import ThreeCommas, is_on_its_way, path_of, request_id
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply

if TYPE_CHECKING:
    from venues.threecommas.list_replies import ListedSmartTrade
    from venues.threecommas.replies import SmartTrade

PAGE = 100  # the most that the venue gives [documentation]
USUAL = 10  # it gives to those who do not ask: fewer are surely all [documentation]
ON_HAND = ("smart_sell", "smart_buy")  # these begin with what the account holds already


class SmartTrades(ThreeCommas):
    """SmartTrades: `DELETE /v2/smart_trades/{id}`. The answer is usually only `cancellation_pending`."""

    verb = "smart-trade"

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        reply = self.ask("DELETE", f"/v2/smart_trades/{ref.order_id}", patience)
        if is_on_its_way(reply) or reply.status == 204:
            return Answer(None, as_raw(reply), request_id(reply))
        return Answer(self._order(reply, ref), reply.data, request_id(reply))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        reply = self.ask("GET", f"/v2/smart_trades/{ref.order_id}", patience)
        order = self._order(reply, ref)
        if order is None:
            raise unreadable(reply)
        return Answer(order, reply.data, request_id(reply))

    def _order(self, reply: Reply, ref: OrderRef) -> Order | None:
        """The SmartTrade in a reply, None when it shows no status. Raises Uncertain when it does not name ours."""
        from venues.threecommas.replies import SmartTrade
        from venues.wire.replies import read

        trade = read(SmartTrade, reply)
        if trade.id is None:
            raise unreadable(reply)
        if trade.id != ref.order_id:
            raise of_another(reply, f"SmartTrade ({trade.id})")
        return _smart_trade(trade) if trade.status.type or trade.status.basic_type else None

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        """Sorted by the date of creation: the default, by status, shuffles the pages while cancels go on."""
        from venues.wire.paging import paged

        def page(number: int, before: int) -> list[tuple[str, OpenOrder]]:
            path = path_of("/v2/smart_trades", status="active", order_by="created_at", page=number, per_page=PAGE)
            rows = look(lambda patience: _trades(self.ask("GET", path, patience)))
            many = number > 1 or len(rows) >= USUAL
            return [(trade.id, self._open_order(trade, raw, of_many=many)) for trade, raw in rows]

        return (row for row in paged(page) if not row.order.is_final)

    def _open_order(self, trade: ListedSmartTrade, raw: Any, *, of_many: bool) -> OpenOrder:
        order = _smart_trade(trade)
        return OpenOrder(
            OrderRef(trade.id),
            order,
            protective=_holds(trade),
            cancellable=order.state is State.OPEN and trade.data.cancel_available is not False,
            raw=self.public(raw),
            of_many=of_many,
        )


def _trades(reply: Reply) -> list[tuple[ListedSmartTrade, Any]]:
    from venues.threecommas.list_replies import ListedSmartTrade
    from venues.threecommas.listing import rows

    return rows(reply, ListedSmartTrade)


def _smart_trade(trade: SmartTrade) -> Order:
    from venues.wire.dates import moment
    from venues.wire.replies import side

    word = trade.status.type or trade.status.basic_type
    return Order(
        state=_smart_trade_state((word or "").lower()),
        status=word,
        symbol=trade.pair,
        side=side(trade.position.type),
        type=trade.data.type,
        price=trade.position.price.value,
        quantity=trade.position.units.value,
        filled=trade.data.entered_amount,
        placed_at=moment(trade.data.created_at),
        warning=_unprotected(trade),
    )


STATES = {"cancelled": State.CANCELLED, "cancellation_pending": State.CANCELLING} | dict.fromkeys(
    ("failed", "panic_sold", "liquidated"), State.ENDED
)


def _smart_trade_state(word: str) -> State:
    """Only the status word counts: a cancelled trade has `data.finished` false. [documentation; issue 117]"""
    return State.ENDED if "finished" in word else STATES.get(word, State.OPEN)  # the list is not published


def _unprotected(trade: SmartTrade) -> str:
    """Cancelling does not sell: what was bought stays, now without take profit and stop loss."""
    from venues.wire.replies import decimal

    entered, closed = decimal(trade.data.entered_amount), decimal(trade.data.closed_amount)
    if trade.is_position_not_filled is not False or entered is None or entered <= (closed or 0):
        return ""
    return (
        f"a cancel sells nothing: the position of {trade.data.entered_amount} stays open, "
        "without take profit and stop loss"
    )


def _holds(trade: SmartTrade) -> bool:
    """Whether a position would lose its take profit and stop loss by a cancel. In doubt it would.

    `is_position_not_filled` alone is no proof: its description says the reverse of all examples. [documentation]
    """
    from venues.wire.replies import decimal

    if trade.data.type in ON_HAND:
        return True
    entered, closed = decimal(trade.data.entered_amount), decimal(trade.data.closed_amount) or 0
    if entered is None:
        return trade.is_position_not_filled is not True
    return entered > closed or (not closed and trade.is_position_not_filled is False)
