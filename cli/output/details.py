"""What a table shows of an order: harmless words from the result and from the venue's last reply."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cli.output.text import clean
from venues.result import Result

NOTHING = "-"

# Tradernet sends numbers; the words are those of its documentation of orders.
_TRADERNET_WORDS = {
    "side": {"1": "buy", "2": "buy on margin", "3": "sell", "4": "short"},
    "type": {
        "1": "market", "2": "limit", "3": "stop", "4": "stop-limit", "5": "stop-loss", "6": "take-profit",
    },
    "status": {
        "0": "ignored", "1": "received", "2": "cancellation in progress", "10": "active", "11": "sent",
        "12": "partly executed", "20": "in execution", "21": "executed", "30": "partly cancelled",
        "31": "cancelled", "70": "rejected", "71": "expired", "72": "partly executed and expired",
        "74": "sending failed", "75": "cancellation failed",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trade:
    """One row of a deal. `target`: the order that this run was asked to cancel."""

    order_id: str
    type: str
    side: str
    price: str
    quantity: str
    filled: str
    status: str
    target: bool


def word(value: Any, limit: int = 60) -> str:
    """A value of a reply as one harmless word: text or number as it came, else `-`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return NOTHING
    return clean(str(value), limit) or NOTHING


def field(result: Result, name: str) -> str:
    """One of the record's order fields for a person: Tradernet's numbers get their word."""
    text = word(getattr(result, name))
    if result.venue != "tradernet":
        return text
    meaning = _TRADERNET_WORDS.get(name, {}).get(text)
    if meaning is None:
        return text
    return f"{text} ({meaning})" if name == "status" else meaning


def facts(result: Result) -> list[tuple[str, str]]:
    """The order as labels and values; what the venue does not show is left out."""
    names = ("symbol", "side", "type", "price", "quantity", "filled", "status")
    pairs = [(name, field(result, name)) for name in names]
    return [(name, value) for name, value in pairs if value != NOTHING]


def deal_trades(result: Result) -> list[Trade]:
    """The deal's trades, oldest first, from a reply that is a list of them; else nothing."""
    if result.deal_id is None or not isinstance(result.raw, list):
        return []
    rows = [row for row in result.raw if isinstance(row, dict)]
    rows.sort(key=lambda row: word(row.get("created_at")))
    return [_trade(row, result.order_id) for row in rows]


def _trade(row: dict[str, Any], target: str) -> Trade:
    order_id = word(row.get("order_id"))
    return Trade(
        order_id=order_id,
        type=word(row.get("deal_order_type")),
        side=word(row.get("order_type")),
        price=word(row.get("rate")),
        quantity=word(row.get("quantity")),
        filled=_difference(row.get("quantity"), row.get("quantity_remaining")),
        status=word(row.get("status_string")),
        target=order_id == target,
    )


def _difference(whole: Any, rest: Any) -> str:
    try:
        filled = Decimal(str(whole)) - Decimal(str(rest))
    except ArithmeticError:  # not a number, or beyond any
        return NOTHING
    if not filled:
        return "0"
    return word(format(filled, "f")) if filled.is_finite() and abs(filled.adjusted()) < 50 else NOTHING


def smart_trade(result: Result) -> list[tuple[str, str]]:
    """A SmartTrade as labels and values: pair, position, take-profit steps, status; else nothing."""
    raw = result.raw
    if result.venue != "3commas" or result.deal_id is not None or not isinstance(raw, dict) or "pair" not in raw:
        return []
    position = _at(raw, "position")
    lines = [("pair", word(_at(raw, "pair"))), ("position", _leg(position, _at(position, "type")))]
    steps = _at(raw, "take_profit", "steps")
    for number, step in enumerate(steps if isinstance(steps, list) else [], 1):
        label = "take profit" if number == 1 else ""
        lines.append((label, _leg(step, f"{number}.")))
    if _at(raw, "stop_loss", "enabled") is not None:
        lines.append(("stop loss", "on" if _at(raw, "stop_loss", "enabled") is True else "off"))
    return [*lines, ("status", _status(raw))]


def _leg(part: Any, first: Any) -> str:
    """A position or a take-profit step: `1. limit 14.0 at 0.11627 (100.0 %), Placed`."""
    words = [word(first), word(_at(part, "order_type")), word(_at(part, "units", "value"))]
    text = " ".join(each for each in words if each != NOTHING)
    price, volume = word(_at(part, "price", "value")), word(_at(part, "volume"))
    text += f" at {price}" if price != NOTHING else ""
    text += f" ({volume} %)" if volume != NOTHING else ""
    status = _status(part)
    return f"{text}, {status}" if status != NOTHING else text or NOTHING


def _status(part: Any) -> str:
    kind = word(_at(part, "status", "type"))
    return word(_at(part, "status", "basic_type")) if kind == NOTHING else kind


def _at(value: Any, *path: str) -> Any:
    """The value at a path of keys, None where the path ends early."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
