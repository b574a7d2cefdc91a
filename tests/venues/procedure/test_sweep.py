"""The loop around one target: find, cancel what was found, list again until it is clear."""

from __future__ import annotations

import threading

import pytest

from tests.venues.fakes import CANCELLED, ENDED, EPOCH, FakeClock, Listed
from tests.venues.procedure.sweeping import (
    FIXED,
    LEAVING,
    NEW,
    ONE,
    OTHER,
    PAUSE,
    PROTECTIVE,
    TWO,
    begun,
    row,
)
from venues.interface import (
    Answer,
    Limited,
    NeverSent,
    NotFound,
    OpenOrder,
    OrderRef,
    Refused,
    Uncertain,
    VenueError,
)
from venues.procedure.clear import MOST_ROUNDS, Sort
from venues.procedure.filters import Filters
from venues.result import Outcome
from venues.wire.clock import Stopped

NO = Refused("bad request")
ODD = Refused("no list")
BUYS = Filters(side="buy")
FROZEN = ["list", "cancel 1", "cancel 2"]

# --- found, frozen, cancelled


def test_all_of_the_list_is_read_before_the_first_cancel_and_cancelled_in_its_order(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], []])
    assert run.begin() == [("1", Sort.NEW), ("2", Sort.NEW)]
    assert run.venue.log == ["list"]
    done = run.go_on()
    assert [(one.index, one.result.order_id, one.result.outcome) for one in done] == [
        (0, "1", Outcome.CANCELLED),
        (1, "2", Outcome.CANCELLED),
    ]
    assert run.venue.log == [*FROZEN, "list", "list"]
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 3)


def test_what_is_not_swept_is_counted_apart_and_sent_nothing(clock: FakeClock) -> None:
    run = begun(clock, [[OTHER, ONE, LEAVING, PROTECTIVE, FIXED], []], filters=BUYS)
    assert run.begin() == [
        ("1", Sort.NEW),
        ("3", Sort.LEAVING),
        ("4", Sort.PROTECTIVE),
        ("5", Sort.FIXED),
    ]
    found = run.sweep.found
    assert found is not None
    assert (found.listed, found.matched, found.protective, found.uncancellable) == (5, 4, 1, 2)
    run.go_on()
    assert run.cancels == ["1"]


def test_protective_orders_go_where_that_was_asked_for(clock: FakeClock) -> None:
    run = begun(clock, [[PROTECTIVE], []], filters=Filters(protective=True))
    run.whole()
    assert run.cancels == ["4"]


def test_what_is_left_alone_keeps_no_target_from_being_clear(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, PROTECTIVE, FIXED, OTHER], [PROTECTIVE, FIXED, OTHER]], filters=BUYS)
    run.whole()
    assert (run.said, len(run.sweep.new)) == ((True, Outcome.CANCELLED), 0)


def test_an_order_that_ended_meanwhile_is_told_by_its_own_look(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], []], {"1": ENDED})
    assert [one.result.outcome for one in run.whole()] == [Outcome.TOO_LATE, Outcome.CANCELLED]
    assert run.said == (True, Outcome.CANCELLED)


def test_a_failure_stops_none_of_the_others(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], [ONE]], {"1": NO})
    assert [one.result.outcome for one in run.whole()] == [Outcome.REFUSED, Outcome.CANCELLED]
    assert run.said == (False, Outcome.REFUSED)


def test_the_same_id_in_two_deals_is_two_orders(clock: FakeClock) -> None:
    """Also afterwards: the one could not be cancelled, the other is only behind."""
    here, there = row("1", deal_id="8"), row("1", deal_id="9")
    run = begun(clock, [[here, there], [here, there], [here]], {"8 1": NO})
    assert [(one.result.deal_id, one.result.order_id) for one in run.whole()] == [("8", "1"), ("9", "1")]
    last = run.sweep.swept.last
    assert last is not None
    assert (run.cancels, last.standing, last.stale) == (["8 1", "9 1"], 1, 0)
    assert (run.said, run.sweep.lists) == ((False, Outcome.REFUSED), 4)


