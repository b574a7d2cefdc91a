"""The transport over real loopback sockets: what mocks cannot show."""

from __future__ import annotations

import gzip
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from venues.interface import NeverSent, Unauthorized, Uncertain, VenueError
from venues.sandbox.practice import RawReply
from venues.sandbox.practice import Reply as Answer
from venues.sandbox.practice import Request as Asked
from venues.sandbox.server import Running, start
from venues.wire import connection
from venues.wire.dial import route_to
from venues.wire.http import Reply, Request
from venues.wire.masks import Masks
from venues.wire.route import Route
from venues.wire.transport import Transport

SHORT = 0.3  # seconds of patience
GET = Request("GET", "/x")


class Server:
    """Answers with what `reply` gives; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reply: Callable[[Asked], Answer | RawReply] = lambda asked: Answer.json(200, {"ok": True})

    def answer(self, asked: Asked) -> Answer | RawReply:
        self.asked.append(asked)
        return self.reply(asked)

    def raw(self, send: Callable[[socket.socket], None]) -> None:
        self.reply = lambda asked: RawReply(send)

    def silence(self, until: threading.Event) -> None:
        def wait(_: socket.socket) -> None:
            until.wait(5)

        self.raw(wait)

    def bytes(self, data: bytes) -> None:
        self.raw(lambda connection: connection.sendall(data))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def running(server: Server) -> Iterator[Running]:
    with start(server) as running:
        yield running
        assert running.faults == []


@pytest.fixture
def line(running: Running) -> Iterator[Transport]:
    with closing(Transport(running.url, Masks())) as line:
        yield line


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def test_what_goes_out(server: Server, line: Transport) -> None:
    line.send(Request("POST", "/a/b?c=d%20e", {"X-Key": "k"}, b"body"), 5.0)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/a/b", "c=d%20e", b"body")
    assert asked.headers["X-Key"] == "k"
    assert "Cookie" not in asked.headers


def test_an_answer_as_it_is(server: Server, line: Transport) -> None:
    server.reply = lambda asked: Answer(418, b"tea", (("X-Pot", "Yes"),))
    reply = line.send(GET, 5.0)
    assert (reply.status, reply.body, reply.headers["x-pot"]) == (418, b"tea", "Yes")


def test_a_header_that_comes_twice_has_both_values(server: Server, line: Transport) -> None:
    server.bytes(head("Content-Length: 0", "X-A: 1", "Set-Cookie: a=b", "x-a: 2"))
    assert line.send(GET, 5.0).headers == {"content-length": "0", "x-a": "1, 2", "set-cookie": "a=b"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer(status: int, server: Server, line: Transport) -> None:
    server.reply = lambda asked: Answer.redirect(status, "/elsewhere")
    assert line.send(GET, 5.0).status == status
    assert len(server.asked) == 1


def test_gzip_and_chunks(server: Server, line: Transport) -> None:
    packed = gzip.compress(b'{"ok": 1}')
    server.bytes(head("Connection: close", "Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed)
    assert line.send(GET, 5.0).data == {"ok": 1}
    server.bytes(head("Transfer-Encoding: chunked") + b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n")
    assert line.send(GET, 5.0).data == [1, 2]


def test_an_answer_without_a_length_ends_with_the_connection(server: Server, line: Transport) -> None:
    server.bytes(head("Connection: close") + b"[1]")
    assert line.send(GET, 5.0).data == [1]


LOST = {
    "closed without a byte": b"",
    "half the head": b"HTTP/1.1 404 Not Found\r\nContent-Le",
    "a head that ends after a line": b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n",
    "only a status line": b"HTTP/1.1 401 Unauthorized\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half the body": head("Content-Length: 100") + b'{"half": ',
    "half a chunk": head("Transfer-Encoding: chunked") + b"ff\r\n[1,",
    "a chunk that is none": head("Transfer-Encoding: chunked") + b"zz\r\n",
    "gzip that is none": head("Content-Encoding: gzip", "Content-Length: 4") + b"nope",
    "half a gzip": head("Content-Encoding: gzip", "Content-Length: 100") + gzip.compress(b"x" * 999)[:20],
    "too many headers": head(*(f"X-{n}: 1" for n in range(300))),
}


@pytest.mark.parametrize("data", LOST.values(), ids=LOST.keys())
def test_after_bytes_left_a_bad_answer_is_uncertain(data: bytes, server: Server, line: Transport) -> None:
    server.bytes(data)
    with pytest.raises(Uncertain) as caught:
        line.send(GET, 5.0)
    assert "was sent" in caught.value.message
    assert "127.0.0.1" not in caught.value.message  # no URL in a message
    assert len(server.asked) == 1  # and nothing is sent again behind our back


def test_a_reset_is_uncertain(server: Server, line: Transport) -> None:
    def reset(connection: socket.socket) -> None:
        connection.sendall(head("Content-Length: 9") + b"[")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    server.raw(reset)
    with pytest.raises(Uncertain):
        line.send(GET, 5.0)


def test_silence_ends_with_the_patience(server: Server, line: Transport) -> None:
    done = threading.Event()
    server.silence(done)
    began = time.monotonic()
    with pytest.raises(Uncertain, match="in time"):
        line.send(GET, SHORT)
    assert SHORT <= time.monotonic() - began < SHORT + 1.0
    done.set()


@pytest.mark.parametrize("start_of", [b"", head("Content-Length: 1000"), head("Connection: close"),
                                      head("Transfer-Encoding: chunked")])  # fmt: skip
def test_a_trickle_cannot_hold_us(start_of: bytes, server: Server, line: Transport) -> None:
    """A byte now and then, in head or body: the patience holds for the whole answer."""
    stop = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(start_of or b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not stop.wait(0.05):
            connection.sendall(b"1")

    def send(connection: socket.socket) -> None:
        try:
            trickle(connection)
        except OSError:
            return  # the client has hung up

    server.raw(send)
    began = time.monotonic()
    with pytest.raises(Uncertain, match="in time"):
        line.send(GET, SHORT)
    assert time.monotonic() - began < SHORT + 1.0
    stop.set()


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_has_a_largest_size(
    packed: bool, server: Server, line: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LARGEST_REPLY", 100_000)
    body = b"1" * 1_000_000
    sent = gzip.compress(body) if packed else body
    more = ["Content-Encoding: gzip"] if packed else []

    def send(connection: socket.socket) -> None:
        try:
            connection.sendall(head(f"Content-Length: {len(sent)}", *more) + sent)
        except OSError:
            return

    server.raw(send)
    with pytest.raises(Uncertain, match="larger than any real one"):
        line.send(GET, 5.0)


def test_the_cap_is_generous_but_there() -> None:
    assert 1_000_000 < connection.LARGEST_REPLY <= 16 * 1024 * 1024


# --- nothing left


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("origin", "words"),
    [("http://127.0.0.1:{}", "refused"), ("http://no-such-host.invalid", "resolved|could be made")],
)
def test_what_never_left_is_never_sent(origin: str, words: str) -> None:
    origin = origin.format(free_port())
    where = re.escape(urlsplit(origin).netloc)
    with closing(Transport(origin, Masks())) as line, pytest.raises(NeverSent, match=f"{where}.*({words})"):
        line.send(GET, 2.0)


def test_a_failed_tls_handshake_is_never_sent(server: Server, running: Running) -> None:
    with (
        closing(Transport(running.url.replace("http:", "https:"), Masks())) as line,
        pytest.raises(NeverSent, match=r"TLS|could be made"),
    ):
        line.send(GET, 2.0)
    assert server.asked == []


def test_a_handshake_that_hangs_is_never_sent() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with closing(Transport(origin, Masks())) as line, pytest.raises(NeverSent):
            line.send(GET, SHORT)


def test_a_proxy_that_refuses_the_tunnel_is_never_sent(
    server: Server, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CONNECT to the proxy is not the request."""
    monkeypatch.setenv("HTTPS_PROXY", running.url)
    monkeypatch.setenv("NO_PROXY", "")
    server.reply = lambda asked: Answer.text(407, "who are you")
    with closing(Transport("https://venue.example", Masks())) as line, pytest.raises(NeverSent, match="proxy"):
        line.send(GET, 2.0)


