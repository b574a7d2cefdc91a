"""What every venue must do, run against its practice venue over real loopback HTTP on a clock that jumps.

A venue's test file inherits `VenueContract` and names its example orders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ordercancel import __version__
from tests.venues.fakes import FakeClock, Held, built, cancel, link_to
from venues.face import Budget
from venues.interface import OrderRef, VenueError
from venues.procedure.batch import Batch
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.result import Evidence, Outcome, Result
from venues.sandbox.practice import Practice, RawReply, Reply, Request
from venues.sandbox.server import Running, start
from venues.wire.link import HttpVenue


class Between:
    """Stands between the socket and a practice venue. `meddle` may change a reply, or give another."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.seen: list[Request] = []
        self.meddle: Callable[[Request, Callable[[], Reply]], Reply | RawReply] = lambda request, act: act()

    def answer(self, request: Request) -> Reply | RawReply:
        self.seen.append(request)
        return self.meddle(request, lambda: self.practice.answer(request))


class Desk:
    """A practice venue that is served, and a venue of ours pointed at it."""

    def __init__(self, verb: str, practice: Practice, clock: FakeClock) -> None:
        self.verb = verb
        self.practice = practice
        self.clock = clock
        self.server = Between(practice)
        self.running: Running = start(self.server)
        self.log: list[str] = []
        self._until_the_end = ExitStack()
        self.venue = self.connect(practice.credentials)

    def connect(self, credentials: Mapping[str, str] | Held, **more: Any) -> HttpVenue:
        link = link_to(self.running.url, credentials, self.clock, Budget(), log=self.log.append, **more)
        self.venue = self._until_the_end.enter_context(closing(built(self.verb, link)))
        return self.venue

    def cancel(self, ref: OrderRef, **terms: Any) -> Result:
        return cancel(self.venue, ref, **terms)

    @property
    def cancels(self) -> int:
        """How many cancel requests arrived."""
        return sum(1 for request in self.server.seen if self.practice.route(request) == "cancel")

    def close(self) -> None:
        self._until_the_end.close()
        self.running.close()
        assert self.running.faults == []
        assert self.practice.dangers == []


