"""Every credential is marked, and the mark never shows: on no stream, in no file, in no process list.

Nor do the signatures and tokens made from it, whatever the venue does, says back, or where it redirects to.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults import canary
from tests.faults import faults as f
from tests.faults.canary import Marked, accounts, echo, found_in, in_error, nested, wallet_account
from tests.faults.nursery import Nursery, nursery
from tests.faults.run import ORDERS, Flock, Ran, command, environment, grouped, run
from tests.faults.server import Asked, Fault, Faults, FaultServer, always, once
from venues.registry import PROVEN, face_of, open_practice
from venues.sandbox.practice import Reply

AT_ONCE = 4
FAULTS: dict[str, dict[str, Faults]] = {
    "nothing": {},
    "refused with everything said back": {"cancel": always(echo(400, in_error))},
    "unauthorized with everything said back": {
        route: always(echo(401, nested)) for route in ("cancel", "refresh", "login", "nonce")
    },
    "a page with everything said back": {
        "cancel": always(canary.echo_text(404, "text/plain")), "look": always(canary.echo_text(404, "text/plain")),
    },
    "500 with everything said back, also on the look": {
        "cancel": always(echo(500, in_error, escaped=True)), "look": always(echo(500, nested, escaped=True)),
    },
    "an error in a 200, also on the look": {"cancel": always(echo(200, nested)), "look": always(echo(200, in_error))},
    "lost, and a redirect": {"cancel": once(f.close(acting=True)), "look": always(f.redirect(307))},
    "redirected everywhere": {
        route: always(f.redirect(302)) for route in ("cancel", "look", "refresh", "login", "nonce")
    },
    "limited with everything said back": {"cancel": always(echo(429, in_error))},
}  # fmt: skip
PLAIN = ("-o", "json")
LOUD = ("-v",)
ACCOUNTS = [marked.name for marked in accounts()] + ["tanx with a wallet"]


@dataclass(frozen=True)
class Canary:
    """One run: who, under which fault, and how loud."""

    account: str
    fault: str
    loud: bool

    @property
    def name(self) -> str:
        return f"{self.account}, {self.fault}{', loud' if self.loud else ''}"


def _all() -> Iterator[Canary]:
    """Loud, in Python's development mode, all; as JSON those whose words differ most."""
    for account in ACCOUNTS:
        for fault in FAULTS:
            if account != "tanx with a wallet" or "every" in fault:
                yield Canary(account, fault, loud=True)
    for account in ACCOUNTS[:-1]:
        for fault in list(FAULTS)[1:6]:
            yield Canary(account, fault, loud=False)


RUNS = list(_all())


def find(name: str) -> Marked:
    return next(marked for marked in [*accounts(), wallet_account()] if marked.name == name)


def watch_processes(server: FaultServer, seen: list[bytes]) -> None:
    """Take the process list whenever a request arrives."""
    answer = server.practice.answer

    def watching(request: Any) -> Reply:
        seen.append(canary.process_list())
        return answer(request)

    server.practice.answer = watching  # type: ignore[method-assign]


@dataclass(frozen=True)
class Leaks:
    """What a run left, and where a secret shows in it."""

    ran: Ran
    places: list[str]
    requests: int
    elsewhere: int


def leaks(marked: Marked, plan: dict[str, Faults], args: list[str], home: Path, made: Nursery, **more: str) -> Leaks:
    """Run the command with a home of its own, which is searched as well. In: who runs it."""
    home.mkdir()
    processes: list[bytes] = []
    with FaultServer(marked.practice, plan) as server:
        watch_processes(server, processes)
        env = environment(home, server, {**marked.credentials, **marked.settings}, **more)
        if "TOLD" in more:
            env["TOLD"] = " ".join(marked.credentials.values())
        stdin = json.dumps(dict(marked.credentials)) if "login" in args else None
        if stdin is not None:
            env = {name: value for name, value in env.items() if value not in marked.credentials.values()}
        ran = run(args, env, stdin, made)
        secrets = canary.secrets_of(marked, server)
        texts = {"stdout": ran.out.encode(), "stderr": ran.err.encode(), "processes": b"\n".join(processes)}
        texts |= canary.files_below(home)
        assert server.faults == []
        return Leaks(ran, found_in(texts, secrets), len(server.log), len(server.elsewhere.log))


@pytest.fixture(scope="module")
def strict() -> Iterator[Nursery]:
    """Out: runs the command in Python's development mode."""
    with nursery("-X", "dev") as made:
        yield made


