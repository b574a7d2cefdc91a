"""What counts as an id, and how a stream of them is read: as lines arrive, once each, in little memory."""

import io
import os
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.cancel.ids import BadId, parser, read_ids, unique
from venues.face import NUMBER
from venues.neuratrade import FACE as NEURATRADE

order_number = parser(NUMBER)
neuratrade_id = parser(NEURATRADE.verbs[0].ids)


@pytest.mark.parametrize("text", ["1", "25768879", "2345678901", "18446744073709551615", "9" * 20])
def test_order_number(text: str) -> None:
    assert order_number(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        "007",
        "-5",
        "+5",
        "1_000",
        "1.0",
        "1e3",
        "0x1f",
        " 5",
        "5 ",
        "5\n",
        "abc",
        "٣",
        "1٣",
        "５",
        "²",
        "9" * 21,
    ],
)
def test_order_number_refuses(text: str) -> None:
    with pytest.raises(BadId, match="whole number above 0"):
        order_number(text)


def test_neuratrade_id() -> None:
    for text in ("ord-20260303120000-1", "ord-20261120043151-12345"):
        assert neuratrade_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "ord-20260303120000-0", "ord-20260303120000-01", "ord-2026030312000-1", "ord-20260303120000-",
        "ORD-20260303120000-1", "pos-20260303120000-1", "ord-20260303120000-1\n", "ord-٢٠٢٦٠٣٠٣١٢٠٠٠٠-1",
        " ord-20260303120000-1", "ord-20260303120000-1-1",
    ],
)  # fmt: skip
def test_neuratrade_id_refuses(text: str) -> None:
    with pytest.raises(BadId, match="ord-YYYYMMDDHHMMSS-n"):
        neuratrade_id(text)


def test_bad_id_names_the_text_harmlessly() -> None:
    bad = BadId("\x1b[31m[/red]\u202e" + "x" * 100_000, "a number")
    assert str(bad).startswith("'[/red]xxx")
    assert len(str(bad)) < 120
    assert str(bad).endswith("is not an order id: expected a number")


def never(number: int, bad: BadId) -> None:
    pytest.fail(f"line {number}: {bad}")


def read(data: str | bytes) -> tuple[list[str], list[int]]:
    stream: Any = io.BytesIO(data) if isinstance(data, bytes) else io.StringIO(data)
    bad: list[int] = []
    return list(read_ids(stream, order_number, lambda number, _: bad.append(number))), bad


@pytest.mark.parametrize(
    ("data", "ids", "bad"),
    [
        (b"1\n2\n3", ["1", "2", "3"], []),
        (b"1\r\n2\r\n", ["1", "2"], []),
        (b"\xef\xbb\xbf1\n2\n\xef\xbb\xbf3\n", ["1", "2", "3"], []),
        (b"1  \t\n  2\n", ["1", "2"], []),
        (b"\n# all of BTC\n1\n   \n  # more\n2 # the old one\n", ["1", "2"], []),
        (b"1\nabc\n2\n-3\n4\n", ["1", "2", "4"], [2, 4]),
        (b"\xff\xfe1\n2\n", ["2"], [1]),
        (b"1 2\n3,4\n5\n", ["5"], [1, 2]),
        (b"", [], []),
        (b"#" + b"x" * 5000 + b"\n7\n", ["7"], []),
        (b"1" * 5000 + b"\n7\n", ["7"], [1]),
        (b" " * 999 + b" 5\n7\n", ["7"], [1]),
        (b"1" * 1000 + b"\n7\n", ["7"], [1]),
        (b"6 #" + b"x" * 5000 + b"\n" + b"7\n", ["6", "7"], []),
        ("\ufeff1\r\nabc\n2", ["1", "2"], [2]),
    ],
)
def test_read_ids(data: str | bytes, ids: list[str], bad: list[int]) -> None:
    assert read(data) == (ids, bad)


def test_a_closed_stdin_has_no_ids() -> None:
    assert list(read_ids(None, order_number, never)) == []


@pytest.mark.parametrize("text_layer", [True, False])
def test_ids_come_as_their_lines_arrive(text_layer: bool) -> None:
    """Were anything read ahead, `next` would wait for ever; the pipe's other end is in this thread."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "r" if text_layer else "rb") as stream, os.fdopen(writing, "wb", 0) as pipe:
        ids = read_ids(stream, order_number, never)
        for order_id in ("11", "22", "33"):
            pipe.write(f"{order_id}\n".encode())
            assert next(ids) == order_id


def test_a_huge_line_takes_no_memory() -> None:
    class Source(io.RawIOBase):
        chunks = [b"x" * 50_000] * 1000 + [b"\n7\n"]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.chunks:
                return 0
            data, rest = self.chunks[0][: len(buffer)], self.chunks[0][len(buffer) :]
            self.chunks[:1] = [rest] if rest else []
            buffer[: len(data)] = data
            return len(data)

    bad: list[int] = []
    tracemalloc.start()
    ids = list(read_ids(io.BufferedReader(Source()), order_number, lambda number, _: bad.append(number)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (ids, bad) == (["7"], [1])
    assert peak < 1_000_000


def test_unique_keeps_the_first_place() -> None:
    assert list(unique(["3", "1", "3", "2", "1", "11", "1", "31"])) == ["3", "1", "2", "11", "31"]
    assert list(unique(["7"] * 1000)) == ["7"]


def test_unique_is_a_stream() -> None:
    def ids() -> Iterator[str]:
        yield "1"
        pytest.fail("read ahead")

    assert next(unique(ids())) == "1"


@given(st.lists(st.text("12", min_size=1, max_size=4)))
def test_unique_is_exact(ids: list[str]) -> None:
    assert list(unique(ids)) == list(dict.fromkeys(ids))