class VenueContract:
    """The rules that hold at every venue. Subclasses name the verb and an order in each state."""

    verb: ClassVar[str]
    open: ClassVar[OrderRef]
    ended: ClassVar[OrderRef]
    already: ClassVar[OrderRef]
    unknown: ClassVar[OrderRef]
    wrong: ClassVar[dict[str, str]]  # credentials that the venue refuses
    secrets: ClassVar[tuple[str, ...]]  # fields of the practice credentials that must never be shown
    no_wait: ClassVar[Outcome] = Outcome.REQUESTED
    no_wait_evidence: ClassVar[Evidence] = Evidence.REPLY
    looks_before: ClassVar[int] = 0  # looks that a cancel takes before it is sent
    evidence: ClassVar[Evidence] = Evidence.READ_BACK
    lost_attempts: ClassVar[int] = 1  # a first look after a lost answer still shows it open where cancels take time
    options: ClassVar[dict[str, Any]] = {}

    def make(self, clock: FakeClock) -> Practice:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, clock: FakeClock) -> Iterator[Desk]:
        desk = Desk(self.verb, self.make(clock), clock)
        desk.connect(desk.practice.credentials, **self.options)
        yield desk
        desk.close()

    def test_cancels_and_proves_it(self, desk: Desk) -> None:
        result = desk.cancel(self.open)
        assert (result.outcome, result.evidence) == (Outcome.CANCELLED, self.evidence), result.message
        assert (result.attempts, desk.cancels) == (1, 1)
        assert desk.practice.true_state(self.open.order_id) == "cancelled"
        assert result.order_id == self.open.order_id
        assert result.deal_id == self.open.deal_id
        assert result.status is not None
        assert result.quantity is not None
        assert isinstance(result.raw, (dict, list))
        assert result.started_at <= result.finished_at

    def test_its_side_and_when_it_was_placed(self, desk: Desk) -> None:
        for result in (desk.cancel(self.open, dry_run=True), desk.cancel(self.open)):
            assert result.side in ("buy", "sell")
            assert result.placed_at is not None
            assert abs(result.placed_at.timestamp() - desk.practice.orders[self.open.order_id].created) <= 1

    def test_already_cancelled(self, desk: Desk) -> None:
        result = desk.cancel(self.already)
        assert (result.outcome, result.evidence) == (Outcome.ALREADY_CANCELLED, Evidence.READ_BACK), result.message

    def test_too_late(self, desk: Desk) -> None:
        result = desk.cancel(self.ended)
        assert result.outcome is Outcome.TOO_LATE, result.message
        assert desk.practice.true_state(self.ended.order_id) not in ("open", "cancelled")

    def test_not_found(self, desk: Desk) -> None:
        result = desk.cancel(self.unknown)
        assert result.outcome is Outcome.NOT_FOUND, result.message

    def test_wrong_secret(self, desk: Desk) -> None:
        desk.connect({**desk.practice.credentials, **self.wrong}, **self.options)
        result = desk.cancel(self.open)
        assert result.outcome is Outcome.UNAUTHORIZED, result.message
        assert result.attempts == desk.cancels
        assert desk.practice.true_state(self.open.order_id) == "open"

    def test_missing_credentials(self, desk: Desk) -> None:
        desk.connect({}, **self.options)
        result = desk.cancel(self.open)
        assert (result.outcome, result.evidence, result.attempts) == (Outcome.UNAUTHORIZED, None, 0)
        assert "missing" in result.message
        assert desk.server.seen == []

    def test_a_credential_that_no_header_can_carry(self, desk: Desk) -> None:
        bad = dict.fromkeys(desk.practice.credentials, "schl\u00fcssel")
        desk.connect(bad, **self.options)
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) in ((Outcome.UNAUTHORIZED, 0), (Outcome.UNAUTHORIZED, desk.cancels))
        assert desk.practice.true_state(self.open.order_id) == "open"
        assert "schl\u00fcssel" not in result.message

    def test_stopped_server(self, desk: Desk) -> None:
        desk.running.close()
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts, result.evidence) == (Outcome.UNAVAILABLE, 0, None)
        assert "refused" in result.message
        assert 29 < desk.clock.elapsed <= 30

    def test_dry_run_sends_nothing(self, desk: Desk) -> None:
        expected = {
            self.open: Outcome.DRY_RUN,
            self.ended: Outcome.TOO_LATE,
            self.already: Outcome.ALREADY_CANCELLED,
            self.unknown: Outcome.NOT_FOUND,
        }
        for ref, outcome in expected.items():
            result = desk.cancel(ref, dry_run=True)
            assert (result.outcome, result.evidence) == (outcome, Evidence.READ_BACK), result.message
            assert result.attempts == 0
        assert desk.cancels == 0
        assert desk.practice.true_state(self.open.order_id) == "open"

    def test_no_wait(self, desk: Desk) -> None:
        result = desk.cancel(self.open, no_wait=True)
        assert (result.outcome, result.evidence) == (self.no_wait, self.no_wait_evidence), result.message
        assert [desk.practice.route(request) for request in desk.server.seen].count("cancel") == 1
        asked = [desk.practice.route(request) for request in desk.server.seen]
        assert asked.count("read") + asked.count("history") == self.looks_before

    def test_cookies_are_not_sent_back(self, desk: Desk) -> None:
        desk.server.meddle = lambda request, act: act().with_headers(("Set-Cookie", "SID=evil; Path=/"))
        assert desk.cancel(self.open, dry_run=True).outcome is Outcome.DRY_RUN
        assert desk.cancel(self.open).outcome is Outcome.CANCELLED
        assert len(desk.server.seen) > 1
        assert not any("Cookie" in request.headers for request in desk.server.seen)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirects_are_not_followed(self, desk: Desk, status: int) -> None:
        elsewhere = Between(desk.practice)
        with start(elsewhere) as trap:
            desk.server.meddle = lambda request, act: Reply.redirect(status, trap.url + request.path)
            result = desk.cancel(self.open)
        assert result.outcome is Outcome.REFUSED, result.message
        assert "redirect" in result.message
        assert (elsewhere.seen, desk.cancels) == ([], result.attempts)

    def test_headers_and_netrc(self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login someone password else\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        assert desk.cancel(self.open).outcome is Outcome.CANCELLED
        for request in desk.server.seen:
            assert request.headers["User-Agent"] == f"ordercancel/{__version__}"
            assert request.headers["Accept"] == "application/json"
            assert not request.headers.get("Authorization", "").startswith("Basic")

    def test_an_answer_lost_after_acting_is_looked_up(self, desk: Desk) -> None:
        def lose_the_first(request: Request, act: Callable[[], Reply]) -> Reply | RawReply:
            reply = act()
            if desk.practice.route(request) == "cancel" and desk.cancels == 1:
                return RawReply(lambda connection: None)
            return reply

        desk.server.meddle = lose_the_first
        result = desk.cancel(self.open)
        assert result.outcome is Outcome.CANCELLED, result.message
        assert desk.practice.true_state(self.open.order_id) == "cancelled"
        assert result.attempts == desk.cancels == self.lost_attempts
        routes = [desk.practice.route(request) for request in desk.server.seen]
        cancels = [place for place, route in enumerate(routes) if route == "cancel"]
        assert all({"read", "history"} & set(routes[a:b]) for a, b in pairwise(cancels))

    def test_an_answer_lost_before_acting_is_repeated_after_a_look(self, desk: Desk) -> None:
        def drop_the_first(request: Request, act: Callable[[], Reply]) -> Reply | RawReply:
            if desk.practice.route(request) == "cancel" and desk.cancels == 1:
                return RawReply(lambda connection: None)
            return act()

        desk.server.meddle = drop_the_first
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts, desk.cancels) == (Outcome.CANCELLED, 2, 2), result.message

    def test_a_dead_venue_after_sending_is_unknown(self, desk: Desk) -> None:
        def die(request: Request, act: Callable[[], Reply]) -> Reply | RawReply:
            if desk.practice.route(request) == "cancel":
                act()
            elif not {"cancel"} & {desk.practice.route(seen) for seen in desk.server.seen}:
                return act()
            return RawReply(lambda connection: None)

        desk.server.meddle = die
        result = desk.cancel(self.open)
        assert (result.outcome, result.evidence) == (Outcome.UNKNOWN, None), result.message
        assert self.open.order_id in result.message
        assert "12:00:0" in result.message  # when it was sent
        assert desk.clock.elapsed <= 30.01

    def test_stopped_before_sending(self, desk: Desk) -> None:
        desk.clock.stop_after = 0.0
        result = desk.cancel(self.open)
        assert (result.outcome, result.attempts) == (Outcome.UNAVAILABLE, 0)
        assert desk.server.seen == []

    def test_interrupted_while_waiting(self, desk: Desk) -> None:
        """A venue that never becomes final: the run is stopped while it waits for the next look."""
        desk.practice.keeps_cancels = False
        desk.clock.stop_after = 5.0
        result = desk.cancel(self.open)
        assert result.outcome is Outcome.PENDING, result.message
        assert desk.clock.elapsed < 5.0
        assert desk.cancels == 1

    def test_interrupted_with_a_request_in_flight(self, desk: Desk) -> None:
        """What was sent is reported as unknown while its answer is awaited."""
        arrived, go_on = threading.Event(), threading.Event()

        def hold(request: Request, act: Callable[[], Reply]) -> Reply:
            if desk.practice.route(request) == "cancel":
                arrived.set()
                go_on.wait(10)
            return act()

        desk.server.meddle = hold
        link = desk.venue._link
        order = Cancel(desk.venue, self.open, Terms(), desk.clock, link.pace, link.masks)
        thread = threading.Thread(target=order.run)
        thread.start()
        assert arrived.wait(10)
        report = order.report()
        go_on.set()
        thread.join(10)
        assert (report.outcome, report.attempts) == (Outcome.UNKNOWN, 1), report.message

    def test_many_orders_share_the_connection_and_keep_their_places(self, desk: Desk) -> None:
        refs = [self.open, self.ended, self.already, self.unknown]
        link = desk.venue._link

        def make(ref: OrderRef) -> Cancel:
            return Cancel(desk.venue, ref, Terms(), desk.clock, link.pace, link.masks)

        done = sorted(Batch(make, 1, threading.Event()).run(refs), key=lambda one: one.index)
        assert [one.result.order_id for one in done] == [ref.order_id for ref in refs]
        assert [one.result.outcome.word for one in done] == [
            "cancelled", "too-late", "already-cancelled", "not-found"
        ]  # fmt: skip
        assert desk.running.connections == 1

    def test_check(self, desk: Desk) -> None:
        desk.venue.check(10.0)
        assert desk.venue.last_reply is not None
        assert desk.venue.last_reply.headers["date"]
        desk.connect({**desk.practice.credentials, **self.wrong}, **self.options)
        with pytest.raises(VenueError):
            desk.venue.check(10.0)
        assert desk.cancels == 0

    def test_no_secret_is_ever_shown(self, desk: Desk) -> None:
        """The venue echoes every header and body it got, in an error and in a log line."""

        def echo(request: Request, act: Callable[[], Reply]) -> Reply:
            if desk.practice.route(request) == "markets":  # which are public
                return act()
            words = [*request.headers.values(), request.body.decode()]
            return Reply.json(400, {"error": " ".join(words), "status": "error", "message": words})

        desk.server.meddle = echo
        held = Held(desk.practice.credentials)
        desk.connect(held, **self.options)
        shown = f"{desk.cancel(self.open)} {desk.cancel(self.open, dry_run=True)} {desk.log}"
        assert "***" in shown
        for field in self.secrets:
            assert held.values[field] not in shown
        for request in desk.server.seen:
            for name in ("Signature", "X-NtApi-Sig", "Authorization", "API-Sign", "OK-ACCESS-SIGN", "X-BAPI-SIGN"):
                value = request.headers.get(name, "")
                assert not value or value not in shown
