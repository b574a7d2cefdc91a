"""Pages without a total: read to the end, each row once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from venues.wire.paging import paged

Page = Sequence[tuple[str, str]]


class Book:
    """Ids, which may change between two pages. `asked` has the number and the offset of each page."""

    def __init__(self, count: int, cap: int = 3, meanwhile: Callable[[list[str], int], None] | None = None) -> None:
        self.ids = [str(number) for number in range(1, count + 1)]
        self.cap = cap
        self.meanwhile = meanwhile
        self.asked: list[tuple[int, int]] = []

    def by_offset(self, number: int, before: int) -> Page:
        return self._page(number, before, before)

    def by_number(self, number: int, before: int) -> Page:
        return self._page(number, before, (number - 1) * self.cap)

    def _page(self, number: int, before: int, start: int) -> Page:
        self.asked.append((number, before))
        if self.meanwhile:
            self.meanwhile(self.ids, number)
        return [(one, f"row {one}") for one in self.ids[start : start + self.cap]]


def rows(*ids: int) -> list[str]:
    return [f"row {one}" for one in ids]


def test_all_pages_to_the_empty_one() -> None:
    for read in ("by_offset", "by_number"):
        book = Book(7)
        assert list(paged(getattr(book, read))) == rows(1, 2, 3, 4, 5, 6, 7)
        assert book.asked == [(1, 0), (2, 3), (3, 6), (4, 7)]


def test_none_at_all_is_one_request() -> None:
    book = Book(0)
    assert (list(paged(book.by_number)), book.asked) == ([], [(1, 0)])


def test_a_full_last_page_is_not_known_to_be_the_last() -> None:
    assert len(Book(3).by_number(1, 0)) == 3
    book = Book(3)
    assert (list(paged(book.by_number)), len(book.asked)) == (rows(1, 2, 3), 2)


def test_a_short_page_is_no_end() -> None:
    """A cap that nobody tells of: fewer rows come than were asked for."""
    pages = {1: ["1", "2"], 2: ["3"], 3: ["4", "5"]}
    read = paged(lambda number, before: [(one, f"row {one}") for one in pages.get(number, [])])
    assert list(read) == rows(1, 2, 3, 4, 5)


def test_a_venue_that_knows_no_pages_is_asked_three_times() -> None:
    book = Book(3)
    assert list(paged(lambda number, before: book.by_offset(number, 0))) == rows(1, 2, 3)
    assert len(book.asked) == 3


def test_a_whole_page_that_is_pushed_onto_the_next_is_no_end() -> None:
    def placed(ids: list[str], number: int) -> None:
        if number == 2:
            ids[:0] = ["9", "8", "7"]

    for read in ("by_offset", "by_number"):
        book = Book(5, meanwhile=placed)
        assert list(paged(getattr(book, read))) == rows(1, 2, 3, 4, 5)


def test_rows_that_are_pushed_onto_the_next_page_come_once() -> None:
    def placed(ids: list[str], number: int) -> None:
        if number == 2:
            ids[:0] = ["9", "8"]

    for read in ("by_offset", "by_number"):
        book = Book(5, meanwhile=placed)
        assert list(paged(getattr(book, read))) == rows(1, 2, 3, 4, 5)
        assert book.asked == [(1, 0), (2, 3), (3, 6), (4, 7)]


def test_two_pages_without_a_new_id_are_the_end_only_in_a_row() -> None:
    pages = {1: ["1"], 2: ["1"], 3: ["2"], 4: ["2"], 5: ["3"]}
    read = paged(lambda number, before: [(one, f"row {one}") for one in pages.get(number, [])])
    assert list(read) == rows(1, 2, 3)


def test_each_id_is_given_at_its_first_place() -> None:
    pages = {1: [("1", "first"), ("1", "second")], 2: [("1", "third"), ("2", "other")]}
    assert list(paged(lambda number, _: pages.get(number, []))) == ["first", "other"]


def test_pages_are_asked_for_as_their_rows_are_taken() -> None:
    book = Book(9)
    read = paged(book.by_number)
    assert [next(read) for _ in range(3)] == rows(1, 2, 3)
    assert book.asked == [(1, 0)]
