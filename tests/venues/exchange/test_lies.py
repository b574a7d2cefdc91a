"""Every exchange that is accepted, against a server that answers nonsense and never cancels anything.

A sample each run, the same in all of one day; all of them where ORDERCANCEL_LIES=all, as in CI.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.telling import Tell
from tests.venues.exchange.lies import LIES, Liar
from tests.venues.fakes import FakeClock, cancel, link_to
from venues.exchange import library
from venues.exchange.guard import is_cancel
from venues.exchange.market import Cache
from venues.exchange.survey import market
from venues.face import Budget
from venues.interface import OrderRef
from venues.registry import build, exchanges, venue
from venues.result import Outcome
from venues.sandbox.practice import Request
from venues.sandbox.server import Running, start

SAMPLE = 8
SYMBOL, ORDER_ID = "BTC/USDT", "1234567890"
SWAPS_ONLY = {"binanceusdm", "binancecoinm", "krakenfutures", "kucoinfutures", "mudrex", "modetrade", "woofipro"}
KEYS = {"api_key": "a" * 32, "api_secret": "b" * 44, "password": "pass", "uid": "1", "login": "me", "account_id": "1"}
MODES: tuple[dict[str, bool], ...] = ({}, {"no_wait": True}, {"dry_run": True})


def chosen() -> list[str]:
    (folder,) = find_spec("ccxt").submodule_search_locations  # type: ignore[union-attr, misc]
    every = [name for name in exchanges() if Path(folder, f"{name}.py").exists()]
    if os.environ.get("ORDERCANCEL_LIES") == "all":
        return every
    return sorted(random.Random(datetime.now(UTC).toordinal()).sample(every, SAMPLE))


def is_sent(request: Request) -> bool:
    return is_cancel(request.method, request.path)


@pytest.fixture(scope="module")
def liar() -> Iterator[Running]:
    with start(Liar()) as running:
        yield running


@pytest.mark.parametrize("name", chosen())
def test_nonsense_never_ends_in_success(
    name: str, liar: Running, clock: FakeClock, tmp_path: Path, tell: Tell
) -> None:
    kind = "swap" if name in SWAPS_ONLY else "spot"
    row = market(kind)
    library.exchange_class(name)
    fields = {field.name: KEYS[field.name] for field in venue(name).fields}
    Cache(tmp_path, name, row["symbol"], liar.url, "False", library.version()).write(row)
    for says, lie in LIES.items():
        liar.practice.lie = lie
        for mode in MODES:
            link = link_to(liar.url, fields, clock, Budget(), cache=tmp_path)
            with closing(build(name, link)) as asked:
                result = cancel(asked, OrderRef(ORDER_ID, symbol=row["symbol"]), wait=8.0, **mode)
            assert result.outcome.exit_code, (says, mode, result.outcome, result.message)
            assert result.outcome is not Outcome.TOO_LATE, (says, mode, result.message)
            told = {"answers": len(liar.practice.seen), "cancels sent": sum(map(is_sent, liar.practice.seen))}
            tell.count("lies told to exchanges", {"runs": 1, "false successes": 0, **told})
            liar.practice.seen.clear()
    link = link_to(liar.url, fields, clock, Budget(), cache=tmp_path)
    with closing(build(name, link)) as asked:
        hostile = cancel(asked, OrderRef("1/../2?a=b&c#d", symbol=row["symbol"]), wait=1.0)
    assert hostile.outcome.exit_code
    for request in liar.practice.seen:
        assert "/../" not in request.path, "the id has named another place"
        assert "a=b" not in request.query, "the id has become a parameter"
    assert liar.faults == []


def test_a_cancel_did_leave(liar: Running, clock: FakeClock, tmp_path: Path) -> None:
    """Else the lies would be told to nobody."""
    liar.practice.lie, row = LIES["an empty object"], market("spot")
    Cache(tmp_path, "binance", SYMBOL, liar.url, "False", library.version()).write(row)
    link = link_to(liar.url, {"api_key": "k", "api_secret": "s"}, clock, Budget(), cache=tmp_path)
    liar.practice.seen.clear()
    with closing(build("binance", link)) as asked:
        result = cancel(asked, OrderRef(ORDER_ID, symbol=SYMBOL), wait=8.0)
    assert (result.outcome, result.attempts) == (Outcome.UNKNOWN, 1), result.message
    assert [request.method for request in liar.practice.seen].count("DELETE") == 1
    assert len(liar.practice.seen) > 2
