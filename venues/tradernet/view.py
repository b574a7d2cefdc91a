"""How a person reads Tradernet's orders: it sends numbers; the words are those of its documentation of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venues.tradernet.lists import STATUS_WORDS, TYPES
from venues.view import View, plain, text

if TYPE_CHECKING:
    from venues.listed import Shown

SIDES = {"1": "buy", "2": "buy on margin", "3": "sell", "4": "short"}
WORDS = {
    "side": SIDES,
    "type": TYPES,
    "status": {number: f"{number} ({word})" for number, word in STATUS_WORDS.items()},
}


def order(result: Shown) -> View:
    """Types by their words, a status by its number and its word; the side with what the record leaves out of it."""
    oper = text(result.raw.get("oper")) if isinstance(result.raw, dict) else ""
    return plain(result._replace(side=oper if oper in SIDES else result.side), WORDS)
