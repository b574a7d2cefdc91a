"""What a run says while it waits, when it is stopped, and when it did not reach the venue."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cancel.terminal import CTRL_C, CTRL_D, on_terminal
from venues.registry import VENUES, open_practice
from venues.sandbox.practice import Practice, RawReply, Reply, Request
from venues.sandbox.server import start

ORDER = "25768879"
on_posix = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


def environ(practice: Practice, url: str) -> dict[str, str]:
    given = {"url": url, **practice.credentials}
    return {f"CANCEL_{practice.venue.upper()}_{name.upper()}": value for name, value in given.items()}


@pytest.fixture
def nobody() -> Iterator[str]:
    """Out: an address where every connection is refused; the port is held, so that nobody else gets it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


class Gate:
    """A practice venue that answers once its `open` is set."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.open = threading.Event()
        self.came = threading.Semaphore(0)

    def answer(self, request: Request) -> Reply | RawReply:
        self.came.release()
        self.open.wait(60.0)
        return self.practice.answer(request)


@pytest.fixture
def gate() -> Iterator[tuple[Gate, dict[str, str]]]:
    """Out: the gate of a practice venue, and the variables that point at it."""
    made = Gate(open_practice("tanx"))
    with start(made) as running:
        yield made, environ(made.practice, running.url) | {"TERM": "xterm"}
        made.open.set()


# --- where the address was set


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_wrong_port_is_named_with_the_variable_that_set_it(installed: Any, nobody: str, output: str) -> None:
    env = environ(open_practice("tanx"), f"http://{nobody}")
    done = installed.run("tanx", ORDER, "--wait", "0.3", "-o", output, env=env)
    assert done.returncode == 8
    assert f"the connection to {nobody} was refused; no cancel was sent, it is safe to run again" in done.stdout
    assert done.stderr == f"http://{nobody} is set by CANCEL_TANX_URL\n"


def test_a_wrong_port_is_named_with_the_file_that_set_it(installed: Any, nobody: str, tmp_path: Path) -> None:
    (tmp_path / "cancel").mkdir()
    file = tmp_path / "cancel" / "config.toml"
    file.write_text(f'[default.tanx]\nurl = "http://{nobody}"\n')
    env = environ(open_practice("tanx"), "") | {"XDG_CONFIG_HOME": str(tmp_path)}
    done = installed.run("tanx", ORDER, "--wait", "0.3", env=env)
    assert (done.returncode, done.stderr) == (8, f"http://{nobody} is set by url under [default.tanx] in {file}\n")


def test_a_default_that_is_not_reached_says_that_it_is_one(installed: Any, nobody: str) -> None:
    env = environ(open_practice("tanx"), "") | {"HTTPS_PROXY": f"http://{nobody}"}  # so that nothing leaves
    done = installed.run("tanx", ORDER, "--wait", "0.3", env=env)
    assert done.returncode == 8
    assert "the proxy on the way to api.tanx.fi:443 could not be used" in done.stdout
    assert done.stderr.startswith("https://api.tanx.fi is the default of tanX; CANCEL_TANX_URL or url under [default")


@pytest.mark.parametrize("venue", VENUES)
def test_a_server_that_is_none_of_the_venues_is_named(installed: Any, venue: str) -> None:
    """An address that answers 404 to everything."""

    class Elsewhere:
        def answer(self, request: Request) -> Reply:
            return Reply.text(404, "404 page not found")

    verb = VENUES[venue].verbs[0]
    with start(Elsewhere()) as running:
        env = environ(open_practice(venue), running.url)
        done = installed.run(*verb.example.split()[1:], "--wait", "3", "-o", "json", env=env)
    message = json.loads(done.stdout)["orders"][0]["message"]
    assert done.returncode == 5
    assert message.startswith(f"{running.url} has no such path (404")
    assert message.count("(") == 1
    assert done.stderr == f"{running.url} is set by CANCEL_{venue.upper()}_URL\n"


def test_a_run_that_reached_the_venue_says_nothing_of_its_address(installed: Any) -> None:
    practice = open_practice("tanx")
    with start(practice) as running:
        env = environ(practice, running.url)
        assert installed.run("tanx", "1", env=env).stderr == ""
        assert installed.run("tanx", "1", env=env | {"CANCEL_TANX_ACCESS_TOKEN": "x\ny"}).stderr.count("URL") == 0


# --- the spinner


@on_posix
def test_nothing_is_waited_for_at_a_venue_that_is_not_reached(installed: Any, nobody: str) -> None:
    env = environ(open_practice("tanx"), f"http://{nobody}") | {"TERM": "xterm"}
    with on_terminal(installed, "tanx", ORDER, environ=env) as terminal:
        terminal.until(f"connecting to {nobody}")
        assert "waiting for" not in terminal.shown


@on_posix
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), f"waiting for tanX to show it cancelled: {ORDER}"),
        (("-n",), f"waiting for tanX to show {ORDER}"),
    ],
)
def test_what_was_sent_is_waited_for(installed: Any, gate: Any, flags: tuple[str, ...], words: str) -> None:
    server, env = gate
    with on_terminal(installed, "tanx", ORDER, *flags, environ=env) as terminal:
        terminal.until(words)
        server.open.set()
        assert terminal.end()[0] == 0


@on_posix
def test_ids_are_asked_for_on_a_terminal_and_nothing_is_drawn_over_them(installed: Any, gate: Any) -> None:
    server, env = gate
    with on_terminal(installed, "tanx", "-", environ=env) as terminal:
        terminal.until("type ids, one a line, then Ctrl-D\n")
        terminal.type(f"{ORDER}\n{CTRL_D}")
        assert server.came.acquire(timeout=20)
        time.sleep(0.8)  # so long that a spinner would have come
        server.open.set()
        assert terminal.end()[0] == 0
    assert terminal.raw.replace("\r", "") == f"type ids, one a line, then Ctrl-D\n{ORDER}\n"


# --- Ctrl-C


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_says_what_is_still_waited_for_before_the_report(
    installed: Any, gate: Any, number: signal.Signals
) -> None:
    server, env = gate
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with installed.begin("tanx", ORDER, "25768901", env=env, **streams) as process:
        try:
            assert all(server.came.acquire(timeout=20) for _ in range(2))
            process.send_signal(number)
            told, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert told.startswith("stopping: nothing new is sent; waiting up to 2 s for 2 orders in flight\n")
    assert "2 unknown" in told
    assert process.returncode == 128 + number


@on_posix
def test_a_stop_on_a_terminal_takes_the_place_of_the_spinner(installed: Any, gate: Any) -> None:
    _, env = gate
    with on_terminal(installed, "tanx", ORDER, environ=env, own=True) as terminal:
        terminal.until("waiting for tanX to show it cancelled")
        terminal.type(CTRL_C)
        terminal.until("stopping: nothing new is sent; waiting up to 2 s for 1 order in flight\n")
        assert terminal.end()[0] == 130
    assert "\r\x1b[Kstopping: " in terminal.raw
