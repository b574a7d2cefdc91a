"""The cancel procedure's own rules, with a venue that follows a script and a clock that jumps."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest

from tests.venues.fakes import (
    CANCELLED,
    CANCELLING,
    ENDED,
    HABITS,
    OPEN,
    Bench,
    FakeClock,
    Scripted,
    Step,
)
from venues.interface import (
    Answer,
    Habits,
    Limited,
    NeverSent,
    NoLook,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueError,
)
from venues.neuratrade.orders import NeuraTrade
from venues.procedure.judge import LONGEST_BACK_OFF
from venues.procedure.terms import Terms
from venues.registry import VENUES
from venues.result import Evidence, Outcome
from venues.tanx.orders import Tanx
from venues.threecommas.deal_orders import DealOrders
from venues.threecommas.smart_trades import SmartTrades
from venues.tradernet.orders import Tradernet
from venues.wire.clock import Stopped

LOST, UNREACHED = Uncertain("no answer came"), NeverSent("the connection was refused")
NO, FLAT_NO = Refused("not open", about_order=True), Refused("bad request")
EVERY_VENUE = (DealOrders, SmartTrades, Tanx, NeuraTrade, Tradernet)


def limited(after: float | None = None, **more: Any) -> Limited:
    return Limited("slow down", retry_after=after, **more)


# --- reaching the venue


def test_back_off_grows_with_full_jitter_and_never_passes_the_deadline(bench: Bench, clock: FakeClock) -> None:
    clock.luck = 1.0
    result = bench.run(Scripted([UNREACHED]))
    assert (result.outcome, result.attempts, result.evidence) == (Outcome.UNAVAILABLE, 0, None)
    assert clock.pauses[:5] == [0.5, 1.0, 2.0, 4.0, 5.0]
    assert max(clock.pauses) == LONGEST_BACK_OFF
    assert clock.elapsed == pytest.approx(29.95)  # the last try comes just before the deadline


def test_jitter_scales_the_wait_down_to_a_floor(bench: Bench, clock: FakeClock) -> None:
    clock.luck = 0.0
    bench.run(Scripted([UNREACHED]), wait=3.0)
    assert set(clock.pauses[:-1]) == {0.1}


def test_a_venue_that_comes_back_is_used(bench: Bench) -> None:
    result = bench.run(Scripted([UNREACHED, UNREACHED, CANCELLED]))
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1)


def test_after_one_order_found_the_venue_dead_the_others_end_at_once(bench: Bench, clock: FakeClock) -> None:
    bench.run(Scripted([UNREACHED]))
    before = clock.elapsed
    assert bench.run(Scripted([UNREACHED])).outcome is Outcome.UNAVAILABLE
    assert clock.elapsed == before


def test_a_log_in_that_is_not_answered_is_retried(bench: Bench) -> None:
    venue = Scripted([CANCELLED])
    venue.preparations = [NeverSent("no answer")] * 3
    assert bench.run(venue).outcome is Outcome.CANCELLED


def test_an_unreached_repeat_does_not_make_it_unavailable(bench: Bench) -> None:
    """The first try may have worked."""
    result = bench.run(Scripted([LOST, UNREACHED], [OPEN]))
    assert (result.outcome, result.attempts) == (Outcome.UNKNOWN, 1)


# --- looking before repeating


def test_a_look_stands_between_two_cancels(bench: Bench) -> None:
    venue = Scripted([LOST], [OPEN])
    result = bench.run(venue)
    assert (result.outcome, result.attempts) == (Outcome.UNKNOWN, 3)
    assert venue.log[:6] == ["cancel", "look", "cancel", "look", "cancel", "look"]
    assert set(venue.log[6:]) == {"look"}


@pytest.mark.parametrize("repeats", [0, 1, 2])
def test_it_is_repeated_as_often_as_the_venue_allows(repeats: int, bench: Bench) -> None:
    venue = Scripted([LOST], [OPEN], HABITS._replace(repeats=repeats))
    assert bench.run(venue).attempts == repeats + 1


@pytest.mark.parametrize("look", [LOST, UNREACHED, CANCELLING, FLAT_NO, NotFound("gone")])
def test_without_a_look_that_shows_it_open_nothing_is_repeated(look: Step, bench: Bench) -> None:
    venue = Scripted([LOST], [look])
    result = bench.run(venue)
    assert (result.outcome, venue.log.count("cancel")) == (Outcome.UNKNOWN, 1)


def test_a_look_is_taken_before_a_repeat_after_a_429_too(bench: Bench) -> None:
    venue = Scripted([limited(1), CANCELLED], [OPEN])
    bench.run(venue)
    assert venue.log == ["cancel", "look", "cancel"]


def test_an_order_that_may_not_be_sent_is_not_sent_again(bench: Bench) -> None:
    row = Order(State.OPEN, "Active", sendable=False)
    result = bench.run(Scripted([limited(1)], [row]))
    assert (result.outcome, result.attempts) == (Outcome.REFUSED, 1)
    lost = bench.run(Scripted([LOST], [row]))
    assert (lost.outcome, lost.attempts) == (Outcome.UNKNOWN, 1)


def test_what_a_lost_try_cancelled_is_cancelled_and_not_already(bench: Bench) -> None:
    assert bench.run(Scripted([LOST], [CANCELLED])).outcome is Outcome.CANCELLED
    assert bench.run(Scripted([NO], [CANCELLED])).outcome is Outcome.ALREADY_CANCELLED
    assert bench.run(Scripted([LOST, NO], [OPEN, CANCELLED])).outcome is Outcome.CANCELLED
    assert bench.run(Scripted([limited(1)], [CANCELLED])).outcome is Outcome.ALREADY_CANCELLED


@pytest.mark.parametrize("no", [NO, FLAT_NO, NotFound("x"), Unauthorized("who?"), limited(60.0)])
@pytest.mark.parametrize("looks", [[OPEN], [OPEN, CANCELLING], [OPEN, LOST], [OPEN, NotFound("gone")]])
@pytest.mark.parametrize("more", [{}, {"none_is_not_found": True}, {"looks_aside": True}])
def test_a_no_after_a_lost_try_settles_nothing(no: Step, looks: list[Step], more: Any, bench: Bench) -> None:
    """The first one may still act; the venue's words stay in the message."""
    result = bench.run(Scripted([LOST, no], looks, HABITS._replace(**more)))
    assert (result.outcome, result.attempts, result.evidence) == (Outcome.UNKNOWN, 2, None), result.message


