"""A listed row in the two forms in which it leaves: as it was listed, and as what a dry run would do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from venues.interface import OpenOrder, State, Venue
from venues.listed import Listed
from venues.procedure import words
from venues.result import Evidence, Outcome, Result
from venues.wire.masks import Masks

_SHOWN = ("status", "symbol", "side", "type", "price", "quantity", "filled")


def listed(venue: Venue, row: OpenOrder, masks: Masks) -> Listed:
    """The row with every text masked."""
    order = row.order
    return Listed(
        venue.name,
        venue.verb,
        row.ref.order_id,
        row.ref.deal_id,
        placed_at=order.placed_at,
        protective=row.protective,
        cancellable=row.cancellable,
        leaving=order.state is State.CANCELLING,
        note=masks.text(order.note),
        raw=masks.json(venue.public(row.raw)),
        sandbox=venue.practice,
        **_texts(row, masks),
    )


def would_cancel(venue: Venue, row: OpenOrder, masks: Masks, now: datetime) -> Result:
    """What a dry run says of a row that a cancel would be sent for: the list shows it open. In: `now` in UTC."""
    order = row.order
    return Result(
        venue=venue.name,
        command=venue.verb,
        order_id=row.ref.order_id,
        deal_id=row.ref.deal_id,
        outcome=Outcome.DRY_RUN,
        evidence=Evidence.READ_BACK,
        message=masks.text(words.dry_run(order)),
        attempts=0,
        started_at=now,
        finished_at=now,
        placed_at=order.placed_at,
        warning=masks.text(order.warning),
        raw=masks.json(venue.public(row.raw)),
        sandbox=venue.practice,
        **_texts(row, masks),
    )


def _texts(row: OpenOrder, masks: Masks) -> dict[str, Any]:
    told = ((name, getattr(row.order, name)) for name in _SHOWN)
    return {name: masks.text(text) for name, text in told if text is not None}
