"""One request of a list: made again until it is answered or time is up, and the true reason told then."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.venues.fakes import HABITS, Bench, Scripted
from venues.interface import Limited, NeverSent, NotFound, Refused, Unauthorized, Uncertain, VenueError
from venues.procedure.judge import LONGEST_BACK_OFF, SHORTEST_BACK_OFF, SHORTEST_LIMITED_WAIT
from venues.procedure.reading import Reading
from venues.wire.clock import Stopped

WAIT = 30.0
LOST, UNREACHED = Uncertain("no answer came"), NeverSent("the connection was refused")
EXPIRED = Unauthorized("expired", renewable=True)
OURS = Limited("no turn", sent=False)


class Desk:
    """A request whose answers follow a script, the last one repeating. `patience` is what it was given, each time."""

    def __init__(self, bench: Bench, answers: Iterable[VenueError | str], *, takes: float = 0.0) -> None:
        self.clock, self.pace = bench.clock, bench.pace
        self.venue = Scripted()
        self.answers = list(answers)
        self.takes = takes
        self.patience: list[float] = []
        self.look = Reading(self.venue, self.clock, self.pace, self.clock.monotonic() + WAIT)

    def ask(self, patience: float) -> str:
        self.patience.append(patience)
        self.clock.pass_by(min(self.takes, patience))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, VenueError):
            raise answer
        return answer

    def read(self) -> str:
        return self.look(self.ask)


Open = Callable[..., Desk]


@pytest.fixture
def desk(bench: Bench) -> Open:
    return lambda *answers, **more: Desk(bench, answers, **more)


def test_an_answer_is_given_back(desk: Open) -> None:
    one = desk("rows")
    assert (one.read(), one.patience, one.clock.pauses) == ("rows", [HABITS.read_timeout], [])


def test_no_request_is_given_more_time_than_is_left(desk: Open) -> None:
    one = desk(LOST, takes=9.0)
    with pytest.raises(Uncertain):
        one.read()
    assert one.patience[:3] == [HABITS.read_timeout] * 3
    assert 0 < one.patience[3] < HABITS.read_timeout
    assert one.clock.elapsed <= WAIT


@pytest.mark.parametrize("fault", [LOST, UNREACHED])
def test_what_was_not_answered_is_asked_again_after_growing_pauses(fault: VenueError, desk: Open) -> None:
    one = desk(*[fault] * 7, "rows")
    assert one.read() == "rows"
    assert one.clock.pauses == [0.125, 0.25, 0.5, 1.0, 2.0, LONGEST_BACK_OFF / 2, LONGEST_BACK_OFF / 2]


def test_chance_never_makes_a_pause_of_nothing(desk: Open) -> None:
    one = desk(LOST, "rows")
    one.clock.luck = 0.0
    assert (one.read(), one.clock.pauses) == ("rows", [SHORTEST_BACK_OFF])


@pytest.mark.parametrize("fault", [LOST, UNREACHED, Limited("slow down")])
def test_at_the_end_the_true_reason_is_told(fault: VenueError, desk: Open) -> None:
    one = desk(fault)
    with pytest.raises(type(fault)) as caught:
        one.read()
    assert caught.value is fault
    assert WAIT / 2 < one.clock.elapsed < WAIT


@pytest.mark.parametrize("no", [Refused("no"), NotFound("no"), Unauthorized("no"), EXPIRED])
def test_a_definite_no_is_told_at_once(no: Refused, desk: Open) -> None:
    one = desk(no, "rows")
    with pytest.raises(Refused) as caught:
        one.read()
    assert caught.value is no
    assert (len(one.patience), one.clock.pauses) == (1, [])
    assert one.venue.log == ["renew"] * no.renewable


# --- fresh credentials


def test_fresh_credentials_are_tried_at_once(desk: Open) -> None:
    one = desk(EXPIRED, "rows")
    one.venue.renewals = [True]
    assert (one.read(), one.clock.pauses) == ("rows", [])


def test_they_are_got_once_a_request(desk: Open) -> None:
    one = desk(EXPIRED, LOST, EXPIRED)
    one.venue.renewals = [True, True]
    with pytest.raises(Unauthorized):
        one.read()
    assert one.venue.log == ["renew"]
    one.answers = [EXPIRED, "rows"]
    assert one.read() == "rows"
    assert one.venue.log == ["renew"] * 2


@pytest.mark.parametrize("fault", [LOST, UNREACHED, Limited("slow down")])
def test_a_renewal_that_is_not_answered_is_tried_again(fault: VenueError, desk: Open) -> None:
    one = desk(EXPIRED, "rows")
    one.venue.renewals = [fault, fault, True]
    assert (one.read(), one.venue.log, len(one.patience)) == ("rows", ["renew"] * 3, 2)


def test_a_renewal_that_is_never_answered_is_told(desk: Open) -> None:
    one = desk(EXPIRED)
    one.venue.renewals = [UNREACHED] * 99
    with pytest.raises(NeverSent):
        one.read()
    assert len(one.patience) == 1


def test_a_renewal_that_is_refused_is_told(desk: Open) -> None:
    one = desk(EXPIRED)
    one.venue.renewals = [Unauthorized("revoked")]
    with pytest.raises(Unauthorized, match="revoked"):
        one.read()


def test_a_log_in_that_is_needed_before_is_part_of_it(desk: Open) -> None:
    one = desk("rows")
    one.venue.preparations = [UNREACHED, LOST]
    assert (one.read(), len(one.clock.pauses)) == ("rows", 2)
    one.venue.preparations = [Unauthorized("wrong password")]
    with pytest.raises(Unauthorized, match="wrong password"):
        one.read()


# --- limits


def test_a_limit_is_waited_for_as_long_as_it_asks(desk: Open) -> None:
    one = desk(Limited("slow down", retry_after=7.0), "rows")
    assert (one.read(), one.clock.pauses) == ("rows", [7.0])


def test_a_limit_that_names_no_time_has_the_venues_usual_pauses(desk: Open) -> None:
    one = desk(*[Limited("slow down")] * 3, "rows")
    assert (one.read(), one.clock.pauses) == ("rows", [2.0, 4.0, 4.0])


def test_a_limit_of_no_seconds_has_a_pause_all_the_same(desk: Open) -> None:
    one = desk(Limited("slow down", retry_after=0.0), "rows")
    assert (one.read(), one.clock.pauses) == ("rows", [SHORTEST_LIMITED_WAIT])


def test_a_limit_beyond_the_deadline_is_told_at_once(desk: Open) -> None:
    one = desk(Limited("slow down", retry_after=WAIT), "rows")
    with pytest.raises(Limited, match="slow down"):
        one.read()
    assert one.clock.elapsed == 0


def test_a_pause_that_the_venue_asks_for_holds_for_all(desk: Open) -> None:
    one = desk(Limited("slow down", retry_after=99.0))
    with pytest.raises(Limited):
        one.read()
    with pytest.raises(Limited, match="99 s of it are left"):
        one.pace.wait_for_turn(30.0)


def test_one_that_another_thread_was_asked_for_is_not_made_longer(desk: Open) -> None:
    one = desk(Limited("5 s of a pause are left", sent=False, retry_after=5.0), "rows")
    assert (one.read(), one.clock.pauses) == ("rows", [5.0])
    one.answers = [Limited("99 s of a pause are left", sent=False, retry_after=99.0)]
    with pytest.raises(Limited, match="99 s"):
        one.read()
    one.pace.wait_for_turn(0.0)


def test_a_ban_ends_everything(desk: Open) -> None:
    one = desk(Limited("banned", banned=True), "rows")
    with pytest.raises(Limited, match="banned"):
        one.read()
    with pytest.raises(Limited, match="banned"):
        one.pace.wait_for_turn(30.0)
    assert len(one.patience) == 1


def test_our_own_budget_may_have_a_turn_later(desk: Open) -> None:
    """Another target of the venue has the turns now; each request looks only as far ahead as it may take."""
    one = desk(*[OURS] * 4, "rows")
    assert one.read() == "rows"
    assert one.clock.pauses == [0.125, 0.25, 0.5, 1.0]
    one.pace.wait_for_turn(0.0)


def test_our_own_budget_without_a_turn_is_told_with_what_helps(desk: Open) -> None:
    one = desk(OURS)
    with pytest.raises(Limited, match=r"no turn: give it more time \(--wait\)") as caught:
        one.read()
    assert not caught.value.sent


# --- stopped


def test_a_stop_passes(desk: Open) -> None:
    one = desk(LOST)
    one.clock.stop_after = 0.2
    with pytest.raises(Stopped):
        one.read()


def test_a_fault_of_ours_passes(desk: Open) -> None:
    one = desk("rows")

    def broken(patience: float) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.look(broken)


def test_that_no_time_was_left_is_not_the_reason(desk: Open) -> None:
    one = desk(LOST, LOST, UNREACHED, takes=WAIT)
    with pytest.raises(Uncertain, match="no answer came"):
        one.read()