def test_only_one_deal_is_asked_for_and_meant(clock: FakeClock) -> None:
    run = begun(clock, [[row("1", deal_id="8"), row("2", deal_id="9")], []], filters=Filters(deal_id="8"))
    run.whole()
    assert (run.cancels, set(run.venue.asked)) == (["8 1"], {"8"})


# --- when it is clear


def test_two_lists_a_pause_apart(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], []])
    run.whole()
    assert (run.venue.log, clock.pauses) == (["list", "cancel 1", "list", "list"], [PAUSE])


def test_the_first_list_counts_where_nothing_is_to_be_cancelled(clock: FakeClock) -> None:
    run = begun(clock, [[PROTECTIVE, FIXED]])
    run.whole()
    assert (run.said, run.sweep.lists, clock.pauses) == ((True, Outcome.CANCELLED), 2, [PAUSE])


def test_a_question_in_between_counts_as_pause(clock: FakeClock) -> None:
    run = begun(clock, [[]])
    run.begin()
    clock.pass_by(60.0)
    run.go_on()
    assert (run.said, clock.pauses) == ((True, Outcome.CANCELLED), [])


def test_the_time_to_become_clear_begins_after_the_question(clock: FakeClock) -> None:
    run = begun(clock, [[LEAVING], [LEAVING], [LEAVING], []], wait=10.0)
    run.begin()
    clock.pass_by(60.0)
    run.go_on()
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 5)


def test_one_empty_list_is_no_proof(clock: FakeClock) -> None:
    run = begun(clock, [[], [NEW]])
    run.whole()
    assert (run.said, run.cancels, list(run.sweep.new)) == ((False, Outcome.PENDING), [], ["9"])


def test_what_leaves_is_waited_for(clock: FakeClock) -> None:
    run = begun(clock, [[LEAVING], [LEAVING], []])
    run.whole()
    assert (run.said, run.sweep.lists, run.cancels) == ((True, Outcome.CANCELLED), 4, [])


def test_what_never_leaves_is_waited_for_to_the_deadline(clock: FakeClock) -> None:
    run = begun(clock, [[LEAVING]], wait=10.0)
    run.whole()
    assert (run.said, clock.elapsed) == ((False, Outcome.PENDING), 9.0)


def test_what_leaves_and_stays_after_all_is_new(clock: FakeClock) -> None:
    run = begun(clock, [[LEAVING], [row("3")], []], until_clear=True)
    run.whole()
    assert (run.said, run.cancels) == ((True, Outcome.CANCELLED), ["3"])


def test_a_stale_row_is_waited_for_and_sent_nothing_more(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [ONE], []], until_clear=True)
    run.whole()
    assert (run.said, run.cancels, len(run.sweep.new)) == ((True, Outcome.CANCELLED), ["1"], 0)


def test_a_stale_row_that_stays_is_not_clear(clock: FakeClock) -> None:
    run = begun(clock, [[ONE]], wait=10.0)
    (done,) = run.whole()
    assert (done.result.outcome, run.said) == (Outcome.CANCELLED, (False, Outcome.PENDING))


@pytest.mark.parametrize("ends", [None, Uncertain("no answer")], ids=["pending", "unknown"])
def test_what_is_pending_or_unknown_is_never_clear(ends: VenueError | None, clock: FakeClock) -> None:
    """Also when no list shows it any more: it is told by its own code, and no other order waits for it."""
    run = begun(clock, [[ONE], []], {"1": ends})
    (done,) = run.whole()
    assert done.result.outcome in (Outcome.PENDING, Outcome.UNKNOWN)
    assert (run.said, run.sweep.lists) == ((False, done.result.outcome), 2)


def test_what_hangs_is_not_forgotten_over_what_ends_well_after_it(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], []], {"1": None})
    run.whole()
    assert run.said == (False, Outcome.PENDING)


