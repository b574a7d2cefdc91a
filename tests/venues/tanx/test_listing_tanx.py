"""What is open at tanX: two lists of pages in the right order, and what is no list is not taken for an empty one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tests.venues.contract import Desk
from tests.venues.declared import ORIGIN, Wire
from tests.venues.fakes import FakeClock, built, link_to
from tests.venues.listing_contract import ListingContract
from tests.venues.lists import ids_of, rows_of
from venues.interface import Refused, State, Unauthorized, Uncertain, VenueError
from venues.sandbox.practice import PracticeOrder
from venues.tanx.orders import Tanx
from venues.tanx.practice import PracticeTanx
from venues.wire.link import HttpVenue

PENDING, WAIT = (f"/sapi/v1/orders/?limit=50&page={{}}&state={state}" for state in ("pending", "wait"))


class TestTanxListing(ListingContract):
    verb = "tanx"
    wrong: ClassVar = {"access_token": "not.a.token", "refresh_token": "neither"}
    asks = frozenset({"list"})

    def make(self, clock: FakeClock, extra_open: int = 0) -> PracticeTanx:
        return PracticeTanx(extra_open=extra_open, now=clock.monotonic, time=clock.unix)

    def test_a_cap_that_nobody_tells_of_ends_no_list(self, crowd: Desk) -> None:
        assert isinstance(crowd.practice, PracticeTanx)
        crowd.practice.most_rows = 20
        assert sorted(ids_of(crowd.venue)) == self.open_now(crowd)

    def test_what_waits_before_the_second_list_is_seen_once(self, desk: Desk) -> None:
        """Pending while the first list is read, waiting when the second one is: in both, and never in neither."""
        practice = desk.practice
        assert isinstance(practice, PracticeTanx)
        practice.hold_pending("25768901", 3.0)
        practice.at_list = lambda number: desk.clock.pass_by(4.0) if number == 3 else None
        rows = rows_of(desk.venue, 30.0)
        assert sorted(row.ref.order_id for row in rows) == self.open_now(desk)
        assert [row.ref.order_id for row in rows if row.order.unripe] == ["25768901"]
        assert practice.word(practice.orders["25768901"]) == "wait"

    def test_pages_that_shift_show_no_order_twice(self, crowd: Desk) -> None:
        """A new order comes first: what was last on a page is the first of the next one as well."""
        before = self.open_now(crowd)

        def place(number: int) -> None:
            if number == 3:
                crowd.practice.add(PracticeOrder("tanx", "77", "btcusdc", "buy", "limit", "1.0", "1.0"), age=0.0)

        crowd.practice.at_list = place
        assert sorted(ids_of(crowd.venue)) == before

    def test_a_token_that_runs_out_between_two_pages(self, crowd: Desk) -> None:
        """It is refreshed, and the same page asked for again."""
        practice = crowd.practice
        assert isinstance(practice, PracticeTanx)
        crowd.connect(practice.issue())
        practice.time = lambda: crowd.clock.unix() + (100_000 if practice.counts["list"] >= 4 else 0)
        assert sorted(ids_of(crowd.venue)) == self.open_now(crowd)
        assert practice.counts["refresh"] == 1
        asked = Counter(request.query for request in crowd.server.seen)
        assert [query for query, times in asked.items() if query and times > 1] == ["limit=50&page=3&state=wait"]


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built(
        "tanx", link_to(ORIGIN, {"access_token": "access-token-1", "refresh_token": "refresh-token-1"}, clock)
    )


def row(order_id: Any = 1739939, state: Any = "wait", **more: Any) -> dict[str, Any]:
    """The documentation's sample row."""
    return {
        "id": order_id, "uuid": "b658b41f-fe68-4561-801d-dfa94c3ca1b5", "side": "buy", "ord_type": "limit",
        "price": "450.0", "avg_price": "0.0", "state": state, "market": "ethusdc",
        "created_at": "2022-06-16T22:41:14+02:00", "updated_at": "2022-06-16T22:43:30+02:00",
        "origin_volume": "0.001", "remaining_volume": "0.001", "executed_volume": "0.0", "maker_fee": "0.001",
        "taker_fee": "0.001", "trades_count": 0, **more,
    }  # fmt: skip


def good(payload: Any) -> dict[str, Any]:
    return {"status": "success", "message": "Orders Retrieved Successfully", "payload": payload}


