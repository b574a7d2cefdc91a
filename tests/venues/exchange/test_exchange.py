"""What is special of an exchange: its market, the wire under ccxt, whose word counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.venues.contract import Desk
from tests.venues.fakes import FakeClock, cancel, link_to
from tests.venues.listing_contract import listed
from venues.exchange.guard import Aim
from venues.exchange.orders import Exchange
from venues.exchange.wired import Answered, Call
from venues.face import Budget
from venues.interface import Limited, NeverSent, OrderRef, Refused, State, Uncertain
from venues.procedure.batch import Batch
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.registry import build, open_practice
from venues.result import Outcome
from venues.sandbox.practice import Reply, Request
from venues.sandbox.server import start

BTC = "BTC/USDT"
Open = Callable[[str], Desk]


@pytest.fixture
def opened(clock: FakeClock) -> Iterator[Open]:
    desks: list[Desk] = []

    def open_desk(name: str) -> Desk:
        desk = Desk(name, open_practice(name, now=clock.monotonic, time=clock.unix), clock)
        desks.append(desk)
        desk.connect(desk.practice.credentials)
        return desk

    yield open_desk
    for desk in desks:
        desk.close()


def paths(desk: Desk) -> list[str]:
    return [f"{request.method} {request.path}" for request in desk.server.seen]


def edited(**fields: Any) -> Callable[[Request, Callable[[], Reply]], Reply]:
    """Out: what changes these texts in every answer."""

    def meddle(request: Request, act: Callable[[], Reply]) -> Reply:
        reply = act()
        body = reply.body
        for old, new in fields.items():
            body = body.replace(old.encode(), str(new).encode())
        return Reply(reply.status, body, reply.headers)

    return meddle


# --- the market


def test_the_market_is_read_once_and_then_kept(clock: FakeClock, tmp_path: Path) -> None:
    practice = open_practice("binance", now=clock.monotonic, time=clock.unix)
    with start(practice) as running:
        for order_id in ("28457", "28459"):
            link = link_to(running.url, practice.credentials, clock, Budget(), cache=tmp_path)
            with closing(build("binance", link)) as venue:
                assert cancel(venue, OrderRef(order_id, symbol=BTC)).outcome is Outcome.CANCELLED
    assert practice.counts["markets"] == 1
    assert (practice.counts["cancel"], practice.counts["read"]) == (2, 2)


def test_a_market_that_was_kept_too_long_is_read_again(clock: FakeClock, tmp_path: Path) -> None:
    """The exchange has renamed it: "no such symbol" is not the last word on a market from disk."""
    practice = open_practice("binance", now=clock.monotonic, time=clock.unix)
    with start(practice) as running:
        for old, order_id in ((True, "28457"), (False, "28459")):
            link = link_to(running.url, practice.credentials, clock, Budget(), cache=tmp_path)
            with closing(build("binance", link)) as venue:
                if not old:
                    practice.markets = [market._replace(id=f"NEW{market.id}") for market in practice.markets]
                result = cancel(venue, OrderRef(order_id, symbol=BTC))
                assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1 if old else 2), result.message
    assert practice.counts["markets"] == 3  # the second time by its old name first, in vain


def test_a_symbol_that_the_exchange_lacks_is_refused_and_nothing_sent(opened: Open) -> None:
    for name, symbol in (("kraken", "BTC/EUR"), ("binance", "DOGE/USDT"), ("okx", "X/Y"), ("bybit", "BTC/USDT:USDT")):
        desk = opened(name)
        result = desk.cancel(OrderRef("1", symbol=symbol))
        assert (result.outcome, result.attempts, desk.cancels) == (Outcome.REFUSED, 0, 0), result.message


def test_another_market_s_order_is_named(opened: Open) -> None:
    """Kraken asks for no symbol: what goes is the order of that id, wherever it is."""
    result = opened("kraken").cancel(OrderRef("OQCLML-BW3P3-BUCMWZ", symbol="ETH/USD"))
    assert result.outcome is Outcome.CANCELLED
    assert "the exchange shows it at" in result.message
    assert "not at ETH/USD" in result.message


def test_where_ids_count_for_a_symbol_the_wrong_one_finds_nothing(opened: Open) -> None:
    for name in ("binance", "okx", "bybit"):
        desk = opened(name)
        order = next(order for order in desk.practice.orders.values() if order.symbol == BTC)
        assert desk.cancel(OrderRef(order.order_id, symbol="ETH/USDT")).outcome is Outcome.NOT_FOUND
        assert desk.practice.true_state(order.order_id) == "open"


# --- whose word counts


def test_what_the_exchange_cancelled_itself_was_cancelled_already(opened: Open) -> None:
    desk = opened("okx")
    result = desk.cancel(OrderRef("680800019749904003", symbol=BTC))
    assert (result.outcome, result.status) == (Outcome.ALREADY_CANCELLED, "mmp_canceled"), result.message
    desk.server.meddle = edited(canceled="mmp_canceled")
    result = desk.cancel(OrderRef("680800019749904384", symbol=BTC))
    assert (result.outcome, result.attempts) == (Outcome.ALREADY_CANCELLED, 1), result.message
    assert "by the venue" in result.message


@pytest.mark.parametrize("word", ["order_failed", "expired_in_match"])
def test_ended_in_another_way_is_too_late(opened: Open, word: str) -> None:
    desk = opened("okx")
    desk.server.meddle = edited(**{'"canceled"': f'"{word}"'})
    result = desk.cancel(OrderRef("680800019749904002", symbol=BTC), wait=4.0)
    assert result.outcome in (Outcome.TOO_LATE, Outcome.REFUSED), result.message
    assert result.outcome.exit_code


@pytest.mark.parametrize("word", ["SOMETHING_NEW", "PENDING_CANCEL", ""])
def test_a_word_that_proves_nothing_is_pending(opened: Open, word: str) -> None:
    desk = opened("binance")

    def meddle(request: Request, act: Callable[[], Reply]) -> Reply:
        reply = act()
        if desk.practice.route(request) != "read":
            return reply
        return Reply(reply.status, reply.body.replace(b'"CANCELED"', f'"{word}"'.encode()), reply.headers)

    desk.server.meddle = meddle
    result = desk.cancel(OrderRef("28457", symbol=BTC))
    assert (result.outcome, result.attempts) == (Outcome.PENDING, 1), result.message


def test_what_was_partly_filled_and_then_cancelled_is_cancelled(opened: Open) -> None:
    desk = opened("bybit")  # `closed` in ccxt
    result = desk.cancel(OrderRef("1321052653536515585", symbol="ETH/USDT"))
    assert (result.outcome, result.status, result.filled) == (
        Outcome.CANCELLED, "PartiallyFilledCanceled", "0.1"
    ), result.message  # fmt: skip


def test_a_stop_order_may_need_the_flag(opened: Open) -> None:
    result = opened("okx").cancel(OrderRef("680800019749909999", symbol=BTC))
    assert result.outcome is Outcome.NOT_FOUND
    assert opened("binanceusdm").cancel(OrderRef("1", symbol="BTC/USDT:USDT")).outcome is Outcome.NOT_FOUND
    look = opened("okx").cancel(OrderRef("680800019749909999", symbol=BTC), dry_run=True)
    assert "--trigger" in look.message


def test_a_stop_order_is_cancelled_with_the_flag_and_not_without(opened: Open) -> None:
    desk, algo = opened("okx"), "681096944655273984"
    plain = desk.cancel(OrderRef(algo, symbol=BTC), dry_run=True)
    assert (plain.outcome, "--trigger" in plain.message) == (Outcome.NOT_FOUND, True)
    result = desk.cancel(OrderRef(algo, symbol=BTC, trigger=True))
    assert (result.outcome, result.status, result.attempts) == (Outcome.CANCELLED, "canceled", 1), result.message
    assert desk.practice.true_state(algo) == "cancelled"
    assert desk.cancel(OrderRef("680800019749904384", symbol=BTC, trigger=True)).outcome is not Outcome.CANCELLED
    assert desk.practice.true_state("680800019749904384") == "open"


def test_no_wait_takes_an_acceptance_by_the_exchange_s_own_words(opened: Open) -> None:
    desk = opened("kraken")
    desk.server.meddle = edited(count="counts")
    result = desk.cancel(OrderRef("OQCLML-BW3P3-BUCMWZ", symbol="BTC/USD"), no_wait=True)
    assert result.outcome is Outcome.CANCELLED, result.message  # it was looked at all the same
    assert desk.practice.counts["read"] == 1


# --- the wire under ccxt


def test_one_request_at_a_time_with_a_rising_nonce(clock: FakeClock) -> None:
    practice = open_practice("kraken", now=clock.monotonic, time=clock.unix, extra_open=24)
    ids = [order_id for order_id in practice.orders if order_id.startswith("OEXTRA")]
    flying, most = [], []
    whole = practice.answer

    def watched(request: Any) -> Any:
        flying.append(request)
        most.append(len(flying))
        try:
            return whole(request)
        finally:
            flying.pop()

    practice.answer = watched  # type: ignore[method-assign]
    with start(practice) as running:
        link = link_to(running.url, practice.credentials, clock, Budget(), connections=8)
        with closing(build("kraken", link)) as venue:
            refs = [OrderRef(order_id, symbol="BTC/USD") for order_id in ids]
            batch = Batch(lambda ref: Cancel(venue, ref, Terms(), clock, link.pace, link.masks), 8, threading.Event())
            ends = [done.result.outcome for done in batch.run(refs)]
        assert running.connections == 1
    assert ends == [Outcome.CANCELLED] * 24
    assert max(most) == 1


def test_a_request_of_its_own_accord_is_kept_from_leaving(opened: Open) -> None:
    """A library that grants a fee or sets a referrer first would do it here."""
    desk = opened("binance")
    venue = desk.venue
    assert isinstance(venue, Exchange)
    venue.permit(OrderRef("28457", symbol=BTC), 10.0)
    before = len(desk.server.seen)

    def busy(ccxt: Any) -> Any:
        ccxt.privatePostOrder({"symbol": "BTCUSDT"})
        return ccxt.cancel_order("28457", BTC)

    for aim in Aim:
        with pytest.raises(Refused, match="kept from leaving") as told:
            venue.wired.call(Call.within(5.0, aim), busy)
        assert not told.value.sent
    with pytest.raises(Refused, match="kept from leaving"):  # not even where ccxt swallows it
        venue.wired.call(
            Call.within(5.0, Aim.CANCEL), lambda ccxt: _swallowed(ccxt) or ccxt.cancel_order("28457", BTC)
        )
    assert len(desk.server.seen) == before
    assert desk.practice.true_state("28457") == "open"


def _swallowed(ccxt: Any) -> None:
    try:
        ccxt.privatePostOrder({})
    except Exception:  # noqa: BLE001  # as ccxt does in places
        return


def test_a_second_cancel_in_one_call_does_not_leave(opened: Open) -> None:
    desk = opened("binance")
    venue = desk.venue
    assert isinstance(venue, Exchange)
    venue.permit(OrderRef("28457", symbol=BTC), 10.0)

    def twice(ccxt: Any) -> Any:
        ccxt.cancel_order("28457", BTC)
        return ccxt.cancel_order("28459", BTC)

    with pytest.raises(Answered):
        venue.wired.call(Call.within(5.0, Aim.CANCEL), twice)
    assert [desk.practice.true_state(order_id) for order_id in ("28457", "28459")] == ["cancelled", "open"]


def test_nothing_follows_a_cancel(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A no to what ccxt asks next would be taken for a no to the cancel, which has left."""
    desk = opened("binance")
    venue = desk.venue
    assert isinstance(venue, Exchange)
    whole = venue.wired.ccxt.cancel_order

    def asking_more(*asked: Any) -> Any:
        order = whole(*asked)
        venue.wired.ccxt.privateGetAccount()
        return order

    monkeypatch.setattr(venue.wired.ccxt, "cancel_order", asking_more)
    result = desk.cancel(OrderRef("28457", symbol=BTC))
    assert (result.outcome, result.attempts) == (Outcome.CANCELLED, 1), result.message
    assert desk.practice.counts["check"] == 0


