"""Serves the venues that a test sweeps."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.sweep.desk import Desk, Open
from tests.faults.nursery import Nursery
from tests.faults.run import environment
from tests.faults.server import Door, Faults, FaultServer
from venues.registry import VENUES, open_practice

SIGNALS = (signal.SIGINT, signal.SIGTERM)
CANCEL_TAKES = 0.01  # seconds, at the most


@pytest.fixture
def desk(nest: Nursery, tmp_path: Path) -> Iterator[Open]:
    """Out: serves venues, all four unless some are named. In: faults and doors by venue."""
    with ExitStack() as until_the_end:

        def opened(
            *venues: str,
            plan: Mapping[str, Mapping[str, Faults]] | None = None,
            doors: Mapping[str, Door] | None = None,
        ) -> Desk:
            made = Desk(tmp_path, nest)
            for venue in venues or VENUES:
                practice = open_practice(venue)
                for order in practice.orders.values():
                    order.delay = min(order.delay, CANCEL_TAKES)
                server = FaultServer(practice, (plan or {}).get(venue), (doors or {}).get(venue, Door()))
                made.servers[venue] = until_the_end.enter_context(server)
                made.variables |= environment(tmp_path, server)
            return made

        yield opened


@pytest.fixture
def signals() -> Iterator[None]:
    """A run in this process leaves its handlers behind: the old ones are put back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
