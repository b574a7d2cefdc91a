"""Every kind of table on terminals of every width: values stay whole, and with their own order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from cli.output.page import NOTHING, Facts, Grid, Page, Span, page_of
from cli.output.render import draw
from cli.output.text import cells
from cli.sandbox import book_page
from tests.cli.output import sweeps
from tests.cli.output.results import BARE, DEAL, DEAL_ROW, NOW, SMART, TANX
from venues.registry import VENUES, open_practice
from venues.result import Outcome

LONG = (
    "it is final in another way: the venue shows status 21, executed, after 2 of 2 was filled; look at order "
    "25768880 on the venue's own site, or run again with --dry-run"
)
WARNED = SMART._replace(
    warning="a cancel sells nothing: the position of 14.91 stays open, without take profit and stop loss",
    placed_at=NOW - timedelta(hours=2, minutes=5),
)
NAMED = TANX._replace(
    order_id="ord-20260303120000-12345678",
    outcome=Outcome.TOO_LATE,
    message=LONG,
    profile="bot",
    credentials="keyring",
    placed_at=NOW - timedelta(days=3),
)
ROWS = [
    {**DEAL_ROW, "order_id": str(1123077331 + number), "deal_order_type": kind, "status_string": status}
    for number, (kind, status) in enumerate(
        [("Base", "Filled"), ("Take Profit", "Active"), ("Safety", "Inactive"), ("Manual Safety", "Cancelled")]
    )
]
WIDE = TANX._replace(symbol="\u6ce8\u6587\u6ce8\u6587", message="\u6ce8\u6587 " * 30, order_id="18446744073709551615")
PAGES: dict[str, Page] = {
    "one order": page_of([NAMED._replace(message="It is gone.")]),
    "one order, much to say": page_of([NAMED]),
    "one of which nothing is known": page_of([BARE]),
    "a deal": page_of([DEAL._replace(raw=ROWS, order_id="1123077333")]),
    "a SmartTrade": page_of([WARNED]),
    "several orders": page_of([TANX, NAMED, BARE, NAMED._replace(order_id="3", message="")]),
    "several with short amounts": page_of([TANX._replace(filled="0"), NAMED._replace(filled="0", order_id="3")]),
    "several of a deal": page_of([DEAL, DEAL._replace(order_id="1123077332", message=LONG)]),
    "several SmartTrades": page_of([WARNED, WARNED._replace(order_id="30404548", warning="")]),
    "wide characters": page_of([WIDE, TANX]),
    "the practice book": book_page({venue: open_practice(venue).book() for venue in VENUES}),
    **sweeps.PAGES,
}
every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
every_width = pytest.mark.parametrize("width", [40, 60, 80, 110, 200])


def values(page: Page) -> Iterator[str]:
    """Out: each value that a page shows, one cell or one sentence."""
    for part in page:
        if isinstance(part, Facts):
            yield from (span.text for _, span in part.pairs)
        elif isinstance(part, Grid):
            yield from (span.text for line in (*part.rows, *part.notes) for span in line)
        else:
            yield from (span.text for span in part)


def grids(page: Page) -> list[Grid]:
    return [part for part in page if isinstance(part, Grid)]


def holds(lines: list[str], text: str, width: int) -> bool:
    """Whether a value stands in these lines: in one piece if it fits, else broken at blanks alone."""
    if cells(text) <= width // 2:
        return any(re.search(rf"(^|[ >]){re.escape(text)}( |$)", line) for line in lines)
    return " ".join(text.split()) in " ".join(" ".join(lines).split())


@every_width
@every_page
def test_no_line_is_longer_than_the_terminal(page: Page, width: int) -> None:
    """Or it is one value that is longer itself; here none is."""
    assert max(cells(word) for text in values(page) for word in text.split()) <= 40
    for line in draw(page, colour=False, width=width).splitlines():
        assert cells(line) <= width, line


@every_width
@every_page
def test_nothing_is_broken_but_at_blanks(page: Page, width: int) -> None:
    lines = draw(page, colour=False, width=width).splitlines()
    for text in set(values(page)) - {"", NOTHING}:
        assert holds(lines, text, width), text


@every_width
@every_page
def test_no_line_is_left_empty_by_padding(page: Page, width: int) -> None:
    lines = draw(page, colour=False, width=width).splitlines()
    assert all(first or second for first, second in pairwise(lines))
    assert not any(line.endswith(" ") for line in lines)


def parts_of(grid: Grid, width: int) -> list[list[str]]:
    """Out: the lines of each row: those between blank lines, or from one row's line to the next row's."""
    lines = draw([grid], colour=False, width=width).splitlines()
    if len(grid.rows) == 1:
        return [lines]
    if "" in lines:
        return [part.splitlines() for part in "\n".join(lines).split("\n\n")]
    starts = [index for index, line in enumerate(lines) if index and not line.startswith("   ")]
    return [lines[first:after] for first, after in pairwise([*starts, len(lines)])]


@every_width
@every_page
def test_every_cell_and_sentence_stands_with_its_own_order(page: Page, width: int) -> None:
    for grid in grids(page):
        parts = parts_of(grid, width)
        assert len(parts) == len(grid.rows)
        for index, (row, part) in enumerate(zip(grid.rows, parts, strict=True)):
            for text in (span.text for span in (*row, *(grid.notes[index] if grid.notes else ()))):
                assert text in ("", NOTHING) or holds(part, text, width), (text, part)
            assert part[0].startswith("> " if index == grid.marked else "  ")


@every_page
def test_a_block_has_each_value_beside_its_label_or_below_it(page: Page) -> None:
    for grid in grids(page):
        for row, part in zip(grid.rows, parts_of(grid, 40), strict=True):
            text = " ".join(" ".join(part).removeprefix("> ").split())
            for label, span in zip(grid.head, row, strict=True):
                assert span.text in ("", NOTHING) or f"{label} {span.text}" in text, (label, text)


@every_page
def test_on_a_pipe_a_row_is_a_line(page: Page) -> None:
    for grid in grids(page):
        assert draw([grid], colour=False, width=None).count("\n") == len(grid.rows) + 1
    for colour in (False, True):
        text = re.sub(r"\x1b\[[0-9;]*m", "", draw(page, colour=colour, width=None))
        assert text == draw(page, colour=False, width=None)


@every_width
@every_page
def test_colour_changes_nothing_else(page: Page, width: int) -> None:
    coloured = draw(page, colour=True, width=width)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == draw(page, colour=False, width=width)


def test_a_value_that_is_longer_than_the_terminal_stays_in_one_piece() -> None:
    """The terminal breaks it, since nothing else can be done."""
    long = "x" * 50
    lines = draw(
        page_of([TANX._replace(symbol=long, message=f"see {long} there")]), colour=False, width=40
    ).splitlines()
    assert lines[1:4] == ["see", long, "there"]
    assert lines[5:7] == ["  symbol", long]


def test_a_value_as_wide_as_the_terminal_stands_below_its_label() -> None:
    exact = ("cancel deal-order " + "1" * 40)[:40]
    grid = Grid(("command", "side"), ((Span(exact), Span("buy")), (Span("x"), Span("sell"))))
    lines = draw([grid], colour=False, width=40).splitlines()
    assert lines == ["  command", exact, "  side     buy", "", "  command  x", "  side     sell"]