def declare(wire: Wire, *rows: Any) -> None:
    """Nothing is pending, and these rows wait."""
    wire.on("GET", PENDING.format(1), good([])).on("GET", WAIT.format(1), good(list(rows)))
    wire.on("GET", WAIT.format(2), good([]))


def test_pending_is_asked_for_before_wait_until_a_page_is_empty(wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", PENDING.format(1), good([row(5, "pending")])).on("GET", PENDING.format(2), good([]))
    wire.on("GET", WAIT.format(1), good([row(7), row(5)])).on("GET", WAIT.format(2), good([]))
    assert [(each.ref.order_id, each.order.status) for each in rows_of(venue)] == [("5", "pending"), ("7", "wait")]
    pages = [PENDING.format(1), PENDING.format(2), WAIT.format(1), WAIT.format(2)]
    assert [request.path_url for request in wire.requests] == pages
    assert {request.headers["Authorization"] for request in wire.requests} == {"JWT access-token-1"}


def test_a_full_page_and_what_comes_after_it_are_of_many(wire: Wire, venue: HttpVenue) -> None:
    full = [row(number) for number in range(1, 51)]
    wire.on("GET", PENDING.format(1), good([row(99, "pending")])).on("GET", PENDING.format(2), good([]))
    wire.on("GET", WAIT.format(1), good(full)).on("GET", WAIT.format(2), good([row(51)]))
    wire.on("GET", WAIT.format(3), good([]))
    assert [each.of_many for each in rows_of(venue)] == [False, *[True] * 51]


def test_a_row_tells_all_that_the_record_has(wire: Wire, venue: HttpVenue) -> None:
    dust = row(executed_volume="0.009000000000000001", origin_volume="0.0425")
    declare(wire, dust)
    (found,) = rows_of(venue)
    assert (found.raw, found.protective, found.cancellable, found.kind) == (dust, False, True, "")
    order = found.order
    assert (order.symbol, order.side, order.type, order.price) == ("ethusdc", "buy", "limit", "450.0")
    assert (order.quantity, order.filled) == ("0.0425", "0.009000000000000001")
    assert order.placed_at == datetime(2022, 6, 16, 20, 41, 14, tzinfo=UTC)


def test_final_rows_are_dropped_and_unknown_words_are_open(wire: Wire, venue: HttpVenue) -> None:
    words = {1: "cancel", 2: "done", 3: "reject", 4: "frozen", 5: "wait"}
    declare(wire, *(row(order_id, word) for order_id, word in words.items()))
    assert {each.ref.order_id: each.order.state for each in rows_of(venue)} == {"4": State.OPEN, "5": State.OPEN}


def test_an_older_row_has_its_id_under_another_name(wire: Wire, venue: HttpVenue) -> None:
    declare(wire, {"order_id": 8, "state": "wait"}, row(9) | {"order_id": 9})
    assert [each.ref.order_id for each in rows_of(venue)] == ["8", "9"]


@pytest.mark.parametrize(
    "rows",
    [
        "", {}, None, 0, row(), [None], ["7"], [[]], [{}], [row(None)], [row("")], [row(0)], [row(True)], [row("x")],
        [row(-7)], [row("7\n")], [row("\u0667")], [row(7, None)], [row(7, "")], [row(7, ["wait"])],
        [row(7) | {"order_id": 8}], [row(7), {"state": "wait"}],
    ],
)  # fmt: skip
def test_what_is_no_list_of_orders_is_not_read_as_one(rows: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", PENDING.format(1), good(rows))
    with pytest.raises(Uncertain, match="cannot be read"):
        rows_of(venue)


@pytest.mark.parametrize("payload", ["", {}, [], None])
def test_an_error_with_http_200_is_no_empty_list(payload: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("GET", PENDING.format(1), good([]))
    wire.on("GET", WAIT.format(1), {"status": "error", "message": "not today", "payload": payload})
    with pytest.raises(Refused, match="not today"):
        rows_of(venue)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [((403, {"detail": "institutions only"}), Unauthorized), ((451, ""), Refused), ((404, "<p>"), Refused)],
)
def test_a_refusal_is_no_empty_list_and_not_asked_again(
    answer: Any, kind: type[VenueError], wire: Wire, venue: HttpVenue
) -> None:
    wire.on("GET", PENDING.format(1), answer)
    with pytest.raises(kind):
        rows_of(venue, 30.0)
    assert len(wire.requests) == 1


def test_the_pause_between_two_lists() -> None:
    assert Tanx.habits.list_pause == 2.0
