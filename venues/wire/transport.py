"""The one transport. It says exactly whether bytes left, bounds every reply in time and size, and keeps
nothing between requests: no redirects, no cookies, no `.netrc`, no retries behind our back.

It uses requests' adapter without a `Session`: a session forwards custom auth headers across a redirect,
replaces `Authorization` from `.netrc` and keeps cookies (a Tradernet SID cookie overrides the key).
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ordercancel import __version__
from venues.interface import NeverSent, Unauthorized, Uncertain
from venues.wire.http import Reply, Request
from venues.wire.masks import Masks

CONNECT_TIMEOUT = 5.0  # seconds; every venue page names this figure
LARGEST_REPLY = 8 * 1024 * 1024  # bytes; a month of order history stays far below
STALE_AFTER = (
    10.0  # seconds idle; NeuraTrade closes at 15 s, and a loss on a stale connection looks like a lost answer
)


class _Call(threading.local):
    """What the socket layer and `Transport.send` tell each other about the request of this thread."""

    ends = float("inf")  # monotonic seconds at which the reply must be complete
    bytes_left = False
    on_sent: Callable[[], None] | None = None


_call = _Call()


class _BoundedFile(io.RawIOBase):
    """A socket's file whose every read ends with the whole reply's time: one byte a second can't hold us."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self.ended = False  # the server said all that it will ever say

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _call.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply was not complete in time")
        self._sock.settimeout(left)
        count = self._file.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _BoundedSocket:
    """What http.client's reply needs of a socket: one file to read from."""

    def __init__(self, sock: socket.socket) -> None:
        self.file = _BoundedFile(sock)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.file)


class _BoundedReply(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        self._wire = _BoundedSocket(sock)
        super().__init__(self._wire, *args, **kwargs)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Read status and headers. http.client takes an end of the stream for the end of the headers; we do not."""
        super().begin()
        if self._wire.file.ended:
            raise http.client.HTTPException("the headers were cut off")


class _Wire:
    """Mixed into urllib3's connections: notes the moment from which bytes may have left."""

    response_class: Any = _BoundedReply
    _used_at = 0.0
    _body_follows = False
    _head = b""  # kept back until the body comes

    def connect(self) -> None:
        body_follows, self._body_follows = self._body_follows, False
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._body_follows = body_follows
            _call.bytes_left = False  # a proxy's CONNECT and the TLS handshake are not the request
        self._used_at = time.monotonic()

    def request(self, method: str, url: str, body: Any = None, *args: Any, **kwargs: Any) -> None:
        # Headers and body leave in one piece: one packet, one system call.
        self._body_follows, self._head = bool(body), b""
        super().request(method, url, body, *args, **kwargs)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if self._body_follows:
            self._head, self._body_follows = data, False
            return
        data, self._head = self._head + data, b""
        _call.bytes_left = True
        super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        if _call.on_sent is not None:
            _call.on_sent()
        self._used_at = time.monotonic()
        return super().getresponse()  # type: ignore[misc]

    @property
    def is_connected(self) -> bool:
        fresh = time.monotonic() - self._used_at < STALE_AFTER
        return fresh and bool(super().is_connected)  # type: ignore[misc]

    sock: Any


class _Http(_Wire, HTTPConnection):
    pass


class _Https(_Wire, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Adapter(HTTPAdapter):
    """requests' adapter over our own connections, for direct and for proxied requests."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        return manager


class Transport:
    """Sends requests to one origin. Safe to use from several threads; each holds at most one connection."""

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
        self._log = log
        self._adapter = _Adapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._proxies = _proxies(self._origin)
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: bool | str = (self._origin.startswith("https:") and bundle) or True

    def send(self, request: Request, patience: float, on_sent: Callable[[], None] | None = None) -> Reply:
        """Send one request and read the whole reply within `patience` seconds.

        `on_sent` is called once the request has left, before the reply is waited for.
        Raises NeverSent when no byte left, Uncertain when the reply is lost, late, cut or too large,
        Unauthorized when a credential does not fit into a header.
        """
        if patience <= 0:
            raise NeverSent("no time was left before the deadline")
        started = time.monotonic()
        _call.ends, _call.bytes_left, _call.on_sent = started + patience, False, on_sent
        self._note(f"> {request.method} {self._origin}{request.path}")
        try:
            reply = self._exchange(request, patience)
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            http.client.HTTPException,
        ) as e:
            # str(e) carries the URL with its query: only the kind of the fault is told.
            if _call.bytes_left:
                error: NeverSent | Uncertain = Uncertain(_lost(e))
            else:
                error = NeverSent(_unreached(e))
            self._note(f"< {error.message}")
            raise error from None
        took = time.monotonic() - started
        self._note(f"< {reply.status}, {len(reply.body)} bytes, {took:.3f} s")
        return reply

    def _exchange(self, request: Request, patience: float) -> Reply:
        prepared = requests.Request(
            request.method, self._origin + request.path, headers=_headers(request), data=request.body
        ).prepare()
        response = self._adapter.send(
            prepared,
            stream=True,
            timeout=(min(CONNECT_TIMEOUT, patience), patience),
            verify=self._verify,
            proxies=self._proxies,
        )
        try:
            body = _read(response.raw)
        except BaseException:
            response.close()
            raise
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    def _note(self, line: str) -> None:
        if self._log is not None:
            self._log(self._masks.text(line))

    def close(self) -> None:
        """Close idle connections."""
        self._adapter.close()


def _read(raw: Any) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(65536, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_REPLY:
            raise http.client.HTTPException("the reply is too large")
    return b"".join(pieces)


def _headers(request: Request) -> Mapping[str, str]:
    """Raises Unauthorized for a value that HTTP cannot carry: only credentials come from outside."""
    for name, value in request.headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Unauthorized(f"the credential in the header {name} holds characters that no key has", sent=False)
    return {
        "User-Agent": f"ordercancel/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        **request.headers,
    }


def _proxies(origin: str) -> dict[str, str]:
    """The proxies of the environment, never for loopback."""
    host = urlsplit(origin).hostname or ""
    if host in {"localhost", "::1"} or host.startswith("127."):
        return {}
    return dict(requests.utils.get_environ_proxies(origin, no_proxy=None))


def _lost(error: Exception) -> str:
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return "the request was sent, but no complete answer came in time"
    if isinstance(error, http.client.HTTPException) and "too large" in str(error):
        return "the request was sent, but the answer was larger than any real one"
    return "the request was sent, but the connection was lost before the answer was complete"


def _unreached(error: Exception) -> str:
    chain = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection (TLS) could be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy could not be used"
    if "NameResolution" in chain:
        return "the host name could not be resolved"
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return "no connection was made in time"
    if "refused" in chain:
        return "the connection was refused"
    return "no connection could be made"
