"""`cancel at`: what is checked before anything is sent, and what a script sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.venues.exchange.test_library import HIDE

KEYS = {"CANCEL_BINANCE_API_KEY": "k", "CANCEL_BINANCE_API_SECRET": "s", "CANCEL_BINANCE_URL": "http://127.0.0.1:1"}
KRAKEN = ("kraken", "BTC/USD", "OQCLML-BW3P3-BUCMWZ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("binanse BTC/USDT 1", "did you mean binance"),
        ("somewhere BTC/USD 1", "named by their ccxt ids"),
        ("huobi BTC/USDT 1", "type htx"),
        ("bitmex BTC/USD 1", "ccxt has dropped bitmex"),
        ("backpack BTC/USDC 1", "it shows no order by its id alone"),
        ("hyperliquid A/B:B 1", "signed with the key of a wallet"),
        ("bitvavo BTC/EUR 1", "operatorId"),
        ("bydfi BTC/USDT 1", "ccxt cannot cancel there"),
        ("gemini BTC/USD 1", "--untested"),
        ("gemini BTC/USD 1 --untested --sandbox", "there is no practice venue of Gemini"),
        ("binance BTCUSDT 1", "Did you mean BTC/USDT?"),
        ("binance btc-usdt 1", "Did you mean BTC/USDT?"),
        ("binance 28457 BTC/USDT", "is no symbol"),
        ("binance BTC/USDT", "no order id was given"),
        ("binance BTC/USDT a\u00e4", "is not an order id"),
        ("binance", "no symbol was given"),
    ],
)
def test_bad_input_is_named_and_nothing_sent(installed: Any, line: str, says: str) -> None:
    done = installed.run("at", *line.split(" "), "-o", "json", env=KEYS)
    assert done.returncode == 2, done.stderr
    assert says in " ".join(done.stderr.split())
    assert json.loads(done.stdout) == {"version": 1, "command": "at", "exit_code": 2, "orders": [], "skipped": []}


def test_what_a_script_reads(installed: Any) -> None:
    done = installed.run("at", "  KRAKEN ", *KRAKEN[1:], KRAKEN[2], "--sandbox", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (record,) = json.loads(done.stdout)["orders"]
    told = ("venue", "command", "order_id", "deal_id", "outcome", "evidence", "symbol", "side", "status", "attempts")
    assert [record[field] for field in told] == [
        "kraken", "at", KRAKEN[2], None, "cancelled", "read-back", "BTC/USD", "buy", "canceled", 1
    ]  # fmt: skip
    assert record["credentials"] == "sandbox"


def test_ids_from_standard_input(installed: Any) -> None:
    ids = "28457  # the first\n\nno id\n28459\n28457\n"
    done = installed.run("at", "binance", "BTC/USDT", "-", "--sandbox", "-o", "json", stdin=ids)
    document = json.loads(done.stdout)
    assert [record["order_id"] for record in document["orders"]] == ["28457", "28459"]
    assert (done.returncode, document["skipped"]) == (2, [{"line": 3, "text": "no id"}])


def test_an_untested_exchange_says_so(installed: Any) -> None:
    env = {"CANCEL_GEMINI_API_KEY": "k", "CANCEL_GEMINI_API_SECRET": "s", "CANCEL_GEMINI_URL": "http://127.0.0.1:1"}
    done = installed.run("at", "gemini", "BTC/USD", "1", "--untested", "--wait", "0.2", env=env)
    assert done.returncode == 8, done.stderr
    assert "Gemini is untested" in done.stderr
    plain = installed.run("at", "binance", "BTC/USDT", "1", "--untested", "--wait", "0.2", env=KEYS)
    assert (plain.returncode, "untested" in plain.stderr) == (8, False)


def test_without_the_extra(installed: Any, tmp_path: Path) -> None:
    """The line that installs it; and everything else works."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    env = {**KEYS, "PYTHONPATH": f"{tmp_path}:{installed.site}"}

    def fresh(*args: str) -> Any:
        return installed.run(*args, env=env, fresh=True)

    done = fresh("at", "binance", "BTC/USDT", "1")
    assert done.returncode == 2
    assert done.stderr == "exchanges need ccxt, which is not installed: pip install 'ordercancel[ccxt]'\n"
    assert fresh("list", "binance").stderr == done.stderr
    assert fresh("tanx", "25768879", "--sandbox").returncode == 0
    assert fresh("auth", "status", "binance").returncode == 0
    checked = fresh("auth", "status", "binance", "--check")
    assert (checked.returncode, checked.stderr) == (2, done.stderr)
    assert "CANCEL_BINANCE" not in fresh("sandbox", "--list").stdout
    alone = fresh("list", "-o", "json")  # keys for it lie around, and no other ones
    assert (alone.returncode, json.loads(alone.stdout)["targets"][-1]["outcome"]) == (5, "refused")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[default.binance]\ntestnet = 1", "expected true or false"),
        (
            "[default.binance]\napi_version = 3",
            "unknown key; there are url, testnet, allow_http, requests_per_minute",
        ),
        ("[default.gate]\ntestnet = 1", "expected true or false"),
        ("[default.binanse]\ntestnet = true", "no such venue"),
    ],
)
def test_settings_that_cannot_be(installed: Any, tmp_path: Path, table: str, says: str) -> None:
    (tmp_path / "cancel").mkdir()
    (tmp_path / "cancel" / "config.toml").write_text(table)
    done = installed.run("at", "binance", "BTC/USDT", "1", env=KEYS | {"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert says in done.stderr


def test_an_exchange_without_a_test_net_is_not_asked_for_real(installed: Any) -> None:
    env = {"CANCEL_KRAKEN_API_KEY": "k", "CANCEL_KRAKEN_API_SECRET": "s", "CANCEL_KRAKEN_TESTNET": "true"}
    for command in (("at", *KRAKEN), ("list", "kraken"), ("auth", "status", "kraken", "--check")):
        done = installed.run(*command, env=env | {"CANCEL_KRAKEN_URL": "http://127.0.0.1:1"})
        assert (done.returncode, "ccxt knows no test net of Kraken" in done.stderr) == (2, True), command


def test_missing_credentials_name_the_fields(installed: Any) -> None:
    done = installed.run("at", "okx", "BTC/USDT", "1", env={"CANCEL_OKX_API_KEY": "k", "CANCEL_OKX_API_SECRET": "s"})
    assert done.returncode == 6
    assert "missing there: password" in done.stderr
    assert "CANCEL_OKX_PASSWORD" in done.stderr


def test_a_full_disk_and_no_home_are_no_matter(installed: Any, tmp_path: Path) -> None:
    """The market cannot be kept, and the order is cancelled all the same."""
    for cache in ("/dev/full", "/proc/nowhere", "relative"):
        done = installed.run("at", *KRAKEN, "--sandbox", env={"XDG_CACHE_HOME": cache})
        assert done.returncode == 0, done.stderr


def test_typing_the_exchange_alone(installed: Any) -> None:
    done = installed.run("binance", "BTC/USDT", "1")
    assert (done.returncode, "type: cancel at binance SYMBOL ORDER_ID" in done.stderr) == (2, True)


@pytest.mark.parametrize("name", ["binance", "okx"])
def test_everything_open_goes_and_is_proven_gone(installed: Any, name: str) -> None:
    listed = installed.run("list", name, "--sandbox", "-o", "json")
    rows = json.loads(listed.stdout)["orders"]
    assert [(row["venue"], row["command"]) for row in rows] == [(name, "at")] * 3
    done = installed.run("all", name, "--sandbox", "--yes", "-o", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [record["outcome"] for record in document["orders"]] == ["cancelled"] * 3
    (target,) = document["targets"]
    assert (target["target"], target["venue"], target["clear"], target["lists"]) == (name, name, True, 3)


def test_ids_for_another_command_are_those_of_one_symbol(installed: Any) -> None:
    assert installed.run("list", "binance", "-q", "--sandbox").returncode == 2
    done = installed.run("list", "binance", "-q", "--symbol", "btcusdt", "--sandbox")
    assert (done.returncode, done.stdout.split()) == (0, ["28457", "28459"])