def test_what_a_look_shows_after_it_settles_it(bench: Bench) -> None:
    assert bench.run(Scripted([LOST, NO], [OPEN, OPEN, CANCELLED])).outcome is Outcome.CANCELLED
    assert bench.run(Scripted([LOST, FLAT_NO], [OPEN, CANCELLED])).outcome is Outcome.CANCELLED
    assert bench.run(Scripted([LOST, NO], [OPEN, OPEN, ENDED])).outcome is Outcome.TOO_LATE


def test_a_cancel_is_sent_six_times_at_most(bench: Bench, clock: FakeClock) -> None:
    venue = Scripted([limited(0.0)], [OPEN])
    result = bench.run(venue)
    assert (result.outcome, result.attempts, venue.log.count("cancel")) == (Outcome.RATE_LIMITED, 6, 6)
    assert clock.elapsed < 10.0  # more looking would change nothing
    lost_first = Scripted([LOST, *[limited(0.0)] * 9], [OPEN])
    bench.clock.pass_by(10.0)
    assert (bench.run(lost_first).outcome, lost_first.log.count("cancel")) == (Outcome.UNKNOWN, 3)


@pytest.mark.parametrize("then", [UNREACHED, limited(50.0, sent=False)])
def test_sent_once_it_is_never_unavailable(then: Step, bench: Bench) -> None:
    """The first was refused, the credentials renewed, and then the venue was not reached any more."""
    venue = Scripted([Unauthorized("expired", renewable=True), then], [OPEN])
    venue.renewals = [True]
    result = bench.run(venue)
    assert result.attempts == 1
    assert result.outcome in (Outcome.UNAUTHORIZED, Outcome.RATE_LIMITED)


