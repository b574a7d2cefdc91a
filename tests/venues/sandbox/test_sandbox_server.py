"""The loopback server: keep-alive, refused nonsense, prompt starts and stops, raw replies."""

from __future__ import annotations

import http.client
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from venues.registry import open_practice
from venues.sandbox.practice import RawReply, Reply, Request
from venues.sandbox.server import Running, start


class Echo:
    """Answers with what it understood; `/boom` fails, `/reset` tears the connection."""

    def answer(self, request: Request) -> Reply | RawReply:
        if request.path == "/boom":
            raise RuntimeError("a fault of the practice venue")
        if request.path == "/reset":
            return RawReply(self._reset)
        parts = [request.method, request.path, request.query, request.body.decode()]
        return Reply.text(200, "|".join(parts))

    @staticmethod
    def _reset(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@pytest.fixture
def running() -> Iterator[Running]:
    with start(Echo()) as server:
        yield server


@pytest.fixture
def raw(running: Running) -> Iterator[Callable[[bytes], bytes]]:
    """Out: a function that sends bytes, ends the sending side, and gives everything that came back."""

    def exchange(data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", running.port), timeout=5.0) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while piece := connection.recv(65_536):
                received += piece
            return received

    return exchange


def client(running: Running) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", running.port, timeout=5.0)


def test_one_connection_serves_many_requests(running: Running) -> None:
    connection = client(running)
    for number in range(50):
        connection.request("POST", f"/a//b?n={number}", body=b"order_id=1")
        assert connection.getresponse().read() == f"POST|/a//b|n={number}|order_id=1".encode()
    connection.close()
    assert running.connections == 1
    assert running.faults == []


def test_connection_close_is_kept(raw: Callable[[bytes], bytes]) -> None:
    twice = b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\n\r\n"
    reply = raw(twice)
    assert b"Connection: close" in reply
    assert b"|/b|" not in reply


def test_pipelined_requests_are_answered_in_order(raw: Callable[[bytes], bytes]) -> None:
    reply = raw(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
    assert 0 < reply.index(b"|/a|") < reply.index(b"|/b|")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"GET http://elsewhere/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n",
    ],
)
def test_malformed_requests_get_a_400(
    running: Running, raw: Callable[[bytes], bytes], data: bytes, capfd: Any
) -> None:
    try:
        assert raw(data).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    except ConnectionResetError:
        assert len(data) > 1_000  # closed while unread bytes were left
    assert running.faults == []
    assert capfd.readouterr() == ("", "")


def test_a_fault_inside_is_a_500_and_remembered(running: Running, capfd: Any) -> None:
    connection = client(running)
    connection.request("GET", "/boom")
    assert connection.getresponse().status == 500
    connection.close()
    assert [str(fault) for fault in running.faults] == ["a fault of the practice venue"]
    assert capfd.readouterr() == ("", "")


def test_a_raw_reply_takes_over_the_socket(running: Running) -> None:
    connection = client(running)
    connection.request("GET", "/reset")
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        connection.getresponse().read()
    connection.close()
    assert running.faults == []


def test_after_close_nothing_answers_not_even_a_kept_connection() -> None:
    running = start(Echo())
    connection = client(running)
    connection.request("GET", "/a")
    assert connection.getresponse().read()
    kept = connection.sock
    running.close()
    assert kept.recv(1) == b""
    assert running.connections == 1
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", running.port), timeout=5.0)


def test_the_same_port_can_be_served_again_at_once() -> None:
    first = start(Echo())
    connection = client(first)
    connection.request("GET", "/a")
    connection.getresponse().read()
    first.close()
    connection.close()
    with start(Echo(), first.port) as second:
        assert second.url == first.url


def test_a_taken_port_is_an_os_error(running: Running) -> None:
    with pytest.raises(OSError, match="in use"):
        start(Echo(), running.port)


def test_start_and_stop_wait_for_no_poll() -> None:
    best = min(_start_and_stop() for _ in range(5))
    assert best < 0.1  # the standard server's shutdown takes up to 0.5 s


def _start_and_stop() -> float:
    began = time.perf_counter()
    start(Echo()).close()
    return time.perf_counter() - began


def test_a_practice_venue_over_the_wire() -> None:
    practice = open_practice("neuratrade")
    with start(practice) as running:
        connection = client(running)
        headers = {"Authorization": f"Bearer {practice.credentials['token']}"}
        body = b'{"order_id":"ord-20260303120000-1"}'
        connection.request("POST", "/api/v1/trading/cancel_order", body, headers)
        reply = connection.getresponse()
        assert (reply.status, reply.getheader("Content-Type")) == (200, "application/json")
        assert b'"CANCELED"' in reply.read()
        connection.close()
    assert practice.true_state("ord-20260303120000-1") == "cancelled"
