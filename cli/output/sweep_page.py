"""What the tables of `list` and `all` say: a part a target, its orders as rows and a closing line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from cli.output import closing
from cli.output.page import (
    NOTHING,
    RESULT_FIELDS,
    VALUE_LIMIT,
    Grid,
    Line,
    Page,
    Span,
    cell,
    outcome_span,
    said,
    short_age,
    style_of,
    used,
    whose,
)
from cli.output.record import MESSAGE_LIMIT
from cli.output.text import clean
from venues.interface import Order, State
from venues.listed import Listed, TargetResult
from venues.procedure import words
from venues.registry import target_of, view_of
from venues.result import Outcome, Result
from venues.view import FIELDS

_Row = TypeVar("_Row", Listed, Result)


def list_page(rows: Iterable[Listed], targets: Sequence[TargetResult], now: datetime) -> Page:
    """What is open, in the order of the targets. In: one target or more; `now` (UTC), to reckon ages from."""
    found = _by_target(rows)
    page: Page = []
    for target in targets:
        mine = found[target.target]
        page += _part(target, _open_rows(mine, now) if mine else None, closing.listed(target, partly=bool(mine)))
    return _ended(page, closing.all_listed(targets))


def sweep_page(results: Iterable[Result], targets: Sequence[TargetResult]) -> Page:
    """What became of each order and of each target, in the order of the targets. In: one target or more."""
    found = _by_target(results)
    page: Page = []
    for target in targets:
        mine = found[target.target]
        page += _part(target, _results(mine) if mine else None, closing.swept(target, mine))
    return _ended(page, closing.all_swept(list(chain.from_iterable(found.values())), targets))


def _by_target(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[target_of(row)].append(row)
    return found


def _part(target: TargetResult, grid: Grid | None, end: Line) -> Page:
    """One target: whose orders they are, the orders, the closing line; a doubt in a line of its own."""
    page: Page = [(Span(closing.name(target.target), "bold"), *whose(target))]
    page += [(), grid, (), end] if grid else [end]
    if not closing.has_failed(target) and (doubt := clean(target.message, MESSAGE_LIMIT)):
        page.append((Span(doubt),))
    return [*page, ()]


def _ended(page: Page, last: Line) -> Page:
    return [*page, last] if last else page[:-1]


def _open_rows(rows: Sequence[Listed], now: datetime) -> Grid:
    lines = []
    for row in rows:
        fields = view_of(row).fields
        cells = (cell(text) for text in (*(fields[name] for name in FIELDS), short_age(row.placed_at, now)))
        lines.append((*_ids(row), *cells))
    return used(("order", "deal", *FIELDS, "age"), lines, tuple(map(_marks, rows)))


def _results(results: Sequence[Result]) -> Grid:
    lines = []
    for result in results:
        fields = view_of(result).fields
        placed = short_age(result.placed_at, result.finished_at)
        cells = (cell(text) for text in (*(fields[name] for name in RESULT_FIELDS), placed))
        lines.append((outcome_span(result), *_ids(result), *cells))
    return used(("outcome", "order", "deal", *RESULT_FIELDS, "age"), lines, tuple(map(_news, results)))


def _ids(row: Listed | Result) -> Line:
    """The ids, in one piece; but those of a list are foreign text."""
    return Span(clean(row.order_id, VALUE_LIMIT)), Span(clean(row.deal_id or NOTHING, VALUE_LIMIT))


def _marks(row: Listed) -> Line:
    """What sets a row apart from those that a sweep simply cancels."""
    marks = (
        (row.protective, Span("protects a position", style_of(Outcome.PENDING))),
        (row.leaving, Span("already on its way out")),
        (
            not row.cancellable and not row.leaving,
            Span(f"left alone: {clean(row.note, VALUE_LIMIT) or closing.NOT_OURS}"),
        ),
        (bool(row.note) and row.cancellable, Span(clean(row.note, VALUE_LIMIT))),
    )
    return tuple(span for holds, span in marks if holds)


def _news(result: Result) -> Line:
    """What is said of a result, without the sentence that tells no more than its outcome does."""
    gone = Order(State.CANCELLED)
    plain = result.message in (words.cancelled(gone), words.already_cancelled(gone))
    return said(result._replace(message="") if plain or result.message.endswith(words.WOULD) else result)
