"""How many requests a venue may get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests a venue may get: a bucket of `burst`, refilled at `per_minute`; `at_once` in flight."""

    per_minute: float = 0.0  # 0: no limit
    burst: int = 1
    at_once: int = 0  # 0: as many as there are jobs
