"""What the trader asked for."""

from __future__ import annotations

from typing import NamedTuple


class Terms(NamedTuple):
    """The terms of one order's cancel. `wait` is its deadline in seconds."""

    wait: float = 30.0
    no_wait: bool = False
    dry_run: bool = False