def test_no_proxy_for_loopback(server: Server, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with closing(Transport(running.url, Masks())) as line:
        assert line.send(GET, 2.0).status == 200


@pytest.mark.parametrize("patience", [0.0, -1.0])
def test_without_time_nothing_is_sent(patience: float, server: Server, line: Transport) -> None:
    with pytest.raises(NeverSent, match="no time"):
        line.send(GET, patience)
    assert server.asked == []


@pytest.mark.parametrize(
    "value", ["schl\u00fcssel", "\u043a\u043b\u044e\u0447", "a\nX-Evil: 1", "a\r", "\x7f", "\udc80"]
)
def test_a_credential_that_fits_in_no_header(value: str, server: Server, line: Transport) -> None:
    with pytest.raises(Unauthorized, match="Signature") as caught:
        line.send(Request("GET", "/x", {"Signature": value}), 2.0)
    assert caught.value.sent is False
    assert value not in caught.value.message
    assert server.asked == []


# --- connections


def test_a_connection_is_kept(server: Server, running: Running, line: Transport) -> None:
    for _ in range(3):
        line.send(GET, 2.0)
    assert (running.connections, len(server.asked)) == (1, 3)


def test_an_idle_connection_is_not_trusted(
    server: Server, running: Running, line: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.send(GET, 2.0)
    monkeypatch.setattr(connection, "STALE_AFTER", 0.0)
    line.send(GET, 2.0)
    assert (running.connections, len(server.asked)) == (2, 2)


def test_a_connection_that_the_server_closed_is_replaced(server: Server, running: Running, line: Transport) -> None:
    line.send(GET, 2.0)
    running.cut_connections()
    time.sleep(0.02)  # for the news to cross loopback
    assert line.send(GET, 2.0).status == 200
    assert running.connections == 2


def test_after_a_lost_answer_the_connection_is_not_used_again(
    server: Server, running: Running, line: Transport
) -> None:
    """The late answer to the first request must never be read as the answer to the second."""
    stop = threading.Event()
    server.silence(stop)
    with pytest.raises(Uncertain):
        line.send(GET, 0.1)
    server.reply = lambda asked: Answer.json(200, {"second": True})
    assert line.send(GET, 2.0).data == {"second": True}
    stop.set()
    assert running.connections == 2


def test_no_retry_behind_our_back(server: Server, line: Transport) -> None:
    for status in (429, 500, 502, 503, 504):
        server.reply = lambda asked, status=status: Answer(status, b"", (("Retry-After", "0"),))  # type: ignore[misc]
        before = len(server.asked)
        assert line.send(Request("DELETE", "/x"), 2.0).status == status
        assert len(server.asked) == before + 1


# --- more than one origin


def test_a_request_may_name_its_own_origin(server: Server, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy and trust are decided for where it goes, not for where the others go."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    lines: list[str] = []
    with closing(Transport("http://venue.example", Masks(), log=lines.append)) as line:
        with pytest.raises(NeverSent, match="proxy"):
            line.send(GET, 2.0)
        for _ in range(2):
            assert line.send(Request("GET", "/x", origin=running.url), 2.0).status == 200
    assert (running.connections, len(server.asked)) == (1, 2)
    assert lines[2] == f"> GET {running.url}/x"


def test_the_proxy_of_a_named_origin(server: Server, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    with closing(Transport(running.url, Masks())) as line:
        assert line.send(GET, 2.0).status == 200
        with pytest.raises(NeverSent, match="proxy"):
            line.send(Request("GET", "/x", origin="http://elsewhere.example"), 2.0)
    assert len(server.asked) == 1


def test_certificates_are_asked_for_https_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    assert route_to("https://venue.example") == Route("https://venue.example", bundle="/no/such/file")
    assert route_to("http://venue.example") == Route("http://venue.example")


# --- the log


def test_the_log_is_masked_and_names_no_header(running: Running, server: Server) -> None:
    lines: list[str] = []
    masks = Masks()
    masks.add("topsecret")
    with closing(Transport(running.url, masks, log=lines.append)) as line:
        line.send(Request("GET", "/x?key=topsecret", {"X-Key": "topsecret"}), 2.0)
    assert lines[0] == f"> GET {running.url}/x?key=***"
    assert lines[1].startswith("< 200, 11 bytes, ")


def test_the_warm_up_runs_between_request_and_answer(server: Server, line: Transport) -> None:
    moments: list[str] = []

    def late(_: Asked) -> Answer:
        time.sleep(0.05)
        moments.append("answered")
        return Answer.json(200, 1)

    server.reply = late
    line.send(GET, 2.0, lambda: moments.append("sent"))
    assert moments == ["sent", "answered"]


def test_threads_do_not_disturb_each_other(server: Server, running: Running) -> None:
    """One thread's short patience ends only its own request."""

    def slow(asked: Asked) -> Answer:
        if asked.path == "/slow":
            time.sleep(0.4)
        return Answer.json(200, asked.path)

    server.reply = slow
    results: dict[str, Reply | VenueError] = {}
    with closing(Transport(running.url, Masks())) as line:

        def ask(path: str, patience: float) -> None:
            try:
                results[path + str(patience)] = line.send(Request("GET", path), patience)
            except VenueError as error:
                results[path + str(patience)] = error

        threads = [
            threading.Thread(target=ask, args=arguments)
            for arguments in (("/slow", 0.1), ("/slow", 3.0), ("/x", 3.0))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert isinstance(results["/slow0.1"], Uncertain)
    assert isinstance(results["/slow3.0"], Reply)
    assert isinstance(results["/x3.0"], Reply)
