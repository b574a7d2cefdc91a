"""The one transport. It says exactly whether bytes left, bounds every reply in time and size, and keeps
nothing between requests: no redirects, no cookies, no `.netrc`, no retries behind our back.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlsplit

from ordercancel import __version__
from venues.interface import NeverSent, Unauthorized, Uncertain
from venues.wire import ahead
from venues.wire.connection import FOREIGN, TOO_LARGE, Bounds, Connection, bounds
from venues.wire.dial import CONNECT_TIMEOUT, dial, route_to
from venues.wire.held import Held, StillOut
from venues.wire.http import Reply, Request
from venues.wire.masks import Masks
from venues.wire.route import PORTS, ProxyFailed, Route


class Transport:
    """Sends requests to one origin, or to the one that a request names.

    Safe to use from several threads; each holds at most one connection.
    """

    def __init__(
        self,
        origin: str,
        masks: Masks,
        *,
        connections: int = 4,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._origin = origin.rstrip("/")
        self._masks = masks
        self._most = connections
        self._log = log
        self._routes: dict[str, Route] = {}  # by origin
        self._idle: defaultdict[str, list[Connection]] = defaultdict(list)  # by origin, the latest used last

    def send(self, request: Request, patience: float, on_sent: Callable[[], None] | None = None) -> Reply:
        """Send one request and read the whole reply within `patience` seconds.

        `on_sent` is called once the request has left, before the reply is waited for.
        Raises NeverSent when no byte left, Uncertain when the reply is lost, late, cut or too large (StillOut when it
        is late and the connection held), Unauthorized when a credential does not fit into a header.
        """
        if patience <= 0:
            raise NeverSent("no time was left before the deadline")
        within = bounds(patience, everything=request.everything)
        if request.most:
            within = within._replace(largest=request.most)
        started = time.monotonic()
        origin = request.origin or self._origin
        self._note(f"> {request.method} {origin}{request.path}")
        try:
            reply = self._exchange(origin, request, within, on_sent)
        except (NeverSent, Uncertain) as error:
            self._note(f"< {error.message}")
            raise
        took = time.monotonic() - started
        self._note(f"< {reply.status}, {len(reply.body)} bytes, {took:.3f} s")
        return reply

    def _exchange(self, origin: str, request: Request, within: Bounds, on_sent: Callable[[], None] | None) -> Reply:
        headers = _headers(request)
        connection = self._connection(origin, within.ends - time.monotonic())
        whole = False
        try:
            answer = connection.ask(request.method, request.path, headers, request.body, within, on_sent)
            whole = True
        except FOREIGN as e:
            # str(e) may carry anything: only the kind of the fault is told.
            reader = connection.reader
            if request.hold and reader is not None and isinstance(e, TimeoutError):
                whole = True  # nobody hangs up
                raise StillOut(_lost(e), Held(connection.sock, untouched=not reader.file.size)) from None
            raise Uncertain(_lost(e)) from None
        finally:
            if not whole:
                connection.close()
        self._keep(origin, connection)
        return Reply(answer.status, answer.headers, answer.body, origin, connection.reader)

    def _connection(self, origin: str, seconds: float) -> Connection:
        """One that is there and may be used, or a new one. Raises NeverSent."""
        idle = self._idle[origin]
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread was faster
                break
            if connection.is_usable:
                return connection
            connection.close()
        seconds = min(CONNECT_TIMEOUT, seconds)
        try:
            if origin not in self._routes:
                self._routes[origin] = route_to(origin)
            route = self._routes[origin]
            return ahead.take(route, seconds) or Connection(dial(route, seconds), route.called)
        except FOREIGN as e:
            raise NeverSent(_unreached(e, origin)) from None

    def _keep(self, origin: str, connection: Connection) -> None:
        if len(self._idle[origin]) < self._most:
            self._idle[origin].append(connection)
        else:
            connection.close()

    def _note(self, line: str) -> None:
        if self._log is not None:
            self._log(self._masks.text(line))

    def close(self) -> None:
        """Close idle connections, and from now on each one after its request."""
        self._most = 0
        for idle in self._idle.values():
            while idle:
                idle.pop().close()


def _headers(request: Request) -> dict[str, str]:
    """Raises Unauthorized for a value that HTTP cannot carry: only credentials come from outside."""
    for name, value in request.headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Unauthorized(f"the credential in the header {name} holds characters that no key has", sent=False)
    headers = {
        "User-Agent": f"ordercancel/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        **request.headers,
    }
    if request.body or request.method != "GET":
        headers["Content-Length"] = str(len(request.body or b""))
    return headers


def _lost(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the request was sent, but no complete answer came in time"
    if TOO_LARGE in str(error):
        return "the request was sent, but the answer was larger than any real one"
    return "the request was sent, but the connection was lost before the answer was complete"


def _unreached(error: Exception, origin: str) -> str:
    """In: the origin, of which the host and the port are told."""
    parts = urlsplit(origin)
    port = parts.port or PORTS.get(parts.scheme)
    where = f"{parts.netloc.removesuffix(f':{port}')}:{port}"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection (TLS) to {where} could be made"
    if isinstance(error, ProxyFailed):
        return f"the proxy on the way to {where} could not be used"
    if isinstance(error, socket.gaierror):
        return f"the host name of {where} could not be resolved"
    if isinstance(error, TimeoutError):
        return f"no connection to {where} was made in time"
    if isinstance(error, ConnectionRefusedError):
        return f"the connection to {where} was refused"
    return f"no connection to {where} could be made"
