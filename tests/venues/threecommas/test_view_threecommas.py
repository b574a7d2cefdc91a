"""How a person reads a deal's order and a SmartTrade, whatever the reply holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from venues.registry import view_of
from venues.result import Outcome, Result

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
DEAL = Result("3commas", "deal-order", "7", "23456789", Outcome.CANCELLED, None, "", 1, NOW, NOW, symbol="USDT_DOGE")
SMART = DEAL._replace(command="smart-trade", deal_id=None)
ROW = {
    "order_id": "7",
    "order_type": "BUY",
    "deal_order_type": "Manual Safety",
    "status_string": "Cancelled",
    "created_at": "2024-11-14T14:29:49.936Z",
    "quantity": "0.1773",
    "quantity_remaining": "0.1700",
    "rate": "3116.81",
}
BASE = {**ROW, "order_id": "5", "deal_order_type": "Base", "created_at": "2024-11-13T15:17:25Z"}
FULL = json.loads(
    """{"pair": "USDT_DOGE", "status": {"basic_type": "waiting_targets"}, "position": {"type": "buy",
    "order_type": "market", "units": {"value": "14.91"}, "price": {"value": "0.10622"}},
    "take_profit": {"steps": [{"order_type": "limit", "units": {"value": 14.0}, "volume": "100.0",
    "status": {"type": "order_placed"}}, {}]}, "stop_loss": {"enabled": true}}""",
    parse_float=Decimal,
)


def rows(raw: Any) -> tuple[tuple[str, ...], ...]:
    shown = view_of(DEAL._replace(raw=raw)).rows
    assert shown is not None
    return shown.rows


def facts(raw: Any) -> list[tuple[str, str]]:
    return list(view_of(SMART._replace(raw=raw)).facts)


def test_the_deals_trades_stand_oldest_first_and_the_order_is_marked() -> None:
    shown = view_of(DEAL._replace(raw=[ROW, BASE])).rows
    assert shown is not None
    assert [row[0] for row in shown.rows] == ["5", "7"]
    assert shown.rows[1] == ("7", "Manual Safety", "buy", "3116.81", "0.1773", "0.0073", "Cancelled")
    assert (shown.marked, len(shown.head)) == (1, 7)
    assert shown.placed == (
        datetime(2024, 11, 13, 15, 17, 25, tzinfo=UTC),
        datetime(2024, 11, 14, 14, 29, 49, 936000, UTC),
    )


def test_a_deal_shows_its_pair_where_it_is_known() -> None:
    assert view_of(DEAL._replace(raw=[ROW])).facts == (("pair", "USDT_DOGE"),)
    assert view_of(DEAL._replace(raw=[ROW], symbol=None)).facts == (("pair", ""),)


@pytest.mark.parametrize("raw", [None, {"error": "not_found"}, [], ["text", 7, None]])
def test_without_trades_it_is_one_order(raw: Any) -> None:
    view = view_of(DEAL._replace(raw=raw))
    assert (view.rows, ("symbol", "USDT_DOGE") in view.facts) == (None, True)


@pytest.mark.parametrize(
    ("whole", "rest", "filled"),
    [
        ("0.1773", "0.1773", "0"), ("1", "0.00000001", "0.99999999"), ("NaN", "1", ""), ("9E+999999", "1", ""),
        ("9E+999999", "-9E+999999", ""), (None, "1", ""), (["x"], "1", ""), (Decimal("2.5"), 1, "1.5"),
    ],
)  # fmt: skip
def test_what_was_filled_is_a_difference(whole: Any, rest: Any, filled: str) -> None:
    assert rows([{"quantity": whole, "quantity_remaining": rest}])[0][5] == filled


def test_rows_with_anything_in_them_are_shown() -> None:
    odd = [{}, {"order_id": 5, "rate": {"a": 1}, "created_at": 3}, {"order_id": True, "status_string": ["x"]}]
    assert [row[0] for row in rows(odd)] == ["", "", "5"]
    assert {row[6] for row in rows(odd)} == {""}


def test_a_smart_trades_legs() -> None:
    assert facts(FULL) == [
        ("pair", "USDT_DOGE"),
        ("position", "buy market 14.91 at 0.10622"),
        ("take profit", "1. limit 14.0 (100.0 %), order_placed"),
        ("", "2."),
        ("stop loss", "on"),
        ("status", "waiting_targets"),
    ]


@pytest.mark.parametrize("raw", [{"pair": None, "position": 7, "take_profit": {"steps": {}}}, {"pair": ["x"]}])
def test_a_smart_trade_with_anything_in_it_is_shown(raw: Any) -> None:
    assert facts(raw) == [("pair", "-"), ("position", "-"), ("status", "-")]


@pytest.mark.parametrize("raw", [None, {"error": "Not found"}, [FULL]])
def test_a_smart_trade_that_was_not_shown(raw: Any) -> None:
    assert ("symbol", "USDT_DOGE") in facts(raw)
