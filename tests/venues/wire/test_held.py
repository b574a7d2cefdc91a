"""A request that nobody hangs up on: its connection outlives our patience, and its answer may come late."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from contextlib import closing

import pytest

from tests.venues.wire.odd import answer, odd, path_of
from venues.interface import Uncertain
from venues.wire.held import Held, StillOut, Waiting
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.transport import Transport

SOON = 5.0  # seconds, far more than anything here takes


class Slow:
    """A server that answers its first request once it is told to. `hung_up` is set when the client is gone."""

    def __init__(self, first: bytes = b"", late: bytes | None = None) -> None:
        self.first = first  # sent at once
        self.late = late
        self.go = threading.Event()
        self.hung_up = threading.Event()

    def __call__(self, connection: socket.socket, number: int, request: bytes) -> None:
        if number:
            connection.sendall(answer(path_of(request)))
            return
        connection.sendall(self.first)
        while not self.go.wait(0.01):
            connection.settimeout(0.01)
            try:
                if not connection.recv(1):
                    self.hung_up.set()
                    return
            except TimeoutError:
                pass
        connection.settimeout(SOON)
        if self.late == b"":
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer(path_of(request)) if self.late is None else self.late)


def held(line: Transport, patience: float = 0.1) -> Held:
    with pytest.raises(StillOut) as out:
        line.send(Request("POST", "/slow", hold=True), patience)
    return out.value.held


def test_a_late_answer_is_read_and_other_requests_go_meanwhile() -> None:
    slow = Slow()
    with odd(slow) as server, closing(Transport(server.origin, Masks())) as line:
        waiting = held(line)
        assert line.send(Request("GET", "/meanwhile"), SOON).body == b"/meanwhile"
        assert not waiting.stirs()
        assert not slow.hung_up.is_set()
        slow.go.set()
        assert waiting.stirs(SOON)
        reply = waiting.reply()
        assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"/slow", "5")


def test_a_late_answer_over_tls(tls: ssl.SSLContext) -> None:
    slow = Slow()
    with odd(slow, tls) as server, closing(Transport(server.origin, Masks())) as line:
        waiting = held(line, 0.5)
        assert not waiting.stirs(0.1)
        slow.go.set()
        assert waiting.stirs(SOON)
        assert waiting.reply().body == b"/slow"


def test_a_packed_late_answer_is_unpacked() -> None:
    body = gzip.compress(b"late")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    slow = Slow(late=head + body)
    with odd(slow) as server, closing(Transport(server.origin, Masks())) as line:
        waiting = held(line)
        slow.go.set()
        assert waiting.stirs(SOON)
        assert waiting.reply().body == b"late"


def test_every_other_request_is_hung_up_on() -> None:
    slow = Slow()
    with odd(slow) as server, closing(Transport(server.origin, Masks())) as line:
        with pytest.raises(Uncertain) as lost:
            line.send(Request("POST", "/slow"), 0.1)
        assert type(lost.value) is Uncertain
        assert slow.hung_up.wait(SOON)


@pytest.mark.parametrize("first", [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n/s"], ids=str)
def test_half_an_answer_is_not_hung_up_on_and_proves_nothing(first: bytes) -> None:
    slow = Slow(first)
    with odd(slow) as server, closing(Transport(server.origin, Masks())) as line:
        waiting = held(line)
        assert not slow.hung_up.wait(0.1)
        slow.go.set()
        assert waiting.stirs(SOON)
        with pytest.raises(Uncertain):
            waiting.reply()


@pytest.mark.parametrize(
    "late",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsho", b"\x00\x01\x02", b"HTTP/1.1 200 OK\r\n"],
    ids=str,
)
def test_a_late_answer_that_is_none(late: bytes) -> None:
    slow = Slow(late=late)
    with odd(slow) as server, closing(Transport(server.origin, Masks())) as line:
        waiting = held(line)
        slow.go.set()
        assert waiting.stirs(SOON)
        with pytest.raises(Uncertain):
            waiting.reply()


def test_what_the_thread_closes_afterwards_is_closed() -> None:
    idle, held_up = odd(lambda c, _, r: c.sendall(answer(path_of(r)))), Slow()
    with idle as quick, odd(held_up) as slow:
        line = Transport(quick.origin, Masks())
        assert line.send(Request("GET", "/idle"), SOON).body == b"/idle"
        with closing(Transport(slow.origin, Masks())) as other:
            waiting = held(other)
        (connection,) = line._idle[quick.origin]
        ours = connection.sock
        line.close()
        assert ours.fileno() == -1
        waiting.close()


def test_a_connection_that_is_lost_is_not_held() -> None:
    with odd(lambda c, _, r: c.close()) as server, closing(Transport(server.origin, Masks())) as line:
        with pytest.raises(Uncertain) as lost:
            line.send(Request("POST", "/slow", hold=True), SOON)
        assert type(lost.value) is Uncertain


def pair() -> tuple[Held, socket.socket]:
    ours, theirs = socket.socketpair()
    return Held(ours, untouched=True), theirs


def test_what_is_waited_for() -> None:
    waiting, (first, its), (second, other) = Waiting(), pair(), pair()
    waiting.add("1", first)
    waiting.add("2", second)
    assert (len(waiting), waiting.take("1", 0.0), waiting.take("3", 0.0)) == (2, None, None)
    with its:
        its.sendall(b"x")
    assert waiting.take("1", SOON) is first
    first.close()
    assert (len(waiting), waiting.take("1", 0.0)) == (1, None)
    other.close()
    waiting.wait(SOON)
    assert len(waiting) == 0
    second, other = pair()
    waiting.add("2", second)
    waiting.forget("2")
    assert (len(waiting), other.recv(1)) == (0, b"")  # hung up
    other.close()


def test_what_nobody_asks_for_is_dropped_once_it_is_over() -> None:
    waiting, (answered, its), (silent, other), (asked, third) = Waiting(), pair(), pair(), pair()
    for about, held_one in (("1", answered), ("2", silent), ("3", asked)):
        waiting.add(about, held_one)
    waiting.leave("1", 60.0)
    waiting.leave("2", -1.0)
    its.sendall(b"x")
    third.sendall(b"x")
    last, fourth = pair()
    waiting.add("4", last)
    assert (len(waiting), waiting.take("3", SOON)) == (2, asked)
    for end in (its, other, third, fourth, asked):
        end.close()
    waiting.close()
