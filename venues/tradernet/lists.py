"""Tradernet's lists of orders: every shape they come in, and what a row shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from venues.interface import Order, State
from venues.wire.answers import unreadable
from venues.wire.http import Reply

if TYPE_CHECKING:
    from venues.tradernet.replies import OrderRow


def find(reply: Reply, order_id: str) -> tuple[OrderRow, Any] | None:
    """Out: the order's row, read and as it came. Its id is `order_id`; `id` only where the row has no other.

    Raises Uncertain when the reply is no list.
    """
    from venues.tradernet.replies import OrderRow
    from venues.wire.replies import parse

    for item in rows_of(reply):
        row = parse(OrderRow, item)
        if row and order_id == (row.order_id or row.id):
            return row, item
    return None


def rows_of(reply: Reply) -> list[Any]:
    """The rows of an order list or history: with and without `result`, `orders` an object or a list, one row or many.

    Raises Uncertain for any other shape. No orders: the key `order` is absent or null.
    """
    data = reply.data
    for key in ("result", "orders", "order"):
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif key == "order" and isinstance(data, dict) and data is not reply.data:
            return [data] if "stat" in data else []
    if data is None and isinstance(reply.data, dict) and reply.data:
        return []
    if isinstance(data, dict) and data is not reply.data:
        return [data]
    if isinstance(data, list):
        return data
    raise unreadable(reply)


STATES = {"2": State.CANCELLING, "30": State.CANCELLED, "31": State.CANCELLED} | dict.fromkeys(
    ("21", "70", "71", "72", "74", "0"), State.ENDED
)  # [docs]; 1, 10, 11, 12, 73, 75 and any other: open


STATUS_WORDS = {
    "0": "ignored", "1": "received", "2": "cancellation in progress", "10": "active", "11": "sent",
    "12": "partly executed", "20": "in execution", "21": "executed", "30": "partly cancelled",
    "31": "cancelled", "70": "rejected", "71": "expired", "72": "partly executed and expired",
    "74": "sending failed", "75": "cancellation failed",
}  # fmt: skip
TYPES = {"1": "market", "2": "limit", "3": "stop", "4": "stop-limit", "5": "stop-loss", "6": "take-profit"}  # [docs]
SIDES = {"1": "buy", "2": "buy", "3": "sell", "4": "sell"}  # 2 on margin, 4 short [docs]
OF_ANOTHER = "its owner has another login than its account"
MOSCOW = timezone(timedelta(hours=3))  # dates name no zone [inferred from the page's own order row]


def order_of(row: OrderRow) -> Order:
    from venues.wire.dates import moment
    from venues.wire.replies import decimal, difference

    state = STATES.get(row.stat or "", State.OPEN)
    if row.stat == "20" and row.leaves_qty is not None and decimal(row.leaves_qty) == 0:
        state = State.ENDED  # executed without a rest [inferred]
    return Order(
        state=state,
        status=row.stat,
        said=STATUS_WORDS.get(row.stat or "", ""),
        symbol=row.instr,
        side=SIDES.get(row.oper or ""),
        type=row.type,
        price=row.p,
        quantity=row.q,
        filled=difference(row.q, row.leaves_qty),
        placed_at=moment(row.date, MOSCOW),
        note="; ".join(_notes(row, state)),
        cancel_failed=row.stat == "75",
    )


def _notes(row: OrderRow, state: State) -> Iterator[str]:
    if state is State.ENDED and row.reason:
        yield row.reason
    if row.login and row.owner_login and row.owner_login != row.login:  # both are personal: never shown
        yield OF_ANOTHER
