"""`cancel auth` with an exchange: the fields that it needs, tried at its practice venue, kept under its ccxt id."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from venues.registry import PROVEN, open_practice

Run = Callable[..., Any]


@pytest.mark.parametrize("name", PROVEN)
def test_logged_in_shown_and_logged_out(run: Run, memory: Any, serve: Any, name: str) -> None:
    practice = serve(open_practice(name))
    done = run("login", name, given=json.dumps(dict(practice.credentials)))
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert memory.of(name) == {field: text.strip() for field, text in practice.credentials.items()}
    shown = run("status", name, "--check")
    assert shown.exit_code == 0, shown.stdout
    assert practice.credentials["api_secret"] not in shown.stdout
    assert "complete, from the keyring" in shown.stdout
    assert name in {account["venue"] for account in json.loads(run("status", "-o", "json").stdout)}
    assert run("logout", name).exit_code == 0
    assert memory.of(name) == {}
    assert practice.counts["cancel"] == 0


@pytest.mark.parametrize("name", ["binance", "kraken", "okx", "coinbase", "kucoin"])
def test_a_wrong_key_is_not_stored(run: Run, memory: Any, serve: Any, name: str) -> None:
    practice = serve(open_practice(name))
    done = run("login", name, given=json.dumps({**practice.credentials, "api_key": "0" * 30}))
    assert done.exit_code == 6, done.stderr
    assert "nothing was stored, because the check failed" in done.stderr
    assert memory.entries == {}


def test_the_fields_are_those_of_the_exchange(run: Run, memory: Any) -> None:
    done = run("login", "okx", given='{"api_key": "a", "api_secret": "b"}')
    assert done.exit_code == 2
    assert "password" in done.stderr
    unknown = run("login", "binance", given='{"api_key": "a", "secret": "b"}')
    assert unknown.exit_code == 2
    assert memory.entries == {}


def test_one_that_proves_nothing_takes_no_keys(run: Run, memory: Any) -> None:
    for name in ("hyperliquid", "bitflyer"):
        done = run("login", name, given='{"api_key": "a", "api_secret": "b"}')
        assert (done.exit_code, "no cancel can be proven" in " ".join(done.stderr.split())) == (2, True)
