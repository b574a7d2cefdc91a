"""`cancel sandbox`: what it prints, where it listens, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.names import env_name
from tests.cli.output.terminal import seen
from venues.registry import PROVEN, VENUES, open_practice
from venues.registry import venue as face_named

ALL = (*VENUES, *PROVEN)
URLS = {name: env_name(name, "url") for name in ALL}
CREDENTIALS = {env_name(name, field) for name in ALL for field in open_practice(name).credentials}


def free_ports(count: int) -> int:
    """Out: the first of some ports in a row that nobody listens on. Each worker has ports of its own."""
    own = 20_000 + os.getpid() % 100 * 100
    for first in range(own, own + 100, count):
        listeners = []
        try:
            for port in range(first, first + count):
                listeners.append(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        else:
            return first
        finally:
            for listener in listeners:
                listener.close()
    raise AssertionError("no free ports in a row")


def test_it_prints_addresses_and_credentials_for_a_shell(serve: Any) -> None:
    with serve() as served:
        assert set(served.environ) == set(URLS.values()) | CREDENTIALS
        assert all(value for value in served.environ.values())
        for line in served.lines.splitlines():
            assert re.fullmatch(r"#.*|export CANCEL_[A-Z0-9_]+='[^']*'|", line), line
        assert "sandbox" in served.lines.splitlines()[0]


def test_it_names_the_other_ways_to_sign_in(serve: Any) -> None:
    with serve() as served:
        comments = [line for line in served.lines.splitlines() if line.startswith(("# or: ", "# also: "))]
    for each in ALL:
        fields = {field for way in face_named(each).ways for field in way}
        for name in (env_name(each, field) for field in fields):
            assert f"export {name}='" in served.lines, name
    assert "# also: export CANCEL_TRADERNET_API_VERSION='3'" in comments
    assert len(comments) == 3


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks at the sockets of Linux")
def test_it_listens_on_loopback_only_at_ports_in_a_row(serve: Any) -> None:
    first = free_ports(len(ALL))
    with serve("--port", str(first)) as served:
        addresses = [urlsplit(served.environ[variable]) for variable in URLS.values()]
        assert [address.port for address in addresses] == list(range(first, first + len(ALL)))
        assert {address.hostname for address in addresses} == {"127.0.0.1"}
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if " 0A " in line]
        for port in range(first, first + len(ALL)):
            assert [local for local in listening if local.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(serve: Any, number: signal.Signals, code: int) -> None:
    with serve() as served:
        assert served.end(number) == (code, "")
        port = urlsplit(served.environ["CANCEL_TANX_URL"]).port
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_port_that_is_taken_is_one_clear_line(installed: Any) -> None:
    first = free_ports(len(ALL))
    with socket.create_server(("127.0.0.1", first + 2)):
        done = installed.run("sandbox", "--port", str(first))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"Port {first + 2} for neuratrade" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65533", "http"])
def test_a_port_that_is_none_is_wrong_usage(installed: Any, port: str) -> None:
    done = installed.run("sandbox", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--port" in done.stderr


def test_verbose_tells_of_each_request_and_of_no_secret(serve: Any, installed: Any) -> None:
    with serve("-v") as served:
        assert installed.run("order", "ord-20260303120000-1", env=served.environ).returncode == 0
        _, said = served.end()
    assert said.splitlines() == [
        "sandbox neuratrade: POST /api/v1/trading/cancel_order -> 200",
        "sandbox neuratrade: GET /api/v1/trading/positions/pos-20260303120000-1 -> 200",
    ]


def test_the_book_as_a_table_shows_every_order(installed: Any) -> None:
    done = installed.run("sandbox", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sandbox" in done.stdout.splitlines()[0]
    for venue in ALL:
        for row in open_practice(venue).book():
            command, ending = (
                f"cancel {row['command']} {row['arguments']}",
                f"{re.escape(row['status'])} +{row['state']}",
            )
            pattern = rf"^  {command} .* (buy|sell|short) .* {ending}$"
            assert re.search(pattern, done.stdout, re.MULTILINE), row


def test_the_book_as_a_table_has_words_in_place_of_codes(installed: Any) -> None:
    lines = installed.run("sandbox", "--list").stdout.splitlines()
    (row,) = (line for line in lines if "2929292920" in line)
    assert row.split() == [
        "cancel",
        "tradernet",
        "2929292920",
        "TSLA.US",
        "sell",
        "market",
        "244.10",
        "2",
        "21",
        "filled",
    ]


def test_the_book_on_a_narrow_terminal_is_a_block_an_order(installed: Any) -> None:
    lines = seen(installed, 60, "sandbox", "--list").splitlines()
    assert max(map(len, lines)) <= 60
    at = next(index for index, line in enumerate(lines) if "2929292920" in line)
    assert lines[at : at + 4] == [
        "  command   cancel tradernet 2929292920",
        "  symbol    TSLA.US",
        "  side      sell",
        "  type      market",
    ]


def test_the_book_as_json_is_one_document(installed: Any) -> None:
    done = installed.run("sandbox", "--list", "-o", "json")
    document = json.loads(done.stdout)
    assert (document["version"], document["command"], document["sandbox"]) == (1, "sandbox", True)
    assert len(document["orders"]) == sum(len(open_practice(name).book()) for name in ALL)
    (order,) = [order for order in document["orders"] if order["arguments"] == "25768879"]
    assert order == {
        "venue": "tanx", "command": "tanx", "arguments": "25768879", "symbol": "btcusdc", "side": "buy",
        "type": "limit", "price": "68733.81", "quantity": "0.0425", "status": "wait", "state": "open",
    }  # fmt: skip
    lines = installed.run("sandbox", "--list", "-o", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == document["orders"]


def test_each_venue_has_an_open_a_filled_and_a_cancelled_order() -> None:
    """As the README promises; NeuraTrade knows no fills, there it is a liquidated one."""
    for venue in ALL:
        states = {row["state"] for row in open_practice(venue).book()}
        assert {"open", "cancelled"} <= states
        assert states & {"filled", "liquidated"}
