"""One look at a list for all who wait: never an answer that is older than its question."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.venues.fakes import FakeClock
from venues.interface import Uncertain
from venues.wire.looks import SharedLook


class Lookout:
    """A look that waits until it is let go, and counts."""

    def __init__(self) -> None:
        self.begun = 0
        self.started = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.fault: Exception | None = None
        self.patience: list[float] = []

    def __call__(self, left: float) -> int:
        self.begun += 1
        number = self.begun
        self.patience.append(left)
        self.started.release()
        assert self.go.acquire(timeout=5)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return number


class Asking(threading.Thread):
    def __init__(self, ask: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self.ask = ask
        self.answer: int | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.ask()
        except Exception as error:  # noqa: BLE001  # kept for the test
            self.error = error


def waiting(looks: SharedLook[str, int], count: int) -> None:
    """Wait until so many stand in line."""
    for _ in range(500):
        with looks._lock:
            if looks._lines["list"].waiting == count:
                return
        threading.Event().wait(0.002)
    raise AssertionError("they never came")


def test_who_asks_during_a_look_gets_a_later_one_and_shares_it() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    lookout = Lookout()
    first = Asking(lambda: looks.get("list", 5.0, lookout))
    assert lookout.started.acquire(timeout=5)
    later = [Asking(lambda: looks.get("list", 5.0, lookout)) for _ in range(5)]
    waiting(looks, 6)
    lookout.go.release()
    assert lookout.started.acquire(timeout=5)
    lookout.go.release()
    for one in (first, *later):
        one.join(5)
    assert first.answer == 1
    assert [one.answer for one in later] == [2] * 5
    assert lookout.begun == 2


def test_an_error_reaches_only_the_one_who_looked() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    lookout = Lookout()
    first = Asking(lambda: looks.get("list", 5.0, lookout))
    assert lookout.started.acquire(timeout=5)
    later = [Asking(lambda: looks.get("list", 5.0, lookout)) for _ in range(3)]
    waiting(looks, 4)
    lookout.go.release()
    assert lookout.started.acquire(timeout=5)
    lookout.fault = Uncertain("lost")
    lookout.go.release()
    assert lookout.started.acquire(timeout=5)  # the next in line looks again
    lookout.go.release()
    for one in (first, *later):
        one.join(5)
    assert first.answer == 1
    assert sorted(type(one.error).__name__ for one in later) == ["NoneType", "NoneType", "Uncertain"]
    assert [one.answer for one in later if one.error is None] == [3, 3]


def test_one_after_another_looks_each_time() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    counts = iter(range(1, 9))
    assert [looks.get("list", 1.0, lambda left: next(counts)) for _ in range(3)] == [1, 2, 3]
    assert looks._lines["list"].waiting == 0


def test_lists_do_not_wait_for_each_other() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    lookout = Lookout()
    held = Asking(lambda: looks.get("list", 5.0, lookout))
    assert lookout.started.acquire(timeout=5)
    assert looks.get("other", 1.0, lambda left: 7) == 7
    lookout.go.release()
    held.join(5)


def test_a_line_that_does_not_move_is_uncertain() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    lookout = Lookout()
    held = Asking(lambda: looks.get("list", 5.0, lookout))
    assert lookout.started.acquire(timeout=5)
    with pytest.raises(Uncertain, match="not answered"):
        looks.get("list", 0.05, lookout)
    lookout.go.release()
    held.join(5)
    assert held.answer == 1
    assert looks._lines["list"].waiting == 0


def test_the_waiting_is_taken_off_the_patience() -> None:
    looks: SharedLook[str, int] = SharedLook(FakeClock())
    lookout = Lookout()
    first = Asking(lambda: looks.get("list", 5.0, lookout))
    assert lookout.started.acquire(timeout=5)
    second = Asking(lambda: looks.get("list", 5.0, lookout))
    waiting(looks, 2)
    threading.Event().wait(0.05)
    lookout.go.release()
    lookout.go.release()
    first.join(5)
    second.join(5)
    assert lookout.patience[1] < 4.96


def test_two_looks_at_one_list_keep_their_distance() -> None:
    clock = FakeClock()
    looks: SharedLook[str, float] = SharedLook(clock, apart=2.0)
    times = [looks.get("list", 60.0, lambda left: clock.elapsed) for _ in range(3)]
    assert times == [0.0, 2.0, 4.0]
    assert looks.get("other", 60.0, lambda left: clock.elapsed) == 4.0
    assert looks.get("list", 1.0, lambda left: clock.elapsed) == 4.0  # near the deadline it does not wait