def test_the_worst_of_the_orders_is_told(clock: FakeClock) -> None:
    ends = {"1": Uncertain("no answer"), "2": NO}
    for first, second in (("1", "2"), ("2", "1")):
        run = begun(clock, [[row(first), row(second)], [TWO]], ends)
        run.whole()
        assert run.said == (False, Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        (NO, Outcome.REFUSED),
        (NotFound("no such order"), Outcome.REFUSED),
        (NeverSent("no way"), Outcome.UNAVAILABLE),
        (Limited("slow down", banned=True), Outcome.RATE_LIMITED),
    ],
)
def test_only_what_could_not_be_cancelled_is_left(ends: VenueError, outcome: Outcome, clock: FakeClock) -> None:
    """Two lists that show it are enough: nothing more is done about it."""
    run = begun(clock, [[ONE], [ONE]], {"1": ends})
    run.whole()
    assert (run.said, run.sweep.lists, clock.pauses[-1]) == ((False, outcome), 3, PAUSE)


@pytest.mark.parametrize(
    "now",
    [row("1", protective=True), row("1", cancellable=False), row("1", side="sell")],
    ids=["protective", "fixed", "of the other side"],
)
def test_an_order_of_ours_is_in_the_way_whatever_its_row_tells_by_now(now: OpenOrder, clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [now]], {"1": NO}, filters=BUYS)
    run.whole()
    assert run.said == (False, Outcome.REFUSED)


def test_an_order_of_ours_is_never_named_as_one_of_no_age(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [row("1", placed_at=None)], []], filters=Filters(placed_before=EPOCH))
    run.whole()
    assert (run.said, len(run.sweep.ageless)) == ((True, Outcome.CANCELLED), 0)


def test_orders_without_an_age_are_named_and_left_alone(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, row("7", placed_at=None)]], filters=Filters(placed_before=EPOCH))
    run.begin()
    run.venue.lists = [[row("7", placed_at=None), row("8", placed_at=None)]]
    run.go_on()
    assert (run.cancels, list(run.sweep.ageless), run.said) == (["1"], ["7", "8"], (True, Outcome.CANCELLED))


# --- lists of many pages


MANY = [row(number, side="sell")._replace(of_many=True) for number in ("11", "12", "13")]


def test_a_row_that_vanishes_between_two_clean_lists_may_have_hidden_another(clock: FakeClock) -> None:
    run = begun(clock, [MANY, MANY[1:], MANY[1:]], filters=BUYS)
    run.whole()
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 3)
    run = begun(clock, [MANY, MANY[1:], [*MANY[1:], NEW]], filters=BUYS)
    run.whole()
    assert (run.said, list(run.sweep.new)) == ((False, Outcome.PENDING), ["9"])


def test_rows_that_come_or_are_of_one_page_hide_none(clock: FakeClock) -> None:
    of_one = [each._replace(of_many=False) for each in MANY]
    for first, second in ((MANY[1:], MANY), (of_one, of_one[1:])):
        run = begun(clock, [first, second], filters=BUYS)
        run.whole()
        assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 2)


def test_rows_that_never_stop_vanishing_are_looked_at_to_the_deadline(clock: FakeClock) -> None:
    """Also where the first list is the last clean one in time: what is then shifted is not looked at once more."""
    made = iter(range(20, 99))
    run = begun(
        clock, [lambda: [OTHER._replace(ref=OrderRef(str(next(made))), of_many=True)]], filters=BUYS, wait=10.0
    )
    run.whole()
    assert (run.said, run.sweep.swept.shifted) == ((False, Outcome.PENDING), True)
    assert clock.elapsed < 10.0


def test_what_a_cancel_of_ours_ends_hides_none_later(clock: FakeClock) -> None:
    """It is missing in the first list after the cancels, which counts as one all the same."""
    run = begun(clock, [[ONE._replace(of_many=True), *MANY], MANY], filters=BUYS)
    run.whole()
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 3)


# --- new ones


def test_what_is_new_is_told_and_left_where_nobody_asked_for_it(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [NEW]])
    run.whole()
    assert (run.cancels, list(run.sweep.new), run.said) == (["1"], ["9"], (False, Outcome.PENDING))
    assert run.sweep.lists == 3


