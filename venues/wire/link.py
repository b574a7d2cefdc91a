"""What every HTTP venue shares: the way to its server, and the answers that mean the same everywhere."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from venues.interface import (
    Credentials,
    Limited,
    NeverSent,
    Refused,
    Unauthorized,
    Uncertain,
    Venue,
    VenueError,
)
from venues.wire.clock import Clock
from venues.wire.http import NOT_JSON, Reply, Request
from venues.wire.masks import Masks
from venues.wire.pace import Pace

if TYPE_CHECKING:
    from venues.wire.transport import Transport


def _silent(line: str) -> None:
    """Where nobody listens."""


@dataclass(frozen=True)
class Link:
    """All that a venue is given: where its server is, as whom to speak, and how fast."""

    url: str  # the origin, without a trailing slash
    credentials: Credentials
    clock: Clock
    pace: Pace
    masks: Masks
    api_version: int | None = None
    connections: int = 4
    log: Callable[[str], None] | None = None  # a line for each request and reply, masked
    warn: Callable[[str], None] = _silent  # a line that a person must see


class HttpVenue(Venue):
    """A venue behind HTTP. Subclasses sign requests and say what replies mean."""

    replies: ClassVar[str]  # the module of reply models, imported while the first answer is awaited

    def __init__(self, link: Link) -> None:
        from venues.wire.transport import Transport

        self._link = link
        self._transport: Transport = Transport(link.url, link.masks, connections=link.connections, log=link.log)
        self._warmed = False
        self.last_reply: Reply | None = None  # for `auth status --check`: the Date header

    def call(self, make: Callable[[], Request], patience: float) -> Reply:
        """Send the request that `make` builds when its turn has come.

        Out: the reply, whatever it says. Raises NeverSent, Uncertain, Limited for our own budget, or Stopped.
        """
        self._link.clock.pause(0.0)  # a stopped run sends nothing more
        with self._link.pace.turn(patience) as left:
            reply = self._transport.send(make(), left, self._warm_up)
        self._link.pace.unreachable = False
        self.last_reply = reply
        self.practice = "x-ordercancel-sandbox" in reply.headers
        return reply

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def raise_for_shared_answers(self, reply: Reply) -> None:
        """Raises a VenueError for the answers that mean the same at every venue."""
        raise_for_shared_answers(reply, self._link.clock.now())

    def credential(self, field: str) -> str:
        """Out: the field's value, from now on masked. Raises Unauthorized when it is missing."""
        value = self.optional_credential(field)
        if value is None:
            raise Unauthorized(f"{self.title}: the credential {field} is missing", sent=False)
        return value

    def optional_credential(self, field: str) -> str | None:
        """The same; None when the field is missing."""
        secret = self._link.credentials.get(field)
        if secret is None:
            return None
        self._link.masks.add(secret.reveal())
        return secret.reveal()

    def _warm_up(self) -> None:
        """While the answer is on its way: import what is needed only to read it."""
        if not self._warmed:
            self._warmed = True
            threading.Thread(target=importlib.import_module, args=(self.replies,), daemon=True).start()


def raise_for_shared_answers(reply: Reply, now: datetime) -> None:
    """The answers that mean the same at every venue (contract, "Edges")."""
    status = reply.status
    if status == 418:
        raise Limited("the venue banned this address for too many requests (418)", banned=True)
    if status == 429:
        if "subscription" in reply.text.lower():
            raise Refused(said(reply, "the subscription does not allow this request"), raw=as_raw(reply))
        wait = retry_after(reply, now)
        asked = f"; it asks to wait {wait:.0f} s" if wait else ""
        raise Limited(f"the venue's rate limit (429{_quoted(reply)}){asked}", retry_after=wait, raw=as_raw(reply))
    if status == 451:
        raise NotTheApi(said(reply, "the venue does not serve this region (451)"), raw=as_raw(reply))
    if status == 403 and reply.is_html:
        raise NotTheApi("a firewall's page came back (403 HTML): the API itself was not reached")
    if 300 <= status < 400:
        raise NotTheApi(f"the venue redirects elsewhere ({status}), which is not followed: check `url`")
    if status >= 500 or status < 200:
        raise Uncertain(f"the venue answered {status}{_quoted(reply)}", raw=as_raw(reply))


def unreadable(reply: Reply) -> Uncertain:
    """A 2xx that proves nothing."""
    kind = "an empty answer" if not reply.body.strip() else "an answer that cannot be read"
    return Uncertain(f"the venue sent {kind} ({reply.status})", raw=as_raw(reply))


class NotTheApi(Refused):
    """What answered is not the venue's API, or not for us: a firewall, a redirect, another server."""


class NoSuchRoute(NotTheApi):
    """The server has no such path."""


def wrong_address(reply: Reply) -> NotTheApi:
    """An answer that the API itself never gives: some other server, or a wrong `url`."""
    kind = NoSuchRoute if reply.status in (404, 405) else NotTheApi
    return kind(f"the server knows no such address ({reply.status}{_quoted(reply)}): check `url`")


def as_raw(reply: Reply) -> Any:
    """The parsed body for the record: an object or an array, else None."""
    return reply.data if isinstance(reply.data, (dict, list)) else None


def said(reply: Reply, otherwise: str) -> str:
    """The venue's own words: the first text under the usual keys, with its explanation."""
    if not isinstance(reply.data, dict):
        return str(reply.data) if isinstance(reply.data, str) and reply.data else otherwise
    found: list[str] = []
    for key in ("error", "errMsg", "errorMsg", "message", "error_description", "error_attributes"):
        value = reply.data.get(key)
        for item in value if isinstance(value, list) else [value]:
            text = str(item) if isinstance(item, (str, dict)) and item else ""
            if text and text not in found:
                found.append(text)
    return ": ".join(found) or otherwise


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds to wait: `Retry-After` as seconds or as a date, else a `retry_after` in the body."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if text:
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    value = reply.data.get("retry_after") if isinstance(reply.data, dict) else None
    return float(value) if isinstance(value, (int, Decimal)) and 0 <= value < 10**9 else None


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


def _quoted(reply: Reply) -> str:
    words = said(reply, "")
    if not words and reply.data is NOT_JSON and not reply.is_html:
        words = reply.text[:80].strip()
    return f": {words}" if words else ""
