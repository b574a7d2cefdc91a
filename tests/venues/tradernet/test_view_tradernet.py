"""Tradernet's numbers get the words of its documentation; a number without one stays."""

from datetime import UTC, datetime
from typing import Any

import pytest

from venues.registry import view_of
from venues.result import Outcome, Result

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def fields(raw: Any = None, **numbers: str) -> dict[str, str]:
    order = Result("tradernet", "tradernet", "1", None, Outcome.CANCELLED, None, "", 1, NOW, NOW, raw=raw, **numbers)  # type: ignore[arg-type]
    view = view_of(order)
    assert view.facts == tuple(view.fields.items())
    return {name: text for name, text in view.fields.items() if text}


def test_numbers_get_their_words() -> None:
    assert fields(side="3", type="2", status="31") == {"side": "sell", "type": "limit", "status": "31 (cancelled)"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [({"oper": 2}, "buy on margin"), ({"oper": "4"}, "short"), ({"oper": 3}, "sell"), ({"oper": 9}, "buy"),
     ({"oper": ["2"]}, "buy"), (None, "buy"), ([], "buy")],
)  # fmt: skip
def test_a_person_sees_more_of_the_side_than_the_record_tells(raw: Any, shown: str) -> None:
    assert fields(raw, side="buy") == {"side": shown}


def test_a_number_without_a_word_stays() -> None:
    assert fields(side="9", status="99", price="2") == {"side": "9", "status": "99", "price": "2"}