def test_a_report_at_any_moment_of_a_renewal(bench: Bench) -> None:
    """The answer was a no; while fresh credentials are awaited that is what is known."""
    venue = Scripted([Unauthorized("expired", renewable=True), CANCELLED])
    order = bench.begin(venue)
    reports = []

    class Slow(list[Any]):
        def pop(self, index: Any = -1) -> Any:
            reports.append(order.report())
            return True

    venue.renewals = Slow([True])
    assert order.run().outcome is Outcome.CANCELLED
    assert [(report.outcome, report.attempts) for report in reports] == [(Outcome.UNAUTHORIZED, 1)]


def test_lingering(bench: Bench, clock: FakeClock) -> None:
    """Refused and open: the end at once, or at the deadline where a venue writes late."""
    bench.run(Scripted([NO], [OPEN]))
    assert clock.elapsed < 1
    result = bench.run(Scripted([NO], [OPEN], HABITS._replace(looks_aside=True)))
    assert (result.outcome, clock.elapsed > 25) == (Outcome.REFUSED, True)


def test_looks_that_are_refused_twice_running_end_the_looking(bench: Bench, clock: FakeClock) -> None:
    venue = Scripted([None], [FLAT_NO, LOST, FLAT_NO, OPEN, FLAT_NO, Refused("no read right")])
    result = bench.run(venue)
    assert (result.outcome, venue.log.count("look")) == (Outcome.PENDING, 3)  # a lost look in between does not count
    assert "bad request" in result.message
    no_look = Scripted([None], [NoLook("no such route")])
    assert (bench.run(no_look).outcome, no_look.log.count("look")) == (Outcome.PENDING, 1)


# --- the deadline


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.3, 1.0, 7.0, 30.0, 300.0])
@pytest.mark.parametrize("steps", [([None], [OPEN]), ([LOST], [OPEN]), ([UNREACHED], [OPEN]), ([limited(1)], [OPEN])])
def test_every_run_ends_at_its_deadline(wait: float, steps: Any, bench: Bench, clock: FakeClock) -> None:
    bench.run(Scripted(*steps), wait=wait)
    assert clock.elapsed <= wait + 0.001


def test_the_last_look_is_just_before_the_deadline(bench: Bench, clock: FakeClock) -> None:
    times: list[float] = []

    def look() -> Answer:
        times.append(clock.elapsed)
        return Answer(OPEN)

    bench.run(Scripted([None], [look]))
    assert times == [1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29.5]


def test_slow_looks_are_not_caught_up(bench: Bench, clock: FakeClock) -> None:
    times: list[float] = []

    def look() -> Answer:
        times.append(clock.elapsed)
        clock.pass_by(7.0)
        return Answer(OPEN)

    bench.run(Scripted([None], [look]))
    assert all(b - a >= 7.0 for a, b in pairwise(times))
    assert times[-1] < 30


@pytest.mark.parametrize("venue", EVERY_VENUE)
@pytest.mark.parametrize("cancels", [[None], [LOST], [limited(2), LOST], [NO]])
def test_no_venue_is_looked_at_more_often_than_its_page_allows(
    venue: type[Any], cancels: list[Step], bench: Bench, clock: FakeClock
) -> None:
    allowed = {DealOrders: 12, SmartTrades: 12, Tanx: 16, NeuraTrade: 15, Tradernet: 8}[venue]
    scripted = Scripted(cancels, [OPEN], venue.habits)
    bench.run(scripted)
    assert scripted.log.count("look") <= allowed
    if cancels == [None]:
        assert scripted.log.count("look") >= allowed - 1  # and it does use its time


@pytest.mark.parametrize(
    ("venue", "firsts"),
    [(DealOrders, (1, 2, 4, 7)), (SmartTrades, (1, 2, 4, 7)), (Tanx, (0.5, 1, 2, 4)), (NeuraTrade, (0, 0.2, 0.5, 1,
        2, 5)),
     (Tradernet, (1, 2, 3, 8))],
)  # fmt: skip
def test_the_first_looks_are_those_of_the_page(
    venue: type[Any], firsts: tuple[float, ...], bench: Bench, clock: FakeClock
) -> None:
    times: list[float] = []

    def look() -> Answer:
        times.append(round(clock.elapsed, 6))
        return Answer(OPEN)

    bench.run(Scripted([None], [look], venue.habits))
    assert tuple(times[: len(firsts)]) == firsts


