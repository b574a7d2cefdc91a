"""One harmless authenticated read: do the credentials work, how fast is the venue, is the clock right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cli.output.text import clean
from venues.interface import Limited, Refused, VenueError
from venues.result import Outcome
from venues.wire.answers import date_in
from venues.wire.clock import Clock, SystemClock
from venues.wire.link import HttpVenue
from venues.wire.masks import Masks

PATIENCE = 10.0  # seconds for the whole check, log-in included
CLOCK_LIMIT = 5.0  # seconds; more than that is worth a warning


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. Exit code 0: it works; else `message` says why not.

    `latency`: seconds that the read took, connecting included. `clock_offset`: seconds by which the clock
    here is ahead of the venue's, to about a second. Each is None when the venue did not answer.
    """

    exit_code: int
    message: str = ""
    latency: float | None = None
    clock_offset: float | None = None


def check(venue: HttpVenue, masks: Masks, clock: Clock | None = None) -> Check:
    """Read once with the venue's credentials, renewing its tokens if they have run out. Raises no VenueError."""
    clock = clock or SystemClock()
    ends = clock.monotonic() + PATIENCE
    try:
        latency = _read(venue, clock, ends)
    except VenueError as fault:
        return Check(_exit_code(fault), clean(masks.text(fault.message)))
    return Check(0, "", latency, _clock_offset(venue, clock.now(), latency))


def clock_warning(title: str, offset: float | None) -> str:
    """Out: what to say of a clock that is too far off; empty when it is not. In: the venue's title, seconds."""
    if offset is None or abs(offset) <= CLOCK_LIMIT:
        return ""
    side = "ahead of" if offset > 0 else "behind"
    return (
        f"The clock here is {abs(offset):.0f} s {side} {title}'s: set it (NTP). "
        "Tokens seem expired or fresh at the wrong time, and some venues' signatures carry the time."
    )


def _read(venue: HttpVenue, clock: Clock, ends: float) -> float:
    """Out: seconds that the read took."""
    try:
        return _timed(venue, clock, ends)
    except Refused as no:
        if not (no.renewable and venue.renew(ends - clock.monotonic())):
            raise
    return _timed(venue, clock, ends)


def _timed(venue: HttpVenue, clock: Clock, ends: float) -> float:
    venue.prepare(ends - clock.monotonic())  # a log-in is not part of the latency
    began = clock.monotonic()
    venue.check(ends - began)
    return clock.monotonic() - began


def _exit_code(fault: VenueError) -> int:
    if isinstance(fault, Refused):
        return fault.outcome.exit_code
    if isinstance(fault, Limited):
        return Outcome.RATE_LIMITED.exit_code
    return Outcome.UNAVAILABLE.exit_code  # a read changes nothing, so an unanswered one is no more than that


def _clock_offset(venue: HttpVenue, now: datetime, latency: float) -> float | None:
    """Out: seconds by which we are ahead of the `Date` header, which has whole seconds and was made on the way."""
    date = date_in(venue.last_reply.headers.get("date", "")) if venue.last_reply else None
    return (now - date).total_seconds() - latency / 2 - 0.5 if date else None