def test_an_id_is_encoded_where_it_goes(opened: Open) -> None:
    for order_id in ("1/../2", "a?b=c", "a&symbol=ETHUSDT", "a%2Fb", "#", "x" * 100):
        desk = opened("binance")
        result = desk.cancel(OrderRef(order_id, symbol=BTC))
        assert result.outcome is Outcome.NOT_FOUND, (order_id, result.message)
        assert {request.path for request in desk.server.seen} == {"/api/v3/exchangeInfo", "/api/v3/order"}


def test_a_malformed_key_is_unauthorized_and_nothing_leaves(opened: Open) -> None:
    desk = opened("kraken")
    desk.connect({**desk.practice.credentials, "api_secret": "x"})
    result = desk.cancel(OrderRef("OQCLML-BW3P3-BUCMWZ", symbol="BTC/USD"))
    assert (result.outcome, result.attempts, desk.cancels) == (Outcome.UNAUTHORIZED, 0, 0), result.message


@pytest.mark.parametrize("name", ["binance", "bybit", "okx"])
def test_the_practice_net_has_hosts_of_its_own(clock: FakeClock, name: str) -> None:
    fields = {"api_key": "k", "api_secret": "s", "password": "p"}
    there = {}
    for testnet in (False, True):
        from venues.registry import face_of

        link = link_to(face_of(name).url or "", fields, clock, Budget(), testnet=testnet)
        with closing(build(name, link)) as venue:
            assert isinstance(venue, Exchange)
            there[testnet] = (venue.wired.ccxt.urls["api"], venue.wired.ccxt.isSandboxModeEnabled)
    assert [enabled for _, enabled in there.values()] == [False, True]


