"""A connection that was made ahead is used for just its own route, and only while it is as good as a new one."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.venues.wire.odd import answer, odd, path_of
from venues.interface import NeverSent
from venues.wire import ahead, connection, dial
from venues.wire.http import Request
from venues.wire.masks import Masks
from venues.wire.transport import Transport

SOON = 5.0  # seconds, far more than anything here takes


@pytest.fixture(autouse=True)
def nothing_begun() -> Iterator[None]:
    ahead._begun.clear()
    yield
    for left in ahead._begun:
        if left._done.wait(SOON) and left._made is not None:
            left._made.close()
    ahead._begun.clear()


def begun(origin: str) -> ahead.Ahead:
    """Out: the connection, once it is made or has failed."""
    ahead.begin(dial.route_to(origin))
    assert ahead._begun[-1]._done.wait(SOON)
    return ahead._begun[-1]


def ask(line: Transport, path: str = "/0", patience: float = SOON) -> bytes:
    return line.send(Request("GET", path), patience).body


def test_it_is_used_once(tls: ssl.SSLContext) -> None:
    """Over TLS 1.3, whose tickets come unasked and are no reply."""
    with odd(lambda c, _, r: c.sendall(answer(path_of(r))), tls) as server:
        begun(server.origin)
        time.sleep(0.05)  # for the tickets to arrive
        with closing(Transport(server.origin, Masks())) as line, closing(Transport(server.origin, Masks())) as other:
            assert [ask(line), ask(line, "/1"), server.connections] == [b"/0", b"/1", 1]
            assert [ask(other), server.connections] == [b"/0", 2]


def test_it_is_waited_for() -> None:
    with odd(lambda c, _, r: c.sendall(answer(path_of(r)))) as server:
        ahead.begin(dial.route_to(server.origin))
        with closing(Transport(server.origin, Masks())) as line:
            assert [ask(line), server.connections] == [b"/0", 1]


@pytest.mark.parametrize("difference", ["origin", "bundle", "proxy"])
def test_another_route_leaves_it_alone(
    difference: str, tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with odd(lambda c, _, r: c.sendall(answer(path_of(r))), tls) as server:
        begun(server.origin)
        origin, route = server.origin, dial.route_to(server.origin)
        if difference == "origin":
            origin = "https://127.0.0.1:1"
        elif difference == "bundle":
            (tmp_path / "other.pem").write_bytes((tmp_path / "certificate.pem").read_bytes())
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
        with closing(Transport(origin, Masks())) as line:
            if difference == "proxy":
                line._routes[origin] = route._replace(proxy="http://127.0.0.1:1")
            if difference == "bundle":
                assert ask(line) == b"/0"
                assert server.connections == 2
            else:
                with pytest.raises(NeverSent):
                    ask(line)
                assert server.connections == 1
        assert len(ahead._begun) == 1
        assert len(server.requests) == (1 if difference == "bundle" else 0)


@pytest.mark.parametrize("fate", ["closed", "reset", "readable", "idle"])
def test_one_that_is_no_longer_good_is_thrown_away(fate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = threading.Event()  # a reset that is faster than the client's own connecting is another fault

    def serve(listener: socket.socket) -> None:
        first, _ = listener.accept()
        assert made.wait(SOON)
        if fate == "reset":
            first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if fate == "readable":
            first.sendall(answer(b"of nobody"))
        if fate in {"closed", "reset"}:
            first.close()
        second, _ = listener.accept()
        with first, second:
            second.recv(65536)
            second.sendall(answer(b"/0"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=serve, args=(listener,), daemon=True)
        serving.start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        first = begun(origin)._made
        made.set()
        assert first is not None
        if fate == "idle":
            monkeypatch.setattr(connection, "STALE_AFTER", 0.0)
        else:
            assert select.select([first.sock], [], [], SOON)[0]  # the news has crossed loopback
        with closing(Transport(origin, Masks())) as line:
            assert ask(line) == b"/0"
        serving.join(SOON)


def test_what_went_wrong_is_told_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    begun(origin)
    with closing(Transport(origin, Masks())) as line:
        with pytest.raises(NeverSent, match=rf"^the connection to 127.0.0.1:{port} was refused$"):
            ask(line)
        assert ahead._begun == []
        with odd(lambda c, _, r: c.sendall(answer(path_of(r)))) as server:
            line._routes[origin] = dial.route_to(server.origin)
            assert ask(line) == b"/0"


def test_a_hanging_one_takes_no_longer_than_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
        ahead.begin(dial.route_to(origin))
        (late,) = ahead._begun
        with closing(Transport(origin, Masks())) as line:
            before = time.monotonic()
            with pytest.raises(NeverSent, match=r"no connection to .* was made in time"):
                ask(line, patience=0.2)
            assert time.monotonic() - before < 1.0
        for _ in range(2):  # let the handshake end, which has ended with nothing
            listener.accept()[0].close()
            if late._done.wait(0.5):
                break
        assert late._done.wait(SOON)


def test_a_late_one_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    go, whole = threading.Event(), dial.dial

    def slowly(*args: object) -> object:
        go.wait(SOON)
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ahead, "dial", slowly)
    with odd(lambda c, _, r: c.sendall(answer(path_of(r)))) as server:
        ahead.begin(dial.route_to(server.origin))
        (late,) = ahead._begun
        with closing(Transport(server.origin, Masks())) as line, pytest.raises(NeverSent):
            ask(line, patience=0.05)
        go.set()
        assert late._done.wait(SOON)
        assert late._made is not None
        assert late._made.sock.fileno() == -1


def test_nothing_is_begun_by_way_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    ahead.begin(dial.route_to("https://venue.example"))
    assert ahead._begun == []


# --- how a connection is made


def test_a_dead_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address swallows every packet: a listener whose queue is full."""
    with socket.socket() as dead, socket.create_server(("127.0.0.1", 0)) as live, socket.socket() as filling:
        dead.bind(("127.0.0.1", 0))
        dead.listen(0)
        filling.connect(dead.getsockname())
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", it.getsockname()) for it in (dead, live)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        before = time.monotonic()
        line = dial.dial(dial.route_to("http://venue.example"), 0.6)
        with line.sock:
            assert line.sock.getpeername() == live.getsockname()
        assert 0.25 < time.monotonic() - before < 0.6


def test_authorities_are_loaded_once(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    whole = dial._context
    monkeypatch.setattr(dial, "_context", lambda bundle: (loaded.append(bundle), whole(bundle))[1])
    with odd(lambda c, _, r: c.sendall(answer(path_of(r))), tls) as server:
        lines = [Transport(server.origin, Masks()) for _ in range(3)]
        assert [ask(line) for line in lines] == [b"/0"] * 3
        for line in lines:
            line.close()
    assert len(loaded) == 1