@pytest.fixture(scope="module")
def flock(
    request: pytest.FixtureRequest, nest: Nursery, strict: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flock[Canary, Leaks]]:
    """The runs that were selected, several at once."""
    home = tmp_path_factory.mktemp("canary")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        run_one = lambda one, number: fly(one, home / str(number), strict if one.loud else nest)  # noqa: E731
        yield Flock(pool, request.session.items, test_nothing_secret_shows, run_one)
        pool.shutdown(cancel_futures=True)


def fly(one: Canary, home: Path, made: Nursery) -> Leaks:
    marked = find(one.account)
    args = command(marked.verb, *ORDERS[marked.verb], *(LOUD if one.loud else PLAIN), "--wait", "2")
    return leaks(marked, FAULTS[one.fault], args, home, made)


@pytest.mark.parametrize("one", grouped("canary", RUNS, 60), ids=lambda one: one.name)
def test_nothing_secret_shows(request: pytest.FixtureRequest, flock: Flock[Canary, Leaks], one: Canary) -> None:
    found = flock.result(request.node)
    assert found.requests > 0, "nothing was ever said: this proves nothing"
    assert found.places == []
    assert found.elsewhere == 0
    assert "Traceback" not in found.ran.err
    assert found.ran.code != 1
    if one.loud:
        assert "> " in found.ran.err, "the loud run was silent"
    else:
        assert found.ran.document["orders"][0]["order_id"] == ORDERS[find(one.account).verb][-1]


def test_there_are_enough_runs() -> None:
    assert len(RUNS) >= 60


def test_the_canary_sings(tmp_path: Path) -> None:
    """The search itself finds a secret in each of the places, so that silence means something."""
    marked = find("order with a password")
    (tmp_path / "log").write_text(json.dumps({"p": marked.credentials["password"]}))
    with FaultServer(marked.practice) as server:
        secrets = canary.secrets_of(marked, server)
    assert found_in(canary.files_below(tmp_path), secrets)
    with subprocess.Popen(["sleep", "20"], executable="/bin/sleep") as sleeper:
        try:
            looks = ({"processes": canary.process_list()} for _ in range(1000))  # it may take a moment to show
            assert any(found_in(seen, {b"sleep\x0020"}) for seen in looks)
        finally:
            sleeper.kill()


# --- a fault of our own, in the middle

BROKEN = {
    "a reply is parsed": "venues.wire.replies:parse",
    "a reply is read": "venues.wire.http:parse_json",
    "a request is sent": "venues.wire.transport:Transport._exchange",
    "an answer is judged": "venues.wire.link:HttpVenue.raise_for_shared_answers",
    "a record is made": "cli.output.record:record",
    "the report is added to": "cli.output.report:Report.add",
    "an order is looked up": "venues.procedure.run:Cancel._look",
    "credentials are taken": "venues.wire.link:HttpVenue.optional_credential",
    "a credential is found": "config.credentials:Credentials.get",
}


@pytest.mark.xdist_group("canary 0")  # where the nursery in development mode is
@pytest.mark.parametrize("where", BROKEN)
@pytest.mark.parametrize("account", ["smart-trade with HMAC", "tanx with tokens", "order with a password"])
def test_a_fault_of_our_own_tells_nothing(strict: Nursery, tmp_path: Path, account: str, where: str) -> None:
    marked = find(account)
    args = command(marked.verb, *ORDERS[marked.verb], *PLAIN, "--wait", "2", "-v")
    found = leaks(marked, {}, args, tmp_path / "home", strict, BREAK=BROKEN[where], TOLD="")
    assert found.places == []
    assert found.ran.code == 1
    assert "A fault in ordercancel itself" in found.ran.err
    assert "RuntimeError" in found.ran.err


# --- exchanges, whose signatures ccxt makes


@pytest.mark.xdist_group("canary 0")
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((name, "500 with everything said back, also on the look") for name in PROVEN),
        *((name, fault) for name in PROVEN[:2] for fault in list(FAULTS)[:2]),
    ],
)
def test_an_exchange_tells_nothing(strict: Nursery, tmp_path: Path, name: str, fault: str) -> None:
    practice = open_practice(name)
    order = next(order for order in practice.orders.values() if practice.state(order) == "open")
    marked = Marked(name, "at", practice, practice.credentials)
    args = command("at", name, order.symbol, order.order_id, *PLAIN, *LOUD, "--wait", "2")
    found = leaks(marked, FAULTS[fault], args, tmp_path / "home", strict)
    assert found.requests > 1, found.ran.err
    assert found.places == []
    assert found.elsewhere == 0
    assert found.ran.code != 1, found.ran.err
    assert found.ran.document["orders"][0]["venue"] == name


