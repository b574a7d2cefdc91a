"""What every log-in shares: one at a time, when it is made again, and what its faults mean for the cancel."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from venues.interface import NeverSent, Refused, Unauthorized, Uncertain, VenueError
from venues.wire.answers import NotTheApi
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link


class SignedIn(HttpVenue):
    """A venue that has a token before a request leaves, and may get another when it is refused."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._untried: str | None = None  # got by a log-in of this run, and not yet taken by the venue
        self._used = threading.local()  # the token of this thread's last request

    @abstractmethod
    def raise_for_error(self, reply: Reply) -> None:
        """Raises a VenueError for an answer that is an error at this venue."""

    def good(self, reply: Reply) -> Reply:
        """Out: the same reply, when it is an error neither here nor anywhere. Raises a VenueError."""
        self.raise_for_shared_answers(reply)
        self.raise_for_error(reply)
        return reply

    @abstractmethod
    def get_another(self, patience: float) -> bool:
        """Replace the token, which the venue refuses. Out: False where there is no way to. Holds the lock."""

    def renew(self, patience: float) -> bool:
        """A log-in whose token worked is made again; one whose fresh token is refused would be refused again."""
        with held(self._lock, patience) as left:
            if self._token != getattr(self._used, "token", None):  # another thread has renewed it
                return True
            return self._token != self._untried and self.get_another(left)

    def call_with_token(self, make: Callable[[str | None], Request], patience: float) -> Reply:
        """Send the request that `make` builds with the token. Out: the reply. Raises as `call` does."""
        token = self._used.token = self._token
        reply = self.call(lambda: make(token), patience)
        if token == self._untried and took_the_token(reply):
            self._untried = None
        return reply


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