@pytest.mark.parametrize("venue", EVERY_VENUE)
def test_the_figures_of_the_pages(venue: type[Any]) -> None:
    habits: Habits = venue.habits
    repeats = {DealOrders: 2, SmartTrades: 2, Tanx: 2, NeuraTrade: 1, Tradernet: 1}[venue]
    timeouts = {
        DealOrders: (20, 20),
        SmartTrades: (20, 20),
        Tanx: (15, 15),
        NeuraTrade: (15, 10),
        Tradernet: (15, 15),
    }
    waits = {DealOrders: (300,), SmartTrades: (300,), Tanx: (2, 4, 8), NeuraTrade: (2, 4, 8), Tradernet: (6,)}
    assert habits.repeats == repeats
    assert (habits.cancel_timeout, habits.read_timeout) == timeouts[venue]
    assert habits.limited_waits == waits[venue]
    assert VENUES["3commas"].budget.per_minute <= 60
    assert VENUES["tradernet"].budget == VENUES["tradernet"].budget._replace(per_minute=240, at_once=1)


def test_time_is_kept_for_a_look_after_a_lost_answer(bench: Bench, clock: FakeClock) -> None:
    given: list[float] = []

    class Slow(Scripted):
        def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
            given.append(patience)
            clock.pass_by(patience)
            return super().request_cancel(ref, patience)

    assert bench.run(Slow([LOST], [CANCELLED]), wait=8.0).outcome is Outcome.CANCELLED
    assert given == [6.0]


@pytest.mark.parametrize(("wait", "given"), [(5.0, 3.75), (8.0, 6.0), (11.0, 8.25), (30.0, 15.0)])
def test_a_short_deadline_keeps_its_last_part_for_a_look(bench: Bench, wait: float, given: float) -> None:
    noted: list[float] = []

    class Noted(Scripted):
        def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
            noted.append(patience)
            return super().request_cancel(ref, patience)

    bench.run(Noted([CANCELLED], habits=NeuraTrade.habits), wait=wait)
    assert noted == [given]


# --- late answers


class Late(Scripted):
    """A venue whose cancel is answered late: `answers` come before the look of their number (from 1)."""

    def __init__(
        self, looks: Iterable[Step], answers: dict[int, Answer | VenueError], habits: Habits = HABITS
    ) -> None:
        super().__init__([LOST], looks, habits)
        self.answers = answers

    def late_answer(self, ref: OrderRef, patience: float) -> Answer | VenueError | None:
        return self.answers.pop(self.log.count("look") + 1, None)


YES = Answer(CANCELLING)
ONCE = HABITS._replace(repeats=0)


@pytest.mark.parametrize(
    ("answer", "looks", "outcome"),
    [
        (YES, [OPEN], Outcome.PENDING),
        (YES, [OPEN, CANCELLED], Outcome.CANCELLED),
        (NO, [OPEN], Outcome.REFUSED),
        (NO, [OPEN, CANCELLED], Outcome.ALREADY_CANCELLED),
        (NotFound("no such order"), [Uncertain("?")], Outcome.NOT_FOUND),
        (LOST, [OPEN], Outcome.UNKNOWN),
        (LOST, [OPEN, CANCELLED], Outcome.CANCELLED),
        (Unauthorized("expired", renewable=True), [OPEN], Outcome.UNAUTHORIZED),
    ],
    ids=str,
)
def test_a_late_answer_is_the_answer(
    bench: Bench, answer: Answer | VenueError, looks: list[Step], outcome: Outcome
) -> None:
    result = bench.run(Late(looks, {2: answer}, ONCE))
    assert (result.outcome, result.attempts) == (outcome, 1)


def test_a_late_no_to_one_of_two_leaves_the_other_in_doubt(bench: Bench) -> None:
    venue = Late([OPEN], {3: NO}, HABITS._replace(repeats=1))
    result = bench.run(venue)
    assert (result.outcome, result.attempts) == (Outcome.UNKNOWN, 2)


