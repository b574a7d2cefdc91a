"""Foreign text is shown harmless: no escapes, no invisible characters, no more than the limit."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output.text import cells, clean, clean_json


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("order is not open", "order is not open"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hcancelled", "cancelled"),
        ("\x1b]0;new title\x07text", "text"),
        ("\x1b]8;;http://x.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJm no end", "52;c;cm0gLXJm no end"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x9b31mC1\x9d0;t\x9c!", "C1!"),
        ("\x1b(0\x1bcreset", "reset"),
        ("a\r\nb\tc\u2028d\u2029e\x0bf\x85g", "a b c d e f g"),
        ("over\x08\x08\x7f\x00written", "overwritten"),
        ("gpj\u202etxt\u202c \u2066x\u2069", "gpjtxt x"),
        ("z\u200be\u200dr\u200fo\ufeff\u2060\u00ad", "zero"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("fill\u3164\u115f\u2800\ufe0f", "fill"),
        ("half \ud83d pair", "half pair"),
        ("  many    blanks\u00a0\u3000here ", "many blanks here"),
        ("[/red][bold]x[/]", "[/red][bold]x[/]"),
        ("Заявка не найдена 注文 ’…", "Заявка не найдена 注文 ’…"),
        ("", ""),
    ],
)
def test_clean(foreign: str, shown: str) -> None:
    assert clean(foreign) == shown


def test_clean_shortens_to_the_limit() -> None:
    assert clean("x" * 300) == "x" * 300
    assert clean("x" * 301) == "x" * 299 + "…"
    assert clean("x" * 100_000, 10) == "x" * 9 + "…"


def test_clean_says_that_it_cut_what_it_never_looked_at() -> None:
    assert clean("ab" + "\x00" * 100_000 + "cd") == "ab…"


@given(st.text(), st.integers(2, 50))
def test_clean_is_one_visible_line(foreign: str, limit: int) -> None:
    shown = clean(foreign, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(shown, limit) == shown


def test_cells_counts_wide_and_combining_characters() -> None:
    assert cells("abc") == 3
    assert cells("注文") == 4
    assert cells("e\u0301") == 1


def test_clean_json_shortens_strings_at_any_depth_and_leaves_the_rest() -> None:
    long = "x" * 2001
    raw = {"a": [1, None, True, {"b": long, "c": "\x1b[0m"}], long: "k"}
    cut = "x" * 1999 + "…"
    assert clean_json(raw) == {"a": [1, None, True, {"b": cut, "c": "\x1b[0m"}], cut: "k"}
    assert raw["a"][3]["b"] == long  # type: ignore[index]


def test_clean_json_bounds_the_depth() -> None:
    deep: object = "bottom"
    for _ in range(500):
        deep = [deep]
    shallow = clean_json(deep, depth=3)
    assert shallow == [[["…"]]]
