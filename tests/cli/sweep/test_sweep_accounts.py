"""Which accounts a sweep takes: who is passed over, who is told, and that what is wrong at one stops no other."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from keyring.errors import KeyringLocked

from cli.options import Options, Output
from cli.sweep.list import list_open
from cli.sweep.wanted import Wanted
from config.keyring_store import KeyringStore
from tests.cli.sweep.desk import Desk, Open, goes, ids, targets

TOOLS = {"list": ("list",), "all": ("all", "--yes")}


def unset(here: Desk, *names: str) -> None:
    """Take variables out of the environment: whole venues, or single ones."""
    for name in [each for each in here.variables if each.startswith(tuple(f"CANCEL_{name}" for name in names))]:
        del here.variables[name]


def config(here: Desk, text: str) -> Path:
    path = here.home / ".config" / "cancel" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("tool", TOOLS)
def test_no_credentials_anywhere(desk: Open, tool: str) -> None:
    here = desk("tanx")
    unset(here, "TANX")
    ran = here.run(*TOOLS[tool], "-o", "json")
    assert ran.code == 6
    assert ran.document == {"version": 1, "command": tool, "exit_code": 6, "orders": [], "targets": []}
    assert ran.err.startswith("no venue has credentials; ")


@pytest.mark.parametrize("tool", TOOLS)
def test_who_has_none_is_passed_over_in_words(desk: Open, tool: str) -> None:
    here = desk("tanx", "neuratrade")
    ran = here.run(*TOOLS[tool], "-o", "json")
    assert (ran.code, list(targets(ran)), ids(ran)) == (0, ["tanx", "order"], goes("tanx", "order"))
    assert "without credentials, passed over: deal-order, smart-trade, tradernet\n" in ran.err


@pytest.mark.parametrize("tool", TOOLS)
def test_who_is_named_and_has_none_is_6_and_the_others_go(desk: Open, tool: str) -> None:
    here = desk("tanx")
    ran = here.run(*TOOLS[tool], "order", "tanx", "smart-trade", "-o", "json")
    assert (ran.code, ran.document["exit_code"], ids(ran)) == (6, 6, goes("tanx"))
    assert {name: each["outcome"] for name, each in targets(ran).items()} == {
        "order": "unauthorized", "tanx": "cancelled" if tool == "all" else "dry-run", "smart-trade": "unauthorized",
    }  # fmt: skip
    assert "passed over" not in ran.err
    assert "cancel auth login neuratrade" in ran.err
    assert {name: each["clear"] for name, each in targets(ran).items()} == (
        {"order": False, "tanx": True, "smart-trade": False} if tool == "all" else dict.fromkeys(targets(ran))
    )
    assert "missing" in targets(ran)["order"]["message"]


@pytest.mark.parametrize("tool", TOOLS)
def test_half_a_set_is_6_and_told_once_though_nobody_named_it(desk: Open, tool: str) -> None:
    here = desk("3commas", "tanx", "neuratrade")
    unset(here, "3COMMAS_API_SECRET", "NEURATRADE")
    here.variables["CANCEL_NEURATRADE_EMAIL"] = "me@example.com"  # and no address either
    ran = here.run(*TOOLS[tool], "-o", "json")
    assert (ran.code, ids(ran)) == (6, goes("tanx"))
    assert [each["exit_code"] for each in ran.document["targets"]] == [6, 6, 0, 6]
    assert ran.err.count("3commas, profile default: the environment has api_key; missing there: api_secret") == 1
    assert "passed over: tradernet\n" in ran.err
    assert here.servers["3commas"].log == []


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("output", ["table", "json"])
def test_who_has_credentials_and_no_address_stops_it_all(desk: Open, tool: str, output: str) -> None:
    here = desk("tanx", "neuratrade")
    unset(here, "NEURATRADE_URL")
    ran = here.run(*TOOLS[tool], "-o", output)
    assert (ran.code, here.requests) == (2, 0)
    assert "neuratrade has no default address" in ran.err
    if output == "json":
        assert ran.document == {"version": 1, "command": tool, "exit_code": 2, "orders": [], "targets": []}
    else:
        assert ran.out == ""  # of nobody is anything known, least of all that nothing is open


@pytest.mark.parametrize(
    ("text", "told"),
    [("[default.tanx]\ncolour = 1\n", "colour"), ("[default.tanx]\nrequests_per_minute = 'x'\n", "requests_per")],
)
def test_a_wrong_config_file_stops_it_all(desk: Open, text: str, told: str) -> None:
    here = desk("tanx", "neuratrade")
    unset(here, "TANX_REQUESTS_PER_MINUTE")
    path = config(here, text)
    ran = here.run("all", "--yes")
    assert (ran.code, ran.out, here.requests) == (2, "", 0)
    assert str(path) in ran.err
    assert told in ran.err


def test_a_profile_that_nothing_knows_is_told_once(desk: Open) -> None:
    here = desk()
    for by in ({"CANCEL_PROFILE": "bto"}, {}):
        ran = here.run("list", *(() if by else ("--profile", "bto")), **by)
        assert (ran.code, ran.out, here.requests) == (2, "", 0)
        assert ran.err.count("No profile bto is known") == 1


def test_a_named_profile_takes_the_keyrings_account(desk: Open) -> None:
    here = desk("tanx", "neuratrade")
    config(here, "[bot.tanx]\nrequests_per_minute = 9000\n")
    ran = here.run("list", "tanx", "--profile", "bot", "-o", "json")  # the environment's is not bot's
    assert (ran.code, here.requests) == (6, 0)
    ran = here.run("list", "tanx", "-o", "json", CANCEL_PROFILE="bot")
    assert ({row["profile"] for row in ran.document["orders"]}, ran.code) == ({"bot"}, 0)
    assert "  (profile bot, environment)\n" in here.run("list", "tanx", CANCEL_PROFILE="bot").out


# --- a keyring that does not answer, in this process


@pytest.fixture
def reading(desk: Open, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], signals: None) -> Any:
    """Out: lists with such a keyring and with tanX's credentials in the environment. Gives code and output."""
    here = desk("tanx")
    for name, value in here.variables.items():
        monkeypatch.setenv(name, value)

    def read(get_password: Any, limit: float) -> tuple[int, str, str]:
        backend: Any = SimpleNamespace(get_password=get_password)
        store = partial(KeyringStore, load=lambda: backend, limit=limit)
        monkeypatch.setattr("config.keyring_store.KeyringStore", store)
        wanted = Wanted((), (), None, None, None, None, None, protective=False)
        code = list_open(wanted, Options(Output.JSONL, False, 5.0, False, "default", False, 4, False, False))
        return code, *capsys.readouterr()

    return read


def test_a_locked_keyring_is_not_an_empty_one(reading: Any) -> None:
    def locked(service: str, username: str) -> str:
        raise KeyringLocked("no")

    code, out, err = reading(locked, 5.0)
    assert (code, out.count('"order_id"'), out.count('"outcome": "unauthorized"')) == (6, 6, 4)
    assert "the keyring is locked (no)" in err
    assert "passed over" not in err


def test_a_keyring_that_hangs_holds_up_nobody(reading: Any) -> None:
    never = threading.Event()
    code, out, err = reading(lambda service, username: never.wait(), 0.1)
    never.set()
    assert (code, out.count('"order_id"'), out.count('"outcome": "unauthorized"')) == (6, 6, 4)
    assert "did not answer" in err
