"""Drawing a run's table: a row a line on a pipe; within the width on a terminal, where it breaks at blanks only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, repeat
from typing import TextIO

from cli.output.page import NOTHING, Facts, Grid, Line, Page, Span, page_of
from cli.output.streams import colour_wanted, columns, write_out
from cli.output.text import cells
from venues.result import Result

_GAP = 2
_MARGIN = "  "
_INDENT = 4  # of what goes on below its row or its label
_ENOUGH = 40  # characters; with less room beside its row, a sentence that is longer goes below it
_UNLIMITED = 1_000_000
_CODES = {"bold": "1", "dim": "2", "reverse": "7", "red": "31", "green": "32", "magenta": "35"}


def render(
    results: Sequence[Result], *, console_file: TextIO | None, is_terminal: bool, environ: Mapping[str, str]
) -> None:
    """Print the results as a table. In: `console_file`, mostly stdout; `environ` decides on colour.

    Ids are never cut. A closed pipe is no error.
    """
    if results:
        show(page_of(results), console_file, is_terminal=is_terminal, environ=environ)


def show(page: Page, stream: TextIO | None, *, is_terminal: bool, environ: Mapping[str, str]) -> None:
    """Print a page, as `render` does."""
    width = _width(stream, is_terminal, environ)
    write_out(draw(page, colour=colour_wanted(is_terminal, environ), width=width), stream)


def plain(page: Page) -> str:
    """The page without colour, as wide as its longest row."""
    return draw(page, colour=False, width=None)


def draw(page: Page, *, colour: bool, width: int | None) -> str:
    """The page as text. In: `width` in characters, None on a pipe, which has none: a row is one line there."""
    lines = chain.from_iterable(_part(part, width or _UNLIMITED) for part in page)
    return "".join(_text(line, colour) + "\n" for line in lines)


def _text(line: Line, colour: bool) -> str:
    if not colour:
        return "".join(span.text for span in line).rstrip()
    painted = ""
    for style, spans in groupby(line, lambda span: span.style):  # neighbours of one style under one code
        text, codes = "".join(span.text for span in spans), ";".join(_CODES[word] for word in style.split())
        painted += f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text
    return painted.rstrip()


def _part(part: Line | Facts | Grid, width: int) -> Iterator[Line]:
    if isinstance(part, Facts):
        return _facts(part.pairs, width)
    if isinstance(part, Grid):
        return _grid(part, width)
    return _wrapped(part, width, 0, len(_MARGIN))


def _facts(pairs: Sequence[tuple[str, Span]], width: int, mark: str = _MARGIN) -> Iterator[Line]:
    """A value beside its label; below it where it stands whole only there, or one of its words does."""
    start = len(_MARGIN) + max(cells(label) for label, _ in pairs) + _GAP
    for margin, (label, value) in zip(chain([mark], repeat(_MARGIN)), pairs, strict=False):
        whole = cells(value.text)
        beside = start + (whole if whole <= width else _longest_word(value)) <= width
        indent = start if beside else min(_INDENT, width - whole) if whole <= width else _INDENT
        lines = list(_wrapped((value,), width, indent, indent))
        begin = (Span(margin), Span(label, "dim"))
        if beside:
            yield (*begin, _blanks(start - len(margin) - cells(label)), *lines.pop(0)[1:])
        elif label:
            yield begin
        yield from lines


def _grid(grid: Grid, width: int) -> Iterator[Line]:
    head = tuple(Span(word.upper(), "dim") for word in grid.head)
    rows = [head, *grid.rows] if head else grid.rows
    widths = [max(cells(span.text) for span in column) for column in zip(*rows, strict=True)]
    taken = len(_MARGIN) + sum(widths) + _GAP * (len(widths) - 1)
    if taken > width:
        yield from _blocks(grid, width)
        return
    beside = _fit(grid.notes, width - taken - _GAP)
    if head:
        title = (_blanks(_GAP), Span("MESSAGE", "dim")) if beside and any(grid.notes) else ()
        yield (*_row(_MARGIN, head, widths, grid.right), *title)
    indent = taken + _GAP if beside else _INDENT
    for index, row in enumerate(grid.rows):
        drawn = _row(_mark(grid, index), row, widths, grid.right)
        said = list(_sentences(grid, index, width, indent))
        if beside and said:
            yield (*drawn, _blanks(_GAP), *said.pop(0)[1:])
        else:
            yield drawn
        yield from said


def _blocks(grid: Grid, width: int) -> Iterator[Line]:
    """One block an order, what is said of it at the end."""
    for index, row in enumerate(grid.rows):
        if index:
            yield ()
        known = [
            pair for pair in zip(grid.head or repeat(""), row, strict=False) if pair[1].text not in ("", NOTHING)
        ]
        yield from _facts(known, width, _mark(grid, index)) if known else ()
        yield from _sentences(grid, index, width, _INDENT)


def _row(margin: str, row: Line, widths: Sequence[int], right: frozenset[int]) -> Line:
    spans = [Span(margin)]
    for index, (span, width) in enumerate(zip(row, widths, strict=True)):
        blanks = width - cells(span.text)
        before = blanks if index in right else 0
        spans += [_blanks(before + (_GAP if index else 0)), span, _blanks(blanks - before)]
    return tuple(spans)


def _mark(grid: Grid, index: int) -> str:
    return "> " if index == grid.marked else _MARGIN


def _sentences(grid: Grid, index: int, width: int, indent: int) -> Iterator[Line]:
    """What is said of a row: a sentence a line, and all of them in one where a row is one line."""
    note = grid.notes[index] if grid.notes else ()
    if width == _UNLIMITED and note:
        note = (Span("; ".join(span.text for span in note)),)
    return chain.from_iterable(_wrapped((span,), width, indent, indent) for span in note)


def _fit(notes: Sequence[Line], room: int) -> bool:
    """Whether all that is said of the rows may stand beside them."""
    spans = [span for note in notes for span in note]
    words = max(map(_longest_word, spans), default=0)
    return room >= max(words, min(_ENOUGH, max((cells(span.text) for span in spans), default=0)))


def _wrapped(line: Line, width: int, first: int, later: int) -> Iterator[Line]:
    """A line in as many as it needs, each begins with its indent. In: those of the first line and of the others.

    It is broken at blanks only, and rather between two spans than within one. A word that is longer than the width
    stands alone, and is as long as it is.
    """
    spaced = tuple(span for each in line for span in (_blanks(_GAP), each))[1:]
    used = first + sum(cells(span.text) for span in spaced)
    if used <= width:
        yield _blanks(first), *spaced
        return
    spare = max(0, width - max(map(_longest_word, line)))
    spans, used = [_blanks(min(first, spare))], min(first, spare)
    for span in line:
        whole = cells(span.text)
        for number, word in enumerate(span.text.split()):
            gap = (1 if number else _GAP) if len(spans) > 1 else 0
            needed = cells(word) if number or later + whole > width else whole
            if gap and used + gap + needed > width:
                yield tuple(spans)
                spans, used, gap = [_blanks(min(later, spare))], min(later, spare), 0
            # The blanks within a span look as it does.
            spans += [Span(" " * gap, span.style if gap == 1 else ""), Span(word, span.style)]
            used += gap + cells(word)
    yield tuple(spans)


def _longest_word(span: Span) -> int:
    return max(map(cells, span.text.split()), default=0)


def _blanks(count: int) -> Span:
    return Span(" " * count)


def _width(stream: TextIO | None, is_terminal: bool, environ: Mapping[str, str]) -> int | None:
    """The terminal's width in characters; None on a pipe."""
    if not is_terminal:
        return None
    if environ.get("COLUMNS", "").isdecimal() and int(environ["COLUMNS"]) > 0:
        return int(environ["COLUMNS"])
    return columns(stream)
