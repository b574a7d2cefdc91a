"""Many orders over a few threads: streamed, in any order of ending, and stoppable."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.venues.fakes import CANCELLED, Bench, FakeClock, Scripted
from venues.interface import Answer, OrderRef, Venue
from venues.procedure.batch import Batch
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.result import Outcome


def make_with(venue: Venue, clock: FakeClock) -> Any:
    bench = Bench(clock)
    return lambda ref: Cancel(venue, ref, Terms(), clock, bench.pace, bench.masks)


def refs(count: int) -> Iterator[OrderRef]:
    return (OrderRef(str(number)) for number in range(1, count + 1))


@pytest.mark.parametrize("jobs", [1, 4])
def test_each_order_ends_once_with_its_place(jobs: int, clock: FakeClock) -> None:
    done = list(Batch(make_with(Scripted([CANCELLED]), clock), jobs, threading.Event()).run(refs(50)))
    assert sorted((one.index, one.result.order_id) for one in done) == [(n, str(n + 1)) for n in range(50)]
    assert {one.result.outcome for one in done} == {Outcome.CANCELLED}


def test_no_orders(clock: FakeClock) -> None:
    assert list(Batch(make_with(Scripted(), clock), 3, threading.Event()).run([])) == []


def test_the_stream_is_read_only_as_orders_end(clock: FakeClock) -> None:
    taken = 0

    def endless() -> Iterator[OrderRef]:
        nonlocal taken
        for number in itertools.count(1):
            taken += 1
            yield OrderRef(str(number))

    go = threading.Semaphore(0)

    def slow() -> Answer:
        assert go.acquire(timeout=5)
        return Answer(CANCELLED)

    stop = threading.Event()
    batch = Batch(make_with(Scripted([slow]), clock), 2, stop)
    running = batch.run(endless())
    go.release()
    next(running)
    assert taken <= 4
    stop.set()
    batch.stop()
    go.release(10)
    list(running)


def test_a_signal_that_another_thread_takes_is_heard(clock: FakeClock) -> None:
    """As one is that comes between the main thread's last look at its signals and its wait: nothing wakes it."""

    def struck() -> Answer:
        time.sleep(0.1)  # the main thread waits by now
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        assert stop.wait(5), "the signal was not heard"
        return Answer(CANCELLED)

    stop = threading.Event()
    batch = Batch(make_with(Scripted([struck]), clock), 1, stop)
    before = signal.signal(signal.SIGUSR1, lambda *_: batch.stop())
    try:
        (done,) = batch.run(refs(1))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert done.fault is None


def test_a_fault_of_ours_is_reported_with_what_is_known(clock: FakeClock) -> None:
    def broken() -> Answer:
        raise ZeroDivisionError

    (done,) = Batch(make_with(Scripted([broken]), clock), 1, threading.Event()).run(refs(1))
    assert isinstance(done.fault, ZeroDivisionError)
    assert (done.result.outcome, done.result.attempts) == (Outcome.UNKNOWN, 1)


@pytest.mark.parametrize("death", [RecursionError, SystemExit, KeyboardInterrupt, MemoryError])
def test_a_worker_that_dies_of_anything_reports_its_order(death: type[BaseException], clock: FakeClock) -> None:
    """Also when the reply that it stumbled over cannot even be put into the report."""

    class Poison(Scripted):
        def public(self, raw: Any) -> Any:
            raise RecursionError

    def die() -> Answer:
        raise death

    venue = Poison([lambda: Answer(None, raw=[1])], [die])
    done = list(Batch(make_with(venue, clock), 3, threading.Event()).run(refs(7)))
    assert sorted(one.index for one in done) == list(range(7))
    assert {one.result.outcome for one in done} == {Outcome.PENDING}
    assert {type(one.fault) for one in done} == {death}


def test_nobody_waits_for_a_worker_that_never_began_its_order(clock: FakeClock) -> None:
    def broken(ref: OrderRef) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(Batch(broken, 2, threading.Event()).run(refs(7)))


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_stream_that_breaks_is_told_after_what_was_begun(jobs: int, clock: FakeClock) -> None:
    def breaking() -> Iterator[OrderRef]:
        yield from refs(3)
        raise OSError("standard input went away")

    running = Batch(make_with(Scripted([CANCELLED]), clock), jobs, threading.Event()).run(breaking())
    assert sorted(next(running).index for _ in range(3)) == [0, 1, 2]
    with pytest.raises(OSError, match="went away"):
        next(running)


def test_a_stop_reports_what_is_in_flight_and_begins_nothing(clock: FakeClock) -> None:
    arrived, go = threading.Event(), threading.Event()

    def hang() -> Answer:
        arrived.set()
        go.wait(5)
        return Answer(CANCELLED)

    venue = Scripted([hang])
    batch = Batch(make_with(venue, clock), 1, threading.Event(), grace=0.1)
    running = batch.run(refs(10))
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.extend(running))
    thread.start()
    assert arrived.wait(5)
    batch.stop()
    thread.join(5)
    go.set()
    assert [(one.index, one.result.outcome, one.result.attempts) for one in done] == [(0, Outcome.UNKNOWN, 1)]
    assert venue.log == ["cancel"]


def test_a_request_that_ends_within_the_grace_is_reported_as_it_ended(clock: FakeClock) -> None:
    arrived, go = threading.Event(), threading.Event()

    def slow() -> Answer:
        arrived.set()
        go.wait(5)
        return Answer(CANCELLED)

    batch = Batch(make_with(Scripted([slow]), clock), 1, threading.Event())
    running = batch.run(refs(10))
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.extend(running))
    thread.start()
    assert arrived.wait(5)
    batch.stop()
    go.set()
    thread.join(5)
    assert [one.result.outcome for one in done] == [Outcome.CANCELLED]


def test_once_nobody_listens_nothing_new_is_begun(clock: FakeClock) -> None:
    go, begun = threading.Semaphore(0), 0

    def slow() -> Answer:
        nonlocal begun
        begun += 1
        assert go.acquire(timeout=5)
        return Answer(CANCELLED)

    batch = Batch(make_with(Scripted([slow]), clock), 1, threading.Event())
    running = batch.run(refs(20))
    go.release()
    next(running)
    running.close()  # type: ignore[attr-defined]
    go.release(20)
    workers = [thread for thread in threading.enumerate() if getattr(thread, "_target", None) == batch._work]
    for thread in workers:
        thread.join(5)
    assert begun <= 2
