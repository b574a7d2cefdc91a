"""What a `list` or `all` is about, read from what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer

from cli.sweep.targets import target_named
from venues.procedure.filters import Filters
from venues.registry import verb_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a `list` or `all` is about. No targets: all that have credentials. Ages as `timedelta`s."""

    targets: tuple[str, ...]
    symbols: tuple[str, ...]
    side: str | None
    type: str | None
    older_than: timedelta | None
    newer_than: timedelta | None
    deal_id: str | None
    protective: bool
    until_clear: bool = False

    def filters(self, now: datetime) -> Filters:
        """The same as of `now` (UTC)."""
        return Filters(
            symbols=self.symbols,
            side=self.side,
            type=self.type,
            deal_id=self.deal_id,
            placed_before=_before(now, self.older_than),
            placed_after=_before(now, self.newer_than),
            protective=self.protective,
        )


def wanted_of(
    targets: Sequence[str],
    symbols: Sequence[str],
    side: str | None,
    kind: str | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    deal_id: str | None,
    *,
    protective: bool,
    until_clear: bool = False,
) -> Wanted:
    """What was typed, read and checked. Raises typer.BadParameter for a target that there is not."""
    names = tuple(dict.fromkeys(map(target_named, targets)))
    if deal_id is not None and names and not any(verb_of(name).in_deal for name in names):
        raise typer.BadParameter(f"--deal: {', '.join(names)} has no deals")
    if older_than is not None and newer_than is not None and older_than >= newer_than:
        raise typer.BadParameter("no order is both: the age of --older-than must be the shorter one")
    return Wanted(
        names, tuple(symbols), side, kind, older_than, newer_than, deal_id, protective, until_clear
    )  # fmt: skip


def _before(now: datetime, age: timedelta | None) -> datetime | None:
    try:
        return None if age is None else now - age
    except OverflowError:  # older than all calendars: nothing is
        return datetime.min.replace(tzinfo=now.tzinfo)
