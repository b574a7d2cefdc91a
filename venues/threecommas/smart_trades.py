"""SmartTrades. Source: the official documentation of the entity and its examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venues.interface import Answer, Order, OrderRef, State
from venues.threecommas.client import ThreeCommas, is_on_its_way, request_id
from venues.wire.answers import as_raw, of_another, unreadable
from venues.wire.http import Reply

if TYPE_CHECKING:
    from venues.threecommas.replies import SmartTrade


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
        order = self._order(reply, ref) if reply.ok else None
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

    def public(self, raw: Any) -> Any:
        """Names that people give to their accounts, and their notes, are left out."""
        if not isinstance(raw, dict):
            return raw
        kept = {key: value for key, value in raw.items() if key not in ("note", "note_raw")}
        if isinstance(kept.get("account"), dict):
            kept["account"] = {k: v for k, v in kept["account"].items() if k not in ("name", "link")}
        return kept


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
