"""Which rows are meant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.venues.fakes import EPOCH
from tests.venues.procedure.sweeping import row
from venues.procedure.filters import Filters, Match

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def match(filters: Filters, **told: Any) -> Match:
    return filters.match(row("1", **told), EPOCH)


def test_nothing_asked_for_is_everything() -> None:
    assert match(Filters(), deal_id="8", side=None, placed_at=None, symbol=None) is Match.YES


@pytest.mark.parametrize("told", ["BTC/USDT", "btcusdt", "BTC-USDT", "btc_usdt", "BtcUsdt", " BTC / USDT"])
@pytest.mark.parametrize("asked", ["BTC/USDT", "btcusdt", "BTC-USDT", "BTC_USDT"])
def test_symbols_differ_in_neither_case_nor_separators(asked: str, told: str) -> None:
    assert match(Filters(symbols=("ethusdt", asked)), symbol=told) is Match.YES


@pytest.mark.parametrize("told", ["BTC/USD", "USDT/BTC", "BTC.USDT", "BTC/USDT:USDT", "", None])
def test_another_symbol_is_not_meant(told: str | None) -> None:
    assert match(Filters(symbols=("BTC/USDT",)), symbol=told) is Match.NO


def test_sides() -> None:
    asked = Filters(side="sell")
    assert [match(asked, side=side) for side in ("sell", "buy", None)] == [Match.YES, Match.NO, Match.NO]


@pytest.mark.parametrize("asked", ["limit", "LIMIT", "Stop-Loss", "stop_loss", "stop loss", "5"])
def test_types_by_the_venues_word_or_that_of_its_number(asked: str) -> None:
    told = {"type": "Limit"} if asked in {"limit", "LIMIT"} else {"type": "5", "kind": "stop-loss"}
    assert match(Filters(type=asked), **told) is Match.YES
    assert match(Filters(type=asked), type="2", kind="market") is Match.NO


def test_a_type_that_is_not_told_is_not_meant() -> None:
    assert match(Filters(type="limit"), type=None) is Match.NO
    assert match(Filters(type=""), type=None) is Match.NO


def test_deals() -> None:
    asked = Filters(deal_id="8")
    assert [match(asked, deal_id=deal) for deal in ("8", "88", None)] == [Match.YES, Match.NO, Match.NO]


def test_all_that_was_asked_for_must_be_so() -> None:
    asked = Filters(symbols=("btcusdt",), side="buy", type="limit", placed_before=EPOCH)
    fits = {"symbol": "BTCUSDT", "side": "buy", "type": "limit", "placed_at": EPOCH - HOUR}
    assert match(asked, **fits) is Match.YES
    for name, other in {"symbol": "ETH", "side": "sell", "type": "market", "placed_at": EPOCH + HOUR}.items():
        assert match(asked, **{**fits, name: other}) is not Match.YES


# --- ages


@pytest.mark.parametrize(
    ("asked", "ages"),
    [
        (Filters(placed_before=EPOCH - HOUR), {2 * HOUR: True, HOUR: True, HOUR - SECOND: False}),
        (Filters(placed_after=EPOCH - HOUR), {SECOND: True, HOUR: True, HOUR + SECOND: False}),
        (
            Filters(placed_before=EPOCH - HOUR, placed_after=EPOCH - 2 * HOUR),
            {SECOND: False, HOUR: True, 2 * HOUR: True, 3 * HOUR: False},
        ),
    ],
    ids=["older than", "newer than", "between"],
)
def test_ages_hold_from_their_very_moment(asked: Filters, ages: dict[timedelta, bool]) -> None:
    for age, meant in ages.items():
        assert match(asked, placed_at=EPOCH - age) is (Match.YES if meant else Match.NO), age


@pytest.mark.parametrize("asked", [Filters(placed_before=EPOCH - HOUR), Filters(placed_after=EPOCH - HOUR)])
@pytest.mark.parametrize("told", [None, EPOCH + SECOND], ids=["not told", "to come"])
def test_an_age_that_is_not_known_never_matches_and_is_named(asked: Filters, told: Any) -> None:
    """A date to come is a wrong clock or zone; it makes no order young."""
    assert match(asked, placed_at=told) is Match.AGELESS
    assert match(Filters(), placed_at=told) is Match.YES


def test_only_what_else_is_meant_is_named() -> None:
    assert match(Filters(side="sell", placed_before=EPOCH), placed_at=None) is Match.NO


def test_an_order_that_grows_older_meanwhile_does_not_come_under_a_filter() -> None:
    asked = Filters(placed_before=EPOCH - HOUR)
    young = row("1", placed_at=EPOCH - HOUR / 2)
    assert asked.match(young, EPOCH + HOUR) is Match.NO
    assert Filters(placed_after=EPOCH - HOUR).match(young, EPOCH + HOUR) is Match.YES


def test_what_is_placed_meanwhile_is_young() -> None:
    placed = row("1", placed_at=EPOCH + SECOND)
    assert Filters(placed_after=EPOCH - HOUR).match(placed, EPOCH + 2 * SECOND) is Match.YES
