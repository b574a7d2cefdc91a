"""What every venue's list of open orders must do, run against its practice venue over real loopback HTTP.

A venue's test file inherits `ListingContract` and names its verb, its practice venue and credentials that are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from tests.venues.contract import Desk
from tests.venues.declared import HTML
from tests.venues.fakes import FakeClock
from venues.interface import OpenOrder, State, Unauthorized, VenueError
from venues.procedure.reading import Reading
from venues.result import Outcome
from venues.sandbox.practice import Practice, RawReply, Reply, Request

LIMIT = Reply.text(429, "R").with_headers(("Retry-After", "2"))
LOST = RawReply(lambda connection: None)
NEVER_A_LIST = (
    LOST,
    Reply.text(500, "oops"),
    *(Reply.text(200, body) for body in ("", HTML, "null", "1", '"ok"', '{"half": ', "[1]", "[null]", '{"a": []}')),
)


def listed(desk: Desk, wait: float = 30.0, deal_id: str | None = None) -> list[OpenOrder]:
    """Out: a whole list, read within `wait` seconds. Raises a VenueError where it cannot be."""
    clock = desk.clock
    look = Reading(desk.venue, clock, desk.venue._link.pace, clock.monotonic() + wait)
    return list(desk.venue.open_orders(look, deal_id))


class ListingContract:
    """The rules that hold for the list of every venue."""

    verb: ClassVar[str]
    wrong: ClassVar[dict[str, str]]  # credentials that the venue refuses
    options: ClassVar[dict[str, Any]] = {}
    asks: ClassVar[frozenset[str]] = frozenset({"list", "read"})  # the routes that a list is made of
    many: ClassVar[int] = 230  # more open orders than two pages hold

    command: ClassVar[str] = ""  # where it is not the verb

    def make(self, clock: FakeClock, extra_open: int = 0) -> Practice:
        raise NotImplementedError

    def key(self, row: OpenOrder) -> str:
        """Out: the ids of a row as the practice's book has them in `arguments`."""
        return " ".join(filter(None, (row.ref.deal_id, row.ref.order_id)))

    @pytest.fixture
    def desk(self, clock: FakeClock) -> Iterator[Desk]:
        yield from self.opened(clock, 0)

    @pytest.fixture
    def crowd(self, clock: FakeClock) -> Iterator[Desk]:
        yield from self.opened(clock, self.many)

    def opened(self, clock: FakeClock, extra_open: int) -> Iterator[Desk]:
        desk = Desk(self.verb, self.make(clock, extra_open), clock)
        desk.connect(desk.practice.credentials, **self.options)
        yield desk
        desk.close()

    def open_now(self, desk: Desk) -> list[str]:
        """What is open in truth."""
        book = (row for row in desk.practice.book() if row["command"] == (self.command or self.verb))
        return sorted(row["arguments"] for row in book if row["state"] in ("open", "cancelling"))

    def requests(self, desk: Desk) -> int:
        """How many requests of a list have come."""
        return sum(desk.practice.route(request) in self.asks for request in desk.server.seen)

    def test_lists_what_is_open_and_nothing_else_and_changes_nothing(self, desk: Desk) -> None:
        before = desk.practice.book()
        rows = listed(desk)
        assert sorted(map(self.key, rows)) == self.open_now(desk)
        assert len(rows) >= 3
        assert all(row.order.state is State.OPEN for row in rows)
        assert (desk.practice.book(), desk.cancels, desk.venue.practice) == (before, 0, True)

    def test_each_row_tells_what_it_is_and_its_age(self, desk: Desk) -> None:
        for row in listed(desk):
            true = desk.practice.orders[row.ref.order_id]
            assert row.order.placed_at is not None
            assert abs(row.order.placed_at.timestamp() - true.created) <= 1
            assert row.order.side in ("buy", "sell")
            assert row.order.symbol
            assert row.order.status is not None
            assert isinstance(row.raw, dict)

    def test_each_of_many_is_listed_once(self, crowd: Desk) -> None:
        found = sorted(map(self.key, listed(crowd)))
        assert found == self.open_now(crowd)
        assert len(found) > self.many

    def test_a_row_is_cancellable_when_its_cancel_would_be_sent(self, desk: Desk) -> None:
        """The ids of a row are those that a cancel takes."""
        rows = listed(desk)
        assert any(row.cancellable for row in rows)
        for row in rows:
            expected = Outcome.DRY_RUN if row.cancellable else Outcome.REFUSED
            assert desk.cancel(row.ref, dry_run=True).outcome is expected

    def test_what_was_cancelled_is_listed_no_longer(self, desk: Desk) -> None:
        row = next(row for row in listed(desk) if row.cancellable)
        assert desk.cancel(row.ref).outcome is Outcome.CANCELLED
        found = sorted(map(self.key, listed(desk)))
        assert self.key(row) not in found
        assert found == self.open_now(desk)

    def test_nothing_open_is_an_empty_list(self, desk: Desk) -> None:
        for order_id in desk.practice.orders:
            desk.practice.end(order_id)
        assert listed(desk) == []
        assert self.requests(desk) >= 1

    @pytest.mark.parametrize("answer", NEVER_A_LIST, ids=[str(n) for n in range(len(NEVER_A_LIST))])
    def test_a_request_that_fails_for_good_leaves_no_list(self, desk: Desk, answer: Reply | RawReply) -> None:
        """Whichever request of the list it is: what cannot be read whole raises, it does not end."""
        listed(desk)
        for place in range(self.requests(desk)):
            desk.server.seen.clear()
            desk.server.meddle = self.from_the(desk, place + 1, answer)
            with pytest.raises(VenueError):
                listed(desk, wait=1.5)

    def test_a_request_that_fails_once_is_made_again(self, desk: Desk) -> None:
        for answer in (LIMIT, LOST, Reply.html(502, "Bad Gateway"), Reply.text(200, "")):
            desk.server.seen.clear()
            desk.server.meddle = self.from_the(desk, 1, answer, once=True)
            assert sorted(map(self.key, listed(desk))) == self.open_now(desk)

    def test_wrong_credentials(self, desk: Desk) -> None:
        desk.connect({**desk.practice.credentials, **self.wrong}, **self.options)
        with pytest.raises(Unauthorized):
            listed(desk)

    def from_the(
        self, desk: Desk, place: int, answer: Reply | RawReply, *, once: bool = False
    ) -> Callable[[Request, Callable[[], Reply]], Reply | RawReply]:
        """Out: what meddles with the list's request at this place (from 1), and with those after it."""

        def meddle(request: Request, act: Callable[[], Reply]) -> Reply | RawReply:
            number = self.requests(desk)
            met = desk.practice.route(request) in self.asks and (number == place if once else number >= place)
            return answer if met else act()

        return meddle
