"""What is open at Tradernet: every shape of the list, what is none, protection, and what is on its way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest

from tests.venues.contract import Desk
from tests.venues.declared import ORIGIN, Wire
from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.listing_contract import ListingContract
from tests.venues.lists import ids_of, rows_of
from venues.interface import Limited, OrderRef, Refused, State, Unauthorized, Uncertain, VenueError
from venues.procedure.filters import Filters, Match
from venues.result import Outcome
from venues.tradernet.lists import OF_ANOTHER
from venues.tradernet.orders import Tradernet
from venues.tradernet.practice import PracticeTradernet
from venues.wire import connection
from venues.wire.link import HttpVenue

LIST, SESSION = (f"/api/v2/cmd/{command}" for command in ("getNotifyOrderJson", "getAuthInfo"))
KEYS = {"public_key": "pubkey0123456789abcdef", "private_key": "privkey-SECRET-0123456789"}


class TestTradernetFormListing(ListingContract):
    verb = "tradernet"
    wrong: ClassVar = {"private_key": "not-the-key"}
    asks = frozenset({"list"})

    def make(self, clock: FakeClock, extra_open: int = 0) -> PracticeTradernet:
        return PracticeTradernet(extra_open=extra_open, now=clock.monotonic, time=clock.unix)

    def test_protection_is_marked(self, desk: Desk) -> None:
        protective = {row.ref.order_id: row.kind for row in rows_of(desk.venue) if row.protective}
        assert protective == {"2929292877": "stop-loss", "2929292878": "take-profit"}

    def test_what_is_being_cancelled_is_listed_and_not_cancellable(self, desk: Desk) -> None:
        desk.practice.begin_cancel(desk.practice.orders["2929292930"])
        leaving = [row for row in rows_of(desk.venue) if not row.cancellable]
        assert [(row.ref.order_id, row.order.status, row.order.state) for row in leaving] == [
            ("2929292930", "2", State.CANCELLING)
        ]


class TestTradernetHeaderListing(TestTradernetFormListing):
    options: ClassVar = {"api_version": 3}


def test_a_list_may_be_larger_than_any_other_answer(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST_REPLY", 5_000)
    desk = Desk("tradernet", PracticeTradernet(extra_open=30, now=clock.monotonic, time=clock.unix), clock)
    assert len(ids_of(desk.venue)) > 30
    desk.close()


# --- the wire


@pytest.fixture
def venue(clock: FakeClock) -> HttpVenue:
    return built("tradernet", link_to(ORIGIN, KEYS, clock))


def row(order_id: Any = 123456789, stat: Any = 10, **more: Any) -> dict[str, Any]:
    """A row of the live recording, shortened."""
    return {
        "id": order_id, "order_id": order_id, "date": "2022-05-27T18:19:44.790", "stat": stat, "instr": "AMD.US",
        "oper": 3, "type": 2, "p": 0.4, "stop": 0, "stop_activated": 1, "q": 2, "leaves_qty": 2, "aon": 0, **more,
    }  # fmt: skip


def listed(*rows: Any) -> dict[str, Any]:
    return {"result": {"orders": {"key": "%first.last", "order": list(rows)}}}


class AtTheVectors(FakeClock):
    """The moment of the vectors: nonce 17000000001230000, timestamp 1700000000."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_700_000_000.123, UTC)


@pytest.mark.parametrize("version", [2, 3])
def test_the_request_is_that_of_the_vectors(version: int, wire: Wire, vectors: Callable[[str], Any]) -> None:
    (vector,) = (
        each
        for each in vectors("tradernet")["vectors"]
        if (each["name"], each["api_version"]) == ("read_active", version)
    )
    wire.on("POST", vector["path"], listed())
    assert rows_of(built("tradernet", link_to(ORIGIN, KEYS, AtTheVectors(), api_version=version))) == []
    (sent,) = wire.requests
    assert sent.headers["X-NtApi-Sig"] == vector["signature"]
    assert isinstance(sent.body, bytes)
    if version == 2:
        assert dict(parse_qsl(sent.body.decode())) == vector["form"]
    else:
        assert (sent.body.decode(), sent.headers["X-NtApi-Timestamp"]) == (vector["body"], vector["timestamp"])


