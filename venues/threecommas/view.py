"""How a person reads 3Commas' orders: one order among its deal's trades, and a SmartTrade's legs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venues.view import Rows, View, plain, text
from venues.wire.dates import moment

if TYPE_CHECKING:
    from venues.listed import Shown

HEAD = ("order", "type", "side", "price", "quantity", "filled", "status")
AMOUNTS = frozenset({3, 4, 5})


def deal(result: Shown) -> View:
    """The deal's trades, oldest first, when the reply is a list of them."""
    trades = [row for row in result.raw if isinstance(row, dict)] if isinstance(result.raw, list) else []
    if not trades:
        return plain(result)
    trades.sort(key=lambda row: text(row.get("created_at")))
    marked = next((i for i, row in enumerate(trades) if text(row.get("order_id")) == result.order_id), None)
    placed = tuple(moment(row.get("created_at")) for row in trades)
    facts = (("pair", result.symbol or ""),)
    return replace(plain(result), facts=facts, rows=Rows(HEAD, tuple(map(_trade, trades)), AMOUNTS, marked, placed))


def smart_trade(result: Shown) -> View:
    """Pair, position, take-profit steps, stop loss, status, when the reply shows them."""
    raw = result.raw
    if not isinstance(raw, dict) or "pair" not in raw:
        return plain(result)
    position = _at(raw, "position")
    facts = [("pair", text(raw["pair"])), ("position", _leg(position, _at(position, "type")))]
    steps = _at(raw, "take_profit", "steps")
    for number, step in enumerate(steps if isinstance(steps, list) else [], 1):
        facts.append(("take profit" if number == 1 else "", _leg(step, f"{number}.")))
    if _at(raw, "stop_loss", "enabled") is not None:
        facts.append(("stop loss", "on" if _at(raw, "stop_loss", "enabled") is True else "off"))
    facts.append(("status", _status(raw)))
    return replace(plain(result), facts=tuple((label, value or "-") for label, value in facts))


def _trade(row: dict[str, Any]) -> tuple[str, ...]:
    from venues.wire.replies import difference

    number, kind, side, price, whole, rest, status = (
        text(row.get(name))
        for name in (
            "order_id", "deal_order_type", "order_type", "rate", "quantity", "quantity_remaining", "status_string"
        )
    )  # fmt: skip
    return number, kind, side.lower(), price, whole, difference(whole, rest) or "", status


def _leg(part: Any, first: Any) -> str:
    """A position or a take-profit step: `1. limit 14.0 at 0.11627 (100.0 %), Placed`."""
    leg = " ".join(filter(None, map(text, (first, _at(part, "order_type"), _at(part, "units", "value")))))
    price, volume, status = text(_at(part, "price", "value")), text(_at(part, "volume")), _status(part)
    leg += f" at {price}" if price else ""
    leg += f" ({volume} %)" if volume else ""
    return f"{leg}, {status}" if status else leg


def _status(part: Any) -> str:
    return text(_at(part, "status", "type")) or text(_at(part, "status", "basic_type"))


def _at(value: Any, *path: str) -> Any:
    """The value at a path of keys, None where the path ends early."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
