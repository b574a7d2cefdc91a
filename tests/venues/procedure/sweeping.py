"""A sweep over a venue whose lists follow a script, on a clock that jumps."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.venues.fakes import EPOCH, HABITS, Bench, FakeClock, Listing, ListStep, Step
from venues.interface import Habits, OpenOrder, Order, OrderRef, State
from venues.procedure.batch import Done
from venues.procedure.clear import Sort
from venues.procedure.filters import Filters
from venues.procedure.run import Cancel
from venues.procedure.sweep import Aims, Sweep
from venues.procedure.terms import Terms
from venues.result import Outcome

PAUSE = HABITS.list_pause


def row(
    order_id: str,
    state: State = State.OPEN,
    *,
    deal_id: str | None = None,
    protective: bool = False,
    cancellable: bool = True,
    kind: str = "",
    **told: Any,
) -> OpenOrder:
    order = Order(state, **{"placed_at": EPOCH, "side": "buy", **told})
    return OpenOrder(OrderRef(order_id, deal_id), order, protective=protective, cancellable=cancellable, kind=kind)


ONE, TWO, NEW = row("1"), row("2"), row("9")
LEAVING, PROTECTIVE = row("3", State.CANCELLING), row("4", protective=True)
FIXED, OTHER = row("5", cancellable=False), row("6", side="sell")


@dataclass
class Run:
    """A sweep and what came of it. `begin` reads the first list, `go_on` does the rest."""

    sweep: Sweep
    venue: Listing
    clock: FakeClock

    def begin(self) -> list[tuple[str, Sort]]:
        return [(found.ref.order_id, sort) for found, sort in self.sweep.find()]

    def go_on(self) -> list[Done]:
        return list(self.sweep.cancel())

    def whole(self) -> list[Done]:
        self.begin()
        return self.go_on()

    @property
    def said(self) -> tuple[bool, Outcome]:
        return self.sweep.swept.is_clear, self.sweep.outcome

    @property
    def cancels(self) -> list[str]:
        """The ids that were sent a cancel, in order."""
        return [line.removeprefix("cancel ") for line in self.venue.log if line.startswith("cancel")]


def begun(
    clock: FakeClock,
    lists: Iterable[ListStep],
    ends: Mapping[str, Step] | None = None,
    *,
    habits: Habits = HABITS,
    filters: Filters = Filters(),  # noqa: B008  # frozen
    **aims: Any,
) -> Run:
    """In: the lists in turn, how cancels end by id, and the aims."""
    venue, bench = Listing(lists, ends, habits), Bench(clock)
    aim = Aims(filters=filters, **{"jobs": 1, **aims})
    sweep = Sweep(
        venue, clock, bench.pace, aim,
        lambda ref: Cancel(venue, ref, Terms(wait=aim.wait), clock, bench.pace, bench.masks),
        threading.Event(),
    )  # fmt: skip
    return Run(sweep, venue, clock)
