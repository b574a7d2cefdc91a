"""How a connection is made: which way, within what time, and whom to trust. Light: TLS loads when it is needed."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from venues.wire.route import PORTS, Line, Route

if TYPE_CHECKING:
    import ssl

CONNECT_TIMEOUT = 5.0  # seconds; every venue page names this figure


def route_to(origin: str) -> Route:
    """Out: the way that the environment tells to take. Raises ValueError for what is no origin."""
    parts = urlsplit(origin)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("no origin")
    place = f"{parts.scheme}://{parts.netloc.lower()}"
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or ""
    return Route(place, _proxy(place, parts.hostname), bundle if parts.scheme == "https" else "")


def _proxy(origin: str, host: str) -> str:
    """The proxy of the environment or of the system, never for loopback."""
    if host in {"localhost", "::1"} or host.startswith("127."):
        return ""
    # As in urllib.request.getproxies: on all other platforms there is nothing but the environment.
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return ""
    from venues.wire.proxy import proxy_for

    return proxy_for(origin)


def dial(route: Route, seconds: float) -> Line:
    """Connect within so many seconds, TLS included.

    Raises ValueError for a host that can have no address, and OSError for the rest (`gaierror`, `SSLError`,
    `TimeoutError`, `ProxyFailed`, ...).
    """
    ends = time.monotonic() + seconds
    if route.proxy:
        from venues.wire.proxy import through

        return through(route, ends)
    sock = _reached(route.host, route.port, ends)
    if not route.is_secure:
        return Line(sock)
    try:
        context = trusting(route.bundle)
        sock.settimeout(_left(ends))
        return Line(context.wrap_socket(sock, server_hostname=route.host))  # the time-out is the whole handshake's
    except BaseException:
        sock.close()
        raise


def _reached(host: str, port: int, ends: float) -> socket.socket:
    """The first of the host's addresses that answers; each has an equal share of the time that is left."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    fault: OSError = socket.gaierror("no address")
    for place, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(ends) / (len(addresses) - place))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            fault = error
            sock.close()
    raise fault


def _left(ends: float) -> float:
    """Out: seconds. Raises TimeoutError when there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time is left")
    return left


_contexts: dict[str, ssl.SSLContext] = {}
_loading = threading.Lock()


def trusting(bundle: str) -> ssl.SSLContext:
    """Out: the one TLS context of all connections that trust these authorities; loading them takes some 20 ms.

    Raises OSError when there is no such file or folder, or nothing of use in it.
    """
    with _loading:
        if bundle not in _contexts:
            _contexts[bundle] = _context(bundle)
        return _contexts[bundle]


def _context(bundle: str) -> ssl.SSLContext:
    import ssl

    if not bundle:
        import certifi

        bundle = certifi.where()
    folder = os.path.isdir(bundle)
    context = ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
    context.set_alpn_protocols(["http/1.1"])
    return context