BARE = {"order_id": 7, "stat": 10, "user_order_id": "apiv2:1"}  # [docs]: without `id`
ONLY_ID = {"id": 7, "stat": "10"}  # [docs, seen live]: as in the history


@pytest.mark.parametrize(
    "document",
    [
        listed(row(7)), listed(BARE), listed(ONLY_ID), listed(row(7), row(7)), [BARE], [ONLY_ID], {"result": [BARE]},
        {"orders": {"key": "USER", "order": [ONLY_ID]}}, {"orders": {"order": [ONLY_ID]}}, {"orders": [BARE]},
        {"result": {"orders": [BARE]}}, {"result": {"orders": {"order": BARE}}}, ["orders", [BARE]],
        [{"orders": {"key": "USER", "order": [BARE]}}], {"code": 0, "error": None} | listed(BARE),
        {"orders": {"loaded": True, "order": [BARE]}},
    ],
)  # fmt: skip
def test_every_shape_of_a_list(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document)
    assert ids_of(venue) == ["7"]


@pytest.mark.parametrize(
    "document",
    [
        listed(), {"result": {"orders": {"key": "%first.last"}}}, {"orders": {"key": "USER", "order": None}},
        {"orders": {"order": []}}, {"orders": {}}, {"orders": []}, [], ["orders", []], [{"orders": {"key": "USER"}}],
    ],
)  # fmt: skip
def test_no_orders_in_every_shape(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document)
    assert ids_of(venue) == []


@pytest.mark.parametrize(
    "document",
    [
        "null", "", "[", {}, {"result": None}, {"result": {}}, {"result": 1}, {"result": {"order": None}},
        {"order": []},
        {"orders": None}, {"orders": 0}, {"orders": False}, {"orders": "x"}, {"result": {"orders": None}},
        {"orders": {"loaded": False}}, {"result": {"loaded": False, "orders": {"key": "a"}}},
        {"orders": {"loaded": False, "order": [BARE]}}, {"orders": {"total": 4}},
        {"orders": {"key": "USER", "note": "later"}}, {"orders": {"order": "x"}}, {"orders": {"order": False}},
        {"orders": {"order": {}}}, {"orders": {"order": [None]}}, {"code": 0}, [None], [[]], ["orders"],
        ["orders", None],
        ["orders", {}], ["orders", [], []], ["orders", "x"], ["portfolio", []], [{}], [{"orders": None}],
        [{"orders": {}}, {"orders": {}}], [{"result": {"orders": {}}}],
    ],
)  # fmt: skip
def test_any_other_shape_is_no_empty_list(document: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, document)
    with pytest.raises(Uncertain):
        ids_of(venue, 1.5)


@pytest.mark.parametrize(
    "bad",
    [
        {"stat": 10}, {"id": None, "stat": 10}, {"id": 7}, row(stat=None), row(stat=""), row(stat=True), row("x"),
        row(0), row(-7), row(7.5), row(" 7"), row(True), "7", 7, [],
    ],
)  # fmt: skip
def test_a_row_that_names_no_order_makes_it_no_list(bad: Any, wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, listed(row(), bad))
    with pytest.raises(Uncertain, match="cannot be read"):
        rows_of(venue)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error": "Exec wrong", "code": 18}, Refused),
        ({"result": {"error": "no rights"}}, Refused),
        ({"errMsg": "Too many", "code": 429}, Limited),
        ({"code": 12, "error": "Invalid signature"}, Unauthorized),
        ((403, {"error": "Invalid api key provided"}), Unauthorized),
        ((403, "<html>"), Refused),
    ],
)
def test_an_error_is_no_empty_list(answer: Any, kind: type[VenueError], wire: Wire, venue: HttpVenue) -> None:
    wire.on("POST", LIST, answer)
    with pytest.raises(kind):
        rows_of(venue)


def test_a_security_session_is_opened_where_the_list_asks_for_one(wire: Wire, venue: HttpVenue) -> None:
    asks = {"error": "you need to open a security session"}
    wire.on("POST", LIST, (403, asks), listed(row(7))).on("POST", SESSION, {"sess_id": "x"})
    assert ids_of(venue) == ["7"]
    assert (wire.count("POST", SESSION), wire.count("POST", LIST)) == (1, 2)


