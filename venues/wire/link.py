"""What every HTTP venue is given, and the way to its server."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from venues.interface import Credentials, Unauthorized, Venue
from venues.wire.answers import raise_for_shared_answers
from venues.wire.clock import Clock
from venues.wire.held import Waiting
from venues.wire.http import Reply, Request
from venues.wire.masks import Masks
from venues.wire.pace import Pace

if TYPE_CHECKING:
    from venues.wire.transport import Transport


def _silent(line: str) -> None:
    """Where nobody listens."""


class Link(NamedTuple):
    """All that a venue is given: where its server is, as whom to speak, and how fast."""

    url: str  # the origin, without a trailing slash
    credentials: Credentials
    clock: Clock
    pace: Pace
    masks: Masks
    api_version: int | None = None
    venue: str = ""  # its name, in a room of several
    testnet: bool = False  # the venue's own practice net
    cache: Path | None = None  # the folder for what may be lost
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
        self.waiting = Waiting()  # for late answers
        self.last_reply: Reply | None = None  # for `auth status --check`: the Date header

    def call(self, make: Callable[[], Request], patience: float) -> Reply:
        """Send the request that `make` builds when its turn has come.

        Out: the reply, whatever it says. Raises NeverSent, Uncertain, Limited for our own budget, or Stopped.
        """
        self._link.clock.pause(0.0)  # a stopped run sends nothing more
        with self._link.pace.turn(patience) as left:
            return self.sent(make(), left)

    def sent(self, request: Request, patience: float) -> Reply:
        """Send a request whose turn has come. Out and raises as `call`."""
        reply = self._transport.send(request, patience, self._warm_up)
        if reply.status < 500:  # a proxy's error says that the venue is not there
            self._link.pace.health.unreachable = False
        self.last_reply = reply
        self.practice = "x-ordercancel-sandbox" in reply.headers
        return reply

    @property
    def has_sent(self) -> bool:
        """Whether any request has left for the server."""
        return self._warmed

    def close(self) -> None:
        """Close idle connections, and hang up on what is still out."""
        self._transport.close()
        self.waiting.close()

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
