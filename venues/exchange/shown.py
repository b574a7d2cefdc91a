"""An order in ccxt's form, as ours: its state by the exchange's own word, its amounts as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from venues.exchange import VERB, words
from venues.interface import OpenOrder, Order, OrderRef, State

PROTECTS = re.compile(r"stop|take.?profit|trailing|tpsl", re.IGNORECASE)
TYPES = ("type", "ordType", "orderType", "origType", "stopOrderType")

Found = dict[str, Any]
Heard = list[tuple[str, str]]


def order_in(exchange: str, found: Found, heard: Heard) -> Order | None:
    """In: an order in ccxt's form, and the status words that ccxt read. Out: None where its status proves nothing."""
    raw = words.raw_word(heard, found.get("info"), found.get("status"))
    word = words.meaning(exchange, found.get("status"), raw)
    if flagged := words.flags(exchange, found.get("info")):
        word, raw = words.Word(flagged[0]), flagged[1]
    if word.state is None:
        return None
    return Order(
        word.state,
        status=raw,
        symbol=_text(found.get("symbol")),
        side=found.get("side") if found.get("side") in ("buy", "sell") else None,
        type=_text(found.get("type")),
        price=_text(found.get("price")),
        quantity=_text(found.get("amount")),
        filled=_text(found.get("filled")),
        placed_at=_moment(found.get("timestamp")),
        by_venue=word.by_exchange,
    )


def row_in(exchange: str, found: Found, raw: Found, heard: Heard) -> OpenOrder:
    """In: a row of a list of open orders in both forms. Raises TypeError and KeyError for one that names no order."""
    order_id, symbol = found["id"], found["symbol"]
    if not (isinstance(order_id, str) and re.fullmatch(VERB.ids.pattern, order_id) and isinstance(symbol, str)):
        raise TypeError
    # It is listed as open, whatever its word means.
    told = order_in(exchange, found, heard) or Order(
        State.OPEN, status=_text(found.get("status")), symbol=symbol, placed_at=_moment(found.get("timestamp"))
    )
    protects = found.get("reduceOnly") is True or PROTECTS.search(_types(found, raw)) is not None
    return OpenOrder(OrderRef(order_id, symbol=symbol), told, protective=protects, raw=raw)


def _types(found: Found, raw: Found) -> str:
    """Out: every word for the type of an order, ccxt's and the exchange's own."""
    description = raw.get("descr")
    inner = description.get("ordertype") if isinstance(description, dict) else None
    return " ".join(str(word) for word in (found.get("type"), inner, *map(raw.get, TYPES)) if word)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
