"""The venues there are: one entry each. Light, so that `--help` and the command line can read it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from venues.budget import Budget

if TYPE_CHECKING:
    from venues.interface import VenueSpec
    from venues.link import HttpVenue, Link


class Ids(enum.Enum):
    """How a venue's order ids look."""

    NUMBER = "number"
    NEURATRADE = "neuratrade"


@dataclass(frozen=True, slots=True)
class Verb:
    """One cancel command: the class that does it, and what its help says."""

    made_by: str
    what: str  # what it cancels, and what that means at this venue
    example: str
    ids: Ids = Ids.NUMBER
    in_deal: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A venue's module, its verbs, and the careful request budget (`requests_per_minute` changes it)."""

    module: str
    budget: Budget
    verbs: Mapping[str, Verb]
    api_versions: tuple[int, ...] = ()  # the first is the default; empty: the venue has no such setting


# Budgets: 3Commas allows 100 requests a minute and blocks for 300 s after that. tanX and Tradernet publish
# none; these are the habits of their careful clients. A NeuraTrade server is one's own and has no limiter.
VENUES: dict[str, Entry] = {
    "3commas": Entry(
        "venues.threecommas",
        Budget(per_minute=60, burst=10),
        {
            "deal-order": Verb(
                "DealOrders",
                "Cancel manual safety orders of one 3Commas DCA deal. The deal itself goes on, and so do its other "
                "orders.",
                "cancel deal-order 2345678901 1123077331",
                in_deal=True,
            ),
            "smart-trade": Verb(
                "SmartTrades",
                "Cancel 3Commas SmartTrades. Nothing is sold: a filled position stays open, without take profit and "
                "stop loss.",
                "cancel smart-trade 30404547",
            ),
        },
    ),
    "tanx": Entry(
        "venues.tanx",
        Budget(per_minute=120, burst=6),
        {
            "tanx": Verb(
                "Tanx",
                "Cancel tanX orders. The venue only queues a cancel, so it is read back until the order shows it. "
                "Retail trading at tanX stopped in August 2026.",
                "cancel tanx 25768879",
            )
        },
    ),
    "neuratrade": Entry(
        "venues.neuratrade",
        Budget(),
        {
            "order": Verb(
                "NeuraTrade",
                "Cancel NeuraTrade orders in the server's own records. No exchange is called.",
                "cancel order ord-20260303120000-1",
                ids=Ids.NEURATRADE,
            )
        },
    ),
    "tradernet": Entry(
        "venues.tradernet",
        Budget(per_minute=240, at_once=1),
        {
            "tradernet": Verb(
                "Tradernet",
                "Cancel Tradernet / Freedom24 orders. While the market is closed an accepted cancel may wait for it "
                "to open: that is `pending`, exit 9.",
                "cancel tradernet 2929292929",
            )
        },
        api_versions=(2, 3),
    ),
}


def venue_of(verb: str) -> str:
    """In: a cancel command's verb. Out: its venue's name."""
    return next(name for name, entry in VENUES.items() if verb in entry.verbs)


def spec_of(venue: str) -> VenueSpec:
    """What must be known of a venue before it is built. Imports its module."""
    spec: VenueSpec = import_module(VENUES[venue].module).SPEC
    return spec


def build(verb: str, link: Link) -> HttpVenue:
    """The venue that does the verb's work over `link`. Imports the HTTP stack."""
    entry = VENUES[venue_of(verb)]
    made: HttpVenue = getattr(import_module(entry.module), entry.verbs[verb].made_by)(link)
    return made
