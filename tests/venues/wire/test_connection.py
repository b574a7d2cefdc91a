"""A reply is used only for the request that it answers, whatever a server sends before, after or in place of it."""

from __future__ import annotations

import gzip
import io
import random
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from typing import NoReturn

import pytest

from tests.venues.fakes import FakeClock, built, cancel, link_to
from tests.venues.wire.odd import Odd, answer, odd, path_of
from venues.interface import NeverSent, OrderRef, Uncertain
from venues.result import Outcome
from venues.wire import connection as connections
from venues.wire import transport
from venues.wire.answers import of_another, unreadable
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.transport import Transport

PAUSE = 0.03  # seconds, for a packet of its own
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nContent-Length: 7\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def ask_all(server: Odd, count: int = 4, patience: float = 2.0, pause: float = 0.0) -> list[bytes | str]:
    """Ask for one path after another. Out: each answer's body, or the name of the fault."""
    with closing(Transport(server.origin, Masks())) as line:
        return [ask(line, f"/{number}", patience, pause) for number in range(count)]


def ask(line: Transport, path: str, patience: float = 2.0, pause: float = 0.0) -> bytes | str:
    time.sleep(pause)
    try:
        return line.send(Request("GET", path), patience).body
    except (Uncertain, NeverSent) as fault:
        return type(fault).__name__


OWN: list[bytes | str] = [b"/0", b"/1", b"/2", b"/3"]


@pytest.mark.parametrize("interim", [PROCESSING, HINTS, HINTS + PROCESSING, CONTINUE, CONTINUE + HINTS])
@pytest.mark.parametrize("apart", [False, True], ids=["glued", "a packet of its own"])
def test_interim_replies_are_skipped(interim: bytes, apart: bool) -> None:
    """A 102 or 103 taken for the reply would shift every later reply by one request."""

    def script(connection: socket.socket, _: int, request: bytes) -> None:
        final = answer(path_of(request))
        if apart:
            connection.sendall(interim)
            time.sleep(PAUSE)
            connection.sendall(final)
        else:
            connection.sendall(interim + final)

    with odd(script) as server:
        assert ask_all(server) == OWN
        assert server.connections == (1 if interim == CONTINUE else 4)  # what came before the reply is not trusted


def test_interim_replies_have_an_end() -> None:
    for many, outcome in ((connections.MOST_INTERIM - 1, b"/0"), (connections.MOST_INTERIM, "Uncertain")):
        with odd(lambda c, _, r, many=many: c.sendall(HINTS * many + answer(path_of(r)))) as server:  # type: ignore[misc]
            assert ask_all(server, 1) == [outcome]
    with odd(lambda c, *_: [c.sendall(CONTINUE) for _ in iter(int, 1)]) as server:  # type: ignore[arg-type, return-value]
        assert ask_all(server, 1) == ["Uncertain"]


def test_another_protocol_is_no_answer() -> None:
    with odd(lambda c, _, r: c.sendall(answer(b"", status="101 Switching Protocols") + answer(path_of(r)))) as server:
        assert ask_all(server, 2) == ["Uncertain", "Uncertain"]
        assert server.connections == 2


SURPLUS = {
    "a second reply": answer(b"of nobody"),
    "half a second reply": answer(b"of nobody")[:20],
    "early hints, late": HINTS,
    "a byte": b"x",
    "a line end": b"\r\n",
}