def test_a_late_answer_is_also_taken_at_the_end(bench: Bench) -> None:
    bench.run(all_of_it := Late([OPEN], {}, ONCE))
    result = bench.run(Late([OPEN], {all_of_it.log.count("look") + 1: YES}, ONCE))
    assert result.outcome is Outcome.PENDING


# --- a venue that only errs


def unheard(bench: Bench, count: int = 2) -> None:
    for _ in range(count):
        assert bench.run(Scripted([LOST], [LOST])).outcome is Outcome.UNKNOWN


def test_after_two_silent_orders_the_next_looks_before_it_sends(bench: Bench) -> None:
    unheard(bench)
    venue = Scripted([CANCELLED], [LOST])
    result = bench.run(venue)
    assert (result.outcome, result.attempts, venue.log) == (Outcome.UNAVAILABLE, 0, ["look"])
    assert "no answer to the orders before" in result.message


def test_one_silent_order_changes_nothing(bench: Bench) -> None:
    unheard(bench, 1)
    assert bench.run(venue := Scripted([CANCELLED], [OPEN])).outcome is Outcome.CANCELLED
    assert venue.log == ["cancel"]


def test_after_three_looks_in_vain_nothing_is_sent_for_a_while(bench: Bench, clock: FakeClock) -> None:
    unheard(bench)
    for _ in range(3):
        bench.run(Scripted([CANCELLED], [LOST]))
    silent = Scripted([CANCELLED], [OPEN])
    for _ in range(50):
        assert bench.run(silent).outcome is Outcome.UNAVAILABLE
    assert silent.log == []
    clock.pass_by(31)
    assert bench.run(silent).outcome is Outcome.CANCELLED
    assert silent.log == ["look", "cancel"]


@pytest.mark.parametrize(
    ("look", "outcome", "log"),
    [
        (OPEN, Outcome.CANCELLED, ["look", "cancel"]),
        (CANCELLING, Outcome.CANCELLED, ["look", "cancel"]),
        (CANCELLED, Outcome.ALREADY_CANCELLED, ["look"]),
        (ENDED, Outcome.TOO_LATE, ["look"]),
        (NotFound("none"), Outcome.CANCELLED, ["look", "cancel"]),
        (FLAT_NO, Outcome.CANCELLED, ["look", "cancel"]),
        (NoLook("no route"), Outcome.CANCELLED, ["look", "cancel"]),
        (OPEN._replace(sendable=False), Outcome.REFUSED, ["look"]),
        (limited(9999.0), Outcome.RATE_LIMITED, ["look"]),
    ],
    ids=str,
)
def test_a_venue_that_answers_again(bench: Bench, look: Step, outcome: Outcome, log: list[str]) -> None:
    unheard(bench)
    result = bench.run(venue := Scripted([CANCELLED], [look]))
    assert (result.outcome, venue.log) == (outcome, log), result.message


def test_a_look_that_never_left_is_tried_again(bench: Bench) -> None:
    """The server may be starting anew: nothing is known of its answers yet."""
    unheard(bench)
    venue = Scripted([CANCELLED], [UNREACHED, UNREACHED, OPEN])
    assert bench.run(venue).outcome is Outcome.CANCELLED
    assert venue.log == ["look"] * 3 + ["cancel"]
    unheard(bench)
    assert bench.run(Scripted([CANCELLED], [UNREACHED])).outcome is Outcome.UNAVAILABLE
    assert bench.pace.health.unreachable
    assert not bench.pace.health.gives_up()


def test_one_order_at_a_time_looks_again(bench: Bench, clock: FakeClock) -> None:
    unheard(bench)
    for _ in range(3):
        bench.run(Scripted([CANCELLED], [LOST]))
    clock.pass_by(31)
    assert [bench.pace.health.gives_up() for _ in range(3)] == [False, True, True]


