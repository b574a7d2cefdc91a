"""The budget of requests: shared by all threads of a run, by cancels and looks alike, and told beforehand."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.venues.fakes import FakeClock, Held, link_to
from venues.face import Budget
from venues.interface import Limited, OrderRef
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.registry import VENUES, build
from venues.result import Outcome
from venues.sandbox.practice import Reply as PracticeReply
from venues.sandbox.practice import Request as PracticeRequest
from venues.sandbox.server import Running, start
from venues.wire.clock import SystemClock
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue
from venues.wire.looks import SharedLook
from venues.wire.pace import Pace

MINUTE = 60.0
LONGEST = 25.0  # seconds, after which a run is taken for hung


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


# --- the bucket


def test_a_burst_goes_at_once_and_then_one_an_interval(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=60, burst=10), clock)
    sent = [sent_at(pace, clock) for _ in range(30)]
    assert sent[:10] == [0.0] * 10
    assert sent[10:] == pytest.approx(list(range(1, 21)))


def test_no_minute_ever_holds_more_than_the_budget(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=60, burst=10), clock)
    sent = []
    for number in range(300):
        clock.pass_by(7.0 if number % 40 == 0 else 0.0)  # idle now and then, so that the bucket fills again
        sent.append(sent_at(pace, clock))
    for first in sent:
        assert sum(first <= moment < first + MINUTE for moment in sent) <= 70


def test_no_budget_never_waits(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    assert {sent_at(pace, clock) for _ in range(1_000)} == {0.0}


def test_a_turn_that_comes_after_the_deadline_is_not_taken(clock: FakeClock) -> None:
    pace = Pace(Budget(per_minute=1), clock)
    assert sent_at(pace, clock) == 0.0
    with pytest.raises(Limited) as no, pace.turn(30.0):
        pass
    assert no.value.sent is False
    assert sent_at(pace, clock, patience=61.0) == 60.0  # what was refused took nothing out of the bucket


def test_one_at_once_holds_the_next_until_the_answer_is_there() -> None:
    pace = Pace(Budget(at_once=1), SystemClock())
    inside, most, lock = 0, 0, threading.Lock()

    def request() -> None:
        nonlocal inside, most
        with pace.turn(10.0):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.005)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def sent_at(pace: Pace, clock: FakeClock, patience: float = 1_000.0) -> float:
    """Take a turn. Out: the seconds since the clock began at which the request would leave."""
    with pace.turn(patience):
        return clock.elapsed


# --- a 429


def test_a_pause_holds_every_thread(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.pause(6.0)
    pace.pause(2.0)  # a shorter one does not shorten it
    sent = []
    threads = [threading.Thread(target=lambda: sent.append(sent_at(pace, clock))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 4
    assert min(sent) >= 6.0


def test_a_pause_longer_than_an_orders_deadline_is_its_rate_limit(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.pause(300.0)
    with pytest.raises(Limited) as no:
        pace.wait_for_turn(30.0)
    assert (no.value.sent, no.value.banned, no.value.retry_after) == (False, False, 300.0)


def test_a_ban_ends_every_order_that_follows(clock: FakeClock) -> None:
    pace = Pace(Budget(), clock)
    pace.ban("banned (418)")
    for attempt in (lambda: pace.wait_for_turn(30.0), lambda: sent_at(pace, clock)):
        with pytest.raises(Limited, match="banned") as no:
            attempt()
        assert (no.value.sent, no.value.banned) == (False, True)


def test_one_orders_429_slows_the_next_order(clock: FakeClock) -> None:
    desk = SmartTradeDesk(clock, Budget())
    desk.answers = [Reply(429, {}, b"Retry later"), *desk.answers]
    assert desk.cancel("1", wait=20.0).outcome is Outcome.RATE_LIMITED  # 3Commas: 300 s
    assert desk.cancel("2", wait=20.0).attempts == 0
    assert len(desk.sent) == 1
    clock.pass_by(300.0)
    assert desk.cancel("3", wait=20.0).outcome is Outcome.CANCELLED


# --- cancels and looks together


class SmartTradeDesk:
    """3Commas' SmartTrades whose requests go nowhere: each is noted with its time, and answered as told."""

    def __init__(self, clock: FakeClock, budget: Budget) -> None:
        self.clock = clock
        credentials = Held({"api_key": "key", "api_secret": "secret"})
        self.link = link_to("http://127.0.0.1:9", credentials, clock, budget)
        self.venue: HttpVenue = build("smart-trade", self.link)
        self.venue._transport = self  # type: ignore[assignment]
        self.sent: list[tuple[float, str]] = []
        self.answers: list[Reply] = []

    def send(self, request: Request, patience: float, on_sent: Callable[[], None]) -> Reply:
        self.sent.append((self.clock.elapsed, request.method))
        if self.answers:
            return self.answers.pop(0)
        word = "cancellation_pending" if request.method == "DELETE" else "cancelled"
        trade = {"id": int(request.path.rpartition("/")[2]), "status": {"type": word}}
        return Reply(200, {}, json.dumps(trade).encode())

    def cancel(self, order_id: str, **terms: Any) -> Any:
        ref, link = OrderRef(order_id), self.link
        return Cancel(self.venue, ref, Terms(**terms), link.clock, link.pace, link.masks).run()