@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=SURPLUS.keys())
@pytest.mark.parametrize("apart", [False, True], ids=["glued", "a packet of its own"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_connection_with_anything_unread_is_given_up(surplus: bytes, apart: bool, chunked: bool) -> None:
    def script(connection: socket.socket, _: int, request: bytes) -> None:
        body = path_of(request)
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n" + body + b"\r\n0\r\n\r\n"
        connection.sendall((whole if chunked else answer(body)) + (b"" if apart else surplus))
        if apart:
            time.sleep(PAUSE)
            connection.sendall(surplus)

    with odd(script) as server:
        assert ask_all(server, pause=3 * PAUSE if apart else 0.0) == OWN
        assert server.connections == 4


@pytest.mark.parametrize("head", ["204 No Content", "304 Not Modified"])
def test_a_body_where_none_may_be(head: str) -> None:
    with odd(lambda c, *_: c.sendall(answer(answer(b"forged"), status=head))) as server:
        assert ask_all(server, 2) == [b"", b""]
        assert server.connections == 2


def test_a_surplus_reply_larger_than_any_buffer() -> None:
    forged = answer(b"x" * 20_000 + answer(b"forged") * 2000)
    with odd(lambda c, _, r: c.sendall(answer(path_of(r)) + forged)) as server:
        assert ask_all(server) == OWN


def test_a_late_answer_is_never_taken_for_the_next_one() -> None:
    def script(connection: socket.socket, number: int, request: bytes) -> None:
        if number == 0:
            time.sleep(0.3)
        connection.sendall(answer(path_of(request)))

    with odd(script) as server, closing(Transport(server.origin, Masks())) as line:
        assert [ask(line, "/0", 0.1), ask(line, "/1"), ask(line, "/2", pause=0.4)] == ["Uncertain", b"/1", b"/2"]
        assert server.connections == 2


def test_a_well_behaved_server_keeps_its_connection() -> None:
    """Else every test above would pass with connections that are never used twice."""
    answers = (answer(b""), answer(b"x" * 30_000), answer(gzip.compress(b"y"), "Content-Encoding: gzip"))
    with odd(lambda c, n, _: c.sendall(answers[n % 3])) as server:
        ask_all(server, 6)
        assert server.connections == 1


@pytest.mark.parametrize(("first", "then"), [(0.4, 0.6), (0.6, 0.4), (0.2, 0.6)])
def test_each_request_has_all_of_its_time_and_no_more(first: float, then: float) -> None:
    """Whatever the socket was given for the one before. The server answers shortly before, or not at all."""
    for late, expected in ((then - 0.1, b"/1"), (then + 0.3, "Uncertain")):

        def script(connection: socket.socket, number: int, request: bytes, late: float = late) -> None:
            time.sleep(late if number else 0.0)
            connection.sendall(answer(path_of(request)))

        with odd(script) as server, closing(Transport(server.origin, Masks())) as line:
            assert ask(line, "/0", first) == b"/0"
            began = time.monotonic()
            assert ask(line, "/1", then) == expected
            assert time.monotonic() - began < then + 0.2
            assert server.connections == 1


# --- TLS keeps bytes that the socket does not show


@pytest.mark.parametrize("surplus", [b"", HINTS, answer(b"of nobody")])
def test_what_tls_holds_back_is_unread_too(surplus: bytes, tls: ssl.SSLContext) -> None:
    """One record, and a reply that fills the reader's buffer to the byte: what follows stays in TLS."""
    body = b"x" * (io.DEFAULT_BUFFER_SIZE - len(answer(b"")) - len("000"))
    assert len(answer(body)) == io.DEFAULT_BUFFER_SIZE
    with odd(lambda c, *_: c.sendall(answer(body) + surplus), tls) as server:
        assert ask_all(server, 3) == [body] * 3
        assert server.connections == (3 if surplus else 1)


# --- bytes that cannot be parsed


CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{}\r\n"
UNUSABLE = {
    "a chunk of negative size": CHUNKED.format("").encode() + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk of size -1": CHUNKED.format("").encode() + b"-1\r\nhello",
    "a chunk of absurd size": CHUNKED.format("").encode() + b"f" * 5000 + b"\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n[1,2]",
    "an absurd length": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 4000 + b"\r\n\r\n[1]",
    "an absurd status": b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n",
    "a status of another alphabet": "HTTP/1.1 \u0662\u0660\u0660 OK\r\n\r\n".encode(),
    "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
    "an endless header": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000,
    "a hundred codecs": answer(b"x", "Content-Encoding: " + ", ".join(["gzip"] * 100)),
    "a length below zero": b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n[1]",
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\n[1]",
    "half a gzip": answer(gzip.compress(b"x" * 999)[:-9], "Content-Encoding: gzip"),
    "a gzip that goes on": answer(gzip.compress(b"[1]") + b"[2]", "Content-Encoding: gzip"),
    "a codec that is none": answer(b"\xff\xff\xff", "Content-Encoding: deflate"),
}


@pytest.mark.parametrize("data", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_parsed_is_no_answer(data: bytes) -> None:
    def script(connection: socket.socket, _: int, __: bytes) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    with odd(script) as server:
        assert ask_all(server, 2) == ["Uncertain", "Uncertain"]
        framed = b"Content-Encoding: " in data and b"gzip, " not in data  # its connection is as good as any
        assert framed or server.connections == 2


def test_an_endless_chunk_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size of -1 makes http.client read to the end of the stream."""
    monkeypatch.setattr(connections, "LARGEST_REPLY", 1_000_000)
    with odd(lambda c, *_: c.sendall(CHUNKED.format("").encode() + b"-1\r\n" + b"x" * 20_000_000)) as server:
        began = time.monotonic()
        assert ask_all(server, 1, patience=30.0) == ["Uncertain"]
        assert time.monotonic() - began < 10.0


def test_a_proxy_that_cannot_be_parsed_leaves_nothing_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd(lambda c, *_: c.sendall(b"HTTP/1.1 2000 x\r\n\r\n")) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.origin)
        monkeypatch.setenv("NO_PROXY", "")
        with closing(Transport("https://venue.example", Masks())) as line:
            assert ask(line, "/0") == "NeverSent"


@pytest.mark.parametrize("fault", [ValueError, OverflowError, IndexError, RecursionError, EOFError])
@pytest.mark.parametrize("sent", [False, True])
def test_a_fault_of_parsing_is_theirs(fault: type[Exception], sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(failing(fault, sent, monkeypatch), Uncertain if sent else NeverSent)


@pytest.mark.parametrize("fault", [RuntimeError, TypeError, AssertionError])
def test_a_fault_of_ours_is_ours(fault: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(failing(fault, True, monkeypatch)) is fault


def failing(fault: type[Exception], sent: bool, monkeypatch: pytest.MonkeyPatch) -> Exception:
    def fail(*_: object) -> NoReturn:
        raise fault("x")

    monkeypatch.setattr(*((connections.Connection, "ask") if sent else (transport, "dial")), fail)
    with (
        odd(lambda *_: None) as server,
        closing(Transport(server.origin, Masks())) as line,
        pytest.raises(Exception) as caught,  # noqa: PT011
    ):
        line.send(Request("GET", "/"), 1.0)
    return caught.value


def test_any_bytes_are_an_answer_or_none() -> None:
    """Good replies with a few bytes changed, cut out or doubled: a reply or one of the two faults, in time."""
    dice = random.Random(8)
    good = (
        answer(b'{"a": [1, 2]}', "Connection: keep-alive", "Set-Cookie: a=b; Expires=Fri, 20 Nov 2026 12:00:00 GMT"),
        answer(gzip.compress(b"[1]"), "Content-Encoding: gzip, deflate", "Content-Type: text/html; charset=x-none"),
        CHUNKED.format("Trailer: x\r\n").encode() + b"3;x=y\r\n[1,\r\n2\r\n2]\r\n0\r\nX: y\r\n\r\n",
        HINTS + CONTINUE + answer(b"x", "Retry-After: Fri, 20 Nov 2026 12:00:00 +9999"),
    )

    def script(connection: socket.socket, *_: object) -> None:
        connection.sendall(spoilt(dice, dice.choice(good)))
        connection.shutdown(socket.SHUT_RDWR)

    with odd(script) as server:
        answers = ask_all(server, 400, patience=2.0)
    assert len(answers) == 400
    assert {"Uncertain"} < {it if isinstance(it, str) else "an answer" for it in answers}


def spoilt(dice: random.Random, data: bytes) -> bytes:
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data))
        bad = dice.choice([b"", b"-", b"\x00", b"\r\n", b"9" * 30, bytes([dice.randrange(256)]), data[at : at + 9]])
        data = data[:at] + bad + data[at + dice.choice([0, 1, 1, 9]) :]
    return data


# --- what it means for orders


Meddle = Callable[[bytes], bytes]


@pytest.mark.parametrize("meddle", [lambda r: HINTS + r, lambda r: PROCESSING + r, lambda r: r + answer(b"{}")])
def test_each_order_is_judged_by_its_own_answer(meddle: Meddle, clock: FakeClock) -> None:
    """Two orders over one connection: the first is accepted, the second refused."""
    accepted = b'{"order_id": 7}'
    refused = b'{"error": "This order may only be cancelled by a Cancellation Order or through traders", "code": 12}'

    def script(connection: socket.socket, _: int, request: bytes) -> None:
        mine = accepted if b"order_id]=7" in request else refused
        connection.sendall(meddle(answer(mine if b"delTradeOrder" in request else b'{"orders": []}')))

    with odd(script) as server:
        keys = {"public_key": "public-key", "private_key": "private-key"}
        with closing(built("tradernet", link_to(server.origin, keys, clock))) as venue:
            results = [cancel(venue, OrderRef(order), no_wait=True) for order in ("7", "8", "7", "8")]
    assert [result.outcome for result in results] == [Outcome.REQUESTED, Outcome.REFUSED] * 2


# --- a reply that may not be the answer to its request


@pytest.mark.parametrize("distrusted", [False, True])
def test_a_connection_whose_reply_is_distrusted_is_not_used_again(distrusted: bool) -> None:
    with odd(lambda c, _, r: c.sendall(answer(path_of(r)))) as server:
        with closing(Transport(server.origin, Masks())) as line:
            reply = line.send(Request("GET", "/0"), 2.0)
            if distrusted:
                reply.distrust()
            assert line.send(Request("GET", "/1"), 2.0).body == b"/1"
        assert server.connections == (2 if distrusted else 1)


def test_what_proves_nothing_is_distrusted() -> None:
    with odd(lambda c, *_: c.sendall(answer(b"{}"))) as server:
        with closing(Transport(server.origin, Masks())) as line:
            for _ in range(2):
                unreadable(line.send(Request("GET", "/"), 2.0))
                of_another(line.send(Request("GET", "/"), 2.0), "order (1)")
        assert server.connections == 4
