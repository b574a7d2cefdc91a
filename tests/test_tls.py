"""Every real venue is behind TLS: the command over it, with a certificate it trusts and with one it does not."""

from __future__ import annotations

import json
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import certificate
from venues.sandbox.server import Running, start
from venues.tanx.practice import PracticeTanx
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.route import Route
from venues.wire.transport import Transport


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Running, Path]]:
    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with start(PracticeTanx()) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        yield running, path


def environ(running: Running) -> dict[str, str]:
    given = running.practice.credentials
    keys = {f"CANCEL_TANX_{name.upper()}": value for name, value in given.items()}
    return {**keys, "CANCEL_TANX_URL": f"https://127.0.0.1:{running.port}", "CURL_CA_BUNDLE": ""}


def cancelled(installed: Any, env: dict[str, str]) -> dict[str, Any]:
    done = installed.run("tanx", "25768879", "-o", "json", "--wait", "5", env=env)
    (record,) = json.loads(done.stdout)["orders"]
    assert isinstance(record, dict)
    return record


def test_a_trusted_venue_is_asked(installed: Any, served: tuple[Running, Path]) -> None:
    running, path = served
    record = cancelled(installed, {**environ(running), "REQUESTS_CA_BUNDLE": str(path)})
    assert (record["outcome"], record["evidence"], record["attempts"]) == ("cancelled", "read-back", 1)
    assert running.connections == 1  # kept alive between the cancel and the looks


class Proxy(socketserver.BaseRequestHandler):
    """An HTTP proxy that knows CONNECT and nothing else."""

    def handle(self) -> None:
        asked = self.request.recv(65536).decode()
        host, _, port = asked.split()[1].partition(":")
        with socket.create_connection((host, int(port))) as venue:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ends = {self.request: venue, venue: self.request}
            while True:
                for ready in select.select(list(ends), [], [])[0]:
                    if not (piece := ready.recv(65536)):
                        return
                    ends[ready].sendall(piece)


def test_a_proxy_is_passed_through(served: tuple[Running, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    running, path = served
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as proxy:
        proxy.daemon_threads = True
        threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True).start()
        transport = Transport(f"https://127.0.0.1:{running.port}", Masks())
        origin = f"https://127.0.0.1:{running.port}"
        way = Route(origin, f"http://127.0.0.1:{proxy.server_address[1]}", str(path))  # none is used for loopback
        transport._routes[origin] = way
        request = Request("POST", "/sapi/v1/orders/cancel/", body=b'{"order_id":25768879}')
        replies = [transport.send(request, 5.0) for _ in range(2)]
        transport.close()
        proxy.shutdown()
    assert [reply.status for reply in replies] == [401, 401]  # no token was sent; the venue itself answered
    assert running.practice.counts["cancel"] == 2


def test_a_stranger_gets_nothing(installed: Any, served: tuple[Running, Path]) -> None:
    running, _ = served
    record = cancelled(installed, {**environ(running), "REQUESTS_CA_BUNDLE": ""})
    assert (record["outcome"], record["attempts"]) == ("unavailable", 0)
    assert "TLS" in record["message"]
    assert not running.practice.log