# --- the rows


def test_what_has_ended_is_dropped(wire: Wire, venue: HttpVenue) -> None:
    ended = (21, 30, 31, 70, 71, 72, 74, 0)
    lives = (1, 10, 11, 12, 73, 75, 99, 2)
    rows = [row(100 + stat, stat) for stat in (*ended, *lives)]
    wire.on("POST", LIST, listed(*rows, row(7, 20, leaves_qty=".00000000"), row(8, "20", leaves_qty="1"), row(9, 31)))
    found = rows_of(venue)
    assert [each.ref.order_id for each in found] == [*(str(100 + stat) for stat in lives), "8"]
    assert [each.ref.order_id for each in found if not each.cancellable] == ["102"]
    assert {each.order.state for each in found if each.cancellable} == {State.OPEN}


@pytest.mark.parametrize(
    ("kind", "activated", "word", "protects"),
    [
        (1, 0, "market", False), (2, 0, "limit", False), ("2", "0", "limit", False), (3, 1, "stop", False),
        (3, 0, "stop", True), (4, "0", "stop-limit", True), (4, ".00000000", "stop-limit", True),
        (4, "1", "stop-limit", False), (4, None, "stop-limit", True), (5, 0, "stop-loss", True),
        (5, 1, "stop-loss", True), ("6", None, "take-profit", True), (9, 0, "", False), (None, 0, "", False),
    ],
)  # fmt: skip
def test_what_protects_a_position(
    kind: Any, activated: Any, word: str, protects: bool, wire: Wire, venue: HttpVenue
) -> None:
    wire.on("POST", LIST, listed(row(type=kind, stop_activated=activated)))
    (found,) = rows_of(venue)
    assert (found.kind, found.protective, found.order.type) == (word, protects, None if kind is None else str(kind))


def test_a_row_with_text_amounts_and_its_private_fields(wire: Wire, venue: HttpVenue) -> None:
    """The take-profit row of the documentation: a blank in place of T, no milliseconds."""
    wire.on("POST", LIST, listed(row(
        192054709, date="2020-10-06 12:41:58", instr="SIE.EU", type=6, p="0.033925", q="20000", leaves_qty="15000.0",
        login="first.last", owner_login="first.last", trade=[{"id": 1, "details": "Mr Last"}],
    )))  # fmt: skip
    (found,) = rows_of(venue)
    order = found.order
    assert (order.symbol, order.side, order.price, order.quantity, order.filled) == (
        "SIE.EU", "sell", "0.033925", "20000", "5000"
    )  # fmt: skip
    assert order.placed_at == datetime(2020, 10, 6, 9, 41, 58, tzinfo=UTC)  # from Moscow time
    assert (found.raw["id"], found.raw["trade"], order.note) == (192054709, [{"id": 1}], "")
    assert "ast" not in str(found)


@pytest.mark.parametrize(
    ("date", "match"), [("2026-11-20T18:00:00", Match.AGELESS), ("2026-11-20T14:30:00", Match.YES)]
)
def test_a_date_to_come_tells_no_age(date: str, match: Match, wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
    """It is 12:00 UTC, 15:00 in Moscow."""
    wire.on("POST", LIST, listed(row(date=date)))
    (found,) = rows_of(venue)
    assert Filters(placed_after=datetime(2026, 11, 20, tzinfo=UTC)).match(found, clock.now()) is match


@pytest.mark.parametrize(("owner", "note"), [("first.last", ""), ("", ""), (None, ""), ("someone.else", OF_ANOTHER)])
def test_an_order_of_another_login_is_said_to_be_one(owner: Any, note: str, wire: Wire, venue: HttpVenue) -> None:
    """In the list, and when its cancel is proven; neither login is shown."""
    wire.on("POST", LIST, listed(row(login="first.last", owner_login=owner)))
    (found,) = rows_of(venue)
    assert found.order.note == note
    result = cancel(venue, OrderRef("123456789"), dry_run=True)
    assert (result.outcome, note in result.message) == (Outcome.DRY_RUN, True)
    assert not any(login in f"{result} {found}" for login in ("first.last", "someone.else"))


def test_the_pause_between_two_lists() -> None:
    assert Tradernet.habits.list_pause == 5.0
