"""The one transport. It says exactly whether bytes left, bounds every reply in time and size, and keeps
nothing between requests: no redirects, no cookies, no `.netrc`, no retries behind our back.

It uses requests' adapter without a `Session`: a session forwards custom auth headers across a redirect,
replaces `Authorization` from `.netrc` and keeps cookies (a Tradernet SID cookie overrides the key).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from ordercancel import __version__
from venues.interface import NeverSent, Unauthorized, Uncertain
from venues.wire.connection import FOREIGN, TOO_LARGE, Adapter, call, read_body
from venues.wire.held import Held, StillOut
from venues.wire.http import Reply, Request, lower
from venues.wire.masks import Masks

CONNECT_TIMEOUT = 5.0  # seconds; every venue page names this figure
ORIGINS = 4  # that connections are kept to; most venues speak to one


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
        self._log = log
        self._adapter = Adapter(pool_connections=ORIGINS, pool_maxsize=connections, max_retries=0)
        self._proxies = _proxies(self._origin)
        self._checked: dict[str, str] = {}  # origins, as they go onto the wire

    def send(self, request: Request, patience: float, on_sent: Callable[[], None] | None = None) -> Reply:
        """Send one request and read the whole reply within `patience` seconds.

        `on_sent` is called once the request has left, before the reply is waited for.
        Raises NeverSent when no byte left, Uncertain when the reply is lost, late, cut or too large (StillOut when it
        is late and the connection held), Unauthorized when a credential does not fit into a header.
        """
        if patience <= 0:
            raise NeverSent("no time was left before the deadline")
        started = time.monotonic()
        call.ends, call.bytes_left, call.on_sent = started + patience, False, on_sent
        call.hold, call.timed_out, call.kept, call.reader = request.hold, False, None, None
        call.everything = request.everything
        origin = request.origin or self._origin
        self._note(f"> {request.method} {origin}{request.path}")
        try:
            reply = self._exchange(origin, request, patience)
        except FOREIGN as e:
            # str(e) carries the URL with its query: only the kind of the fault is told.
            error: NeverSent | Uncertain
            if call.kept is not None:
                sock, untouched = call.kept
                error = StillOut(_lost(e), Held(sock, untouched=untouched))
            elif call.bytes_left:
                error = Uncertain(_lost(e))
            else:
                error = NeverSent(_unreached(e, urlsplit(origin)))
            self._note(f"< {error.message}")
            raise error from None
        finally:
            call.hold, call.kept = False, None  # what this thread closes from now on is closed
        took = time.monotonic() - started
        self._note(f"< {reply.status}, {len(reply.body)} bytes, {took:.3f} s")
        return reply

    def _exchange(self, origin: str, request: Request, patience: float) -> Reply:
        response = self._adapter.send(
            self._prepared(origin, request),
            stream=True,
            timeout=(min(CONNECT_TIMEOUT, patience), patience),
            verify=_verify(origin),
            proxies=self._proxies if origin == self._origin else _proxies(origin),
        )
        try:
            body = read_body(response.raw)
        except BaseException:
            response.close()
            raise
        return Reply(response.status_code, lower(response.headers), body, origin, call.reader)

    def _prepared(self, origin: str, request: Request) -> requests.PreparedRequest:
        """What requests itself makes of it, in a twentieth of the time: only the origin is checked, and only once."""
        if origin not in self._checked:
            self._checked[origin] = (requests.Request("GET", origin).prepare().url or origin).removesuffix("/")
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = request.method, self._checked[origin] + request.path
        prepared.headers, prepared.body = CaseInsensitiveDict(_headers(request)), request.body
        if request.body or request.method != "GET":
            prepared.headers["Content-Length"] = str(len(request.body or b""))
        return prepared

    def _note(self, line: str) -> None:
        if self._log is not None:
            self._log(self._masks.text(line))

    def close(self) -> None:
        """Close idle connections."""
        self._adapter.close()


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


def _verify(origin: str) -> bool | str:
    """Whom to trust: a file of certificates from the environment, else the usual authorities."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return (origin.startswith("https:") and bundle) or True


def _lost(error: Exception) -> str:
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return "the request was sent, but no complete answer came in time"
    if TOO_LARGE in str(error):
        return "the request was sent, but the answer was larger than any real one"
    return "the request was sent, but the connection was lost before the answer was complete"


def _unreached(error: Exception, origin: SplitResult) -> str:
    """In: the origin, of which the host and the port are told."""
    port = origin.port or (443 if origin.scheme == "https" else 80)
    where = f"{origin.netloc.removesuffix(f':{port}')}:{port}"
    chain = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if isinstance(error, requests.exceptions.SSLError):
        return f"no secure connection (TLS) to {where} could be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy on the way to {where} could not be used"
    if "NameResolution" in chain:
        return f"the host name of {where} could not be resolved"
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return f"no connection to {where} was made in time"
    if "refused" in chain:
        return f"the connection to {where} was refused"
    return f"no connection to {where} could be made"
