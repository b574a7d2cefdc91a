"""A line of the matrix, and the case that it makes for one command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.run import ORDERS
from tests.faults.server import Door, Faults
from venues.registry import face_of, open_practice
from venues.sandbox.practice import Practice

Expected = str | Mapping[str, str]
Change = Callable[[Practice, str], None]


def _nothing(practice: Practice, order_id: str) -> None:
    """The practice venue as it comes."""


@dataclass(frozen=True)
class Row:
    """One line of the matrix. `expected` is for all five commands, or by verb, with `*` for the others.

    `delay` is how long a cancel takes to show (seconds); `wait` the deadline. `prepared` changes the venue
    before the run, `orders` names another order than the usual one, `options` are added to the command.
    """

    name: str
    plan: Mapping[str, Faults]
    expected: Expected
    delay: float = 0.03
    wait: float | None = None
    prepared: Change = _nothing
    orders: Mapping[str, str] = field(default_factory=lambda: {verb: args[-1] for verb, args in ORDERS.items()})
    options: tuple[str, ...] = ()
    door: Door = field(default_factory=Door)
    ahead: bool = True  # a connection may be made ahead
    says: str = ""  # a part of the message
    sent_once: tuple[str, ...] = ()  # routes that may be asked once at most
    credentials: Callable[[Practice], Mapping[str, str]] | None = None
    made: Callable[[], Practice] | None = None
    at_look: Callable[[Practice, str, int], None] | None = None  # when the n-th look (from 1) arrives


@dataclass(frozen=True)
class Case:
    """One row for one command."""

    row: Row
    verb: str
    outcome: str
    arrived: int
    attempts: int

    @property
    def name(self) -> str:
        return f"{self.verb}: {self.row.name}"

    @property
    def order_id(self) -> str:
        return self.row.orders[self.verb]

    @property
    def args(self) -> tuple[str, ...]:
        return (*ORDERS[self.verb][:-1], self.order_id)

    @property
    def wait(self) -> float:
        """Those that end by proof may take their time on a busy machine; those that end by deadline do take it."""
        by_deadline = 3.0 if self.attempts > 1 else 1.5
        return self.row.wait or (by_deadline if self.outcome in ("pending", "unknown", "unavailable") else 5.0)

    def practice(self) -> Practice:
        made = self.row.made or (lambda: open_practice(face_of(self.verb).name))
        practice = made()
        for order in practice.orders.values():
            order.delay = self.row.delay
        self.row.prepared(practice, self.order_id)
        return practice


def cancel_row(name: str, faults: Faults, expected: Expected, **more: object) -> Row:
    return Row(f"cancel {name}", {"cancel": faults}, expected, **more)  # type: ignore[arg-type]


def look_row(name: str, faults: Faults, expected: Expected, **more: object) -> Row:
    return Row(f"look {name}", {"look": faults}, expected, **more)  # type: ignore[arg-type]
