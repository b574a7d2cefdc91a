"""The outcome tables of the venues' pages as rows: what the server answers, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from venues.result import Evidence, Outcome, Result

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


def rows(*table: Row) -> pytest.MarkDecorator:
    """Parametrise a test over the rows of a table."""
    return pytest.mark.parametrize("row", table, ids=[row.name for row in table])
