"""What a run imports, and when: a cancel is a race, and an import that it does not need is time lost.

The real command runs in a process of its own. What is loaded is noted as its last request leaves, and again
as the process ends.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ordercancel import __version__
from venues.registry import VENUES

WATCHER = """
import os, socket, sys

sent, ended, *arguments = sys.argv[1:]
sys.argv = ["cancel", *arguments]
leave = os._exit


def note(file):
    with open(file, "w") as names:
        names.write("\\n".join(list(sys.modules)))


class Watched(socket.socket):
    def sendall(self, data):
        note(sent)
        super().sendall(data)


def noted(code):
    note(ended)
    leave(code)


os._exit = noted
socket.socket = Watched
from ordercancel.__main__ import main

main()
"""
ROOMS = {name: face.room for name, face in VENUES.items()}
VERBS = (
    ("3commas", "deal-order", "2345678901 1123077331"),
    ("3commas", "smart-trade", "30404560"),
    ("tanx", "tanx", "25768879"),
    ("neuratrade", "order", "ord-20260303120000-1"),
    ("tradernet", "tradernet", "2929292929"),
)
every_verb = pytest.mark.parametrize(("venue", "verb", "ids"), VERBS, ids=[verb for _, verb, _ in VERBS])


@dataclass(frozen=True)
class Loaded:
    """A run's exit code and output, and which modules it had as its last request left, and in the end."""

    code: int
    out: str
    sent: frozenset[str]
    ended: frozenset[str]


Watch = Callable[..., Loaded]


@pytest.fixture
def watch(installed: Any, tmp_path: Path) -> Watch:
    def watched(*args: str, **environ: str) -> Loaded:
        watcher, sent, ended = (tmp_path / name for name in ("watcher.py", "sent", "ended"))
        watcher.write_text(WATCHER)
        sent.write_text("")
        done = subprocess.run(
            [sys.executable, str(watcher), str(sent), str(ended), *args],
            env=installed.environ(environ), cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        names = [frozenset(file.read_text().split()) for file in (sent, ended)]
        return Loaded(done.returncode, done.stdout + done.stderr, *names)

    return watched


@pytest.fixture(scope="module")
def sandbox(serve: Any) -> Iterator[dict[str, str]]:
    with serve() as served:
        yield dict(served.environ)


def packages(modules: frozenset[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def rooms(modules: frozenset[str]) -> set[str]:
    """Out: the venues of which more than the light face is loaded."""
    return {room for room in ROOMS.values() if any(name.startswith(f"{room}.") for name in modules)}


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(watch: Watch, flag: str) -> None:
    loaded = watch(flag)
    assert (loaded.code, __version__ in loaded.out or "Usage" in loaded.out) == (0, True)
    heavy = {
        "filelock",
        "requests",
        "urllib3",
        "pydantic",
        "keyring",
        "rich",
        "cryptography",
        "eth_account",
        "platformdirs",
    }
    assert packages(loaded.ended) & heavy == set()
    assert (
        loaded.ended & {"venues.wire.link", "venues.procedure.run", "venues.interface", "cli.cancel.command"} == set()
    )
    assert rooms(loaded.ended) == set()


@every_verb
def test_a_json_run_loads_its_own_venue_and_neither_tables_nor_a_keyring(
    watch: Watch, sandbox: dict[str, str], venue: str, verb: str, ids: str
) -> None:
    loaded = watch(verb, *ids.split(), "-o", "json", "--dry-run", **sandbox)
    assert loaded.code == 0, loaded.out
    assert rooms(loaded.ended) == {ROOMS[venue]}
    assert f"{ROOMS[venue]}.replies" in loaded.ended
    assert not any(re.search(r"^venues\.sandbox|\.practice$", name) for name in loaded.ended)
    assert packages(loaded.ended) & {"rich", "keyring", "cryptography", "eth_account", "filelock"} == set()
    assert "cli.mistakes" not in loaded.ended


def test_a_table_loads_its_drawing_and_no_rich(watch: Watch, sandbox: dict[str, str]) -> None:
    loaded = watch("tanx", "25768879", "--dry-run", FORCE_COLOR="1", **sandbox)
    assert loaded.code == 0, loaded.out
    assert "\x1b[" in loaded.out
    assert "cli.output.render" in loaded.ended - loaded.sent
    assert "rich" not in packages(loaded.ended)


def test_a_field_that_is_missing_is_what_loads_keyring(watch: Watch, sandbox: dict[str, str]) -> None:
    without = {name: value for name, value in sandbox.items() if name != "CANCEL_NEURATRADE_TOKEN"}
    loaded = watch("order", "ord-20260303120000-1", "-o", "json", "--dry-run", **without)
    assert loaded.code == 6, loaded.out
    assert "keyring" in packages(loaded.ended)


def test_cryptography_is_loaded_for_an_rsa_key(watch: Watch, serve: Any) -> None:
    with serve("--rsa") as served:
        loaded = watch("smart-trade", "30404560", "-o", "json", "--dry-run", **served.environ)
    assert loaded.code == 0, loaded.out
    assert "cryptography" in packages(loaded.ended)


def test_eth_account_is_loaded_for_a_wallets_log_in(watch: Watch, sandbox: dict[str, str]) -> None:
    pytest.importorskip("eth_account")
    tokens = ("CANCEL_TANX_ACCESS_TOKEN", "CANCEL_TANX_REFRESH_TOKEN")
    without = {name: value for name, value in sandbox.items() if name not in tokens}
    loaded = watch("tanx", "25768879", "-o", "json", "--dry-run", CANCEL_TANX_WALLET_KEY="0x" + "11" * 32, **without)
    assert loaded.code == 6, loaded.out  # a stranger's wallet; the log-in was tried
    assert "eth_account" in packages(loaded.ended)


@pytest.mark.parametrize(
    ("verb", "rest"),
    [
        ("deal-order", "2345678901 1123077345 --dry-run"),  # a look goes before its cancel
        ("smart-trade", "30404571 --no-wait"),
        ("tanx", "25768914 --no-wait"),
        ("order", "ord-20260303120500-2 --no-wait"),
        ("tradernet", "2929292930 --no-wait"),
    ],
)
def test_what_reads_the_reply_is_not_loaded_before_the_first_request_has_left(
    watch: Watch, sandbox: dict[str, str], verb: str, rest: str
) -> None:
    loaded = watch(verb, *rest.split(), "-o", "json", **sandbox)
    assert loaded.code == 0, loaded.out
    assert "venues.wire.connection" in loaded.sent
    assert packages(loaded.sent) & {"pydantic", "pydantic_core"} == set()
    assert packages(loaded.ended) & {"requests", "urllib3", "certifi"} == set()  # neither a proxy nor TLS here
    assert not any(name.endswith(".replies") for name in loaded.sent)
    assert "cli.output.render" not in loaded.sent
