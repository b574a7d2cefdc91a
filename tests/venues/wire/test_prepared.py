"""What goes out is what requests itself would make of it."""

from __future__ import annotations

from contextlib import closing
from typing import Any, NoReturn

import pytest
import requests

from tests.venues.declared import ORIGIN
from venues.interface import NeverSent
from venues.wire.connection import Adapter
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.transport import Transport


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """What the adapter is given; nothing leaves."""
    sent: list[requests.PreparedRequest] = []

    def send(_: Adapter, prepared: requests.PreparedRequest, **how: Any) -> NoReturn:
        sent.append(prepared)
        raise requests.ConnectionError

    monkeypatch.setattr(Adapter, "send", send)
    return sent


@pytest.mark.parametrize("body", [None, b"", b'{"id": "\xe2\x82\xac"}'])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("origin", [ORIGIN, "HTTPS://VENUE.EXAMPLE:8443", "https://b\u00fccher.example"])
def test_the_same_request(origin: str, method: str, body: bytes | None, sent: list[requests.PreparedRequest]) -> None:
    path = "/public/api/v2/smart_trades?order_by=created_at&note=a%20b"
    with closing(Transport(origin, Masks())) as transport:
        for where in (path, "/other"):
            with pytest.raises(NeverSent):
                transport.send(Request(method, where, {"Apikey": "k", "Content-Type": "text/plain"}, body), 5.0)
    for where, ours in zip((path, "/other"), sent, strict=True):
        given = {name: value for name, value in ours.headers.items() if name != "Content-Length"}
        theirs = requests.Request(method, origin + where, headers=given, data=body).prepare()
        assert (ours.method, ours.url, ours.body or None) == (theirs.method, theirs.url, theirs.body or None)
        assert list(ours.headers.items()) == list(theirs.headers.items())


@pytest.mark.parametrize("origin", ["https://*.example", "venue.example"])
def test_an_origin_that_is_none(origin: str) -> None:
    with closing(Transport(origin, Masks())) as transport, pytest.raises(NeverSent):
        transport.send(Request("GET", "/"), 5.0)
