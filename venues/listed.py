"""What `list` and `all` tell: an order that a venue lists as open, and what became of a target."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from venues.result import Outcome, Result


class Listed(NamedTuple):
    """An order that a venue lists as open. The field names that it has in common with `Result` mean the same.

    `leaving`: it is on its way out by a cancel, perhaps somebody else's.
    """

    venue: str
    command: str  # the verb
    order_id: str
    deal_id: str | None
    status: str | None = None
    symbol: str | None = None
    side: str | None = None
    type: str | None = None
    price: str | None = None
    quantity: str | None = None
    filled: str | None = None
    placed_at: datetime | None = None
    protective: bool = False
    cancellable: bool = True
    leaving: bool = False
    note: str = ""  # what a person must know about it
    raw: Any = None  # the row as parsed, masked
    sandbox: bool = False
    profile: str = "default"


Shown = Result | Listed  # an order as an answer showed it


class TargetResult(NamedTuple):
    """What became of one target: a verb's open orders at its venue, listed or swept.

    `listed` counts the open rows that were read, `matched` those of them that were meant; of these, `protective` and
    `uncancellable` ones are sent nothing. `new` came after the first list. `lists`: complete ones. `clear` is None
    where nothing was swept.
    """

    target: str  # the verb
    venue: str
    outcome: Outcome
    message: str = ""  # empty where nothing is to be said
    listed: int = 0
    matched: int = 0
    protective: int = 0
    uncancellable: int = 0
    new: int = 0
    clear: bool | None = None
    lists: int = 0
    sandbox: bool = False
    profile: str = "default"
    credentials: str | None = None
