"""Every fault of the wire at every proven exchange, over real HTTP: does it tell the truth?

The two numbers that must be zero are printed at the end, as for the matrix of the other venues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from tests.faults import faults as f
from tests.faults.rows_cancel import _LOST, _MAY_BE_DONE
from tests.faults.server import Asked, Door, Fault, Faults, FaultServer, always, once
from tests.telling import Tell
from tests.venues.fakes import FakeClock, cancel, link_to
from venues.exchange.orders import Exchange
from venues.face import Budget
from venues.interface import OrderRef
from venues.registry import PROVEN, build, open_practice
from venues.result import Outcome, Result
from venues.sandbox.practice import Reply

SCALE = 20
NO_MARKETS = "refused|unavailable 0"  # as this version of ccxt takes it: for a list without any, or for none
SUCCESSES = {Outcome.CANCELLED, Outcome.ALREADY_CANCELLED}
OPEN_ENDS = {Outcome.PENDING, Outcome.UNKNOWN, Outcome.REQUESTED}
FIRST_OPEN = {  # the order that is cancelled
    "binance": "28457", "binanceusdm": "8389765", "kraken": "OQCLML-BW3P3-BUCMWZ", "bybit": "1321052653536515584",
    "okx": "680800019749904384", "coinbase": "0000-000000-000001", "gate": "1852454420",
    "bitget": "121211212122",
    "kucoin": "671124f9365ccb00073debd4",
    "mexc": "C02__443776347957968896000",
}  # fmt: skip


def of_another(*, acting: bool) -> Fault:
    """The true answer, but about another order."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act() if acting else asked.pretend()
        order_id = FIRST_OPEN[asked.venue]
        other = f"{int(order_id) + 1}" if order_id.isdigit() else f"{order_id[:-1]}X"
        return Reply(reply.status, reply.body.replace(order_id.encode(), other.encode()), reply.headers)

    return fault


@dataclass(frozen=True)
class Case:
    """A fault, and what must come of it: `OUTCOME ARRIVED[/ATTEMPTS]`."""

    name: str
    plan: Mapping[str, Faults]
    expected: str
    door: Door = field(default_factory=Door)
    delay: float = 0.0
    prepared: Callable[[FaultServer, str], None] = lambda server, order_id: None


def _ended(server: FaultServer, order_id: str) -> None:
    server.practice.end(order_id)


def _cases() -> Iterator[Case]:
    for what, make in _LOST.items():
        yield Case(f"not done, the answer {what}", {"cancel": once(make(acting=False))}, "cancelled 2")
        if what in _MAY_BE_DONE:
            yield Case(f"done, the answer {what}", {"cancel": once(make(acting=True))}, "cancelled 1")
            yield Case(f"done, and a look: {what}", {"look": once(make(acting=True))}, "cancelled 1")
    yield Case("always lost, never done", {"cancel": always(f.close(acting=False))}, "unknown 2")
    yield Case("lost, and no look ever comes", {"cancel": once(f.close(acting=True)), "look": always(f.answer(502))},
               "unknown 1")  # fmt: skip
    yield Case("done, and no look ever comes", {"look": always(f.html(200))}, "pending 1")
    yield Case("accepted, never done", {"cancel": always(lambda asked: asked.pretend())}, "pending 1")
    yield Case("done, a look shows another order", {"look": once(of_another(acting=True))}, "cancelled 1")
    yield Case("all looks show another order", {"look": always(of_another(acting=True))}, "pending 1")
    yield Case("done late", {}, "cancelled 1", delay=3.0)
    yield Case("lost, done late", {"cancel": once(f.close(acting=True))}, "cancelled 2", delay=1.2)
    yield Case("lost, and filled meanwhile", {"cancel": once(f.close(acting=False))}, "too-late 1", prepared=_ended)
    yield Case("filled before", {}, "too-late 1", prepared=_ended)
    yield Case("418", {"cancel": always(f.answer(418))}, "rate-limited 1")
    yield Case("429, one second", {"cancel": once(f.limited("1"))}, "cancelled 2")
    yield Case("429, hours", {"cancel": always(f.limited("7200"))}, "rate-limited 1")
    yield Case(
        "lost, then 429 of hours", {"cancel": once(f.close(acting=False), *[f.limited("7200")] * 3)}, "unknown 2"
    )
    yield Case("451", {"cancel": always(f.answer(451))}, "refused 1")
    yield Case("403 HTML", {"cancel": always(f.html(403))}, "refused 1")
    yield Case("404 HTML", {"cancel": always(f.html(404))}, "refused 1")
    yield Case("a redirect", {"cancel": always(f.redirect(307))}, "refused 1")
    yield Case("lost, then a redirect", {"cancel": once(f.close(acting=False), f.redirect(302))}, "unknown 2")
    yield Case("401 without words", {"cancel": always(f.answer(401, "{}", "application/json"))}, "unauthorized 1")
    yield Case("refused", {}, "unavailable 0", door=Door("refused"))
    yield Case("no TLS", {}, "unavailable 0", door=Door("tls"))
    yield Case("the markets are not told", {"markets": always(f.html(502))}, "unavailable 0")
    yield Case("the markets are a page", {"markets": always(f.html(200))}, "unavailable 0")
    yield Case("the markets are empty", {"markets": always(f.answer(200, "{}", "application/json"))}, NO_MARKETS)
    yield Case("a list of markets is 50 MB", {"markets": always(f.huge(acting=True))}, "unavailable 0")
    yield Case("the markets come late", {"markets": once(f.html(502), f.close(acting=False))}, "cancelled 1")


