"""How a person reads an order: the one neutral form that a venue's `view` gives and that `cli` draws.

Texts are the venue's own, harmless only once `cli` has cleaned them. What is not shown is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venues.listed import Shown

FIELDS = ("symbol", "side", "type", "price", "quantity", "filled", "status")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows under a head. `right`: the columns of amounts. `marked`: the row of the order that was asked for.

    `placed`: when each row's order was placed (UTC), where that is known.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    marked: int | None = None
    placed: tuple[datetime | None, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One order. `fields`: the record's order fields in words; `facts`: labels and values, when it is shown alone.

    `rows`, where there are any, show it among its neighbours, below the facts.
    """

    fields: Mapping[str, str]
    facts: tuple[tuple[str, str], ...]
    rows: Rows | None = None


def plain(result: Shown, words: Mapping[str, Mapping[str, str]] | None = None) -> View:
    """The view of a venue without needs of its own. In: `words` for what a venue sends, by field."""
    fields = {}
    for name in FIELDS:
        value = text(getattr(result, name))
        fields[name] = (words or {}).get(name, {}).get(value, value)
    return View(fields, tuple(fields.items()))


def text(value: Any) -> str:
    """A value of a reply: text or number as it came, else nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    return str(value)