@pytest.mark.parametrize("answer", [OPEN, NO, limited(1.0)], ids=str)
def test_any_answer_ends_the_silence(bench: Bench, answer: Step) -> None:
    unheard(bench, 1)
    bench.run(Scripted([LOST], [answer]))
    unheard(bench, 1)
    assert bench.run(venue := Scripted([CANCELLED])).outcome is Outcome.CANCELLED
    assert venue.log == ["cancel"]


# --- without waiting


def test_who_does_not_wait_gets_one_look_after_a_no(bench: Bench) -> None:
    for look in (OPEN, NotFound("none"), LOST):
        venue = Scripted([NO], [look], NeuraTrade.habits)
        assert bench.run(venue, no_wait=True).outcome is Outcome.REFUSED
        assert venue.log == ["cancel", "look"]


# --- limits


def test_a_429_is_waited_for_as_the_venue_asks(bench: Bench, clock: FakeClock) -> None:
    result = bench.run(Scripted([limited(7.0), CANCELLED], [OPEN]))
    assert (result.outcome, clock.elapsed) == (Outcome.CANCELLED, 7.0)


def test_without_a_time_the_venues_own_waits_are_used(bench: Bench, clock: FakeClock) -> None:
    habits = HABITS._replace(limited_waits=(2.0, 4.0, 8.0))
    bench.run(Scripted([limited(), limited(), limited(), limited(), CANCELLED], [OPEN], habits))
    assert clock.pauses == [2.0, 4.0, 8.0, 8.0]


def test_a_retry_after_of_nothing_is_still_a_second(bench: Bench, clock: FakeClock) -> None:
    bench.run(Scripted([limited(0.0), CANCELLED], [OPEN]))
    assert clock.elapsed == 1.0


def test_a_wait_beyond_the_deadline_ends_at_once(bench: Bench, clock: FakeClock) -> None:
    venue = Scripted([limited(30.0)], [OPEN])
    result = bench.run(venue)
    assert (result.outcome, result.attempts, result.evidence) == (Outcome.RATE_LIMITED, 1, Evidence.REPLY)
    assert (clock.elapsed, venue.log) == (0.0, ["cancel"])


def test_a_429_pauses_the_other_orders_too(bench: Bench, clock: FakeClock) -> None:
    bench.run(Scripted([limited(100.0)]))
    other = Scripted([CANCELLED])
    result = bench.run(other)
    assert (result.outcome, result.attempts, other.log) == (Outcome.RATE_LIMITED, 0, [])
    assert "100 s" in result.message
    assert bench.run(Scripted([CANCELLED]), wait=120.0).outcome is Outcome.CANCELLED
    assert clock.elapsed == 100.0


@pytest.mark.parametrize("where", ["cancel", "look", "log-in", "renewal", "dry run"])
def test_a_ban_stops_every_order_of_the_venue(where: str, bench: Bench) -> None:
    ban = limited(banned=True)
    venue = Scripted([ban] if where == "cancel" else [None], [ban])
    if where == "log-in":
        venue.preparations = [ban]
    if where == "renewal":
        venue.cancels, venue.renewals = [Unauthorized("expired", renewable=True)], [ban]
    first = bench.run(venue, dry_run=where == "dry run")
    expected = {"look": Outcome.PENDING, "renewal": Outcome.UNAUTHORIZED}.get(where, Outcome.RATE_LIMITED)
    assert first.outcome is expected
    other = Scripted([CANCELLED])
    second = bench.run(other)
    assert (second.outcome, second.attempts, other.log) == (Outcome.RATE_LIMITED, 0, [])


def test_a_429_after_a_lost_try_is_unknown(bench: Bench) -> None:
    assert bench.run(Scripted([LOST, limited(60.0)], [OPEN])).outcome is Outcome.UNKNOWN
    bench.clock.pass_by(60.0)
    late = Scripted([LOST, limited(60.0)], [OPEN, CANCELLED])
    assert bench.run(late).outcome is Outcome.CANCELLED  # the looks go on although no second cancel fits


def test_a_429_on_a_look_after_acceptance_is_pending(bench: Bench) -> None:
    assert bench.run(Scripted([None], [limited(60.0)])).outcome is Outcome.PENDING


