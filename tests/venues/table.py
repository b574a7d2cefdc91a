"""The outcome tables of the venues' pages as rows: what the server answers, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.venues.declared import Wire
from tests.venues.fakes import FakeClock, cancel
from venues.interface import OrderRef
from venues.result import Evidence, Outcome, Result
from venues.wire.link import HttpVenue

REPLY, READ_BACK = Evidence.REPLY, Evidence.READ_BACK


@dataclass(frozen=True)
class Row:
    """`cancels` and `looks`: what the server answers in turn, the last for ever. None: not asserted."""

    name: str
    cancels: list[Any]
    looks: list[Any]
    outcome: Outcome
    evidence: Evidence | None = None
    attempts: int | None = 1
    says: str = ""  # must stand in the message
    no_looks: bool = False
    terms: dict[str, Any] = field(default_factory=dict)

    def check(self, result: Result) -> None:
        assert result.outcome is self.outcome, result.message
        if self.evidence is not None:
            assert result.evidence is self.evidence
        if self.attempts is not None:
            assert result.attempts == self.attempts
        assert self.says.lower() in result.message.lower(), result.message


@dataclass(frozen=True)
class Runner:
    """Plays the rows of one kind of order. `cancel` and `look`: method and path; `always` is declared besides.

    `before`: what a look before the cancel shows, where the venue takes one; the row's looks are those after it.
    """

    ref: OrderRef
    cancel: tuple[str, str]
    look: tuple[str, str]
    always: tuple[Any, ...] = ()
    before: tuple[Any, ...] = ()

    def outcome(self, row: Row, wire: Wire, venue: HttpVenue, clock: FakeClock) -> None:
        """The row's answers, and the outcome that must come of them within the deadline."""
        if self.before:
            wire.on(*self.look, *self.before)
        self._declare(row, wire)
        row.check(cancel(venue, self.ref, **row.terms))
        assert wire.count(*self.look) == len(self.before) or not row.no_looks
        assert clock.elapsed <= row.terms.get("wait", 30.0)

    def dry_run(self, row: Row, wire: Wire, venue: HttpVenue) -> None:
        """The same for a look alone; a cancel is not declared, so that none may be sent."""
        self._declare(row, wire)
        row.check(cancel(venue, self.ref, dry_run=True))
        assert wire.count(*self.cancel) == 0

    def _declare(self, row: Row, wire: Wire) -> None:
        wire.on(*self.cancel, *row.cancels).on(*self.look, *row.looks)
        if self.always:
            wire.on(*self.always)


def rows(*table: Row) -> pytest.MarkDecorator:
    """Parametrise a test over the rows of a table."""
    return pytest.mark.parametrize("row", table, ids=[row.name for row in table])
