"""What a status word proves: success needs ccxt's `canceled` and the exchange's own word for it."""

from __future__ import annotations

import pytest

from venues.exchange.words import Word, flags, meaning, raw_word
from venues.interface import State

CANCELLED, CANCELLING, ENDED, OPEN = State.CANCELLED, State.CANCELLING, State.ENDED, State.OPEN


@pytest.mark.parametrize(
    ("unified", "raw", "state"),
    [
        ("canceled", "CANCELED", CANCELLED),
        ("canceled", "cancelled", CANCELLED),
        ("canceled", "PARTIALLY_CANCELED", CANCELLED),
        ("canceled", "PARTIALLY_FILLED_CANCELED", CANCELLED),
        ("canceled", "partial-filled-cancelled", CANCELLED),
        ("canceled", "4", CANCELLED),  # a number that ccxt alone can read
        # Still under way: foxbit, hashkey, poloniex, toobit; apex; woo, woofipro, modetrade.
        ("canceled", "PENDING_CANCEL", CANCELLING),
        ("canceled", "CANCELING", CANCELLING),
        ("canceled", "CANCEL_SENT", CANCELLING),
        ("canceled", "CANCEL_ALL_SENT", CANCELLING),
        # Ended in another way.
        ("canceled", "EXPIRED", ENDED),
        ("canceled", "rejected", ENDED),
        ("canceled", "order_failed", ENDED),
        ("canceled", "REPLACED", ENDED),
        ("canceled", "CANCELED_BY_LIQUIDATION", ENDED),
        # Two witnesses that contradict each other, or only one.
        ("closed", "Cancelled", None),
        ("closed", "PENDING_CANCEL", None),
        ("open", "canceled", None),
        ("canceled", None, None),
        ("canceled", "", None),
        ("closed", None, None),
        ("canceled", "PENDING", None),
        ("something new", "SOMETHING_NEW", None),
        (None, "CANCELED", None),
        # The rest.
        ("open", "NEW", OPEN),
        ("open", "PENDING_NEW", OPEN),
        ("open", "PendingCancel", CANCELLING),
        ("canceling", "canceling", CANCELLING),
        ("closed", "FILLED", ENDED),
        ("expired", "EXPIRED_IN_MATCH", ENDED),
        ("rejected", "REJECTED", ENDED),
    ],
)
def test_each_word(unified: str | None, raw: str | None, state: State | None) -> None:
    assert meaning("gemini", unified, raw).state is state


@pytest.mark.parametrize(
    ("exchange", "unified", "raw", "state"),
    [
        ("bybit", "closed", "PartiallyFilledCanceled", CANCELLED),
        ("bybit", "canceled", "Deactivated", CANCELLED),
        ("bybit", "open", "PendingCancel", CANCELLING),
        ("okx", "canceled", "order_failed", ENDED),
        ("gemini", "closed", "PartiallyFilledCanceled", None),
    ],
)
def test_words_that_one_exchange_has(exchange: str, unified: str, raw: str, state: State | None) -> None:
    assert meaning(exchange, unified, raw).state is state


@pytest.mark.parametrize("raw", ["mmp_canceled", "SYSTEM_CANCELED", "CANCELED_BY_ADMIN", "auto_cancelled"])
def test_who_cancelled_it(raw: str) -> None:
    assert meaning("okx", "canceled", raw) == Word(CANCELLED, by_exchange=True)
    assert meaning("okx", "canceled", "canceled") == Word(CANCELLED, by_exchange=False)


@pytest.mark.parametrize(
    ("info", "state"),
    [
        ({"active": True, "cancelExist": False}, OPEN),
        ({"active": True, "cancelExist": True}, CANCELLING),  # `canceled` in ccxt
        ({"active": False, "cancelExist": True}, CANCELLED),
        ({"isActive": False, "cancelExist": False}, ENDED),
        ({"active": False}, None),
        ({"active": "false", "cancelExist": "true"}, None),
        ({}, None),
        ([], None),
    ],
)
def test_flags_in_place_of_a_word(info: object, state: State | None) -> None:
    told = flags("kucoin", info)
    assert (told[0] if told else None) is state
    assert flags("gemini", info) is None


def test_the_word_is_one_that_the_order_itself_tells() -> None:
    heard = [("open", "open"), ("canceled", "canceled"), ("3", "canceled")]
    assert raw_word(heard, {"id": "7", "state": "canceled"}, "canceled") == "canceled"
    assert raw_word(heard, {"id": "7", "inner": [{"state": 3}]}, "canceled") == "3"
    assert raw_word(heard, {"id": "7"}, "canceled") is None  # it was the word of another order
    assert raw_word(heard, {"a": "canceled", "b": "3"}, "canceled") is None  # which of the two?
    assert raw_word(heard, {"a": "open", "b": "canceled"}, "open") == "open"
    assert raw_word(heard, None, "open") is None
