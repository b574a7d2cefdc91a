"""What a run's table says and in which order: lines and grids of words, still without colour or width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.output.record import MESSAGE_LIMIT
from cli.output.text import clean, duration
from venues.registry import face_of, target_of, verb_of, view_of
from venues.result import Outcome, Result
from venues.view import Rows

if TYPE_CHECKING:
    from venues.listed import TargetResult

NOTHING = "-"
VALUE_LIMIT = 200  # characters of one fact; a cell of a row has fewer
_CELL_LIMIT = 60
RESULT_FIELDS = ("symbol", "side", "price", "quantity", "filled")
_AMOUNTS = frozenset({"price", "quantity", "filled"})

# To be read on white and on black, so no yellow, cyan or blue. Green is kept for what this run's request did; the
# other outcomes with exit code 0 did less, or prove less.
_STYLES = {
    Outcome.CANCELLED: "green",
    Outcome.ALREADY_CANCELLED: "bold",
    Outcome.REQUESTED: "bold",
    Outcome.DRY_RUN: "bold",
    Outcome.TOO_LATE: "magenta",
    Outcome.PENDING: "magenta",
    Outcome.UNKNOWN: "bold red",
}
_WARNING = "reverse"


@dataclass(frozen=True, slots=True)
class Span:
    """Some text and how it looks; plain output leaves the style out."""

    text: str
    style: str = ""


Line = tuple[Span, ...]  # two blanks stand between its spans


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values, one below the other. An empty label goes on with the one above."""

    pairs: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells under a head (an empty head: none).

    `right`: the columns of amounts. `marked`: the row that was asked for. `notes`: what is said of each row, a
    sentence a span. Every other cell is shown in one piece; where the rows are too long, each becomes a block.
    """

    head: tuple[str, ...]
    rows: tuple[Line, ...]
    right: frozenset[int] = frozenset()
    marked: int | None = None
    notes: tuple[Line, ...] = ()


Page = list[Line | Facts | Grid]


def outcome_words(outcome: Outcome) -> str:
    """The outcome as a person reads it: `too late`, `already cancelled`, `rate-limited`."""
    return outcome.word if outcome is Outcome.RATE_LIMITED else outcome.word.replace("-", " ")


def summary(results: Sequence[Result]) -> str:
    """The closing line: `3 cancelled, 1 too late`, the best first."""
    counts = Counter(result.outcome for result in results)
    return ", ".join(f"{counts[outcome]} {outcome_words(outcome)}" for outcome in Outcome if counts[outcome])


def page_of(results: Sequence[Result]) -> Page:
    """One result in full, or several as one row each. In: at least one."""
    return _one_order(results[0]) if len(results) == 1 else _several_orders(results)


def _one_order(result: Result) -> Page:
    """The outcome, the message, then the order as its venue's view has it."""
    page: Page = [(outcome_span(result), Span(_name(result), "bold"), *whose(result))]
    page += [(sentence,) for sentence in said(result)]
    view = view_of(result)
    facts = view.facts if view.rows else (*view.facts, ("placed", age(result.placed_at, result.finished_at, " ago")))
    if pairs := tuple((label, Span(value)) for label, raw in facts if (value := clean(raw, VALUE_LIMIT))):
        page += [(), Facts(pairs)]
    if view.rows:
        page += [(), _neighbours(view.rows, result.finished_at)]
    return page


def _several_orders(results: Sequence[Result]) -> Page:
    """One row an order and the count of each outcome."""
    rows = []
    for result in results:
        fields = view_of(result).fields
        placed = short_age(result.placed_at, result.finished_at)
        cells = (cell(text) for text in (*(fields[name] for name in RESULT_FIELDS), placed))
        rows.append((outcome_span(result), Span(result.order_id), *cells))
    grid = used(("outcome", "order", *RESULT_FIELDS, "age"), rows, tuple(map(said, results)))
    return [_title(results), (), grid, (), (Span(summary(results), "bold"), *sandbox(results[0]))]


def age(placed: datetime | None, now: datetime, ending: str = "") -> str:
    """How long ago, in words and then `ending`; nothing where it is not known. A date to come is none."""
    return duration((now - placed).total_seconds()) + ending if placed and placed <= now else ""


def short_age(placed: datetime | None, now: datetime) -> str:
    """The age's first unit alone, for a column: `2 h`."""
    return " ".join(age(placed, now).split()[:2])


def style_of(outcome: Outcome) -> str:
    return _STYLES.get(outcome, "red")


def outcome_span(result: Result) -> Span:
    return Span(outcome_words(result.outcome), style_of(result.outcome))


def said(result: Result) -> Line:
    """The sentence of a result, and what the cancel cost besides the order."""
    both = Span(clean(result.message, MESSAGE_LIMIT)), Span(clean(result.warning, MESSAGE_LIMIT), _WARNING)
    return tuple(span for span in both if span.text)


def sandbox(result: Result | TargetResult) -> Line:
    return (Span("(sandbox)", "dim"),) if result.sandbox else ()


def whose(result: Result | TargetResult) -> Line:
    """The account and where its credentials came from, and the sandbox; its own account has no name."""
    if not result.credentials or result.credentials == "sandbox":
        return sandbox(result)
    account = Span(f"(profile {clean(result.profile, _CELL_LIMIT)}, {result.credentials})", "dim")
    return account, *sandbox(result)


def _name(result: Result) -> str:
    title, noun = face_of(target_of(result)).title, verb_of(target_of(result)).noun
    if result.deal_id is not None:
        return f"{title} deal {result.deal_id}, {noun} {result.order_id}"
    return f"{title} {noun} {result.order_id}"


def _title(results: Sequence[Result]) -> Line:
    first = results[0]
    what = f"deal {first.deal_id}" if first.deal_id is not None else f"{verb_of(target_of(first)).noun}s"
    return (Span(f"{face_of(target_of(first)).title} {what}", "bold"), *whose(first))


def cell(text: str, style: str = "") -> Span:
    return Span(clean(text, _CELL_LIMIT) or NOTHING, style)


def _neighbours(shown: Rows, now: datetime) -> Grid:
    """The order among its neighbours, itself marked."""
    ages = [short_age(placed, now) for placed in shown.placed]
    head, rows = shown.head, shown.rows
    if any(ages):
        head = (*head, "age")
        rows = tuple((*row, more) for row, more in zip(rows, ages, strict=True))
    styles = ("bold" if index == shown.marked else "" for index in range(len(rows)))
    drawn = tuple(tuple(cell(text, style) for text in row) for row, style in zip(rows, styles, strict=True))
    return Grid(head, drawn, shown.right, shown.marked)


def used(head: tuple[str, ...], rows: Sequence[Line], notes: tuple[Line, ...]) -> Grid:
    """Without the columns that hold nothing."""
    used = [i for i in range(len(head)) if any(row[i].text != NOTHING for row in rows)]
    amounts = frozenset(new for new, i in enumerate(used) if head[i] in _AMOUNTS)
    kept = tuple(tuple(row[i] for i in used) for row in rows)
    return Grid(tuple(head[i] for i in used), kept, amounts, notes=notes)
