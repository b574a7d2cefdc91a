"""What `list` and `all` give to scripts is the contract's, field by field."""

import json
from datetime import datetime, timedelta, timezone

from cli.output.record import record, row_record, sweep_document, target_record, to_json
from tests.cli.output.results import TANX
from tests.cli.output.sweeps import DEAL_END, IN_DEAL, OPEN, SWEPT
from venues.result import Outcome

HOSTILE = "\x1b[31m" + "x" * 100_000


def test_a_row_has_the_fields_of_the_contract_in_its_order() -> None:
    placed = datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    row = IN_DEAL._replace(placed_at=placed, profile="bot", cancellable=False, raw={"id": 7}, filled=None)
    assert list(row_record(row).items()) == [
        ("venue", "3commas"),
        ("command", "deal-order"),
        ("order_id", "1123077331"),
        ("deal_id", "2345678901"),
        ("profile", "bot"),
        ("sandbox", False),
        ("status", "wait"),
        ("symbol", "btcusdc"),
        ("side", "buy"),
        ("type", "limit"),
        ("price", "68733.81"),
        ("quantity", "0.0425"),
        ("filled", None),
        ("created_at", "2026-11-20T06:00:00.123Z"),
        ("protective", False),
        ("cancellable", False),
        ("raw", {"id": 7}),
    ]


def test_a_row_of_which_little_is_known() -> None:
    shown = row_record(OPEN._replace(placed_at=None, protective=True, sandbox=True, raw="<html>"))
    assert shown["created_at"] is shown["raw"] is shown["deal_id"] is None
    assert (shown["protective"], shown["sandbox"]) == (True, True)


def test_a_target_has_the_fields_of_the_contract_in_its_order() -> None:
    target = DEAL_END._replace(listed=9, matched=5, protective=2, uncancellable=1, new=3, clear=False, lists=4,
        outcome=Outcome.PENDING, message="3 are new.",
    )  # fmt: skip
    assert list(target_record(target).items()) == [
        ("target", "deal-order"),
        ("venue", "3commas"),
        ("listed", 9),
        ("matched", 5),
        ("protective", 2),
        ("uncancellable", 1),
        ("new", 3),
        ("clear", False),
        ("lists", 4),
        ("outcome", "pending"),
        ("exit_code", 9),
        ("message", "3 are new."),
    ]


def test_nothing_to_say_of_a_target_is_null_and_so_is_clear_for_a_list() -> None:
    shown = target_record(DEAL_END)
    assert shown["message"] is shown["clear"] is None


def test_foreign_text_is_shortened() -> None:
    row = row_record(OPEN._replace(status=HOSTILE, order_id=HOSTILE, raw=[{"note": HOSTILE}]))
    target = target_record(SWEPT._replace(message=HOSTILE))
    assert target["message"] == "x" * 999 + "…"
    assert len(to_json([row, target])) < 8000


def test_the_document_of_a_sweep() -> None:
    whole = sweep_document("all", 9, iter([record(TANX)]), iter([target_record(SWEPT)]))
    assert list(whole) == ["version", "command", "exit_code", "orders", "targets"]
    assert json.loads(to_json(whole)) == {
        "version": 1,
        "command": "all",
        "exit_code": 9,
        "orders": [record(TANX)],
        "targets": [target_record(SWEPT)],
    }