def test_our_own_budget_is_no_answer_of_the_venue(bench: Bench, clock: FakeClock) -> None:
    result = bench.run(Scripted([limited(50.0, sent=False)]))
    assert (result.outcome, result.attempts, result.evidence) == (Outcome.RATE_LIMITED, 0, None)
    assert bench.run(Scripted([CANCELLED])).outcome is Outcome.CANCELLED  # it paused nobody


# --- renewing credentials


def test_credentials_are_renewed_once(bench: Bench) -> None:
    expired = Unauthorized("expired", renewable=True)
    venue = Scripted([expired, CANCELLED])
    venue.renewals = [True]
    result = bench.run(venue)
    assert (result.outcome, result.attempts, venue.log) == (Outcome.CANCELLED, 2, ["cancel", "renew", "cancel"])
    again = Scripted([expired])
    again.renewals = [True, True]
    assert (bench.run(again).outcome, again.log) == (Outcome.UNAUTHORIZED, ["cancel", "renew", "cancel"])


def test_one_renewal_serves_cancel_and_looks_together(bench: Bench) -> None:
    expired = Unauthorized("expired", renewable=True)
    venue = Scripted([expired, None], [expired])
    venue.renewals = [True, True, True]
    assert (bench.run(venue).outcome, venue.log.count("renew")) == (Outcome.PENDING, 1)


@pytest.mark.parametrize("fault", [False, UNREACHED, LOST, FLAT_NO, Unauthorized("no"), limited(1)])
def test_a_renewal_that_fails_leaves_the_venues_no(fault: Any, bench: Bench) -> None:
    venue = Scripted([Unauthorized("expired", renewable=True)])
    venue.renewals = [fault]
    result = bench.run(venue)
    assert (result.outcome, result.attempts) == (Outcome.UNAUTHORIZED, 1)
    assert fault is False or fault.message in result.message


def test_a_renewal_that_is_never_answered_before_any_cancel_is_unavailable(bench: Bench) -> None:
    venue = Scripted(looks=[Unauthorized("expired", renewable=True)])
    venue.renewals = [LOST] * 200
    assert bench.run(venue, dry_run=True).outcome is Outcome.UNAVAILABLE


def test_a_renewable_no_of_the_log_in_itself(bench: Bench) -> None:
    venue = Scripted([CANCELLED])
    venue.preparations = [Unauthorized("expired", renewable=True)]
    venue.renewals = [UNREACHED]
    assert bench.run(venue).outcome is Outcome.UNAUTHORIZED


# --- counting and stopping


def test_only_tries_that_may_have_arrived_are_counted(bench: Bench) -> None:
    unsent = Unauthorized("no key", sent=False)
    assert bench.run(Scripted([unsent])).attempts == 0
    assert bench.run(Scripted([UNREACHED, LOST, UNREACHED, LOST, CANCELLED], [OPEN])).attempts == 3


def test_a_stop_before_the_request_leaves(bench: Bench) -> None:
    def stopped() -> Answer:
        raise Stopped

    result = bench.run(Scripted([stopped]))
    assert (result.outcome, result.attempts) == (Outcome.UNAVAILABLE, 0)
    assert "stopped" in result.message


@pytest.mark.parametrize(
    ("cancels", "looks", "outcome"),
    [
        ([None], [OPEN], Outcome.PENDING),
        ([LOST], [LOST], Outcome.UNKNOWN),
        ([LOST], [CANCELLING], Outcome.UNKNOWN),
        ([NO], [LOST], Outcome.REFUSED),
        ([limited(20.0)], [OPEN], Outcome.RATE_LIMITED),
        ([UNREACHED], [OPEN], Outcome.UNAVAILABLE),
    ],
)
def test_a_stop_while_waiting(
    cancels: list[Step], looks: list[Step], outcome: Outcome, bench: Bench, clock: FakeClock
) -> None:
    clock.stop_after = 4.0
    venue = Scripted(cancels, looks)
    assert bench.run(venue).outcome is outcome
    assert clock.elapsed < 4.0


