"""Which of the open orders are meant: what was asked for, held against what a row tells."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from venues.interface import OpenOrder

_SEPARATORS = str.maketrans("", "", "/-_")


class Match(enum.Enum):
    """Whether a row is meant. AGELESS: all but its age would do, and that is not known."""

    YES = "yes"
    NO = "no"
    AGELESS = "ageless"


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for; nothing asked for is everything. Moments in UTC.

    Ages are moments here, reckoned once from the beginning of the run: an order that grows older meanwhile does not
    come under a filter by that. `protective`: orders that protect a position are to go as well.
    """

    symbols: tuple[str, ...] = ()
    side: str | None = None  # `buy` or `sell`
    type: str | None = None  # the venue's own word, or the word of its number
    deal_id: str | None = None
    placed_before: datetime | None = None
    placed_after: datetime | None = None
    protective: bool = False

    def match(self, row: OpenOrder, now: datetime) -> Match:
        """Out: whether the row is meant, as of `now` (UTC). What a row does not tell never matches."""
        told = row.order
        kinds = {_plain(word) for word in (told.type, row.kind) if word}
        wanted = (
            not self.symbols or (told.symbol is not None and _plain(told.symbol) in map(_plain, self.symbols)),
            self.side is None or told.side == self.side,
            self.type is None or _plain(self.type) in kinds,
            self.deal_id is None or row.ref.deal_id == self.deal_id,
        )
        if not all(wanted):
            return Match.NO
        if self.placed_before is None and self.placed_after is None:
            return Match.YES
        # A date to come is a wrong clock or a wrong zone: it says nothing of the age, never "too young".
        if told.placed_at is None or told.placed_at > now:
            return Match.AGELESS
        old = self.placed_before is None or told.placed_at <= self.placed_before
        young = self.placed_after is None or told.placed_at >= self.placed_after
        return Match.YES if old and young else Match.NO


def _plain(word: str) -> str:
    """The word without case and without `/ - _` and blanks: `BTC/USDT`, `btcusdt` and `BTC-USDT` are one."""
    return "".join(word.casefold().translate(_SEPARATORS).split())
