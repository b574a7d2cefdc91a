"""The way through a proxy. requests and urllib3 know all kinds of them; they are loaded only where there is one."""

from __future__ import annotations

import ssl
import time
from contextlib import closing
from http.client import HTTPException
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from venues.wire.route import Line, ProxyFailed, Route


def proxy_for(origin: str) -> str:
    """Out: the proxy that the environment or the system names for this origin, or ""."""
    return select_proxy(origin, get_environ_proxies(origin, no_proxy=None)) or ""


def through(route: Route, ends: float) -> Line:
    """Connect by the route's proxy until `ends` (monotonic seconds), TLS to the venue included.

    Raises ProxyFailed, OSError for what is the venue's own fault, and ValueError for a proxy or host that is none.
    """
    with closing(HTTPAdapter(max_retries=0)) as adapter:
        pool = _pool(adapter, route)
        connection = pool._new_conn()
        connection.timeout = max(0.001, ends - time.monotonic())
        try:
            if pool.proxy and route.is_secure:
                pool._prepare_proxy(connection)  # what urllib3 does before its first request
            else:
                connection.connect()
        except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
            connection.close()
            if isinstance(error, ssl.SSLError) and connection.has_connected_to_proxy:
                raise
            raise ProxyFailed from error
        sock, connection.sock = connection.sock, None  # ours from now on
        forwarded = bool(pool.proxy) and not route.is_secure
        return Line(sock, route.origin, adapter.proxy_headers(route.proxy)) if forwarded else Line(sock)


def _pool(adapter: HTTPAdapter, route: Route) -> Any:
    """urllib3's pool, which makes connections of the right kind: of HTTP, TLS or SOCKS."""
    scheme = route.origin.partition(":")[0]
    try:
        request = requests.Request("GET", route.origin).prepare()
        return adapter.get_connection_with_tls_context(request, route.bundle or True, proxies={scheme: route.proxy})
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise ProxyFailed from error
