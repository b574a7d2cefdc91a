"""What a cancel came to: the outcomes with their exit codes, and the frozen result of one order."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, NamedTuple


class Outcome(enum.Enum):
    """The outcomes of the contract, each with its exit code; the worst code of a run is the run's."""

    CANCELLED = "cancelled", 0
    ALREADY_CANCELLED = "already-cancelled", 0
    REQUESTED = "requested", 0
    DRY_RUN = "dry-run", 0
    TOO_LATE = "too-late", 3
    NOT_FOUND = "not-found", 4
    REFUSED = "refused", 5
    UNAUTHORIZED = "unauthorized", 6
    RATE_LIMITED = "rate-limited", 7
    UNAVAILABLE = "unavailable", 8
    PENDING = "pending", 9
    UNKNOWN = "unknown", 10

    def __init__(self, word: str, exit_code: int) -> None:
        self.word = word
        self.exit_code = exit_code


class Evidence(enum.Enum):
    """What an outcome rests on: the reply to the cancel, or a look at the order."""

    REPLY = "reply"
    READ_BACK = "read-back"


class Result(NamedTuple):
    """What became of one order. Amounts are the venue's own text; times are UTC."""

    venue: str
    command: str  # the verb
    order_id: str
    deal_id: str | None
    outcome: Outcome
    evidence: Evidence | None
    message: str
    attempts: int
    started_at: datetime
    finished_at: datetime
    status: str | None = None
    symbol: str | None = None
    side: str | None = None
    type: str | None = None
    price: str | None = None
    quantity: str | None = None
    filled: str | None = None
    request_id: str | None = None
    raw: Any = None  # the last reply about this order: dict, list or None, masked
    sandbox: bool = False
    placed_at: datetime | None = None
    warning: str = ""  # what the cancel cost besides the order; part of the record's message
    profile: str = "default"
    credentials: str | None = None  # environment, directory, keyring, sandbox; None: none were found
