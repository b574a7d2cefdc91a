"""The request budget of a venue, shared by all threads of a run."""

from __future__ import annotations

import threading

import pytest

from tests.venues.fakes import FakeClock
from venues.face import Budget
from venues.interface import Limited
from venues.wire.clock import Stopped
from venues.wire.pace import Pace


def moments(pace: Pace, clock: FakeClock, count: int) -> list[float]:
    """When `count` requests leave, taken one after another."""
    times = []
    for _ in range(count):
        with pace.turn(1000.0):
            times.append(round(clock.elapsed, 6))
    return times


def test_no_budget_no_waiting(clock: FakeClock) -> None:
    assert moments(Pace(Budget(), clock), clock, 50) == [0.0] * 50


@pytest.mark.parametrize("per_minute", [1, 7, 59.9, 100, 119, 100_000])
@pytest.mark.parametrize("burst", [1, 3, 10])
@pytest.mark.parametrize("uptime", [0.1, 1000.0, 4245.28, 70_000.3, 3e6 + 0.7, 1e9 + 0.3])
def test_rounding_never_holds_a_turn_back(per_minute: float, burst: int, uptime: float, clock: FakeClock) -> None:
    """A free bucket is free at any uptime: a wait for a rounding error would never end."""
    clock.seconds = uptime
    pace = Pace(Budget(per_minute=per_minute, burst=burst), clock)
    pace.wait_for_turn(30.0)
    assert clock.pauses == []
    for _ in range(2 * burst):
        pace.wait_for_turn(30.0)
        with pace.turn(1000.0):
            pass
    assert len(clock.pauses) <= 2 * burst


def test_an_even_pace(clock: FakeClock) -> None:
    assert moments(Pace(Budget(per_minute=240), clock), clock, 4) == [0.0, 0.25, 0.5, 0.75]


def test_a_burst_and_its_refill(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=60, burst=3), clock)
    assert moments(pace, clock, 5) == [0, 0, 0, 1, 2]
    clock.pass_by(60.0)
    assert moments(pace, clock, 4) == [62, 62, 62, 63]


def test_no_minute_holds_more_than_the_budget_and_the_burst(clock: FakeClock) -> None:
    times = moments(Pace(Budget(per_minute=60, burst=10), clock), clock, 200)
    for begin in times:
        assert sum(1 for at in times if begin <= at < begin + 60) <= 70


def test_a_turn_that_would_come_too_late_is_none(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=6), clock)
    moments(pace, clock, 1)
    with pytest.raises(Limited) as caught, pace.turn(9.0):
        pass
    assert caught.value.sent is False
    assert clock.elapsed == 0.0  # and the turn was not used up
    assert moments(pace, clock, 1) == [10.0]


def test_the_patience_that_is_left(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=60), clock)
    moments(pace, clock, 1)
    with pace.turn(5.0) as left:
        assert left == 4.0


def test_a_pause_holds_for_all(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.pause(5.0)
    pace.pause(2.0)  # a shorter one takes nothing away
    assert moments(pace, clock, 2) == [5.0, 5.0]


def test_a_pause_longer_than_the_time_there_is(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.pause(50.0)
    for attempt in (lambda: pace.wait_for_turn(30.0), lambda: pace.turn(30.0).__enter__()):
        with pytest.raises(Limited, match="50 s") as caught:
            attempt()
        assert (caught.value.retry_after, caught.value.sent) == (50.0, False)
    pace.wait_for_turn(60.0)
    assert clock.elapsed == 50.0


def test_a_ban_is_for_good(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.ban("banned (418)")
    clock.pass_by(10_000.0)
    with pytest.raises(Limited, match="418") as caught, pace.turn(30.0):
        pass
    assert caught.value.banned


def test_waiting_for_a_turn_does_not_take_it(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=60), clock)
    moments(pace, clock, 1)
    pace.wait_for_turn(30.0)
    pace.wait_for_turn(30.0)
    assert moments(pace, clock, 1) == [1.0]


def test_one_request_at_a_time(clock: FakeClock) -> None:
    pace = Pace(Budget(at_once=1), clock)
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with pace.turn(10.0):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 1


def test_no_turn_at_the_gate_in_time(clock: FakeClock) -> None:
    pace = Pace(Budget(at_once=1), clock)
    with pace.turn(5.0):
        refusals: list[Limited] = []

        def wait() -> None:
            try:
                with pace.turn(0.05):
                    pass
            except Limited as no:
                refusals.append(no)

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(5)
    assert [no.sent for no in refusals] == [False]
    assert moments(pace, clock, 1) == [0.0]


def test_who_stood_at_the_gate_when_the_run_was_stopped_sends_nothing(clock: FakeClock) -> None:
    pace = Pace(Budget(at_once=1), clock)
    seen: list[str] = []
    ready = threading.Event()

    def wait() -> None:
        ready.set()
        try:
            with pace.turn(5.0):
                seen.append("sent")
        except Stopped:
            seen.append("stopped")

    with pace.turn(5.0):
        thread = threading.Thread(target=wait)
        thread.start()
        ready.wait(5)
        clock.stop_after = 0.0
    thread.join(5)
    assert seen == ["stopped"]
    clock.stop_after = float("inf")
    assert moments(pace, clock, 1) == [0.0]  # the gate is open again


def test_the_gate_opens_again_after_a_fault(clock: FakeClock) -> None:
    pace = Pace(Budget(at_once=1), clock)
    with pytest.raises(ZeroDivisionError), pace.turn(5.0):
        raise ZeroDivisionError
    assert moments(pace, clock, 1) == [0.0]
