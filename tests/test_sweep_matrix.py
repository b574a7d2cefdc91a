"""Every fault of a list, through the real `cancel all` over real HTTP: is it clear when that is said?

The number that must be zero is printed at the end. A false clear: said clear, and an order that was meant is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.nursery import Nursery
from tests.faults.run import Flock, Ran, command, environment, grouped, run
from tests.faults.server import FaultServer
from tests.faults.sweeps import SweepCase, cases, meant
from tests.telling import Tell

AT_ONCE = 6  # processes a worker; they mostly wait
STARTING = 15.0  # seconds that a busy machine may need to start a process
CASES = list(cases())


@dataclass(frozen=True)
class Swept:
    """What a case came to, on both sides. `left`: ids that were meant and are still open."""

    ran: Ran
    server: FaultServer
    left: tuple[str, ...]

    @property
    def target(self) -> dict[str, Any]:
        (target,) = self.ran.document["targets"]
        assert isinstance(target, dict)
        return target

    @property
    def is_false_clear(self) -> bool:
        return self.target["clear"] is True and bool(self.left)


@pytest.fixture(scope="module")
def matrix(
    request: pytest.FixtureRequest, nest: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flock[SweepCase, Swept]]:
    """Runs the cases that were selected, several at once."""
    home = tmp_path_factory.mktemp("sweeps")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Flock(
            pool, request.session.items, test_case, lambda case, number: sweep(case, nest, home / str(number))
        )
        pool.shutdown(cancel_futures=True)


def sweep(case: SweepCase, made: Nursery, home: Path) -> Swept:
    home.mkdir()
    practice = case.practice()
    with FaultServer(practice, case.row.plan(case.verb), case.row.door) as server:
        wait = str(case.row.wait)
        argv = command("all", case.verb, "--yes", "-o", "json", "-j", "8", "--wait", wait, *case.row.options)
        ran = run(argv, environment(home, server), made=made)
        left = tuple(
            order.order_id
            for order in meant(practice, case.verb)
            if practice.state(order) in ("open", "cancelling")
        )  # fmt: skip
        assert server.faults == []
    return Swept(ran, server, left)


@pytest.mark.parametrize("case", grouped("sweeps", CASES, 40), ids=lambda case: case.name)
def test_case(request: pytest.FixtureRequest, matrix: Flock[SweepCase, Swept], tell: Tell, case: SweepCase) -> None:
    swept = matrix.result(request.node)
    ran, server, target = swept.ran, swept.server, swept.target
    assert "Traceback" not in ran.err
    tell.count("sweep matrix", {"cases": 1, "false clears": swept.is_false_clear})
    assert not swept.is_false_clear, f"said clear, and these are open: {swept.left}"

    verdict = "clear" if target["clear"] else "open" if target["lists"] else "unread"
    assert (ran.code, verdict) == (case.code, case.verdict), (target, ran.err)
    assert ran.document["exit_code"] == ran.code
    assert case.row.says in (target["message"] or "")
    assert (server.arrived["cancel"] == 0) == (verdict == "unread" or not ran.document["orders"])
    assert server.practice.dangers == [], "asked for something that closes or sells"
    assert server.elsewhere.log == [], "a redirect was followed"
    assert ran.took < 4 * case.row.wait + STARTING


def test_there_are_enough() -> None:
    assert len(CASES) >= 120