CASES = list(_cases())
# What the one transport meets alike everywhere, and waits for, is tried at a few.
SLOW = ("hangs", "comes byte by byte", "is 50 MB", "unpacks to 50 MB", "is broken gzip", "is no UTF-8", "mid-body")
FEW = ("binance", "kraken", "okx")
PAIRS = [
    (name, case) for name in PROVEN for case in CASES if name in FEW or not any(what in case.name for what in SLOW)
]
EARLIER = {("kucoin", "lost, done late"): "cancelled 1"}  # its look shows a cancel under way


@pytest.mark.parametrize(("name", "case"), PAIRS, ids=lambda each: each if isinstance(each, str) else each.name)
def test_case(name: str, case: Case, clock: FakeClock, tell: Tell) -> None:
    order_id = FIRST_OPEN[name]
    practice = open_practice(name, now=clock.monotonic, time=clock.unix)
    order = practice.orders[order_id]
    order.delay = case.delay
    with FaultServer(practice, case.plan, case.door) as server:
        case.prepared(server, order_id)
        with closing(build(name, link_to(server.url, practice.credentials, clock, Budget()))) as venue:
            habits = Exchange.habits
            venue.habits = habits._replace(cancel_timeout=15 / SCALE, read_timeout=10 / SCALE)
            result = cancel(venue, OrderRef(order_id, symbol=order.symbol))
        clock.pass_by(60.0)  # what is under way is done
        judge(name, case, result, server, tell)


def judge(name: str, case: Case, result: Result, server: FaultServer, tell: Tell) -> None:
    order_id = FIRST_OPEN[name]
    false_success = result.outcome in SUCCESSES and not server.is_cancelled(order_id)
    is_failure = result.outcome not in SUCCESSES | OPEN_ENDS
    false_failure = is_failure and server.was_cancelled_by_us(order_id)
    tell.count("fault matrix of exchanges", {
        "cases": 1, "false successes": false_success, "false failures": false_failure,
    })  # fmt: skip
    assert not false_success, result.message
    assert not false_failure, result.message
    outcome, _, numbers = EARLIER.get((name, case.name), case.expected).partition(" ")
    arrived, _, attempts = numbers.partition("/")
    if result.outcome.word in outcome.split("|"):
        outcome = result.outcome.word
    told = (result.outcome.word, server.arrived["cancel"], result.attempts)
    assert told == (outcome, int(arrived), int(attempts or arrived)), result.message
    assert server.faults == []
    assert server.practice.dangers == []
    assert server.elsewhere.log == []
    steps = [step for step in server.sequence if step in {"cancel", "look"}]
    assert ("cancel", "cancel") not in set(pairwise(steps)), "repeated without a look"
