"""What people type wrong: exit 2, nothing sent, and one or two lines that say what to type instead."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.cancel.terminal import on_terminal
from venues.registry import VENUES, open_practice
from venues.sandbox.practice import Reply, Request
from venues.sandbox.server import start

FIVE = ("deal-order", "smart-trade", "tanx", "order", "tradernet")
ORDER = "ord-20260303120000-1"
MISTAKES = {
    "25768879": ("cancel COMMAND 25768879", *FIVE, "3Commas", "tanX", "NeuraTrade", "Tradernet"),
    " 25768879 ": ("cancel COMMAND 25768879", *FIVE),
    ORDER: (f"cancel COMMAND {ORDER}", *FIVE),
    "tanx": ("no order id was given", "cancel tanx 25768879"),
    "order": ("no order id was given", f"cancel order {ORDER}"),
    "deal-order": ("no deal id was given", "cancel deal-order 2345678901 1123077331"),
    "deal-order 2345678901": ("no order id was given", "cancel deal-order 2345678901 1123077331"),
    "tanx 1 --json": ("type: -o json",),
    "tanx 1 --jsonl": ("type: -o jsonl",),
    "--sandbox tanx 1": ("flags go after the command: cancel tanx 1 --sandbox",),
    "-o json tanx 1": ("flags go after the command: cancel tanx 1 -o json",),
    "--dry-run": ("Flags go after the command", "--dry-run"),
    "tanx 1,2": ("put blanks between them: 1 2",),
    "tanx 1;2": ("put blanks between them: 1 2",),
    "tanx 1,x": ("'1,x' is not an order id: expected a whole number above 0",),
    f"order {ORDER},{ORDER}": ("put blanks between them",),
    "ls": ("there is no ls; type: cancel list",),
    "open": ("there is no open; type: cancel list",),
    "orders": ("type: cancel list",),
    "--list": ("there is no --list; type: cancel list",),
    "--all": ("there is no --all; type: cancel all",),
    "-a": ("type: cancel all",),
    "tanx --all": ("there is no --all; type: cancel all tanx",),
    "tanx --open": ("there is no --open; type: cancel list tanx",),
    "list foo": ("there is no target 'foo'; there are: deal-order, smart-trade, tanx, order, tradernet",),
    "list tradernt": ("there is no target 'tradernt'; did you mean tradernet?",),
    "list 3commas": ("'3commas' is a venue; its targets: deal-order, smart-trade",),
    "all 25768879": ("'25768879' is no target", "cancel COMMAND 25768879", *FIVE),
    "all": ("nobody can be asked here: add --yes to cancel, or --dry-run to see what would go",),
    "all tanx tanx": ("nobody can be asked here",),
    "--yes all": ("flags go after the command: cancel all --yes",),
    "list --older-than 10": ("'10' is no age; give a number and s, m, h or d, such as 90s, 10m, 2h or 3d",),
    "list --older-than -5m": ("'-5m' is no age",),
    "all --yes --newer-than 1y": ("'1y' is no age",),
    "list --newer-than 0s": ("'0s' is no age",),
    "list --newer-than 999999999.5d": ("'999999999.5d' is no age",),
    "list --older-than 10m --newer-than 600s": ("no order is both: the age of --older-than must be the shorter one",),
    "all --yes --symbol /": ("'/' is no word to filter by",),
    "list --side up": ("'up' is no side; give buy or sell",),
    "list --deal x": ("'x' is not a deal id: expected a whole number",),
    "list tanx --deal 5": ("--deal: tanx has no deals",),
    "list --account 5": ("there is no option --account",),
    "list -q": ("-q prints ids for `cancel TARGET -`: name one target",),
    "list -q tanx order": ("name one target",),
    "list -q deal-order": ("name the deal, with --deal ID",),
    "all -y --no-wait": ("there is no option --no-wait",),
    "login": ("type: cancel auth login VENUE",),
    "logout": ("type: cancel auth logout VENUE",),
    "status": ("type: cancel auth status",),
    "help": ("type: cancel --help",),
    "version": ("type: cancel --version",),
    "-V": ("type: cancel --version",),
    "3commas": ("cancel deal-order 2345678901 1123077331", "cancel smart-trade 30404547"),
    "3Commas 5": ("cancel smart-trade 30404547",),
    "neuratrade": (f"cancel order {ORDER}",),
    "freedom24": ("Tradernet", "cancel tradernet 2929292929"),
    "order 25768879": ("NeuraTrade", "ord-YYYYMMDDHHMMSS-n", "cancel tanx (tanX)", "cancel tradernet (Tradernet)"),
    f"tanx {ORDER}": ("tanX", "a whole number", "cancel order (NeuraTrade)"),
    f"deal-order {ORDER} 1": (f"'{ORDER}' is not a deal id: expected a whole number",),
    "deal-order - 1": ("'-' is not a deal id",),
    "tanx -5": ("an order id has no sign",),
    "tanx 1 --wait 10m": ("'10m' is no number of seconds", "such as 10"),
    "tanx 1 --wait 0": ("'0' is no number of seconds; give one up to 86400",),
    "tanx 1 --wait nan": ("'nan' is no number of seconds",),
    "tanx 1 --no-wait --wait 5": ("--wait and --no-wait: give one or the other",),
    "tanx 1 --no-wait --wait 30": ("--wait and --no-wait: give one or the other",),  # the default, typed
    "tanx 1 -j 0": ("'0' is no whole number from 1 to 64",),
    "tanx 1 -j many": ("'many' is no whole number from 1 to 64",),
    "tnax 1": ("there is no command 'tnax'; did you mean tanx?",),
    "tanx 1 --sandbocks": ("there is no option --sandbocks; did you mean --sandbox?",),
    "tanx 1 -x": ("there is no option -x; see cancel tanx --help",),
}
ODD = ("valid float", "<=", "Traceback", "is not valid", "Usage:")


@pytest.fixture(scope="module")
def sent() -> list[str]:
    return []


@pytest.fixture(scope="module")
def environ(sent: list[str]) -> Iterator[dict[str, str]]:
    """Out: variables that point every venue at one server, which notes what comes; and credentials for each."""

    class Server:
        def answer(self, request: Request) -> Reply:
            sent.append(request.path)
            return Reply.json(500, {})

    with start(Server()) as running:
        given = {}
        for venue in VENUES:
            values = {"url": running.url, **open_practice(venue).credentials}
            given |= {f"CANCEL_{venue}_{name}".upper(): value for name, value in values.items()}
        yield given


@pytest.mark.parametrize("typed", MISTAKES)
def test_it_says_what_to_type_instead(installed: Any, environ: dict[str, str], sent: list[str], typed: str) -> None:
    words = [typed] if typed.startswith(" ") else typed.split()
    done = installed.run(*words, env=environ)
    assert (done.returncode, done.stdout, sent) == (2, "", [])
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) <= 2
    for hint in MISTAKES[typed]:
        assert hint in done.stderr, done.stderr
    for words_of_a_library in ODD:
        assert words_of_a_library not in done.stderr


@pytest.mark.parametrize(
    "typed", ["25768879", "tanx", "--sandbox tanx 1", "login", "help", "3commas", "order 25768879", "tanx 1 -x"]
)
def test_hints_use_the_name_that_was_typed(installed: Any, typed: str) -> None:
    done = installed.run(*typed.split(), script="ordercancel")
    assert "ordercancel " in done.stderr
    assert " cancel " not in done.stderr.replace("to cancel", "")


SECRET = "hush-4711-hush"


@pytest.mark.parametrize(
    "typed",
    [
        f"auth login 3commas --api-key {SECRET}",
        f"auth login 3commas --api-secret={SECRET}",
        f"auth login 3commas {SECRET}",
        f"auth login neuratrade --email {SECRET}",
        f"auth login tanx --private-key {SECRET}",
        f"tradernet 1 --private-key {SECRET}",
        f"--password {SECRET} order {ORDER}",
    ],
)
def test_a_secret_on_the_command_line_is_not_taken_and_not_shown(installed: Any, typed: str) -> None:
    done = installed.run(*typed.split())
    assert done.returncode == 2
    assert "secrets are never taken on the command line" in done.stderr
    assert "cancel auth login " in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("order 25768879 -o json", "order"),
        ("tanx 1 --foo -o json", "tanx"),
        ("tanx 1 --output=json --jobs 0", "tanx"),
        ("tanx 1 --no-wait --wait 5 -ojson", "tanx"),
        ("deal-order 1 -o json", "deal-order"),
    ],
)
def test_a_script_that_wants_json_gets_a_document(installed: Any, typed: str, command: str) -> None:
    done = installed.run(*typed.split())
    document = {"version": 1, "command": command, "exit_code": 2, "orders": [], "skipped": []}
    assert (done.returncode, json.loads(done.stdout)) == (2, document)
    assert installed.run(*typed.replace("-o", "").split()).stdout in ("", done.stdout)


def test_json_may_come_from_the_environment(installed: Any) -> None:
    done = installed.run("tanx", "x", env={"CANCEL_OUTPUT": "json"})
    assert json.loads(done.stdout)["exit_code"] == 2
    assert installed.run("tanx", "x", env={"CANCEL_OUTPUT": "jsonl"}).stdout == ""


@pytest.mark.parametrize("wait", ["10s", "10 s", " 10", "2.5", "86400"])
def test_seconds_are_understood(installed: Any, wait: str) -> None:
    assert installed.run("tanx", "25768914", "--sandbox", "--dry-run", "--wait", wait).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("more", "red"), [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False)])
def test_error_is_red_on_a_terminal(installed: Any, more: dict[str, str], red: bool) -> None:
    with on_terminal(installed, "tanx", "x", environ=more) as terminal:
        assert terminal.end()[0] == 2
    assert ("\x1b[31mError:\x1b[0m 'x'" in terminal.raw) is red


@pytest.mark.parametrize("args", [("--help",), ("tanx", "x"), ("tanx", "25768879", "--sandbox"), ()])
def test_a_ci_variable_forces_no_colour(installed: Any, args: tuple[str, ...]) -> None:
    done = installed.run(*args, env={"GITHUB_ACTIONS": "true", "CI": "true"})
    assert "\x1b" not in done.stdout + done.stderr
