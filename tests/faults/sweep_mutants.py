"""Rules of a sweep broken on purpose: the fuzzer must catch each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from venues.interface import OpenOrder, VenueError
from venues.procedure import clear, filters, sweep
from venues.procedure.clear import Sort, Swept, Tally
from venues.registry import VERBS, class_of
from venues.wire import paging

Mutant = Callable[[], None]


def _sorted(change: Callable[[Sort], Sort]) -> Mutant:
    """In: what is made of each row's sort."""

    def mutate() -> None:
        true = clear.sort_of
        sweep.sort_of = lambda row, **facts: change(true(row, **facts))

    return mutate


def _taken_for(one: Sort, other: Sort) -> Mutant:
    return _sorted(lambda sort: other if sort is one else sort)


def _asked_with(**changed: bool) -> Mutant:
    """In: what `sort_of` is told."""

    def mutate() -> None:
        true = clear.sort_of
        sweep.sort_of = lambda row, **facts: true(row, **(facts | changed))

    return mutate


def _on_the_way(count: Callable[[Tally], int]) -> Mutant:
    def mutate() -> None:
        Tally.in_the_way = property(count)  # type: ignore[method-assign, assignment]

    return mutate


def _one_list() -> None:
    clear.AGREEING = 1


def _no_pause() -> None:
    for verb in VERBS:
        venue = class_of(verb)
        venue.habits = venue.habits._replace(list_pause=0.0)
    Swept.after_list = _without_lag(Swept.after_list)  # type: ignore[method-assign]


def _without_lag(true: Callable[..., Swept]) -> Any:
    return lambda self, tally, at, **facts: replace(true(self, tally, at, **facts), lag=0.0)


def _vanished_hide_none() -> None:
    true: Callable[..., Swept] = Swept.after_list
    Swept.after_list = lambda self, tally, at, **_: true(self, tally, at)  # type: ignore


def _unread_is_empty() -> None:
    true = sweep.Sweep._rows

    def rows(self: sweep.Sweep, ends: float) -> Iterator[tuple[OpenOrder, Sort]]:
        try:
            yield from true(self, ends)
        except VenueError:
            return

    sweep.Sweep._rows = rows  # type: ignore[method-assign]


def _one_page() -> None:
    from venues.tanx import orders as tanx

    def first(page: Callable[[int, int], Any]) -> Iterator[Any]:
        return (row for _, row in page(1, 0))

    paging.paged = tanx.paged = first


def _no_filter() -> None:
    filters.Filters.match = lambda *_: filters.Match.YES  # type: ignore[method-assign]


def _until_clear() -> None:
    true = clear.next_step
    sweep.next_step = lambda swept, pause, **_: true(swept, pause, until_clear=True)


def _no_doubt() -> None:
    true = Swept.after_cancels
    Swept.after_cancels = lambda self, **facts: true(self, **(facts | {"hanging": False}))  # type: ignore


def _dry_run_sends() -> None:
    from cli.sweep.all import _All

    _All._work = lambda self: self._on_board(self._list_and_sweep)  # type: ignore[method-assign]


def _orders_codes_alone() -> None:
    from cli.sweep.report import SweepReport

    true = SweepReport.end

    def end(self: SweepReport, targets: Any, exit_code: Callable[[], int]) -> None:
        worst = self.worst
        true(self, targets, exit_code)
        self.worst = worst

    SweepReport.end = end  # type: ignore[method-assign]


MUTANTS: dict[str, Mutant] = {
    "one list proves it clear": _one_list,
    "two lists without a pause prove it clear": _no_pause,
    "an unread list is an empty one": _unread_is_empty,
    "only the first page is read": _one_page,
    "rows that vanish hide none": _vanished_hide_none,
    "filters mean everything": _no_filter,
    "protection goes as well": _asked_with(protective=True),
    "what came later goes as well": _until_clear,
    "what came later is not in the way": _on_the_way(lambda tally: tally.leaving + tally.stale + tally.standing),
    "what stands is not in the way": _on_the_way(lambda tally: tally.leaving + tally.stale + tally.new),
    "what leaves is not in the way": _on_the_way(lambda tally: tally.stale + tally.standing + tally.new),
    "what leaves is sent a cancel": _taken_for(Sort.LEAVING, Sort.NEW),
    "what no cancel may be sent for goes as well": _taken_for(Sort.FIXED, Sort.NEW),
    "what is listed for longer is sent a second cancel": _taken_for(Sort.STALE, Sort.NEW),
    "an order in doubt is none": _no_doubt,
    "a dry run sends": _dry_run_sends,
    "only orders have a code": _orders_codes_alone,
}