def test_only_the_origin_of_each_address_is_replaced(clock: FakeClock) -> None:
    link = link_to("http://127.0.0.1:7777", {"api_key": "k", "api_secret": "s"}, clock, Budget())
    with closing(build("binance", link)) as venue:
        assert isinstance(venue, Exchange)
        urls = venue.wired.ccxt.urls["api"]
    assert urls["fapiPrivate"] == "http://127.0.0.1:7777/fapi/v1"
    assert all(url.startswith("http://127.0.0.1:7777/") for url in urls.values())


def test_what_comes_before_a_cancel_is_no_cancel(opened: Open) -> None:
    """A no to a request that ccxt makes first, or none: nothing was sent that could have cancelled."""
    desk = opened("binance")
    venue = desk.venue
    assert isinstance(venue, Exchange)
    venue.permit(OrderRef("28457", symbol=BTC), 10.0)

    def asked_first(ccxt: Any) -> Any:
        ccxt.privateGetAccount()
        return ccxt.cancel_order("28457", BTC)

    for answer, kind in (
        (Reply.json(400, {"code": -1, "msg": "not now"}), Refused),
        (Reply.json(429, {}), Limited),
        (Reply.html(502, "Bad Gateway"), NeverSent),
    ):
        desk.server.meddle = lambda request, act, answer=answer: answer  # type: ignore[misc]
        with pytest.raises(kind) as told:
            venue.wired.call(Call.within(5.0, Aim.CANCEL), asked_first)
        assert not told.value.sent
    assert desk.practice.true_state("28457") == "open"


