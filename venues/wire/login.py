"""What every log-in shares: one at a time, when it is made again, and what its faults mean for the cancel."""

from __future__ import annotations

import json
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from venues.interface import NeverSent, Refused, Unauthorized, Uncertain, VenueError
from venues.wire import jwt
from venues.wire.answers import NotTheApi
from venues.wire.http import Reply, Request
from venues.wire.link import HttpVenue, Link

Body = Mapping[str, int | str]


class SignedIn(HttpVenue):
    """A venue that has a token before a request leaves, and may get another when it is refused."""

    scheme: ClassVar[str]  # the word before the token

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._untried: str | None = None  # got by a log-in of this run, and not yet taken by the venue
        self._used = threading.local()  # the token of this thread's last request

    @abstractmethod
    def raise_for_error(self, reply: Reply) -> None:
        """Raises a VenueError for an answer that is an error at this venue."""

    @abstractmethod
    def get_another(self, patience: float) -> bool:
        """Replace the token, which the venue refuses. Out: False where there is no way to. Holds the lock."""

    def renew(self, patience: float) -> bool:
        """A log-in whose token worked is made again; one whose fresh token is refused would be refused again."""
        with held(self._lock, patience) as left:
            if self._token != getattr(self._used, "token", None):  # another thread has renewed it
                return True
            return self._token != self._untried and self.get_another(left)

    def ask(
        self, method: str, path: str, patience: float, body: Body | None = None, *, hold: bool = False,
        everything: bool = False,
    ) -> Reply:  # fmt: skip
        """One request with the token. Out: a reply that is no error. Raises a VenueError; StillOut with `hold`.

        In: `everything` where the reply may be all that there is.
        """
        token = self._used.token = self._token
        request = json_request(method, path, body, f"{self.scheme} {token}", hold=hold, everything=everything)
        reply = self.call(lambda: request, patience)
        if token == self._untried and took_the_token(reply):
            self._untried = None
        return self.good(reply)

    def ask_login(self, path: str, body: Mapping[str, str], patience: float) -> Reply:
        """One request of the log-in itself. Out: as `ask`. Raises what its fault means for the cancel that waits."""
        try:
            return self.good(self.call(lambda: json_request("POST", path, body), patience))
        except VenueError as error:
            raise login_step(error) from None

    def runs_out(self, token: str, within: float = 0.0) -> bool:
        """Whether the token says that it ends in less than so many seconds."""
        exp = jwt.expiry(token.strip())
        return exp is not None and exp - self._link.clock.now().timestamp() < within

    def good(self, reply: Reply) -> Reply:
        """Out: the same reply, when it is an error neither here nor anywhere. Raises a VenueError."""
        self.raise_for_shared_answers(reply)
        self.raise_for_error(reply)
        return reply


def json_request(
    method: str, path: str, body: Body | None, authorization: str = "", *, hold: bool = False,
    everything: bool = False,
) -> Request:  # fmt: skip
    """Out: a request with a JSON body, or with none."""
    headers = {"Authorization": authorization} if authorization else {}
    if body is None:
        return Request(method, path, headers, everything=everything)
    headers["Content-Type"] = "application/json"
    return Request(method, path, headers, json.dumps(body).encode(), hold, everything)


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