def test_a_report_in_the_middle_of_a_request(bench: Bench) -> None:
    venue = Scripted()
    order = bench.begin(venue)
    assert order.report().outcome is Outcome.UNAVAILABLE
    reports = []

    def in_flight() -> Answer:
        reports.append(order.report())
        return Answer(None)

    venue.cancels = [in_flight]
    venue.looks = [CANCELLED]
    assert order.run().outcome is Outcome.CANCELLED
    assert (reports[0].outcome, reports[0].attempts) == (Outcome.UNKNOWN, 1)
    assert "12:00:00 UTC" in reports[0].message


def test_our_own_fault_in_flight_is_reported_as_unknown(bench: Bench) -> None:
    def broken() -> Answer:
        raise ZeroDivisionError

    order = bench.begin(Scripted([broken]))
    with pytest.raises(ZeroDivisionError):
        order.run()
    assert (order.report().outcome, order.report().attempts) == (Outcome.UNKNOWN, 1)


# --- what comes of it


def test_accepted_is_never_lost_again(bench: Bench) -> None:
    """Once accepted: cancelled, too-late or pending, whatever happens to the looks."""
    for look in (
        LOST,
        UNREACHED,
        FLAT_NO,
        NO,
        NotFound("x"),
        NoLook("x"),
        limited(99),
        Unauthorized("x"),
        OPEN,
        CANCELLING,
    ):
        assert bench.run(Scripted([None], [look])).outcome is Outcome.PENDING, look
        bench.clock.pass_by(100)
    assert bench.run(Scripted([None], [CANCELLED])).outcome is Outcome.CANCELLED
    assert bench.run(Scripted([None], [ENDED])).outcome is Outcome.TOO_LATE


def test_no_wait_takes_what_the_reply_proves(bench: Bench) -> None:
    outcomes = [
        bench.run(Scripted([step]), no_wait=True).outcome for step in (None, OPEN, CANCELLING, CANCELLED, ENDED)
    ]
    assert [outcome.word for outcome in outcomes] == ["requested", "requested", "requested", "cancelled", "too-late"]


def test_a_second_cancel_where_the_venue_dropped_the_first(bench: Bench) -> None:
    pending, wait = Order(State.OPEN, "pending", unripe=True), Order(State.OPEN, "wait")
    for second in (CANCELLED, LOST, NO, FLAT_NO, UNREACHED, limited(1)):
        venue = Scripted([pending, second], [pending, wait, CANCELLED])
        assert bench.run(venue).outcome in (Outcome.CANCELLED, Outcome.PENDING), second
        assert venue.log.count("cancel") == (2 if second is not UNREACHED else venue.log.count("cancel"))
        bench.pace.health.unreachable = False


def test_missing_fields_are_kept_from_the_older_view(bench: Bench) -> None:
    reply = Order(State.CANCELLING, "CANCELED", symbol="BTC", type="LIMIT", price="5")
    look = Order(State.CANCELLED, "CLOSED", symbol="BTC/USDT")
    result = bench.run(Scripted([reply], [look]))
    assert (result.symbol, result.type, result.price, result.status) == ("BTC/USDT", "LIMIT", "5", "CLOSED")


def test_a_dry_run_waits_out_a_limit_and_sends_no_cancel(bench: Bench, clock: FakeClock) -> None:
    venue = Scripted(looks=[limited(3.0), LOST, OPEN])
    assert (bench.run(venue, dry_run=True).outcome, venue.log) == (Outcome.DRY_RUN, ["look"] * 3)
    assert clock.elapsed > 3.0


def test_texts_are_masked(bench: Bench) -> None:
    bench.masks.add("hunter2hunter2")
    shown = Order(State.CANCELLED, status="hunter2hunter2", symbol="x hunter2hunter2")
    result = bench.run(Scripted([lambda: Answer(shown, raw={"k": ["hunter2hunter2"]}, request_id="hunter2hunter2")]))
    assert "hunter2" not in str(result)
    assert (
        "hunter2" not in bench.run(Scripted([Refused("no hunter2hunter2 here", raw={"hunter2hunter2": 1})])).message
    )


def test_defaults() -> None:
    assert Terms() == Terms(wait=30.0, no_wait=False, dry_run=False)
