"""Drawing a run's table: plain text for a pipe, rich's tables and colours for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Literal, TextIO

from cli.output.page import Grid, Line, Page, Span, one_order, several_orders
from cli.output.streams import colour_wanted, columns, write_out
from cli.output.text import cells
from venues.result import Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_MARGIN = "  "
_UNLIMITED = 100_000  # characters, wider than any row: nothing is wrapped or cut


def render(
    results: Sequence[Result], *, console_file: TextIO | None, is_terminal: bool, environ: Mapping[str, str]
) -> None:
    """Print the results as a table. In: `console_file`, mostly stdout; `environ` decides on colour.

    One result is shown in full, several as one row each. Ids are never cut. A closed pipe is no error.
    """
    if not results:
        return
    text = table(
        results, colour=colour_wanted(is_terminal, environ), width=_width(console_file, is_terminal, environ)
    )
    write_out(text, console_file)


def table(results: Sequence[Result], *, colour: bool, width: int | None) -> str:
    """The table as text. In: `width` in characters, None on a pipe, which has none."""
    page = one_order(results[0]) if len(results) == 1 else several_orders(results, width)
    if width is None and not colour:
        return plain(page)  # rich takes 0.3 ms a row and 30 ms to load; a pipe needs none of it
    return _rich(page, colour, width or _UNLIMITED)


def plain(page: Page) -> str:
    """The page without colour, as wide as its longest row."""
    lines: list[str] = []
    for part in page:
        if isinstance(part, Grid):
            lines += _plain_grid(part)
        else:
            lines.append("".join(span.text for span in part))
    return "\n".join(lines) + "\n"


def _plain_grid(grid: Grid) -> list[str]:
    rows = [[span.text for span in row] for row in grid.rows]
    margins = [_margin(grid, index) for index in range(len(rows))]
    if grid.head:
        rows.insert(0, [word.upper() for word in grid.head])
        margins.insert(0, _MARGIN)
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    lines = []
    for margin, row in zip(margins, rows, strict=True):
        padded = []
        for index, (text, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - cells(text))
            padded.append(blank + text if index in grid.right else text + blank)
        lines.append((margin + _MARGIN.join(padded)).rstrip())
    return lines


def _margin(grid: Grid, row: int) -> str:
    return "> " if row == grid.marked else _MARGIN


def _rich(page: Page, colour: bool, width: int) -> str:
    console = _console(colour)
    for part in page:
        console.width = width
        if isinstance(part, Grid):
            if not part.wraps:
                console.width = _UNLIMITED  # on a narrow terminal rich would cut the ids; let the terminal wrap
            console.print(_rich_grid(part))
        else:
            console.print(_rich_line(part))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]  # the StringIO of _console


def _console(colour: bool) -> Console:
    """A console that takes nothing as markup and guesses nothing: CI variables must not force colour."""
    from rich.console import Console

    return Console(
        file=StringIO(),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )


def _rich_line(line: Line) -> Text:
    from rich.text import Text

    return Text.assemble(*((span.text, span.style) for span in line))


def _rich_grid(grid: Grid) -> Table:
    from rich.table import Table
    from rich.text import Text

    count = len(grid.rows[0])
    drawn = Table(box=None, show_header=bool(grid.head), header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for index, word in enumerate(grid.head or ("",) * count):
        header = Text((_MARGIN if index == 0 else "") + word.upper())
        justify: Literal["right", "left"] = "right" if index in grid.right else "left"
        no_wrap = not (grid.wraps and index == count - 1)
        drawn.add_column(header, justify=justify, no_wrap=no_wrap, overflow="fold")
    for index, (first, *rest) in enumerate(grid.rows):
        texts = (Span(_margin(grid, index) + first.text, first.style), *rest)
        drawn.add_row(*(Text(span.text, span.style) for span in texts))
    return drawn


def _width(stream: TextIO | None, is_terminal: bool, environ: Mapping[str, str]) -> int | None:
    """The terminal's width in characters; None on a pipe."""
    if not is_terminal:
        return None
    if environ.get("COLUMNS", "").isdecimal() and int(environ["COLUMNS"]) > 0:
        return int(environ["COLUMNS"])
    return columns(stream)
