"""Clocks that stand still until a test moves them, and the signature vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[2] / "vectors"


class StoppedClock:
    """A clock for both kinds of time: call it to read it, `pass_by` to move it (seconds)."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def clocks(clock: StoppedClock) -> dict[str, StoppedClock]:
    return {"now": clock, "time": clock}


@pytest.fixture
def vectors() -> Any:
    """Out: a function from the venue's name to its vector file."""
    return lambda venue: json.loads((VECTORS / f"{venue}.json").read_text())
