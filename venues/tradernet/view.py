"""How a person reads Tradernet's orders: it sends numbers; the words are those of its documentation of orders."""

from __future__ import annotations

from venues.result import Result
from venues.view import View, plain

_STATUS = {
    "0": "ignored", "1": "received", "2": "cancellation in progress", "10": "active", "11": "sent",
    "12": "partly executed", "20": "in execution", "21": "executed", "30": "partly cancelled",
    "31": "cancelled", "70": "rejected", "71": "expired", "72": "partly executed and expired",
    "74": "sending failed", "75": "cancellation failed",
}  # fmt: skip
WORDS = {
    "side": {"1": "buy", "2": "buy on margin", "3": "sell", "4": "short"},
    "type": {"1": "market", "2": "limit", "3": "stop", "4": "stop-limit", "5": "stop-loss", "6": "take-profit"},
    "status": {number: f"{number} ({word})" for number, word in _STATUS.items()},
}


def order(result: Result) -> View:
    """Sides and types by their words, a status by its number and its word."""
    return plain(result, WORDS)