@pytest.mark.parametrize("name", ["kraken", "binance", "okx"])
def test_two_requests_of_one_millisecond_have_two_nonces(opened: Open, name: str) -> None:
    venue = opened(name).venue
    assert isinstance(venue, Exchange)
    nonces = [venue.wired.ccxt.nonce() for _ in range(3)]
    assert nonces == sorted(set(nonces))


def test_a_list_that_goes_round_in_a_circle_is_none(clock: FakeClock, opened: Open) -> None:
    desk = opened("bybit")
    change = edited(**{'"nextPageCursor":""': '"nextPageCursor":"0"'})
    desk.server.meddle = lambda request, act: change(request, act) if "order" in request.path else act()
    with pytest.raises(Uncertain, match="circle"):
        listed(desk, wait=1.0)


def test_a_row_whose_word_is_unknown_is_open_all_the_same(opened: Open) -> None:
    """It stands in the list of open orders."""
    desk = opened("binance")
    desk.server.meddle = edited(NEW="SOMETHING_NEW")
    rows = listed(desk)
    assert [row.order.state for row in rows] == [State.OPEN] * 3


def test_a_row_that_the_exchange_shows_ended_is_not_open(opened: Open) -> None:
    desk = opened("okx")
    change = edited(**{'"partially_filled"': '"filled"'})
    desk.server.meddle = lambda request, act: change(request, act) if "pending" in request.path else act()
    assert [row.ref.order_id for row in listed(desk)] == ["680800019749904384", "680800019749904386"]


def test_what_protects_a_position_is_marked(opened: Open) -> None:
    desk = opened("binance")
    desk.server.meddle = edited(LIMIT="STOP_LOSS_LIMIT")
    assert all(row.protective for row in listed(desk))
    desk.server.meddle = lambda request, act: act()
    assert not any(row.protective for row in listed(desk))
    desk = opened("binanceusdm")
    desk.server.meddle = edited(**{'"reduceOnly":false': '"reduceOnly":true'})
    assert all(row.protective for row in listed(desk))
