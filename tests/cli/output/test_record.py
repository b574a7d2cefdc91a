"""The JSON record is the contract's, field by field, and its numbers are the venue's own digits."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output.record import document, record, skipped_line, to_json
from venues.result import Evidence, Outcome, Result

RESULT = Result(
    venue="tanx",
    command="tanx",
    order_id="25768879",
    deal_id=None,
    outcome=Outcome.TOO_LATE,
    evidence=Evidence.READ_BACK,
    message="tanX shows the order done.",
    attempts=2,
    started_at=datetime(2026, 11, 20, 6, 0, 0, 123456, tzinfo=UTC),
    finished_at=datetime(2026, 11, 20, 8, 0, 1, tzinfo=timezone(timedelta(hours=2))),
    status="done",
    symbol="btcusdc",
    side="buy",
    type="limit",
    price="68733.81",
    quantity="0.0425",
    filled="0.009000000000000001",
    request_id="r-1",
    raw={"id": 25768879},
    profile="bot",
    credentials="keyring",
)


def test_record_has_the_fields_of_the_contract_in_its_order() -> None:
    assert list(record(RESULT).items()) == [
        ("venue", "tanx"),
        ("command", "tanx"),
        ("order_id", "25768879"),
        ("deal_id", None),
        ("sandbox", False),
        ("outcome", "too-late"),
        ("exit_code", 3),
        ("evidence", "read-back"),
        ("message", "tanX shows the order done."),
        ("status", "done"),
        ("profile", "bot"),
        ("credentials", "keyring"),
        ("symbol", "btcusdc"),
        ("side", "buy"),
        ("type", "limit"),
        ("price", "68733.81"),
        ("quantity", "0.0425"),
        ("filled", "0.009000000000000001"),
        ("attempts", 2),
        ("request_id", "r-1"),
        ("started_at", "2026-11-20T06:00:00.123Z"),
        ("finished_at", "2026-11-20T06:00:01.000Z"),
        ("raw", {"id": 25768879}),
    ]


def test_record_of_an_order_of_which_nothing_is_known() -> None:
    bare = RESULT._replace(evidence=None, deal_id="7", sandbox=True, status=None, request_id=None, raw="<html>")
    shown = record(bare)
    assert shown["evidence"] is shown["status"] is shown["request_id"] is shown["raw"] is None
    assert (shown["deal_id"], shown["sandbox"]) == ("7", True)


def test_record_shortens_foreign_text() -> None:
    hostile = "\x1b[31m" + "x" * 100_000
    shown = record(RESULT._replace(message=hostile, status=hostile, raw=[{"error": hostile}]))
    assert shown["message"] == "x" * 999 + "…"
    assert len(to_json(shown)) < 6000


def test_a_time_without_zone_is_taken_as_utc() -> None:
    naive = datetime(2026, 11, 20, 6, 0)
    assert record(RESULT._replace(started_at=naive))["started_at"] == "2026-11-20T06:00:00.000Z"


def test_document() -> None:
    whole = document("tanx", 3, iter([record(RESULT)]), iter([skipped_line(3, "\x1b[31m12,\n13" + "x" * 100)]))
    assert list(whole) == ["version", "command", "exit_code", "orders", "skipped"]
    assert json.loads(to_json(whole)) == {
        "version": 1,
        "command": "tanx",
        "exit_code": 3,
        "orders": [record(RESULT)],
        "skipped": [{"line": 3, "text": "12, 13" + "x" * 53 + "…"}],
    }


def test_a_document_always_says_what_was_skipped() -> None:
    assert document("tanx", 0, [])["skipped"] == []


@pytest.mark.parametrize(
    "number",
    [
        "0.001",
        "0.00000001",
        "1.10",
        "0.009000000000000001",
        "-0.5",
        "0.00",
        "12345678901234567890.123456789012345678901",
    ],
)
def test_decimals_keep_every_digit(number: str) -> None:
    assert to_json({"commission": Decimal(number)}) == f'{{"commission": {number}}}'


def test_extreme_decimals_stay_numbers_of_the_same_value_and_short() -> None:
    for number in ("1E+1000000", "1E-1000000", "25E+3"):
        text = to_json(Decimal(number))
        assert len(text) < 20
        assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == Decimal(number)
    assert to_json([Decimal("NaN"), float("inf")]) == '["NaN", "inf"]'


def test_text_that_looks_like_a_number_stays_text() -> None:
    assert to_json({"price": "0.10"}) == '{"price": "0.10"}'
    assert to_json(['Decimal("1")', '": 1, "']) == '["Decimal(\\"1\\")", "\\": 1, \\""]'


def test_json_is_one_plain_ascii_line() -> None:
    text = to_json({"m": "\x1b[31m\u202e注\n\ud800\u2028\x7f"})
    assert text.isascii()
    assert text.replace("\x7f", "").isprintable()
    assert json.loads(text) == {"m": "\x1b[31m\u202e注\n\ud800\u2028\x7f"}


def test_what_is_no_json_raises() -> None:
    with pytest.raises(TypeError):
        to_json({"at": datetime(2026, 1, 1, tzinfo=UTC)})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(JSON)
def test_any_parsed_json_comes_back_as_it_was(value: Any) -> None:
    def back(text: str) -> Any:
        return json.loads(text, parse_float=Decimal)

    assert back(to_json(value)) == value


def test_a_json_run_imports_neither_rich_nor_pydantic() -> None:
    names = "cli.output.record, cli.cancel.ids, cli.output.streams, cli.cancel.progress, cli.output.render"
    names += ", cli.sweep.progress, cli.output.sweep_page"
    code = f"import sys, {names}; print([*sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'cli.output.record'" in loaded
    for heavy in ("rich", "pydantic", "requests", "typer"):
        assert f"'{heavy}'" not in loaded
