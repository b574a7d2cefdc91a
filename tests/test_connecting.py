"""What goes wrong before the first request ends the same whether the connection was begun ahead or not."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.ahead import SWITCH
from tests.certificates import certificate
from tests.venues.wire.odd import answer
from venues.sandbox.server import start
from venues.tanx.practice import PracticeTanx

TOKENS = {"CANCEL_TANX_ACCESS_TOKEN": "access-token-1", "CANCEL_TANX_REFRESH_TOKEN": "refresh-token-1"}
NO_TLS = "no secure connection (TLS) to {} could be made"
NO_TIME = "no connection to {} was made in time"
NO_PROXY = "the proxy on the way to {} could not be used"


@dataclass
class Listener:
    """Takes connections, does what it likes with each, and notes what it was sent."""

    serve: Callable[[socket.socket], None]
    port: int = 0
    connections: int = 0
    got: list[bytes] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def note(self, connection: socket.socket) -> bytes:
        data = connection.recv(65536)
        self.got.append(data)
        return data


@contextmanager
def listening(serve: Callable[[Listener, socket.socket], None]) -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        listener = Listener(lambda connection: serve(listener, connection), door.getsockname()[1])

        def handle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                listener.serve(connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = door.accept()
                    listener.connections += 1
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener
        door.shutdown(socket.SHUT_RDWR)


def both(installed: Any, env: Mapping[str, str], wait: str = "0.6") -> dict[str, Any]:
    """Run it with and without connecting ahead. Out: the record, which is the same."""
    records = []
    for switch in ("", "off"):
        began = time.monotonic()
        done = installed.run("tanx", "25768879", "-o", "json", "--wait", wait, env={**TOKENS, **env, SWITCH: switch})
        assert time.monotonic() - began < float(wait) + 2.0
        (record,) = json.loads(done.stdout)["orders"]
        records.append({name: value for name, value in record.items() if not name.endswith("_at")})
        assert done.returncode == record["exit_code"]
    assert records[0] == records[1]
    return records[0]


def unavailable(record: Mapping[str, Any], words: str) -> None:
    assert (record["outcome"], record["attempts"]) == ("unavailable", 0)
    assert words in record["message"]


def silent(_: Listener, connection: socket.socket) -> None:
    connection.settimeout(5)
    while connection.recv(65536):
        pass


def test_a_handshake_that_is_never_answered(installed: Any) -> None:
    with listening(silent) as venue:
        record = both(installed, {"CANCEL_TANX_URL": f"https://{venue.place}"})
        unavailable(record, NO_TIME.format(venue.place))


CERTIFICATES: dict[str, Callable[[Path], Path]] = {
    "of another name": lambda folder: certificate(folder, "127.0.0.2"),
    "that has ended": lambda folder: certificate(folder, ended=timedelta(days=1)),
}


def speaking(path: Path) -> Callable[[Listener, socket.socket], None]:
    """TLS with this certificate; what is sent inside it is noted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    def serve(venue: Listener, connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            venue.note(secured)

    return serve


@pytest.mark.parametrize("which", CERTIFICATES)
def test_a_certificate(which: str, installed: Any, tmp_path: Path) -> None:
    path = CERTIFICATES[which](tmp_path)
    with listening(speaking(path)) as venue:
        record = both(installed, {"CANCEL_TANX_URL": f"https://{venue.place}", "REQUESTS_CA_BUNDLE": str(path)})
        unavailable(record, NO_TLS.format(venue.place))
        assert set(venue.got) <= {b""}


@pytest.mark.parametrize("bundle", ["", "garbage", "missing"])
def test_authorities_that_do_not_know_it(bundle: str, installed: Any, tmp_path: Path) -> None:
    path, other = certificate(tmp_path), tmp_path / "other.pem"
    if bundle == "garbage":
        other.write_text("no certificate")
    with listening(speaking(path)) as venue:
        given = {"CANCEL_TANX_URL": f"https://{venue.place}", "REQUESTS_CA_BUNDLE": str(other) if bundle else ""}
        words = "no connection to {} could be made" if bundle == "missing" else NO_TLS
        unavailable(both(installed, given), words.format(venue.place))
        assert set(venue.got) <= {b""}


def test_a_folder_of_authorities(installed: Any, tmp_path: Path) -> None:
    """It is read as a folder; this one holds nothing."""
    path = certificate(tmp_path)
    (tmp_path / "authorities").mkdir()
    with listening(speaking(path)) as venue:
        bundle = str(tmp_path / "authorities")
        record = both(installed, {"CANCEL_TANX_URL": f"https://{venue.place}", "REQUESTS_CA_BUNDLE": bundle})
        unavailable(record, NO_TLS.format(venue.place))


def test_a_connection_that_is_closed_before_the_handshake(installed: Any) -> None:
    """Which of two messages it is depends on whether the end or the reset comes first."""
    with listening(lambda *_: None) as venue:
        for switch in ("", "off"):
            env = {**TOKENS, "CANCEL_TANX_URL": f"https://{venue.place}", SWITCH: switch}
            done = installed.run("tanx", "25768879", "-o", "json", "--wait", "0.6", env=env)
            (record,) = json.loads(done.stdout)["orders"]
            unavailable(record, "could be made")


def test_what_is_said_before_anything_was_asked(installed: Any) -> None:
    """A surplus reply on a new connection answers nobody's request."""
    surplus = answer(json.dumps({"status": "success", "payload": {"status": "cancelled"}}).encode())

    def serve(venue: Listener, connection: socket.socket) -> None:
        connection.sendall(surplus)
        time.sleep(0.05)
        venue.note(connection)

    with listening(serve) as venue:
        for switch in ("", "off"):
            env = {**TOKENS, "CANCEL_TANX_URL": f"http://{venue.place}", SWITCH: switch}
            done = installed.run("tanx", "25768879", "-o", "json", "--wait", "0.6", env=env)
            (record,) = json.loads(done.stdout)["orders"]
            assert record["exit_code"] != 0
        assert sum(b"/orders/cancel/" in request for request in venue.got) <= 2  # one in each run


@pytest.mark.parametrize("moment", ["the first connection", "every idle one"])
def test_a_server_that_closes_first(moment: str, installed: Any) -> None:
    """The order is cancelled once, and sent once to a venue that acts on it."""
    for switch in ("", "off"):
        with start(PracticeTanx()) as running:
            given = {f"CANCEL_TANX_{name.upper()}": text for name, text in running.practice.credentials.items()}

            def pass_on(venue: Listener, connection: socket.socket, port: int = running.port) -> None:
                if moment == "the first connection" and venue.connections == 1:
                    return
                connection.settimeout(5)
                data = venue.note(connection)
                if not data:
                    return
                with socket.create_connection(("127.0.0.1", port)) as behind:
                    behind.sendall(data)
                    connection.sendall(behind.recv(65536))  # one request, then it hangs up

            with listening(pass_on) as venue:
                env = {**given, "CANCEL_TANX_URL": f"http://{venue.place}", SWITCH: switch}
                done = installed.run("tanx", "25768879", "-o", "json", "--wait", "8", env=env)
                (record,) = json.loads(done.stdout)["orders"]
            assert (record["outcome"], done.returncode) == ("cancelled", 0)
            assert running.practice.counts["cancel"] == 1


# --- proxies


AWAY = {"CANCEL_TANX_URL": "https://venue.invalid", "NO_PROXY": "", "no_proxy": ""}


def test_a_proxy_that_is_down(installed: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    record = both(installed, {**AWAY, "HTTPS_PROXY": f"http://127.0.0.1:{port}"})
    unavailable(record, NO_PROXY.format("venue.invalid:443"))


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required"])
def test_a_proxy_that_refuses(status: str, installed: Any) -> None:
    def refuse(proxy: Listener, connection: socket.socket) -> None:
        proxy.note(connection)
        connection.sendall(answer(b"no", status=status))

    with listening(refuse) as proxy:
        record = both(installed, {**AWAY, "HTTPS_PROXY": f"http://user:hidden-word@{proxy.place}"})
        unavailable(record, NO_PROXY.format("venue.invalid:443"))
        assert "hidden-word" not in json.dumps(record)
        assert all(request.startswith(b"CONNECT venue.invalid:443 ") for request in proxy.got)
        assert all(b"Proxy-Authorization: Basic dXNlcjpoaWRkZW4td29yZA==" in request for request in proxy.got)


def test_a_proxy_for_plain_http_is_told_the_whole_address(installed: Any) -> None:
    def serve(proxy: Listener, connection: socket.socket) -> None:
        connection.settimeout(5)
        proxy.note(connection)
        connection.sendall(answer(b'{"status": "error", "message": "no"}', status="403 Forbidden"))

    plain = {**AWAY, "CANCEL_TANX_URL": "http://venue.invalid", "CANCEL_TANX_ALLOW_HTTP": "true"}
    with listening(serve) as proxy:
        both(installed, {**plain, "HTTP_PROXY": f"http://user:hidden-word@{proxy.place}"})
        first = proxy.got[0]
    assert first.startswith(b"POST http://venue.invalid/sapi/v1/orders/cancel/ HTTP/1.1\r\nHost: venue.invalid\r\n")
    assert b"Proxy-Authorization: Basic " in first


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_a_host_that_needs_no_proxy(name: str, installed: Any) -> None:
    with listening(lambda proxy, connection: None) as proxy:
        given = {**AWAY, name: "other.example,venue.invalid", "HTTPS_PROXY": f"http://{proxy.place}"}
        given = {key: value for key, value in given.items() if value or key not in {"NO_PROXY", "no_proxy"}}
        unavailable(both(installed, given), "the host name of venue.invalid:443 could not be resolved")
        assert proxy.connections == 0


# --- nothing leaves before the command line is checked


WRONG = (
    "tanx x",
    "tanx 25768879 0",
    "tanx 25768879 --nosuch",
    "tanx 25768879 --wait",
    "tanx 25768879 --wait 0",
    "tanx 25768879 --wait x",
    "tanx 25768879 -j 0",
    "tanx 25768879 -o xml",
    "tanx 25768879 --wait 5 --no-wait",
    "tanx",
    "tanx 25768879 --profile nosuch",
    "tanx 25768879 --profile a/b",
    "list tanx --nosuch",
)
HARMLESS = ("tanx 25768879 --help", "tanx 25768879 --sandbox -q", "tanx -", "auth status tanx")
ODD = {
    "CANCEL_OUTPUT": "xml",
    "CANCEL_PROFILE": "nosuch",
    "CANCEL_TANX_REQUESTS_PER_MINUTE": "many",
    "CANCEL_TANX_ALLOW_HTTP": "perhaps",
}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_byte_leaves_before_the_command_line_is_checked(scheme: str, installed: Any) -> None:
    runs: list[tuple[str, dict[str, str], int]] = [(line, {}, 2) for line in WRONG]
    runs += [(line, {}, 0) for line in HARMLESS]
    runs += [("tanx 25768879", {name: value}, 2) for name, value in ODD.items()]
    with listening(silent) as venue:
        for line, more, code in runs if scheme == "http" else runs[:4]:
            env = {**TOKENS, "CANCEL_TANX_URL": f"{scheme}://{venue.place}", **more}
            done = installed.run(*line.split(), env=env, stdin="")
            assert (done.returncode, venue.connections) == (code, 0), line


def test_the_other_profiles_server_gets_not_even_a_connection(installed: Any, tmp_path: Path) -> None:
    with listening(silent) as wrong, listening(silent) as right:
        folder = tmp_path / "cancel"
        folder.mkdir()
        tables = (
            f'[{name}.tanx]\nurl = "http://{it.place}"\n' for name, it in (("default", wrong), ("other", right))
        )
        (folder / "config.toml").write_text("".join(tables))
        env = {**TOKENS, "XDG_CONFIG_HOME": str(tmp_path), "CANCEL_PROFILE": "other"}
        installed.run("tanx", "25768879", "-o", "json", "--wait", "0.3", env=env)
        assert (wrong.connections, right.connections >= 1) == (0, True)
