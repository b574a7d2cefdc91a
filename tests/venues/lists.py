"""A venue's list of open orders, read as the sweep reads it."""

from __future__ import annotations

from venues.interface import OpenOrder
from venues.procedure.reading import Reading
from venues.wire.link import HttpVenue


def rows_of(venue: HttpVenue, wait: float = 1.5) -> list[OpenOrder]:
    """Out: a whole list, read within `wait` seconds. Raises a VenueError where it cannot be."""
    link = venue._link
    return list(venue.open_orders(Reading(venue, link.clock, link.pace, link.clock.monotonic() + wait)))


def ids_of(venue: HttpVenue, wait: float = 30.0) -> list[str]:
    return [row.ref.order_id for row in rows_of(venue, wait)]
