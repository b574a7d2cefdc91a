"""One target's sweep: find what is open, cancel each by the one procedure, list again until it is clear or hopeless.

What is decided stands in `clear`; which orders are meant, in `filters`; how a list's requests are made, in `reading`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

from venues.interface import OpenOrder, OrderRef, Venue, VenueError
from venues.procedure.batch import Batch, Done
from venues.procedure.clear import HANGING, STANDING, Do, Sort, Swept, Tally, next_step, outcome, sort_of
from venues.procedure.filters import Filters, Match
from venues.procedure.reading import Reading
from venues.procedure.run import Cancel
from venues.result import Outcome
from venues.wire.clock import Clock, Stopped
from venues.wire.pace import Pace
from venues.wire.seen import Seen


@dataclass(frozen=True, slots=True)
class Aims:
    """What a sweep is to do. `wait` in seconds: for each list, and for the lists to become clear.

    `jobs`: orders in flight at once. `until_clear`: cancel as well what is placed meanwhile.
    """

    filters: Filters = Filters()  # noqa: RUF009  # frozen
    wait: float = 30.0
    jobs: int = 4
    until_clear: bool = False


class Sweep:
    """The sweep of one target: `find()`, then `cancel()`, both in one thread; `stop()` from any.

    `found` counts the first list, `lists` the complete ones. `ageless` and `new` are the ids of orders whose age is
    not known though a filter asks for it, and of those that came after the first list. `fault` is why a list could
    not be read, `swept` what is known in the end. A sweep that was `stopped` leaves orders `unbegun`.
    """

    def __init__(
        self, venue: Venue, clock: Clock, pace: Pace, aims: Aims, make: Callable[[OrderRef], Cancel],
        stop: threading.Event,
    ) -> None:  # fmt: skip
        self.found: Tally | None = None
        self.lists = 0
        self.ageless = Seen()
        self.new = Seen()
        self.fault: VenueError | None = None
        self.stopped = False
        self.unbegun = 0
        self.swept = Swept()
        self.batch: Batch | None = None
        self._venue = venue
        self._clock = clock
        self._pace = pace
        self._aims = aims
        self._make = make
        self._stop = stop
        self._sent = Seen()
        self._stands = Seen()
        self._to_cancel = Seen()
        self._worst: Outcome | None = None  # of the orders that hang or stand
        self._listed = Seen()  # the rows of the latest list that may hide others
        self._shifted = False  # one of those before is not there any more

    @property
    def next_round(self) -> Seen:
        """The orders that the next round would cancel: those found, later those that are new in the latest list."""
        return self._to_cancel

    def next_refs(self) -> Iterator[OrderRef]:
        """The same as references."""
        return map(_ref, self._to_cancel)

    @property
    def in_flight(self) -> int:
        """How many orders are begun and not ended."""
        return self.batch.in_flight if self.batch is not None else 0

    @property
    def outcome(self) -> Outcome:
        return outcome(self.swept, self._worst)

    def stop(self) -> None:
        """Nothing new leaves. May be called from a signal handler."""
        self._stop.set()
        if self.batch is not None:
            self.batch.stop()

    def find(self) -> Iterator[tuple[OpenOrder, Sort]]:
        """Read the first list whole. Yield the rows that are meant, as they come, and what they are to the sweep.

        Raises a VenueError when it cannot be read in time, and Stopped: then there is no list.
        """
        now = self._clock.monotonic()
        counts: Counter[Sort] = Counter()
        for row, sort in self._rows(now + self._aims.wait):
            counts[sort] += 1
            if sort is Sort.NEW:
                self._to_cancel.add(_key(row.ref))
            if sort is not Sort.OTHER:
                yield row, sort
        self.found = Tally.of(counts)
        now = self._clock.monotonic()
        self.swept = Swept(at=now, ends=now + self._aims.wait).after_list(self.found, now)
        self.lists += 1

    def cancel(self) -> Generator[Done]:
        """Cancel what was found, each in its turn, and list again until it is clear or nothing more is to be done."""
        now = self._clock.monotonic()  # somebody may have been asked since
        self.swept = replace(self.swept, ends=now + self._aims.wait)
        try:
            if self._to_cancel:
                yield from self._round()
            while (step := self._next())[0] is not Do.END:
                if step[0] is Do.CANCEL:
                    yield from self._round()
                else:
                    self._list_again(step[1])
        except Stopped:
            self.stopped = True
        except VenueError as fault:
            self.fault, self.swept = fault, replace(self.swept, unread=True)

    def _next(self) -> tuple[Do, float]:
        return next_step(self.swept, self._venue.habits.list_pause, until_clear=self._aims.until_clear)

    def _round(self) -> Iterator[Done]:
        """Cancel the frozen ids. Raises Stopped once those that were begun are reported."""
        before, ids, self._to_cancel = len(self._sent), self._to_cancel, Seen()
        for key in ids:
            self._sent.add(key)
        self.batch = Batch(self._make, min(self._aims.jobs, len(ids)), self._stop, self._venue.habits.grace)
        hanging, self.unbegun = False, len(ids)
        for done in self.batch.run(map(_ref, ids)):
            self.unbegun -= 1
            hanging |= self._judged(done)
            yield replace(done, index=before + done.index)
        if self._stop.is_set():
            raise Stopped
        now = self._clock.monotonic()
        self.swept = self.swept.after_cancels(hanging=hanging, at=now, ends=now + self._aims.wait)

    def _judged(self, done: Done) -> bool:
        """Keep in mind what one order came to. Out: whether it hangs."""
        result = done.result
        if result.outcome in HANGING | STANDING:
            worst = self._worst or result.outcome
            self._worst = max(worst, result.outcome, key=lambda outcome: outcome.exit_code)
        if result.outcome in STANDING:
            self._stands.add(_key(done.ref or OrderRef(result.order_id, result.deal_id)))
        return result.outcome in HANGING

    def _list_again(self, at: float) -> None:
        """Read one more list, and count it. Raises a VenueError when it cannot be read in time, and Stopped."""
        self._clock.pause(max(0.0, at - self._clock.monotonic()))
        counts: Counter[Sort] = Counter()
        self._to_cancel = Seen()
        # What confirms a clean list may take its time, also beyond the deadline for it to become clean.
        ends = max(self.swept.ends, self._clock.monotonic() + self._aims.wait * bool(self.swept.clean))
        for row, sort in self._rows(ends):
            counts[sort] += 1
            if sort is Sort.NEW:
                self._to_cancel.add(_key(row.ref))
                self.new.add(_key(row.ref))
        self.swept = self.swept.after_list(Tally.of(counts), self._clock.monotonic(), shifted=self._shifted)
        self.lists += 1

    def _rows(self, ends: float) -> Iterator[tuple[OpenOrder, Sort]]:
        """Every row of one list, and what it is to the sweep."""
        filters = self._aims.filters
        look = Reading(self._venue, self._clock, self._pace, ends)
        listed = Seen()
        for row in self._venue.open_orders(look, filters.deal_id):
            match, key = filters.match(row, self._clock.now()), _key(row.ref)
            sent = key in self._sent
            if row.of_many:
                listed.add(key)
            if match is Match.AGELESS and not sent:
                self.ageless.add(row.ref.order_id)
            yield (
                row,
                sort_of(
                    row,
                    meant=match is Match.YES,
                    protective=filters.protective,
                    sent=sent,
                    stands=key in self._stands,
                ),
            )
        # A row that has vanished since may have done so between two pages; what stood behind it was then missed.
        self._shifted = any(key not in listed for key in self._listed)
        self._listed = listed


def _key(ref: OrderRef) -> str:
    """No id and no symbol has a blank in it, no deal's id a slash, and every symbol one."""
    within = ref.deal_id or ref.symbol
    return f"{within} {ref.order_id}" if within else ref.order_id


def _ref(key: str) -> OrderRef:
    within, _, order_id = key.rpartition(" ")
    return OrderRef(order_id, symbol=within) if "/" in within else OrderRef(order_id, within or None)