# --- auth


@pytest.mark.xdist_group("canary 1")
@pytest.mark.parametrize("account", [name for name in ACCOUNTS if "smart" not in name and "wallet" not in name])
@pytest.mark.parametrize("verb", ["status", "check", "login", "login refused", "logout"])
def test_auth_tells_nothing(strict: Nursery, tmp_path: Path, account: str, verb: str) -> None:
    marked = find(account)
    venue = face_of(marked.verb).name
    arguments = {
        "status": ["status", venue], "check": ["status", venue, "--check"], "login": ["login", venue],
        "login refused": ["login", venue], "logout": ["logout", venue],
    }[verb]  # fmt: skip
    everything = ("check", "look", "list", "login", "refresh")
    plan = {route: always(echo(401, nested)) for route in everything} if "refused" in verb else {}
    found = leaks(marked, plan, command("auth", *arguments), tmp_path / "home", strict)
    assert found.places == []
    assert "Traceback" not in found.ran.err


# --- foreign text

UGLY = (
    "\x1b]0;owned\x07\x1b[31mred\x1b[2J\x1b]8;;http://evil.example\x07link\x1b]8;;\x07 "
    "[bold red]markup[/bold red] [/red] \u202egnp.exe\u202c \u2066x\u2069 \u200b\x00\x08\x7f\x9b31m \r\noverwritten "
)
FORBIDDEN = ["\x1b", "\x07", "\x00", "\x08", "\x7f", "\x9b", "\r", "\u202e", "\u2066", "\u200b"]


def ugly(status: int) -> Fault:
    def fault(asked: Asked) -> Reply:
        text = UGLY + "A" * 100_000
        return Reply.json(status, {
            "error": text, "error_description": text, "status": "error", "message": text, "payload": text, "code": 18,
        })  # fmt: skip

    return fault


@pytest.mark.parametrize("verb", ORDERS)
@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
def test_foreign_text_is_shown_harmless_and_short(nest: Nursery, tmp_path: Path, verb: str, output: str) -> None:
    with FaultServer(open_practice(face_of(verb).name), {"cancel": always(ugly(400))}) as server:
        args = command(verb, *ORDERS[verb], "-o", output, "-v", "--wait", "1.5")
        ran = run(args, environment(tmp_path, server), made=nest)
    assert ran.code == 5
    for text in (ran.out, ran.err):
        assert not [char for char in FORBIDDEN if char in text]
        assert len(text) < 15_000
    message = ran.out if output == "table" else _record(ran.out, output)["message"]
    assert "markup" in message
    assert "[/red]" in message, "markup is text, and stays"
    if output != "table":
        assert ran.out.isascii()
        assert not [char for char in FORBIDDEN if char in message]
        assert len(message) <= 1000


def _record(out: str, output: str) -> dict[str, Any]:
    record = json.loads(out)["orders"][0] if output == "json" else json.loads(out)
    assert isinstance(record, dict)
    return record


@pytest.mark.parametrize("verb", ["tanx", "deal-order"])
def test_foreign_text_on_a_terminal(tmp_path: Path, verb: str) -> None:
    """With colours on: the only escapes are our own, and no line is overwritten."""
    with FaultServer(open_practice(face_of(verb).name), {"cancel": always(ugly(400))}) as server:
        env = environment(tmp_path, server, TERM="xterm-256color", COLUMNS="100")
        args = command(verb, *ORDERS[verb], "--wait", "1.5")
        ours, theirs = pty.openpty()
        with subprocess.Popen(args, env=env, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as process:
            os.close(theirs)
            shown = _all_of(ours)
    assert process.returncode == 5
    text = shown.decode()
    assert "markup" in text
    assert not [char for char in FORBIDDEN if char in text.replace("\r\n", "\n").replace("\x1b[", "")]
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text
    assert len(text) < 15_000


def _all_of(terminal: int) -> bytes:
    pieces = []
    with open(terminal, "rb", buffering=0) as stream:
        while True:
            try:
                piece = stream.read(65536)
            except OSError:  # the other end was closed: Linux says EIO
                break
            if not piece:
                break
            pieces.append(piece)
    return b"".join(pieces)
