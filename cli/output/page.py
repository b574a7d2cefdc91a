"""What a run's table says and in which order: lines and grids of words, still without colour or width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cli.output.record import MESSAGE_LIMIT, message
from cli.output.text import cells, clean
from venues.registry import VERBS, face_of, view_of
from venues.result import Outcome, Result
from venues.view import Rows

NOTHING = "-"
_VALUE_LIMIT = 200  # characters of one fact; a cell of a row has fewer
_CELL_LIMIT = 60
_NARROWEST_MESSAGE = 32  # characters; with less room beside the row, messages go below the table
_GAP = 2

# Green is kept for what the venue shows cancelled; `requested` and `dry-run` also exit 0, but prove less.
_STYLES = {
    Outcome.CANCELLED: "green",
    Outcome.ALREADY_CANCELLED: "green",
    Outcome.REQUESTED: "cyan",
    Outcome.DRY_RUN: "cyan",
    Outcome.TOO_LATE: "yellow",
    Outcome.PENDING: "yellow",
    Outcome.UNKNOWN: "bold red",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Some text and how it looks, in rich's words for styles; plain output leaves the style out."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells under a head (an empty head: none).

    `right`: the columns of amounts. `marked`: the row that was asked for. `wraps`: the last column
    may go on in the next line; all others are shown in one piece, whatever the width.
    """

    head: tuple[str, ...]
    rows: tuple[Line, ...]
    right: frozenset[int] = frozenset()
    marked: int | None = None
    wraps: bool = False


Page = list[Line | Grid]


def outcome_words(outcome: Outcome) -> str:
    """The outcome as a person reads it: `too late`, `already cancelled`, `rate-limited`."""
    return outcome.word if outcome is Outcome.RATE_LIMITED else outcome.word.replace("-", " ")


def summary(results: Sequence[Result]) -> str:
    """The closing line: `3 cancelled, 1 too late`, the best first."""
    counts = Counter(result.outcome for result in results)
    return ", ".join(f"{counts[outcome]} {outcome_words(outcome)}" for outcome in Outcome if counts[outcome])


def one_order(result: Result) -> Page:
    """The outcome, the message, then the order as its venue's view has it."""
    page: Page = [(_outcome(result), Span(f"  {_name(result)}", "bold"), *_sandbox(result))]
    if sentence := clean(result.message, MESSAGE_LIMIT):
        page.append((Span(sentence),))
    if warning := clean(result.warning, MESSAGE_LIMIT):
        page.append((Span(warning, "bold magenta"),))
    view = view_of(result)
    if view.rows:
        return [*page, (), _neighbours(view.rows)]
    facts = [(Span(label, "dim"), Span(value)) for label, raw in view.facts if (value := clean(raw, _VALUE_LIMIT))]
    return [*page, (), Grid((), tuple(facts))] if facts else page


def several_orders(results: Sequence[Result], width: int | None) -> Page:
    """One row an order and the count of each outcome. `width` in characters, None for no limit."""
    names = ("symbol", "side", "price", "quantity", "filled")
    rows = []
    for result in results:
        fields = view_of(result).fields
        order = (_outcome(result), Span(result.order_id), *(Span(_cell(fields[name])) for name in names))
        rows.append((*order, _message(result)))
    head = ("outcome", "order", *names, "message")
    grid = _without_empty_columns(head, rows)
    below = grid.wraps and width is not None and _width(grid) + _NARROWEST_MESSAGE > width
    page: Page = [_title(results), (), _without_last_column(grid) if below else grid]
    if below:
        page += [(), *((Span(f"{row[1].text}: ", "bold"), row[-1]) for row in rows if row[-1].text)]
    return [*page, (), (Span(summary(results), "bold"), *_sandbox(results[0]))]


def _outcome(result: Result) -> Span:
    return Span(outcome_words(result.outcome), _STYLES.get(result.outcome, "red"))


def _message(result: Result) -> Span:
    return Span(message(result))


def _sandbox(result: Result) -> Line:
    return (Span("  (sandbox)", "magenta"),) if result.sandbox else ()


def _name(result: Result) -> str:
    title, noun = face_of(result.command).title, VERBS[result.command].noun
    if result.deal_id is not None:
        return f"{title} deal {result.deal_id}, {noun} {result.order_id}"
    return f"{title} {noun} {result.order_id}"


def _title(results: Sequence[Result]) -> Line:
    first = results[0]
    what = f"deal {first.deal_id}" if first.deal_id is not None else f"{VERBS[first.command].noun}s"
    return (Span(f"{face_of(first.command).title} {what}", "bold"), *_sandbox(first))


def _cell(text: str) -> str:
    return clean(text, _CELL_LIMIT) or NOTHING


def _neighbours(shown: Rows) -> Grid:
    """The order among its neighbours, itself marked."""
    styles = ("bold" if index == shown.marked else "" for index in range(len(shown.rows)))
    rows = (tuple(Span(_cell(text), style) for text in row) for row, style in zip(shown.rows, styles, strict=True))
    return Grid(shown.head, tuple(rows), shown.right, shown.marked)


def _without_empty_columns(head: tuple[str, ...], rows: Sequence[Line]) -> Grid:
    used = [i for i in range(len(head)) if any(row[i].text not in ("", NOTHING) for row in rows)]
    amounts = frozenset(new for new, i in enumerate(used) if head[i] in ("price", "quantity", "filled"))
    kept = tuple(tuple(row[i] for i in used) for row in rows)
    return Grid(tuple(head[i] for i in used), kept, amounts, wraps=head[used[-1]] == "message")


def _without_last_column(grid: Grid) -> Grid:
    return Grid(grid.head[:-1], tuple(row[:-1] for row in grid.rows), grid.right)


def _width(grid: Grid) -> int:
    """The characters that every column but the last takes up, gaps and margin included."""
    texts = zip(grid.head, *([span.text for span in row] for row in grid.rows), strict=True)
    widths = [max(map(cells, column)) + _GAP for column in texts]
    return sum(widths[:-1]) + _GAP
