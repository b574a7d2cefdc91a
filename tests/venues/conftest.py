"""Time that passes at once, HTTP without a network, and no way out of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.venues.declared import Wire
from tests.venues.fakes import Bench, FakeClock, StoppedClock
from venues.wire.transport import Transport

HERE = Path(__file__).parent
VECTORS = HERE.parent / "vectors"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bench(clock: FakeClock) -> Bench:
    return Bench(clock)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Any request that was not declared fails the test, even when the code took the refusal for an outage."""
    wire = Wire()
    monkeypatch.setattr(Transport, "_exchange", lambda _, *asked: wire.exchange(*asked))
    yield wire
    assert wire.undeclared() == []


@pytest.fixture
def stopped() -> StoppedClock:
    """Both clocks of a practice venue, which stand still until a test moves them."""
    return StoppedClock()


@pytest.fixture
def clocks(stopped: StoppedClock) -> dict[str, StoppedClock]:
    return {"now": stopped, "time": stopped}


@pytest.fixture
def vectors() -> Callable[[str], Any]:
    """Out: a function from the venue's name to its file of signature vectors."""
    return lambda venue: json.loads((VECTORS / f"{venue}.json").read_text())
