"""Lists that come page by page, without a total and without a word for the last page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from venues.wire.seen import Seen

R = TypeVar("R")


def paged(page: Callable[[int, int], Sequence[tuple[str, R]]]) -> Iterator[R]:
    """Yield the rows of all pages, each id once, at its first place.

    In: `page` gives the ids and rows of a page by its number (from 1) and by how many rows came before it.

    The end is a page that is empty, or a second one without a new id: a cap that nobody tells of makes a full page
    look short, rows that are placed meanwhile push a whole page onto the next, and a venue may know no pages at all.
    Rows that vanish meanwhile push others onto a page that was read already: those are missed.
    """
    seen = Seen()
    number, before, known = 1, 0, 0
    while known < 2:
        rows = page(number, before)
        fresh = [row for row_id, row in rows if seen.add(row_id)]
        yield from fresh
        if not rows:
            return
        number, before, known = number + 1, before + len(rows), 0 if fresh else known + 1
