"""What the venue tests pass in: time that passes at once, credentials in memory, a venue that follows a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ordercancel.secret import Secret
from venues.face import Budget
from venues.interface import Answer, Habits, Look, OpenOrder, Order, OrderRef, State, Venue, VenueError
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.registry import build
from venues.result import Result
from venues.wire.clock import Stopped
from venues.wire.link import HttpVenue, Link
from venues.wire.masks import Masks
from venues.wire.pace import Pace

EPOCH = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock whose pauses take no time. `luck` is what chance() gives; `stop_after` seconds the run is stopped."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.skew = 0.0  # of the wall clock
        self.luck = 0.5
        self.pauses: list[float] = []
        self.stop_after = float("inf")
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.elapsed + self.skew)

    def unix(self) -> float:
        return self.now().timestamp()

    def pause(self, seconds: float) -> None:
        with self._lock:
            if self.stop_after <= self.elapsed + seconds:
                raise Stopped
            if seconds > 0:
                self.pauses.append(seconds)
                self.seconds += seconds

    def chance(self) -> float:
        return self.luck

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def elapsed(self) -> float:
        return self.seconds - 1000.0


class StoppedClock:
    """A clock for both kinds of time: call it to read it, `pass_by` to move it (seconds)."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


class Held:
    """Credentials in memory. `storable` False: as from the environment. `stored` notes each pair kept."""

    def __init__(self, values: Mapping[str, str], *, storable: bool = True) -> None:
        self.values = dict(values)
        self.storable = storable
        self.stored: list[dict[str, str]] = []

    def get(self, field: str) -> Secret | None:
        return Secret(self.values[field]) if field in self.values else None

    reload = get

    def store(self, values: Mapping[str, Secret]) -> bool:
        plain = {field: secret.reveal() for field, secret in values.items()}
        if self.storable:
            self.stored.append(plain)
            self.values.update(plain)
        return self.storable

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        return nullcontext(True)


def link_to(
    url: str, credentials: Mapping[str, str] | Held, clock: FakeClock, budget: Budget | None = None, **more: Any
) -> Link:
    held = credentials if isinstance(credentials, Held) else Held(credentials)
    return Link(url=url, credentials=held, clock=clock, pace=Pace(budget or Budget(), clock), masks=Masks(), **more)


def cancel(venue: HttpVenue, ref: OrderRef, **terms: Any) -> Result:
    """Run the procedure for one order of a venue over HTTP."""
    link = venue._link
    return Cancel(venue, ref, Terms(**terms), link.clock, link.pace, link.masks).run()


def built(verb: str, link: Link) -> HttpVenue:
    return build(verb, link)


HABITS = Habits(
    first_looks=(1.0, 2.0),
    then_every=3.0,
    most_looks=12,
    repeats=2,
    cancel_timeout=15.0,
    read_timeout=10.0,
    limited_waits=(2.0, 4.0),
)
REF = OrderRef("7")
OPEN = Order(State.OPEN, status="open")
CANCELLING = Order(State.CANCELLING, status="cancelling")
CANCELLED = Order(State.CANCELLED, status="cancelled")
ENDED = Order(State.ENDED, status="filled")

Step = Order | VenueError | None | Callable[[], Answer]


class Scripted(Venue):
    """A venue that answers from two lists; the last step of each repeats. `log` is what it was asked, in order.

    A step is an order (None: accepted without showing it), an error to raise, or a function.
    """

    name: ClassVar[str] = "scripted"
    verb: ClassVar[str] = "scripted"
    title: ClassVar[str] = "Scripted"
    habits = HABITS

    def __init__(
        self, cancels: Iterable[Step] = (None,), looks: Iterable[Step] = (OPEN,), habits: Habits = HABITS
    ) -> None:
        self.cancels = list(cancels)
        self.looks = list(looks)
        self.habits = habits  # type: ignore[misc]
        self.log: list[str] = []
        self.renewals: list[bool | VenueError] = []
        self.preparations: list[VenueError] = []

    def prepare(self, patience: float) -> None:
        if self.preparations:
            raise self.preparations.pop(0)

    def renew(self, patience: float) -> bool:
        self.log.append("renew")
        result = self.renewals.pop(0) if self.renewals else False
        if isinstance(result, VenueError):
            raise result
        return result

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        self.log.append("cancel")
        return self._step(self.cancels)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        self.log.append("look")
        return self._step(self.looks)

    def check(self, patience: float) -> None:
        return None

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        return iter(())

    def _step(self, steps: list[Step]) -> Answer:
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, VenueError):
            raise step
        return step() if callable(step) else Answer(step, raw={"shown": True})


Listed = Sequence[OpenOrder | Exception]  # the rows of one list, each a page of its own; an error ends it
ListStep = Listed | Callable[[], Listed]


class Listing(Scripted):
    """A venue whose lists follow a script, the last one repeating.

    `ends` is how cancels end, by id (`8 1` in deal 8); one that it does not name shows the order cancelled. `log` has
    each list and each cancel with its id.
    """

    def __init__(
        self, lists: Iterable[ListStep], ends: Mapping[str, Step] | None = None, habits: Habits = HABITS
    ) -> None:
        super().__init__(habits=habits)
        self.lists = list(lists)
        self.ends = dict(ends or {})
        self.asked: list[str | None] = []  # the deals that the lists were asked for
        self.faults: list[VenueError] = []  # the next requests of a list fail so

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        self.log.append("list")
        self.asked.append(deal_id)
        step = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        for row in step() if callable(step) else step:
            yield look(lambda patience, row=row: self._row(row))  # type: ignore[misc]

    def _row(self, row: OpenOrder | Exception) -> OpenOrder:
        got = self.faults.pop(0) if self.faults else row
        if isinstance(got, Exception):
            raise got
        return got

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        key = f"{ref.deal_id} {ref.order_id}" if ref.deal_id else ref.order_id
        self.log.append(f"cancel {key}")
        return self._step([self.ends.get(key, CANCELLED)])


class Bench:
    """Runs the procedure over any venue on a fake clock."""

    def __init__(self, clock: FakeClock, budget: Budget | None = None) -> None:
        self.clock = clock
        self.pace = Pace(budget or Budget(), clock)
        self.masks = Masks()

    def begin(self, venue: Venue, **terms: Any) -> Cancel:
        return Cancel(venue, REF, Terms(**terms), self.clock, self.pace, self.masks)

    def run(self, venue: Venue, **terms: Any) -> Result:
        return self.begin(venue, **terms).run()
