"""The procedure against any sequence of answers, and against a small venue that keeps the true state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.venues.fakes import CANCELLED, CANCELLING, ENDED, HABITS, OPEN, Bench, FakeClock, Scripted
from venues.interface import (
    Answer,
    Habits,
    Limited,
    Look,
    NeverSent,
    NoLook,
    NotFound,
    OpenOrder,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    Venue,
    VenueError,
)
from venues.result import Evidence, Outcome

RUNS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(max_examples=60, deadline=None)

HABIT = st.builds(
    Habits._replace,
    st.just(HABITS),
    repeats=st.integers(0, 3),
    most_looks=st.integers(4, 16),
    first_looks=st.sampled_from([(1.0, 2.0, 4.0), (0.0, 0.2, 0.5), (0.5,)]),
    none_is_not_found=st.booleans(),
    looks_aside=st.booleans(),
)
WAIT = st.sampled_from([0.0, 0.1, 1.0, 5.0, 30.0, 120.0])
SECONDS = st.none() | st.floats(0.0, 40.0)


def faults(*, definite: bool = True) -> st.SearchStrategy[VenueError]:
    """Errors; without `definite` ones, only those that decide nothing."""
    unclear = [st.builds(NeverSent, st.just("unreached")), st.builds(Uncertain, st.just("lost"))]
    clear: list[st.SearchStrategy[Any]] = [
        st.builds(Limited, st.just("limited"), retry_after=SECONDS, banned=st.booleans(), sent=st.booleans()),
        st.builds(Refused, st.just("no"), about_order=st.booleans(), renewable=st.booleans()),
        st.builds(NotFound, st.just("unknown")),
        st.builds(NoLook, st.just("no route")),
        st.builds(
            Unauthorized, st.just("who?"), renewable=st.booleans(), about_order=st.booleans(), sent=st.booleans()
        ),
    ]
    return st.one_of(unclear + clear if definite else unclear)


ORDERS = st.sampled_from(
    [OPEN, CANCELLING, CANCELLED, ENDED, OPEN._replace(sendable=False), OPEN._replace(cancel_failed=True)]
)
CANCELS = st.lists(st.none() | ORDERS | faults(), min_size=1, max_size=6)
LOOKS = st.lists(ORDERS | faults(), min_size=1, max_size=8)
RENEWALS = st.lists(st.booleans() | faults(), max_size=3)


class Timed(Scripted):
    """A scripted venue whose every request takes time, as much as it may at most."""

    def __init__(self, *script: Any, clock: FakeClock, takes: list[float]) -> None:
        super().__init__(*script)
        self.clock = clock
        self.takes = takes
        self.longest = 0.0

    def _wait(self, patience: float) -> None:
        took = self.takes.pop(0) if len(self.takes) > 1 else self.takes[0]
        assert patience <= 15.0
        self.clock.pass_by(min(took, max(0.0, patience)))

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        self._wait(patience)
        return super().request_cancel(ref, patience)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        self._wait(patience)
        return super().read(ref, patience)


@RUNS
@given(CANCELS, LOOKS, RENEWALS, HABIT, WAIT, st.booleans(), st.booleans(), st.lists(st.floats(0, 20), min_size=1),
       st.floats(0, 1))  # fmt: skip
def test_any_sequence_of_answers(
    cancels: Any, looks: Any, renewals: Any, habits: Habits, wait: float, no_wait: bool, dry_run: bool,
    takes: list[float], luck: float,
) -> None:  # fmt: skip
    """It ends in time, repeats nothing without a look, and claims nothing that no answer showed."""
    clock = FakeClock()
    clock.luck = luck
    shown = any(isinstance(step, Order) and step.state is State.CANCELLED for step in (*cancels, *looks))
    venue = Timed(cancels, looks, habits, clock=clock, takes=list(takes))
    venue.renewals = list(renewals)
    result = Bench(clock).run(venue, wait=wait, no_wait=no_wait, dry_run=dry_run)
    assert clock.elapsed <= wait + 0.001  # a request's own time-out is cut by the deadline too
    sends = [entry for entry in venue.log if entry == "cancel"]
    assert result.attempts <= len(sends)
    assert not (dry_run and sends)
    if result.outcome in (Outcome.CANCELLED, Outcome.ALREADY_CANCELLED):
        assert shown
        assert result.evidence is not None
    if result.outcome is Outcome.REQUESTED:
        assert no_wait
    if result.outcome is Outcome.UNKNOWN:
        assert result.attempts > 0
        assert result.evidence is None
    if result.evidence is Evidence.READ_BACK:
        assert "look" in venue.log


@RUNS
@given(st.lists(faults(definite=False) | st.none(), min_size=1, max_size=6), LOOKS, HABIT, WAIT)
def test_a_repeat_comes_only_after_a_look(cancels: Any, looks: Any, habits: Habits, wait: float) -> None:
    """Between two cancels that may have arrived there is a look, unless the first never left."""
    venue = Scripted(cancels, looks, habits)
    log: list[str] = []

    class Noted(Scripted):
        def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
            try:
                answer = venue.request_cancel(ref, patience)
            except NeverSent:
                raise
            except VenueError:
                log.append("cancel")
                raise
            log.append("cancel")
            return answer

        def read(self, ref: OrderRef, patience: float) -> Answer:
            log.append("look")
            return venue.read(ref, patience)

    Bench(FakeClock()).run(Noted(habits=habits), wait=wait)
    assert not any(pair == ("cancel", "cancel") for pair in pairwise(log))
    assert log.count("cancel") <= habits.repeats + 1


# --- a small venue with a true state


@dataclass
class Fault:
    """What goes wrong with one request. `acts`: the venue does what it was asked, although nothing shows it."""

    error: VenueError | None
    acts: bool = True


class Tiny(Venue):
    """One order and its true state. An accepted cancel takes `delay` seconds. `blind`: such words hide it."""

    name = verb = "tiny"
    title = "Tiny"
    verb = "tiny"

    def __init__(
        self, clock: FakeClock, habits: Habits, faults: list[Fault], *, state: State, delay: float, fills: float
    ):
        self.clock, self.habits = clock, habits  # type: ignore[misc]
        self.faults = faults
        self.delay, self.fills = delay, fills
        self.start = state
        self.cancel_at: float | None = None
        self.by_us = False

    def truth(self) -> State:
        if self.start is not State.OPEN:
            return self.start
        if self.cancel_at is not None and self.cancel_at <= min(self.clock.elapsed, self.fills):
            return State.CANCELLED
        if self.clock.elapsed >= self.fills:
            return State.ENDED
        return State.OPEN

    def ever_cancelled_by_us(self) -> bool:
        """Whether our request cancels it, be it after the run."""
        return self.by_us and self.cancel_at is not None and self.cancel_at <= self.fills

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        fault = self._fault()
        if fault.error is not None and not fault.acts:
            raise fault.error
        if self.truth() is not State.OPEN:
            raise fault.error or Refused("not open", about_order=True)
        if self.cancel_at is None:
            self.cancel_at, self.by_us = self.clock.elapsed + self.delay, True
        if fault.error is not None:
            raise fault.error
        return Answer(Order(self.truth(), self.truth().value))

    def read(self, ref: OrderRef, patience: float) -> Answer:
        fault = self._fault()
        if fault.error is not None:
            raise fault.error
        return Answer(Order(self.truth(), self.truth().value))

    def _fault(self) -> Fault:
        return self.faults.pop(0) if self.faults else Fault(None)

    def open_orders(self, look: Look, deal_id: str | None = None) -> Iterator[OpenOrder]:
        return iter(())

    def check(self, patience: float) -> None:
        return None


# An answer that says a definite no is true: the venue did nothing. Only lost answers may hide a deed.
HIDDEN = st.builds(Fault, st.builds(Uncertain, st.just("lost")), st.booleans())
NOTHING_DONE = st.builds(
    Fault,
    st.builds(NeverSent, st.just("unreached"))
    | st.builds(Limited, st.just("limited"), retry_after=SECONDS, banned=st.booleans()),
    st.just(False),
)
FLAT = st.builds(Fault, st.builds(Refused, st.just("no")) | st.builds(Unauthorized, st.just("who?")), st.just(False))
STORY = st.lists(st.just(Fault(None)) | HIDDEN | NOTHING_DONE | FLAT, max_size=8)


@RUNS
@given(STORY, HABIT, st.sampled_from([State.OPEN, State.CANCELLED, State.ENDED]), st.sampled_from([0.0, 0.7, 10.0,
    99.0]),
       st.sampled_from([0.0, 1.5, 1e9]), WAIT, st.booleans())  # fmt: skip
def test_the_iron_rule(
    story: list[Fault], habits: Habits, state: State, delay: float, fills: float, wait: float, no_wait: bool
) -> None:
    """Never `cancelled` unless it is; never a failure that is safe to believe when our request cancelled it."""
    clock = FakeClock()
    venue = Tiny(clock, habits, list(story), state=state, delay=delay, fills=fills)
    result = Bench(clock).run(venue, wait=wait, no_wait=no_wait)
    if result.outcome in (Outcome.CANCELLED, Outcome.ALREADY_CANCELLED):
        assert venue.truth() is State.CANCELLED
    if result.outcome is Outcome.ALREADY_CANCELLED:
        assert not venue.by_us
    if venue.ever_cancelled_by_us():
        assert result.outcome in (Outcome.CANCELLED, Outcome.PENDING, Outcome.UNKNOWN, Outcome.REQUESTED), (
            result.message
        )
    if result.outcome is Outcome.UNAVAILABLE:
        assert result.attempts == 0
    assert clock.elapsed <= wait + 0.001


@FEW
@given(STORY, HABIT, st.floats(0.0, 29.0))
def test_the_iron_rule_under_a_stop(story: list[Fault], habits: Habits, stop_after: float) -> None:
    clock = FakeClock()
    clock.stop_after = stop_after
    venue = Tiny(clock, habits, list(story), state=State.OPEN, delay=0.7, fills=1e9)
    result = Bench(clock).run(venue)
    if result.outcome is Outcome.CANCELLED:
        assert venue.truth() is State.CANCELLED
    if venue.by_us:
        assert result.outcome in (Outcome.CANCELLED, Outcome.PENDING, Outcome.UNKNOWN), result.message