def test_what_is_new_is_new_in_the_latest_list(clock: FakeClock) -> None:
    run = begun(clock, [[], [NEW], [row("10")]])
    run.whole()
    assert (list(run.sweep.new), list(run.sweep._to_cancel)) == (["9", "10"], ["10"])


def test_what_is_new_goes_where_that_was_asked_for(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], [NEW, row("10")], []], until_clear=True)
    done = run.whole()
    assert [(one.index, one.result.order_id) for one in done] == [(0, "1"), (1, "2"), (2, "9"), (3, "10")]
    assert (run.said, list(run.sweep.new), run.sweep.lists) == ((True, Outcome.CANCELLED), ["9", "10"], 4)


def test_what_comes_while_it_is_confirmed_goes_too(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [], [NEW], []], until_clear=True)
    run.whole()
    assert (run.cancels, run.said, run.sweep.lists) == (["1", "9"], (True, Outcome.CANCELLED), 5)


def test_what_comes_back_after_a_clean_list_counts_afresh(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [], [ONE], []])
    run.whole()
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 5)


def test_five_rounds_at_most(clock: FakeClock) -> None:
    made = iter(range(1, 100))
    run = begun(clock, [lambda: [row(str(next(made)))]], until_clear=True)
    run.whole()
    assert (run.cancels, MOST_ROUNDS) == (["1", "2", "3", "4", "5"], 5)
    assert (run.said, run.sweep.lists) == ((False, Outcome.PENDING), 7)


def test_a_doubt_of_an_early_round_is_not_lifted_by_a_later_one(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [NEW], []], {"1": None}, until_clear=True)
    run.whole()
    assert (run.cancels, run.said) == (["1", "9"], (False, Outcome.PENDING))


# --- lists that cannot be read


def test_a_first_list_that_cannot_be_read_is_no_list(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, ODD]])
    with pytest.raises(Refused, match="no list"):
        run.begin()
    assert (run.sweep.found, run.sweep.lists, run.venue.log) == (None, 0, ["list"])


@pytest.mark.parametrize("after", [[], [[]]], ids=["the first after the cancels", "the one that confirms"])
@pytest.mark.parametrize("fault", [ODD, Uncertain("half a list"), Limited("wait", retry_after=99.0)])
def test_a_later_list_that_cannot_be_read_is_never_clear(
    fault: VenueError, after: list[Listed], clock: FakeClock
) -> None:
    run = begun(clock, [[ONE], *after, [PROTECTIVE, fault]])
    run.whole()
    assert (run.said, run.sweep.fault, run.sweep.lists) == ((False, Outcome.PENDING), fault, 1 + len(after))


def test_an_unread_list_is_told_whatever_the_orders_came_to(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [ONE], [ODD]], {"1": NO})
    run.whole()
    assert run.said == (False, Outcome.PENDING)
    assert run.sweep.outcome.exit_code == 9


def test_a_list_that_fails_for_a_moment_is_read_all_the_same(clock: FakeClock) -> None:
    faults = [Uncertain("no answer"), NeverSent("no way"), Limited("slow down")]

    run = begun(clock, [[ONE], []])
    run.begin()
    run.venue.faults, run.venue.lists = faults, [[PROTECTIVE]]
    run.go_on()
    assert (run.said, faults) == ((True, Outcome.CANCELLED), [])


def test_each_first_list_has_the_whole_time(clock: FakeClock) -> None:
    run = begun(clock, [[Uncertain("no answer")]], wait=20.0)
    with pytest.raises(Uncertain):
        run.begin()
    assert 14.0 < clock.elapsed < 20.0


def test_what_confirms_may_take_its_time_beyond_the_deadline(clock: FakeClock) -> None:
    """The list before was clean only just in time; this one does not come at the first try."""

    def slow() -> Listed:
        clock.pass_by(4.0)
        run.venue.faults = [Uncertain("no answer")]
        return [PROTECTIVE]

    run = begun(clock, [[LEAVING], [LEAVING], [LEAVING], [], slow], wait=10.0)
    run.whole()
    assert (run.said, run.sweep.lists) == ((True, Outcome.CANCELLED), 5)
    assert clock.elapsed > 10.0 + PAUSE


