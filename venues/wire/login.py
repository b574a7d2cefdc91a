"""What every log-in shares: one at a time, and what its faults mean for the cancel that waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from venues.interface import NeverSent, Refused, Unauthorized, Uncertain, VenueError
from venues.wire.answers import NotTheApi
from venues.wire.http import Reply


@contextmanager
def held(lock: threading.Lock, patience: float) -> Iterator[float]:
    """Hold the lock of a venue's log-in. Gives the seconds left of `patience`; raises NeverSent after them."""
    began = time.monotonic()
    if not lock.acquire(timeout=max(0.0, patience)):
        raise NeverSent("another order's log-in was not answered in time")
    try:
        yield patience - (time.monotonic() - began)
    finally:
        lock.release()


def login_step(error: VenueError) -> VenueError:
    """What a fault of a log-in means for the cancel that waits for it: unanswered is never sent, no is no.

    A firewall's page or a wrong `url` says nothing about the credentials, and stays what it is.
    """
    if isinstance(error, Uncertain):
        return NeverSent(f"the log-in was not answered ({error.message})", raw=error.raw)
    if isinstance(error, Refused) and not isinstance(error, NotTheApi):
        return Unauthorized(f"the log-in was refused: {error.message}", sent=error.sent)
    return error


def took_the_token(reply: Reply) -> bool:
    """Whether the venue itself answered, past the check of the token: its own envelope, and neither 401 nor 403.

    For venues whose envelope has a `status` (tanX, NeuraTrade); a proxy's error or a limiter's has none.
    """
    return reply.status not in (401, 403) and isinstance(reply.data, dict) and "status" in reply.data
