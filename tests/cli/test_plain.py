"""A line that is read without typer says exactly what typer would have read."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import cli.app
from cli.cancel.command import Command
from cli.options import Options, Output
from cli.plain import Line, read

ORDER = "ord-20260303120000-1"

PLAIN = {
    "smart-trade 30404547": Line("smart-trade", None, ["30404547"], Options()),
    "smart-trade -y 1 2 -o json": Line("smart-trade", None, ["1", "2"], Options(Output.JSON, yes=True)),
    "deal-order 2345678901 1123 --no-wait": Line("deal-order", "2345678901", ["1123"], Options(no_wait=True)),
    "deal-order 2345678901 -": Line("deal-order", "2345678901", ["-"], Options()),
    "tanx --profile other 1 -v": Line("tanx", None, ["1"], Options(profile="other", named=True, verbose=True)),
    "tanx --wait=10 1 -q": Line("tanx", None, ["1"], Options(wait=10.0, quiet=True)),
    "tanx 1 --wait 10 --wait 2.5": Line("tanx", None, ["1"], Options(wait=2.5)),
    "tanx 1 --sandbox": Line("tanx", None, ["1"], Options(sandbox=True)),
    "tradernet 1 - 2 -n -j 8": Line("tradernet", None, ["1", "-", "2"], Options(dry_run=True, jobs=8)),
    "at kraken BTC/USD O-1 O-2": Line("kraken", None, ["O-1", "O-2"], Options(), "BTC/USD"),
    "at binance BTC/USDT:USDT - --trigger -n": Line(
        "binance", None, ["-"], Options(dry_run=True, trigger=True), "BTC/USDT:USDT"
    ),
    "at gemini BTC/USD 1 --untested": Line("gemini", None, ["1"], Options(untested=True), "BTC/USD"),
    f"order {ORDER} --output jsonl": Line("order", None, [ORDER], Options(Output.JSONL)),
}


@pytest.mark.parametrize("line", PLAIN)
def test_plain_lines(line: str) -> None:
    assert read(line.split(), {}) == PLAIN[line]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "tanx",
        "tanx 0",
        "tanx 1 x",
        "tanx 1 \u0661",
        "tanx 1 --help",
        "tanx 1 -y",
        "tanx -- 1",
        "tanx 1 -nq",
        "tanx 1 --dry-run=",
        "tanx 1 --wait",
        "tanx 1 --wait=",
        "tanx 1 --wait 0",
        "tanx 1 --wait 5 --no-wait",
        "tanx 1 -o=json",
        "tanx 1 -o xml",
        "tanx 1 --profile --no-wait",
        "deal-order 1",
        "deal-order x 1",
        "deal-order - 1",
        "list tanx",
        "all tanx -y",
        "auth login tanx",
        "at",
        "at kraken",
        "at kraken BTC/USDT",
        "at kraken BTCUSDT 1",
        "at KRAKEN BTC/USDT 1",
        "at krakne BTC/USDT 1",
        "at kraken BTC/USDT 1 -y",
        "at kraken BTC/USDT \u00e4",
        "at gemini BTC/USD 1",
        "at gemini BTC/USD 1 --untested --sandbox",
        "at hyperliquid BTC/USD 1 --untested",
        "tanx 1 --trigger",
    ],
)
def test_lines_that_are_not(line: str) -> None:
    assert read(line.split(" "), {}) is None


def test_the_environment() -> None:
    environ = {"CANCEL_OUTPUT": "json", "CANCEL_PROFILE": "other"}
    assert read(["tanx", "1"], environ) == Line("tanx", None, ["1"], Options(Output.JSON, profile="other"))
    typed = ["tanx", "1", "-o", "table", "--profile", "third"]
    assert read(typed, environ) == Line("tanx", None, ["1"], Options(profile="third", named=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANCEL_OUTPUT", "xml"),
        ("CANCEL_OUTPUT", ""),
        ("CANCEL_PROFILE", ""),
        ("CANCEL_PROFILE", "../other"),
        ("_CANCEL_COMPLETE", "complete_bash"),
    ],
)
def test_an_environment_that_is_not(name: str, value: str) -> None:
    assert read(["tanx", "1"], {name: value}) is None


def test_it_is_what_typer_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random lines of likely and unlikely pieces: those that pass here say the same to typer, and run."""
    monkeypatch.delenv("CANCEL_OUTPUT", raising=False)
    monkeypatch.delenv("CANCEL_PROFILE", raising=False)
    ran: list[Sequence[Any]] = []
    monkeypatch.setattr(cli.app, "_run", lambda *asked: ran.append(asked))
    dice, passed = random.Random(11), 0
    while passed < 150:
        arguments = likely(dice)
        environ = {name: dice.choice(values) for name, values in SURROUNDINGS.items() if dice.random() < 0.3}
        line = read(arguments, environ)
        if line is None:
            continue
        passed += 1
        ran.clear()
        with monkeypatch.context() as patched:
            for name, value in environ.items():
                patched.setenv(name, value)
            cli.app.build(arguments[0])(arguments, standalone_mode=False)
        commands = [Command(target, deal_id, tuple(ids), *more) for target, deal_id, ids, *more in [*ran, line]]
        commands[0].check_arguments()
        assert commands[0] == commands[1], arguments


SURROUNDINGS = {"CANCEL_OUTPUT": ("json", "table", "xml", ""), "CANCEL_PROFILE": ("other", "default", "a b", "")}
PIECES = (
    ("1", "25768879", " 7 ", "0", "-", "x", "", "ord-20260303120000-1", "99999999999999999999"),
    ("-n", "-q", "-v", "-y", "--dry-run", "--no-wait", "--quiet", "--yes", "--verbose", "--sandbox"),
    ("-o", "--output", "-j", "--jobs", "--wait", "--profile", "--", "-h", "-nq"),
    ("json", "jsonl", "table", "5", "64", "60", "0.5", "1.5", "10s", "default", "other", "nobody"),
    ("--output=json", "-o=json", "-ojson", "--wait=7", "--wait=", "--profile=other", "--no-wait=1"),
)


def likely(dice: random.Random) -> list[str]:
    verb = dice.choice(["tanx", "smart-trade", "deal-order", "tradernet", "at"])
    more = [dice.choice(dice.choice(PIECES)) for _ in range(dice.randint(0, 4))]
    if verb == "at":
        more.insert(0, dice.choice(["--trigger", "--untested", "7"]))
        return [verb, dice.choice(["kraken", "gemini"]), dice.choice(["BTC/USD", "A/B:B"]), "1", *more]
    return [verb, "1", *["2"] * (verb == "deal-order"), *more]


def test_typer_is_not_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from cli.main import main; sys.argv = ['cancel', 'tanx', '1']; code = main();"
        "sys.exit('typer' in sys.modules or code != 6)"
    )
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"HOME": str(tmp_path)},
        capture_output=True,
        timeout=30,
        check=True,
    )
