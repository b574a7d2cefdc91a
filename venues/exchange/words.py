"""What a status means. Success needs two witnesses: ccxt's `canceled`, and the exchange's own word for it.

Of the 184 words that ccxt calls canceled, 11 are still under way and 28 mean expired, rejected, failed or replaced.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from venues.interface import State

UNDER_WAY = re.compile(r"pending|cancel+ing|_sent$|request|submitted|await", re.IGNORECASE)
ENDED_OTHERWISE = re.compile(r"expir|reject|fail|replac|liquidat|fill|deal|done|trigger|effect|error", re.IGNORECASE)
BY_EXCHANGE = re.compile(r"mmp|admin|system|auto|self|stp|smp|by_?exchange|forced|adl", re.IGNORECASE)
FINAL_OTHERWISE = ("closed", "expired", "rejected")
# [ccxt, docs] What the rules below read wrongly.
KNOWN = {
    "bybit": {
        "PartiallyFilledCanceled": State.CANCELLED,  # "Only spot has this order status" [docs]; `closed` in ccxt
        "PARTIALLY_FILLED_CANCELLED": State.CANCELLED,
        "Deactivated": State.CANCELLED,  # a conditional order that was cancelled before it was triggered [docs]
        "PendingCancel": State.CANCELLING,
        "PENDING_CANCEL": State.CANCELLING,
    },
    "okx": {"order_failed": State.ENDED, "mmp_canceled": State.CANCELLED},  # the latter is unknown to older ones
}


class Word(NamedTuple):
    """What a status word says. `state` None: it proves nothing."""

    state: State | None
    by_exchange: bool = False


def meaning(exchange: str, unified: str | None, raw: str | None) -> Word:
    """In: the status in ccxt's words, and in the exchange's own; None where it has not told any."""
    if raw and raw in KNOWN.get(exchange, {}):
        return Word(KNOWN[exchange][raw], BY_EXCHANGE.search(raw) is not None)
    if not raw or unified not in ("canceled", "canceling", "open", *FINAL_OTHERWISE):
        return Word(None)
    says_cancel = "cancel" in raw.lower()
    if unified == "canceling" or (says_cancel and UNDER_WAY.search(raw)):
        return Word(None if unified in FINAL_OTHERWISE else State.CANCELLING)
    if unified == "canceled":
        return _cancelled(raw)
    if says_cancel:  # the two contradict each other
        return Word(None)
    return Word(State.OPEN if unified == "open" else State.ENDED)


def _cancelled(raw: str) -> Word:
    if UNDER_WAY.search(raw):
        return Word(None)
    rest = re.sub(r"partial(ly)?_?-?(fill(ed)?|deal|done)", "", raw, flags=re.IGNORECASE)  # before it was cancelled
    if ENDED_OTHERWISE.search(rest):
        return Word(State.ENDED)
    return Word(State.CANCELLED, BY_EXCHANGE.search(raw) is not None)


def flags(exchange: str, info: Any) -> tuple[State, str] | None:
    """Out: what flags of the exchange say that has no status word, and they themselves; None where it has none.

    KuCoin: `active`, and `cancelExist`, "whether there is a cancellation record" [docs]; ccxt takes the latter alone
    for cancelled.
    """
    if not exchange.startswith("kucoin") or not isinstance(info, dict):
        return None
    active, gone = info.get("active", info.get("isActive")), info.get("cancelExist")
    if not isinstance(active, bool) or not isinstance(gone, bool):
        return None
    state = {
        (True, False): State.OPEN,
        (True, True): State.CANCELLING,
        (False, True): State.CANCELLED,
        (False, False): State.ENDED,
    }[active, gone]
    return state, f"active: {str(active).lower()}, cancelExist: {str(gone).lower()}"


def raw_word(heard: list[tuple[str, str]], info: Any, unified: str | None) -> str | None:
    """Out: the exchange's own word for the status of an order; None where it can't be told which one it is.

    In: `heard`, the words that were read on the way, each with what ccxt made of it; `info`, the order as it came.
    """
    told = set(_texts(info))
    words = {raw for raw, made in heard if raw in told and made == unified}
    return words.pop() if len(words) == 1 else None


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
