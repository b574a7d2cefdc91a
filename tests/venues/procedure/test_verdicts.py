"""What an order comes to, in full: outcome, evidence, sentence, record, and the seconds at which it is looked at."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from tests.venues.fakes import (
    CANCELLED,
    CANCELLING,
    ENDED,
    EPOCH,
    HABITS,
    OPEN,
    REF,
    Bench,
    FakeClock,
    Scripted,
    Step,
)
from tests.venues.table import READ_BACK, REPLY, Row, rows
from venues.interface import (
    Answer,
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
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.result import Outcome

LOST, UNREACHED = Uncertain("no answer came"), NeverSent("the connection was refused")
NO, FLAT_NO = Refused("not open", about_order=True), Refused("bad request")
GONE = NotFound("gone")
EXPIRED = Unauthorized("expired", renewable=True)
SLOW = Limited("slow down", retry_after=2.0)
TOO_SLOW = Limited("slow down", retry_after=60.0)
FIXED = Order(State.OPEN, "Active", sendable=False)
FAILED = Order(State.OPEN, "75", cancel_failed=True)
NOTED = Order(State.CANCELLING, "2", note="the market is closed")
DRY, NOW = {"dry_run": True}, {"no_wait": True}
O = Outcome  # noqa: E741  # the table below is wide


def habits(**more: Any) -> dict[str, Any]:
    return {"habits": HABITS._replace(**more)}


def run(bench: Bench, row: Row) -> None:
    terms = dict(row.terms)
    venue = Scripted(row.cancels, row.looks, terms.pop("habits", HABITS))
    venue.renewals = terms.pop("renewals", [])
    result = bench.run(venue, **terms)
    row.check(result)
    assert result.evidence is row.evidence


@rows(
    # the reply alone
    Row("the reply shows it", [CANCELLED], [OPEN], O.CANCELLED, REPLY, 1, "the venue shows it cancelled"),
    Row("the reply shows it filled", [ENDED], [OPEN], O.TOO_LATE, REPLY, 1, "status filled"),
    Row("no wait", [None], [OPEN], O.REQUESTED, REPLY, 1, "accepted the request", terms=NOW),
    Row("no wait, and a note", [NOTED], [OPEN], O.REQUESTED, REPLY, 1, "the market is closed", terms=NOW),
    Row("a flat no", [FLAT_NO], [OPEN], O.REFUSED, REPLY, 1, "bad request"),
    Row("never reached", [UNREACHED], [OPEN], O.UNAVAILABLE, None, 0, "connection was refused; no cancel was sent"),
    # accepted
    Row("seen cancelled", [None], [CANCELLED], O.CANCELLED, READ_BACK, 1, "the venue shows it cancelled"),
    Row("seen filled", [None], [ENDED], O.TOO_LATE, READ_BACK, 1, "the venue shows status filled"),
    Row("still open", [None], [OPEN], O.PENDING, READ_BACK, 1, "accepted, but the venue still shows status open"),
    Row("look lost", [None], [LOST], O.PENDING, REPLY, 1, "the look failed: no answer came"),
    Row("look refused", [None], [FLAT_NO], O.PENDING, REPLY, 1, "the look was refused: bad request"),
    Row("look limited", [None], [TOO_SLOW], O.PENDING, REPLY, 1, "but slow down"),
    Row("a limit waited out", [None], [SLOW, CANCELLED], O.CANCELLED, READ_BACK, 1),
    Row("absent, then one no", [None], [GONE, FLAT_NO, CANCELLED], O.CANCELLED, READ_BACK, 1),
    Row("seen, then one no", [None], [OPEN, FLAT_NO, CANCELLED], O.CANCELLED, READ_BACK, 1),
    Row("absent is not sent again", [None], [GONE], O.PENDING, REPLY, 1, "gone", terms=habits(looks_aside=True)),
    Row("no trace of it", [None], [GONE], O.PENDING, REPLY, 1, "gone", terms=habits(none_is_not_found=True)),
    Row("a trace in the reply", [OPEN], [GONE], O.PENDING, REPLY, 1, terms=habits(none_is_not_found=True)),
    Row("the venue's cancel failed", [None], [FAILED], O.REFUSED, READ_BACK, 1, "it shows status 75"),
    Row("a failure is stale once a look fails", [None], [FAILED, LOST], O.PENDING, READ_BACK, 1, "the look failed"),
    Row("its reply says that it failed", [FAILED], [LOST], O.PENDING, REPLY, 1, "the look failed"),
    Row("failed, and failed again", [None], [FAILED, LOST, FAILED], O.REFUSED, READ_BACK, 1, "it shows status 75"),
    Row("look unauthorized", [None], [EXPIRED], O.PENDING, REPLY, 1, "refused: expired",
        terms={"renewals": [UNREACHED] * 99}),
    Row("no time for a look", [None], [OPEN], O.PENDING, REPLY, 1, "no time left to read", terms={"wait": 0.0}),
    # refused
    Row("refused, and open", [NO], [OPEN], O.REFUSED, REPLY, 1, "not open"),
    Row("refused, and cancelled", [NO], [CANCELLED], O.ALREADY_CANCELLED, READ_BACK, 1, "cancelled before this"),
    Row("refused, and absent", [NO], [GONE, CANCELLED], O.REFUSED, REPLY, 1, "not open"),
    Row("refused and absent means", [NO], [GONE], O.NOT_FOUND, REPLY, 1, "refused the cancel: not open",
        terms=habits(none_is_not_found=True)),
    Row("absent, and a late writer", [NO], [GONE, CANCELLED], O.ALREADY_CANCELLED, READ_BACK, 1,
        terms=habits(looks_aside=True)),
    Row("unknown and absent", [GONE], [NotFound("none")], O.NOT_FOUND, REPLY, 1, "knows no such order: gone"),
    Row("unknown, but open", [GONE], [OPEN], O.REFUSED, REPLY, 1, "gone"),
    Row("unknown, and no look", [GONE], [LOST], O.NOT_FOUND, REPLY, 1, "gone; the look failed"),
    Row("no right, and open", [Unauthorized("who?", about_order=True)], [OPEN], O.UNAUTHORIZED, REPLY, 1, "who?"),
    Row("may not be sent again", [SLOW], [FIXED], O.REFUSED, READ_BACK, 1, "it is status Active; no cancel is sent"),
    # lost
    Row("nothing but silence", [LOST], [LOST], O.UNKNOWN, None, 1, "is not known (the look failed: no answer came)"),
    Row("seen, not settled", [LOST], [CANCELLING], O.UNKNOWN, None, 1, "last seen status cancelling"),
    Row("absent is repeated", [LOST], [GONE], O.UNKNOWN, None, 3, "on the Scripted site",
        terms=habits(looks_aside=True)),
    Row("but not when it was there", [LOST], [CANCELLING, GONE], O.UNKNOWN, None, 1,
        terms=habits(looks_aside=True)),
    Row("lost, refused, absent", [LOST, NO], [GONE, GONE, CANCELLED], O.CANCELLED, READ_BACK, 2,
        terms=habits(looks_aside=True)),
    Row("no route, and a repeat", [LOST, CANCELLED], [NoLook("no route")], O.CANCELLED, REPLY, 2,
        terms=habits(looks_aside=True)),
    Row("a limit on looks is no leave to repeat", [LOST], [TOO_SLOW], O.UNKNOWN, None, 1, "slow down",
        terms=habits(looks_aside=True)),
    # limited
    Row("limited twice, then absent", [SLOW, SLOW, CANCELLED], [OPEN, GONE], O.CANCELLED, REPLY, 3),
    Row("unreached, and no turn left", [UNREACHED, Limited("no turn", sent=False)], [OPEN], O.UNAVAILABLE, None, 0,
        "connection was refused; no cancel was sent"),
    Row("unreached, then limited", [UNREACHED, SLOW, CANCELLED], [OPEN], O.CANCELLED, REPLY, 2),
    # a dry run
    Row("dry: open", [], [OPEN], O.DRY_RUN, READ_BACK, 0, "it is open (status open)", terms=DRY),
    Row("dry: cancelled", [], [CANCELLED], O.ALREADY_CANCELLED, READ_BACK, 0, "it was cancelled", terms=DRY),
    Row("dry: filled", [], [ENDED], O.TOO_LATE, READ_BACK, 0, "status filled", terms=DRY),
    Row("dry: not to be sent", [], [FIXED], O.REFUSED, READ_BACK, 0, "status Active; no cancel is sent", terms=DRY),
    Row("dry: refused", [], [FLAT_NO], O.REFUSED, READ_BACK, 0, "bad request", terms=DRY),
    Row("dry: absent", [], [GONE], O.NOT_FOUND, READ_BACK, 0, "gone", terms=DRY),
    Row("dry: expired", [], [EXPIRED], O.UNAUTHORIZED, READ_BACK, 0, "expired", terms={**DRY, "renewals": [False]}),
    Row("dry: limited", [], [TOO_SLOW], O.RATE_LIMITED, READ_BACK, 0, "not cancelled: slow down", terms=DRY),
    Row("dry: never reached", [], [UNREACHED], O.UNAVAILABLE, None, 0, "the connection was refused; no", terms=DRY),
    Row("dry: a log-in unanswered", [], [EXPIRED], O.UNAVAILABLE, None, 0, "no answer came; no cancel",
        terms={**DRY, "renewals": [LOST] * 99}),
)  # fmt: skip
def test_the_verdict(row: Row, bench: Bench) -> None:
    run(bench, row)


# --- one more cancel where the venue dropped the first


PENDING, WAITING = Order(State.OPEN, "pending", unripe=True), Order(State.OPEN, "wait")


@pytest.mark.parametrize(
    ("cancels", "looks", "sent", "outcome"),
    [
        ([PENDING], [WAITING, PENDING, WAITING, OPEN], 2, Outcome.PENDING),  # once is enough
        ([None], [WAITING], 1, Outcome.PENDING),  # nothing to compare with
        ([PENDING, TOO_SLOW], [WAITING, CANCELLED], 2, Outcome.CANCELLED),  # the looks go on
        ([PENDING, FLAT_NO], [WAITING, CANCELLED], 2, Outcome.CANCELLED),
    ],
)
def test_the_second_cancel(cancels: list[Step], looks: list[Step], sent: int, outcome: Outcome, bench: Bench) -> None:
    venue = Scripted(cancels, looks)
    assert bench.run(venue).outcome is outcome
    assert venue.log.count("cancel") == sent


# --- when it is looked at


@pytest.mark.parametrize(
    ("wait", "more", "slow", "expected"),
    [
        (0.0, {}, 0.0, []),
        (0.5, {}, 0.0, [0.45]),
        (2.0, {}, 0.0, [1.8]),
        (5.0, {}, 0.0, [1.0, 4.5]),
        (30.0, {"most_looks": 4}, 0.0, [1.0, 2.0, 5.0, 29.5]),
        (30.0, {}, 7.0, [1.0, 8.0, 15.0, 22.0, 29.5]),
        (30.0, {}, 4.0, [1.0, 5.0, 9.0, 13.0, 17.0, 21.0, 25.0, 29.5]),
        (30.0, {"first_looks": (2.7,)}, 0.0, [*(2.7 + 3 * n for n in range(9)), 29.5]),
        (30.0, {"first_looks": (0.5,)}, 0.0, [0.5, *(3.5 + 3 * n for n in range(8)), 29.5]),
    ],
)
def test_the_seconds_of_the_looks(
    wait: float, more: dict[str, Any], slow: float, expected: list[float], bench: Bench, clock: FakeClock
) -> None:
    times: list[float] = []

    def look() -> Answer:
        times.append(round(clock.elapsed, 6))
        clock.pass_by(slow)
        return Answer(OPEN)

    bench.run(Scripted([None], [look], HABITS._replace(**more)), wait=wait)
    assert times == expected


def test_a_longer_deadline_allows_more_looks_in_proportion(bench: Bench) -> None:
    venue = Scripted([None], [OPEN], HABITS._replace(then_every=1.0))
    bench.run(venue, wait=300.0)
    assert venue.log.count("look") == 120


def test_a_short_deadline_still_leaves_the_look_after_a_lost_answer(bench: Bench, clock: FakeClock) -> None:
    assert bench.run(Scripted([LOST], [CANCELLED]), wait=0.9).outcome is Outcome.CANCELLED
    assert clock.elapsed == 0.0


def test_a_dry_run_backs_off_like_a_cancel(bench: Bench, clock: FakeClock) -> None:
    clock.luck = 1.0
    bench.run(Scripted(looks=[UNREACHED]), dry_run=True)
    assert clock.pauses[:5] == [0.5, 1.0, 2.0, 4.0, 5.0]


# --- what a request is given


class Noted(Scripted):
    """Writes down which order each request is for, and how many seconds it gets."""

    def __init__(self, *script: Any, clock: FakeClock, takes: float = 0.0) -> None:
        super().__init__(*script)
        self.clock, self.takes = clock, takes
        self.given: list[tuple[str, OrderRef | None, float]] = []

    def _given(self, what: str, ref: OrderRef | None, patience: float) -> None:
        self.given.append((what, ref, patience))
        self.clock.pass_by(self.takes)

    def prepare(self, patience: float) -> None:
        self._given("prepare", None, patience)
        super().prepare(patience)

    def renew(self, patience: float) -> bool:
        self._given("renew", None, patience)
        return super().renew(patience)

    def request_cancel(self, ref: OrderRef, patience: float) -> Answer:
        self._given("cancel", ref, patience)
        return super().request_cancel(ref, patience)

    def read(self, ref: OrderRef, patience: float) -> Answer:
        self._given("read", ref, patience)
        return super().read(ref, patience)


@pytest.mark.parametrize(("wait", "cancel"), [(60.0, 15.0), (14.0, 11.0), (8.0, 6.0)])
def test_every_request_gets_its_time_out_or_what_is_left(
    wait: float, cancel: float, bench: Bench, clock: FakeClock
) -> None:
    venue = Noted([None], [EXPIRED, CANCELLED], clock=clock)
    venue.renewals = [True]
    assert bench.run(venue, wait=wait).outcome is Outcome.CANCELLED
    look = min(10.0, wait - 1)
    assert venue.given == [
        ("prepare", None, min(10.0, wait)), ("cancel", REF, cancel),
        ("prepare", None, look), ("read", REF, look), ("renew", None, look),
        ("prepare", None, look), ("read", REF, look),
    ]  # fmt: skip


def test_late_in_a_run_half_of_what_is_left_is_for_the_cancel(bench: Bench, clock: FakeClock) -> None:
    venue = Noted([CANCELLED], clock=clock, takes=5.0)
    bench.run(venue, wait=8.0)
    assert venue.given[1] == ("cancel", REF, 1.5)


# --- the record


class Told(Scripted):
    name: ClassVar[str] = "told"
    practice = True

    def remark(self, outcome: Outcome, order: Order | None, no: VenueError | None) -> str:
        return f"{outcome.word}/{order and order.status}/{no and no.message}"

    def public(self, raw: Any) -> Any:
        return {"public": raw}


FULL = Order(State.CANCELLED, "done", "BTC", "sell", "limit", "5", "3", "1")


def test_the_whole_record(bench: Bench, clock: FakeClock) -> None:
    venue = Told([Refused("not open", about_order=True, request_id="r1")], [lambda: Answer(FULL, raw=[1])])
    ref = OrderRef("7", deal_id="9")
    order = Cancel(venue, ref, Terms(), clock, bench.pace, bench.masks)
    clock.pass_by(5.0)
    result = order.run()
    assert (result.venue, result.order_id, result.deal_id, result.sandbox) == ("told", "7", "9", True)
    assert result.message.endswith("; already-cancelled/done/not open")
    shown = (result.status, result.symbol, result.side, result.type, result.price, result.quantity, result.filled)
    assert shown == ("done", "BTC", "sell", "limit", "5", "3", "1")
    assert (result.request_id, result.raw) == ("r1", {"public": [1]})
    assert (result.started_at - EPOCH).total_seconds() == 5.0  # when it began, not when it was lined up
    assert result.finished_at == clock.now()


def test_the_record_of_an_order_that_was_never_begun(bench: Bench, clock: FakeClock) -> None:
    result = bench.begin(Scripted()).report()
    assert (result.started_at, result.finished_at) == (EPOCH, EPOCH)
    assert (result.raw, result.request_id, result.evidence, result.status) == (None, None, None, None)
    assert result.sandbox is False
    assert ";" not in result.message.removeprefix("stopped before anything was sent")


def test_what_an_older_view_showed_is_kept(bench: Bench) -> None:
    full = FULL._replace(state=State.CANCELLING)
    bare = Order(State.CANCELLED, "gone")
    result = bench.run(Scripted([full], [bare]))
    shown = (result.status, result.symbol, result.side, result.type, result.price, result.quantity, result.filled)
    assert shown == ("gone", "BTC", "sell", "limit", "5", "3", "1")


SHOWN = {"shown": True}


@pytest.mark.parametrize(
    ("cancel", "look", "raw"),
    [
        (None, NotFound("gone", raw={"why": 1}), {"why": 1}),
        (None, NotFound("gone"), SHOWN),  # the acceptance
        (OPEN, NotFound("gone", raw={"why": 1}), SHOWN),  # the last that was about this order
        (Refused("no", raw={"why": 2}), OPEN, {"why": 2}),
        (Refused("no", about_order=True, raw={"why": 2}), LOST, {"why": 2}),
        (Uncertain("no", raw={"why": 3}), LOST, {"why": 3}),
        (Limited("no", retry_after=99.0, raw={"why": 4}), OPEN, {"why": 4}),
    ],
)
def test_the_last_reply_about_the_order(cancel: Step, look: Step, raw: Any, bench: Bench) -> None:
    assert bench.run(Scripted([cancel], [look])).raw == raw


def test_a_silence_does_not_wipe_out_the_reply_before(bench: Bench) -> None:
    result = bench.run(Scripted([Limited("no", retry_after=1.0, raw={"why": 4}), LOST], [OPEN, LOST]))
    assert result.raw == SHOWN


def with_id(request_id: str | None) -> Step:
    return lambda: Answer(OPEN, request_id=request_id)


@pytest.mark.parametrize(
    ("cancels", "looks", "expected"),
    [
        ([with_id("c")], [with_id("l")], "c"),
        ([with_id(None)], [with_id("l")], "l"),
        ([Uncertain("lost", request_id="e")], [LOST], "e"),
        ([Uncertain("lost", request_id="e"), LOST], [OPEN], "e"),
    ],
)
def test_the_request_id_is_the_first_that_the_cancel_was_given(
    cancels: list[Step], looks: list[Step], expected: str, bench: Bench
) -> None:
    assert bench.run(Scripted(cancels, looks)).request_id == expected
