"""What goes out is what requests itself would make of it."""

from __future__ import annotations

from contextlib import closing
from typing import NoReturn

import pytest
import requests

from ordercancel import __version__
from tests.venues.declared import ORIGIN
from tests.venues.wire.odd import answer, odd
from venues.interface import NeverSent
from venues.wire import transport
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.route import Route
from venues.wire.transport import Transport

PATH = "/public/api/v2/smart_trades?order_by=created_at&note=a%20b"


@pytest.mark.parametrize("body", [None, b"", b'{"id": "\xe2\x82\xac"}'])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_same_request(method: str, body: bytes | None) -> None:
    given = {"Apikey": "k", "Content-Type": "text/plain"}
    with odd(lambda c, *_: c.sendall(answer(b""))) as server:
        with closing(Transport(server.origin, Masks())) as line:
            line.send(Request(method, PATH, given, body), 5.0)
        with requests.Session() as session:
            session.headers.clear()
            session.headers.update({"User-Agent": f"ordercancel/{__version__}", "Accept": "application/json"})
            session.headers["Accept-Encoding"] = "gzip"
            session.request(method, server.origin + PATH, headers=given, data=body, timeout=5)
        ours, theirs = map(parted, server.requests)
    assert ours == theirs


def parted(request: bytes) -> tuple[bytes, list[bytes], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    return first, sorted(headers), body


@pytest.mark.parametrize(
    ("origin", "dialled", "host"),
    [
        (ORIGIN, (ORIGIN, "venue.example", 443), "venue.example"),
        ("https://VENUE.EXAMPLE:8443", ("https://venue.example:8443", "venue.example", 8443), "venue.example:8443"),
        ("http://venue.example:80", ("http://venue.example:80", "venue.example", 80), "venue.example"),
        ("http://[::1]:81", ("http://[::1]:81", "::1", 81), "[::1]:81"),
        (
            "https://b\u00fccher.example",
            ("https://b\u00fccher.example", "b\u00fccher.example", 443),
            "xn--bcher-kva.example",
        ),
    ],
)
def test_where_it_goes(
    origin: str, dialled: tuple[str, str, int], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str, int, str]] = []

    def dial(route: Route, _: float) -> NoReturn:
        seen.append((route.origin, route.host, route.port, route.called))
        raise ConnectionRefusedError

    monkeypatch.setattr(transport, "dial", dial)
    with closing(Transport(origin, Masks())) as line, pytest.raises(NeverSent):
        line.send(Request("GET", "/"), 5.0)
    assert seen == [(*dialled, host)]


@pytest.mark.parametrize("origin", ["https://*.example", "venue.example", "ftp://venue.example", "https://a..b"])
def test_an_origin_that_is_none(origin: str) -> None:
    with closing(Transport(origin, Masks())) as line, pytest.raises(NeverSent):
        line.send(Request("GET", "/"), 5.0)
