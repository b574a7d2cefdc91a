"""A budget's arithmetic: an idle bucket gives its turn at once, whatever the clock shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from venues.budget import Budget
from venues.pace import Pace


class StillClock:
    """A clock that stands still, so that a turn that must be waited for would never come."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def pause(self, seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s for a turn that was free")

    def chance(self) -> float:
        return 0.0


@pytest.mark.parametrize("burst", [1, 2, 10])
@pytest.mark.parametrize("per_minute", [7, 60, 100, 240, 100_000])
def test_the_first_turn_is_free(per_minute: int, burst: int) -> None:
    for seconds in (0.1, 1023.3, 4096.7, 4380.123456, 70_000.9, 9_999_999.1):
        pace = Pace(Budget(per_minute=per_minute, burst=burst), StillClock(seconds))
        pace.wait_for_turn(1.0)
