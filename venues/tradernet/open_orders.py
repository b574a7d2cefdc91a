"""Tradernet's list of what is open, strictly read: what is not understood must not pass for an empty list.

Sources: the official command pages; answers seen by public clients; the official Rust SDK's fixtures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from venues.face import NUMBER
from venues.interface import OpenOrder, OrderRef, State
from venues.tradernet.lists import TYPES, order_of
from venues.wire.answers import unreadable
from venues.wire.http import Reply
from venues.wire.seen import Seen

if TYPE_CHECKING:
    from venues.tradernet.replies import OrderRow


def rows_in(reply: Reply) -> list[Any]:
    """Out: the rows of `active_only` 1 as they came, each with an id and a `stat`. Raises Uncertain otherwise."""
    rows = _rows(reply.data)
    if rows is None or not all(map(_is_row, rows)):
        raise unreadable(reply)
    return rows


def open_in(rows: list[Any]) -> Iterator[OpenOrder]:
    """In: what `rows_in` gives. Yield those that are open or on their way out, each once."""
    from venues.tradernet.replies import OrderRow

    shown = Seen()
    for item in rows:
        row = OrderRow.model_validate(item)
        order, order_id = order_of(row), row.order_id or row.id or ""
        if not order.is_final and shown.add(order_id):
            yield OpenOrder(
                OrderRef(order_id),
                order,
                protective=_protects(row),
                cancellable=order.state is not State.CANCELLING,
                kind=TYPES.get(row.type or "", ""),
                raw=item,
            )


def _rows(data: Any) -> list[Any] | None:
    """The rows of a list: with and without `result`, bare, or as on the socket. None for any other shape."""
    if isinstance(data, dict) and "result" in data:
        data = data["result"]
    if isinstance(data, dict) and not data.get("loaded", True):
        return None
    if isinstance(data, list):
        if data[:1] == ["orders"]:  # [docs]; next, the form of an old README
            return data[1] if len(data) == 2 and isinstance(data[1], list) else None
        if len(data) != 1 or not isinstance(data[0], dict) or "orders" not in data[0]:
            return data
        data = data[0]
    orders = data.get("orders") if isinstance(data, dict) else None
    return _in_object(orders) if isinstance(orders, dict) else orders if isinstance(orders, list) else None


def _in_object(orders: dict[str, Any]) -> list[Any] | None:
    """No orders: `order` is absent [seen live] or null [docs], and nothing else is said.

    `loaded` false, as in other answers of the venue [Rust SDK], is no list, whatever rows are there already.
    """
    rows = orders.get("order") if orders.get("loaded", True) else False
    if rows is None:
        return [] if orders.keys() <= {"key", "order"} else None
    return [rows] if isinstance(rows, dict) else rows if isinstance(rows, list) else None


def _is_row(item: Any) -> bool:
    """Whether a row tells which order it is, by a number that a cancel can name, and how it stands."""
    from venues.tradernet.replies import OrderRow
    from venues.wire.replies import parse

    row = parse(OrderRow, item)
    return (
        row is not None and bool(row.stat) and re.fullmatch(NUMBER.pattern, row.order_id or row.id or "") is not None
    )


def _protects(row: OrderRow) -> bool:
    """A stop loss or a take profit, or a stop that waits for its price. [docs; an old README]"""
    from venues.wire.replies import decimal

    kind = TYPES.get(row.type or "", "")
    activated = (decimal(row.stop_activated) or 0) > 0  # where that is not told, in doubt it still waits
    return kind in ("stop-loss", "take-profit") or ("stop" in kind and not activated)