def test_cancels_and_looks_share_one_budget(clock: FakeClock) -> None:
    budget = VENUES["3commas"].budget
    desk = SmartTradeDesk(clock, budget)
    results = [desk.cancel(str(number)) for number in range(1, 61)]
    assert {result.outcome for result in results} == {Outcome.CANCELLED}
    assert sorted(method for _, method in desk.sent) == ["DELETE"] * 60 + ["GET"] * 60
    moments = [moment for moment, _ in desk.sent]
    for first in moments:
        assert sum(first <= moment < first + MINUTE for moment in moments) <= budget.per_minute + budget.burst < 100


# --- looks at one list


def test_looks_that_are_due_one_after_another_share_one() -> None:
    """The second caller comes while the first look is under way, the third before the second may begin."""
    shared: SharedLook[str, int] = SharedLook(SystemClock(), apart=0.2)
    looks: list[float] = []

    def look(patience: float) -> int:
        looks.append(time.monotonic())
        number = len(looks)
        time.sleep(0.08)
        return number

    got: list[int] = []
    threads = []
    for pause in (0.0, 0.05, 0.05):
        time.sleep(pause)
        threads.append(threading.Thread(target=lambda: got.append(shared.get("list", 10.0, look))))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [1, 2, 2]
    assert looks[1] - looks[0] >= 0.19


def test_a_look_is_never_older_than_its_question() -> None:
    shared: SharedLook[str, int] = SharedLook(SystemClock())
    looks = iter(range(1, 10))
    assert [shared.get("list", 1.0, lambda left: next(looks)) for _ in range(3)] == [1, 2, 3]


def test_near_the_deadline_a_look_is_not_put_off(clock: FakeClock) -> None:
    shared: SharedLook[str, int] = SharedLook(clock, apart=100.0)
    for _ in range(2):
        shared.get("list", 150.0, lambda left: 1)
    assert clock.pauses == []


# --- the run


class Timed:
    """A practice venue that notes when each request came, and takes a while for it."""

    def __init__(self, practice: PracticeNeuraTrade, delay: float = 0.0) -> None:
        self.practice = practice
        self.delay = delay
        self.came: list[float] = []

    def answer(self, request: PracticeRequest) -> PracticeReply:
        self.came.append(time.monotonic())
        time.sleep(self.delay)
        return self.practice.answer(request)


@pytest.fixture
def venue() -> Iterator[tuple[Timed, Running]]:
    timed = Timed(PracticeNeuraTrade(extra_open=200))
    with start(timed) as running:
        yield timed, running
    assert not running.faults


