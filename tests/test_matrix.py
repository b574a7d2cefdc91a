"""Every fault at every venue, through the real command over real HTTP: does it tell the truth?

The two numbers that must be zero are printed at the end. A false success: said cancelled, and it is not. A
false failure: said refused, not found, too late, unavailable or the like, though this run did cancel it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cli.ahead import SWITCH
from tests.faults.cases import cases
from tests.faults.faults import answer
from tests.faults.nursery import Nursery
from tests.faults.row import Case
from tests.faults.run import Flock, Ran, command, environment, grouped, run
from tests.faults.server import FaultServer, always
from tests.telling import Tell
from venues.registry import face_of, open_practice
from venues.result import Outcome

AT_ONCE = 6  # processes a worker; they mostly wait
STARTING = 15.0  # seconds that a busy machine may need to start a process
CASES = list(cases())
CODES = {outcome.word: outcome.exit_code for outcome in Outcome}
SUCCESSES = {"cancelled", "already-cancelled"}
FAILURES = {"too-late", "not-found", "refused", "unauthorized", "rate-limited", "unavailable"}
LOOKING = {"look", "other", "refresh", "login", "session"}  # other: a look at a server without that route


@dataclass(frozen=True)
class Seen:
    """What a case came to, on both sides."""

    ran: Ran
    server: FaultServer
    is_cancelled: bool
    by_us: bool

    @property
    def record(self) -> dict[str, Any]:
        (record,) = self.ran.document["orders"]
        assert isinstance(record, dict)
        return record

    @property
    def is_false_success(self) -> bool:
        return self.record["outcome"] in SUCCESSES and not self.is_cancelled

    @property
    def is_false_failure(self) -> bool:
        return self.record["outcome"] in FAILURES and self.by_us


@pytest.fixture(scope="module")
def matrix(
    request: pytest.FixtureRequest, nest: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flock[Case, Seen]]:
    """Runs the cases that were selected, several at once."""
    home = tmp_path_factory.mktemp("matrix")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Flock(pool, request.session.items, test_case, lambda case, number: see(case, nest, home / str(number)))
        pool.shutdown(cancel_futures=True)


def see(case: Case, made: Nursery, home: Path) -> Seen:
    home.mkdir()
    practice = case.practice()
    given = practice.credentials if case.row.credentials is None else case.row.credentials(practice)
    with FaultServer(practice, case.row.plan, case.row.door) as server:
        if (at_look := case.row.at_look) is not None:
            server.at_look = lambda number: at_look(practice, case.order_id, number)
        argv = command(case.verb, *case.args, "-o", "json", "--wait", str(case.wait), *case.row.options)
        more = {} if case.row.ahead else {SWITCH: "off"}
        ran = run(argv, environment(home, server, given, **more), made=made)
        faults = list(server.faults)
        seen = Seen(ran, server, server.is_cancelled(case.order_id), server.was_cancelled_by_us(case.order_id))
    assert faults == []
    return seen


@pytest.mark.parametrize("case", grouped("matrix", CASES, 40), ids=lambda case: case.name)
def test_case(request: pytest.FixtureRequest, matrix: Flock[Case, Seen], tell: Tell, case: Case) -> None:
    seen = matrix.result(request.node)
    ran, server = seen.ran, seen.server
    assert "Traceback" not in ran.err
    record = seen.record
    tell.count("fault matrix", {
        "cases": 1, "false successes": seen.is_false_success, "false failures": seen.is_false_failure,
    })  # fmt: skip
    assert not seen.is_false_success, f"said {record['outcome']}, and it is not: {record['message']}"
    assert not seen.is_false_failure, f"said {record['outcome']}, and this run cancelled it: {record['message']}"

    arrived = server.arrived["cancel"]
    told = (record["outcome"], ran.code, arrived, record["attempts"])
    assert told == (case.outcome, CODES[case.outcome], case.arrived, case.attempts), record["message"]
    assert ran.document["exit_code"] == record["exit_code"] == ran.code
    assert case.row.says in record["message"]
    assert ran.took < case.wait + STARTING
    assert_manners(case, server)


def assert_manners(case: Case, server: FaultServer) -> None:
    """What holds under every fault."""
    assert server.practice.dangers == [], "asked for something that closes or sells"
    assert server.elsewhere.log == [], "a redirect was followed"
    assert not any("Cookie" in request.headers for request in server.log), "a cookie came back"
    for route in set(case.row.sent_once):
        assert server.arrived[route] <= 1, f"{route} was asked {server.arrived[route]} times"
    steps = [step for step in server.sequence if step in {"cancel", *LOOKING}]
    assert ("cancel", "cancel") not in set(pairwise(steps)), "repeated without a look"


@pytest.mark.parametrize("verb", ["tanx", "order"])
def test_a_ban_stops_everything(tmp_path: Path, verb: str) -> None:
    """After a 418 nothing more is sent to that venue, whatever else was to be cancelled."""
    practice = open_practice(face_of(verb).name)
    ids = [order.order_id for order in practice.orders.values() if practice.state(order) == "open"]
    with FaultServer(practice, {"cancel": always(answer(418))}) as server:
        ran = run(command(verb, *ids, "-o", "json", "-j", "1"), environment(tmp_path, server))
        assert server.sequence == ["cancel"]
    assert ran.code == CODES["rate-limited"]
    assert [record["outcome"] for record in ran.document["orders"]] == ["rate-limited"] * len(ids)
