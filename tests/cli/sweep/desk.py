"""Practice venues in this process, and the real `list` and `all` pointed at them, all times shortened."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.nursery import Nursery
from tests.faults.run import SCALED, Ran, command, run
from tests.faults.server import FaultServer
from venues.sandbox.practice import Practice

TARGETS = ("deal-order", "smart-trade", "tanx", "order", "tradernet")
GOES = {  # what `all` cancels at the practice venues, by target, in the order of the lists
    "deal-order": ("1123077331", "1123077345", "1123077352", "1122958812", "1122958840"),
    "smart-trade": ("30404590", "30404583", "30404560"),
    "tanx": ("25769015", "25769002", "25768914", "25768901", "25768879", "25768650"),
    "order": (
        "ord-20260303121000-3", "ord-20260303120500-2", "ord-20260303120000-1", "ord-20260228081200-4",
        "ord-20260227154500-11",
    ),
    "tradernet": ("2929292929", "2929292930", "2929292931", "2929292935"),
}  # fmt: skip


@dataclass
class Desk:
    """The served venues by name, and the command pointed at them. `variables` may be changed before a run."""

    home: Path
    nest: Nursery
    servers: dict[str, FaultServer] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *args: str, stdin: str | None = None, **more: str) -> Ran:
        return run(command(*args), self.variables | more, stdin, self.nest)

    # As `tests.conftest.Installed` for whoever begins a run by himself:

    def script(self) -> Path:
        return SCALED

    def environ(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**self.variables, **more}

    def begin(self, *args: str, env: Mapping[str, str], **options: Any) -> subprocess.Popen[Any]:
        return self.nest.popen(command(*args), env=self.environ(env), **options)

    # What happened at the venues:

    def practice(self, venue: str) -> Practice:
        return self.servers[venue].practice

    def arrived(self, route: str) -> int:
        """Out: how many requests of a route came, at all venues."""
        return sum(server.arrived[route] for server in self.servers.values())

    @property
    def requests(self) -> int:
        return sum(len(server.log) for server in self.servers.values())

    def open(self, *verbs: str) -> list[str]:
        """Out: the ids of the orders that are truly open, of these verbs or of all."""
        return [
            order.order_id
            for server in self.servers.values()
            for order in server.practice.orders.values()
            if (not verbs or order.verb in verbs) and server.practice.state(order) == "open"
        ]


Open = Callable[..., Desk]


def ids(ran: Ran) -> list[str]:
    """Out: the ids of the orders in a document."""
    return [order["order_id"] for order in ran.document["orders"]]


def targets(ran: Ran) -> dict[str, dict[str, Any]]:
    """Out: the targets of a document by name."""
    return {target["target"]: target for target in ran.document["targets"]}


def lines(ran: Ran) -> list[dict[str, Any]]:
    """Out: what `-o jsonl` printed."""
    return [json.loads(line) for line in ran.out.splitlines()]


def goes(*verbs: str) -> list[str]:
    """Out: the ids that `all` cancels at these targets, or at all."""
    return [order_id for verb in verbs or TARGETS for order_id in GOES[verb]]


def without(whole: Sequence[str], gone: Sequence[str]) -> list[str]:
    return [each for each in whole if each not in gone]