def environ(installed: Any, venue: tuple[Timed, Running], **more: str) -> dict[str, str]:
    timed, running = venue
    given = {"CANCEL_NEURATRADE_URL": running.url, "CANCEL_NEURATRADE_TOKEN": timed.practice.credentials["token"]}
    made: dict[str, str] = installed.environ(given | more)
    return made


def orders(count: int) -> list[str]:
    return [f"ord-20260101000000-{number}" for number in range(1, count + 1)]


def test_the_budget_of_config_toml_is_kept(installed: Any, venue: tuple[Timed, Running], tmp_path: Path) -> None:
    (tmp_path / "cancel").mkdir()
    (tmp_path / "cancel" / "config.toml").write_text("[default.neuratrade]\nrequests_per_minute = 240\n")
    done = subprocess.run(
        [str(installed.script()), "order", *orders(3), "-j", "3", "-o", "json"],
        env=environ(installed, venue, XDG_CONFIG_HOME=str(tmp_path)), capture_output=True, text=True,
        timeout=LONGEST, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    came = venue[0].came
    assert len(came) >= 6
    assert min(later - earlier for earlier, later in pairwise(came)) > 0.2  # 0.25 s, but for the way here


@pytest.mark.parametrize(
    ("count", "flags", "says"),
    [
        (200, (), "200 orders at 100 requests a minute take about 3 min 59 s"),
        (200, ("--no-wait",), "200 orders at 100 requests a minute take about 1 min 59 s"),
        (100, ("--no-wait",), None),  # a minute
    ],
)
def test_a_long_run_says_so_before_it_begins(
    installed: Any, venue: tuple[Timed, Running], count: int, flags: tuple[str, ...], says: str | None
) -> None:
    process = subprocess.Popen(
        [str(installed.script()), "order", *orders(count), *orders(count), *flags, "-o", "json"],
        env=environ(installed, venue, CANCEL_NEURATRADE_REQUESTS_PER_MINUTE="100"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process, killed_when_hung(process):
        assert process.stderr is not None
        if says is not None:
            assert process.stderr.readline() == says + "\n"
            assert len(venue[0].came) <= 1  # it is said at the start
        ends = time.monotonic() + LONGEST
        while not venue[0].came and time.monotonic() < ends:
            time.sleep(0.01)
        process.terminate()
        out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 143
    assert "take about" not in err
    assert len(json.loads(out)["orders"]) == count


def test_a_terminal_shows_a_bar_with_the_time_that_is_left(installed: Any, venue: tuple[Timed, Running]) -> None:
    venue[0].delay = 0.05
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [str(installed.script()), "order", *orders(60), "-j", "4", "-o", "json"],
        env=environ(installed, venue, TERM="xterm", NO_COLOR="1"), stdout=subprocess.PIPE, stderr=slave,
    )  # fmt: skip
    with process, killed_when_hung(process):
        os.close(slave)
        shown = read_all(master)
        out, _ = process.communicate(timeout=LONGEST)
    pictures = re.findall(r"([━╸ ]{20}) (\d+)/60  about \d+ s left", shown)
    assert len(pictures) > 3, shown
    done = [int(count) for _, count in pictures]
    assert done == sorted(done)
    assert all(bar.count("━") == 20 * int(count) // 60 for bar, count in pictures)
    assert shown.endswith("\n\r\x1b[1A\x1b[2K")  # and the line is empty again in the end
    assert (process.returncode, json.loads(out)["exit_code"]) == (0, 0)


@contextmanager
def killed_when_hung(process: subprocess.Popen[Any]) -> Iterator[None]:
    timer = threading.Timer(LONGEST, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        process.kill()  # a test that failed does not wait for the run's end


def read_all(terminal: int) -> str:
    """Out: what came to the terminal until its last writer had gone."""
    pieces = []
    try:
        while piece := os.read(terminal, 65_536):
            pieces.append(piece)
    except OSError:  # how Linux tells the end of a terminal
        pass
    os.close(terminal)
    return b"".join(pieces).decode()
