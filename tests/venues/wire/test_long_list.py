"""Lists in one long answer: the same rows as a parser of the whole gives, or none; and little memory."""

from __future__ import annotations

import json
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from venues.wire import long_list
from venues.wire.http import DEEPEST, NOT_JSON
from venues.wire.long_list import MARK, LongList

ROWS = [{"id": 1}, {"id": "\u20ac\U0001f600 \"],[{'", "of": {"its": [[], [None, True]]}}, {}, {"note": '"rows":['}]
ANSWER: dict[str, Any] = {"said": 'a "rows": [1] in words', "rows": ROWS, "after": {"rows": "\u20ac" * 99}}


def gone_through(body: bytes) -> tuple[Any, list[Any], int]:
    rows = LongList(body, "rows")
    around = rows.around(lambda row: isinstance(row, dict))
    return around, list(rows) if around is not NOT_JSON else [], rows.count


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(("indent", "longest"), [(None, 90), (3, 260)])
def test_every_row_and_what_stands_around_them(
    indent: int | None, longest: int, ascii_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the pieces are cut, in the middle of a character too."""
    body = json.dumps(ANSWER, indent=indent, ensure_ascii=ascii_only).encode()
    monkeypatch.setattr(long_list, "LONGEST_ROW", longest)
    for size in range(longest, 420):
        monkeypatch.setattr(long_list, "PIECE", size)
        assert gone_through(body) == (ANSWER | {"rows": MARK}, ROWS, len(ROWS))


@pytest.mark.parametrize("text", ['{"rows":[]}', ' {"rows" : [ ] } ', '{"rows":\n[\t]\r\n}'])
def test_no_rows(text: str) -> None:
    assert gone_through(text.encode()) == ({"rows": MARK}, [], 0)


def test_numbers_are_exact() -> None:
    (row,) = LongList(b'{"rows":[{"price":0.10}]}', "rows")
    assert str(row["price"]) == "0.10"
    assert isinstance(row["price"], Decimal)


def test_what_is_cut_off_anywhere_is_no_list() -> None:
    body = json.dumps(ANSWER).encode()
    assert all(gone_through(body[:end])[0] is NOT_JSON for end in range(len(body)))


@pytest.mark.parametrize(
    "text",
    [
        '{"rows":[{},]}', '{"rows":[{} {}]}', '{"rows":[,{}]}', '{"rows":[{}}', '{"rows":[{}]]}', '{"rows":[{}]} {}',
        '{"rows":{}}', '{"rows":null}', "{}", "", "[]", '"rows"', "\ufeff" + '{"rows":[]}', '{"rows":[{"p":NaN}]}',
        '{"rows":[{"p":1e99999999999999999999}]}', '{"rows":[{}],"p":Infinity}', '{"rows":[{"a":"\x01"}]}',
        '{"rows":[1]}', '{"rows":[{},[]]}', '{"rows":[{"a":' + "[" * DEEPEST + "]" * DEEPEST + "}]}",
    ],
)  # fmt: skip
def test_what_is_odd_is_no_list(text: str) -> None:
    assert gone_through(text.encode())[0] is NOT_JSON


@pytest.mark.parametrize("body", [b'{"rows":[{"a":"\xff"}]}', b'{"rows":[{}],"a":"\xff"}', b'{"rows":[{"a":"\xe2'])
def test_bytes_that_are_no_text(body: bytes) -> None:
    assert gone_through(body)[0] is NOT_JSON


@pytest.mark.parametrize("text", ['{"rows":[{}],"rows":[{}]}', '{"of":{"rows":[{}]},"rows":[{}]}'])
def test_of_two_lists_the_mark_tells_which_was_read(text: str) -> None:
    assert gone_through(text.encode())[0]["rows"] != MARK


def test_a_row_that_is_too_long_is_no_row() -> None:
    assert gone_through(json.dumps({"rows": [{"a": "x" * 2 * long_list.PIECE}]}).encode())[0] is NOT_JSON


def test_a_list_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed as a whole, it takes six times as much."""
    monkeypatch.setattr(long_list, "LONGEST_ROW", 1 << 12)
    monkeypatch.setattr(long_list, "PIECE", 1 << 14)
    body = json.dumps({"rows": [{f"key {key}": f"{number}-{key}" for key in range(8)} for number in range(1_000)]})
    rows = LongList(body.encode(), "rows")
    tracemalloc.start()
    rows.around(bool)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows.count == sum(1 for _ in rows) == 1_000
    assert peak < 2 * len(body)