# --- lists that are behind


def test_lists_behind_for_longer_than_the_pause_are_confirmed_as_much_later(clock: FakeClock) -> None:
    """They show what was 8 s ago: an order placed as the first clean one was read is not in one a pause later."""
    behind, placed = 8.0, 10.0

    def list_now() -> Listed:
        moment = clock.elapsed - behind
        return [ONE] * (moment < 0) + [NEW] * (moment >= placed)

    run = begun(clock, [list_now])
    run.whole()
    assert run.said == (False, Outcome.PENDING)
    assert list(run.sweep.new) == ["9"]


def test_lists_behind_for_less_cost_no_time(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [ONE], []])
    run.whole()
    assert (run.said, clock.pauses) == ((True, Outcome.CANCELLED), [PAUSE, PAUSE])


def test_how_far_lists_are_behind_is_known_in_the_next_round(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [ONE], [ONE], [ONE], [NEW], []], until_clear=True)
    run.whole()
    assert (run.said, clock.pauses) == ((True, Outcome.CANCELLED), [PAUSE, PAUSE, PAUSE, 3 * PAUSE])


# --- stopped


def test_stopped_while_the_first_list_is_read(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, Stopped()]])
    with pytest.raises(Stopped):
        run.begin()
    assert run.sweep.lists == 0


def test_stopped_before_the_first_cancel(clock: FakeClock) -> None:
    run = begun(clock, [[ONE, TWO], []])
    run.begin()
    run.sweep.stop()
    assert (run.go_on(), run.sweep.stopped, run.said) == ([], True, (False, Outcome.PENDING))
    assert run.venue.log == ["list"]


def test_stopped_in_a_round(clock: FakeClock) -> None:
    """What was begun is reported, nothing new leaves, and no list is read."""

    def cancelled() -> Answer:
        run.sweep.stop()
        return Answer(CANCELLED)

    run = begun(clock, [[ONE, TWO], []], {"1": cancelled})
    assert [(one.result.order_id, one.result.outcome) for one in run.whole()] == [("1", Outcome.CANCELLED)]
    assert (run.venue.log, run.sweep.stopped, run.said) == (FROZEN[:2], True, (False, Outcome.PENDING))


def test_stopped_between_two_lists(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], []])
    clock.stop_after = PAUSE
    assert [one.result.outcome for one in run.whole()] == [Outcome.CANCELLED]
    assert (run.sweep.stopped, run.sweep.lists, run.said) == (True, 2, (False, Outcome.PENDING))


def test_stopped_while_a_later_list_is_read(clock: FakeClock) -> None:
    run = begun(clock, [[ONE], [], [PROTECTIVE, Stopped()]])
    run.whole()
    assert (run.sweep.stopped, run.sweep.fault, run.said) == (True, None, (False, Outcome.PENDING))


def test_a_stop_reaches_the_round_that_is_under_way(clock: FakeClock) -> None:
    stopped: list[bool] = []

    def cancelled() -> Answer:
        assert run.sweep.batch is not None
        run.sweep.batch.stop = lambda: stopped.append(True)  # type: ignore[method-assign]
        run.sweep.stop()
        return Answer(CANCELLED)

    run = begun(clock, [[ONE]], {"1": cancelled})
    run.whole()
    assert stopped == [True]


def test_several_at_once(clock: FakeClock) -> None:
    together = threading.Barrier(3)

    def cancelled() -> Answer:
        together.wait(5)
        return Answer(CANCELLED)

    ids = [str(number) for number in range(1, 7)]
    run = begun(clock, [[row(one) for one in ids], []], dict.fromkeys(ids, cancelled), jobs=3)
    done = run.whole()
    assert sorted((one.index, one.result.order_id) for one in done) == list(enumerate(ids))
    assert run.said == (True, Outcome.CANCELLED)
