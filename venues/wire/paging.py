"""Lists that come page by page, without a total and without a word for the last page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from venues.wire.seen import Seen

R = TypeVar("R")


def paged(page: Callable[[int, int], Sequence[tuple[str, R]]]) -> Iterator[R]:
    """Yield the rows of all pages, each id once, at its first place.

    In: `page` gives the ids and rows of a page by its number (from 1) and by how many rows came before it.

    Only a page that is empty, or has no new id, is behind the last: a cap that nobody tells of makes a full page look
    short, and rows that vanish meanwhile push others onto a page that was read already.
    """
    seen = Seen()
    number, before = 1, 0
    while True:
        rows = page(number, before)
        fresh = [row for row_id, row in rows if seen.add(row_id)]
        yield from fresh
        if not fresh:
            return
        number, before = number + 1, before + len(rows)
