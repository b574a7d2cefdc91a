"""Only a line that typer and the settings accept connects ahead, and just to where it then leads."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

import cli.main
from cli.account import settings_of
from cli.ahead import SWITCH, begin, destination
from cli.cancel.command import Command
from cli.options import Options
from config.errors import ConfigError
from venues.registry import face_of
from venues.wire import ahead

CONFIG = """
[default.tanx]
url = "https://tanx.default.example"

[other.tanx]
url = "https://tanx.other.example"
"""


@pytest.fixture(autouse=True)
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Out: where config.toml is."""
    for name in [name for name in os.environ if name.startswith(("CANCEL_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".config/cancel/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(CONFIG)
    return file


PLAIN = {
    "smart-trade 30404547": "https://api.3commas.io",
    "smart-trade -y 30404547 30404548 -o json": "https://api.3commas.io",
    "deal-order 2345678901 1123077331 --no-wait": "https://api.3commas.io",
    "tanx 25768879": "https://tanx.default.example",
    "tanx --profile other 25768879 -v": "https://tanx.other.example",
    "tanx --profile=other --wait=10 25768879 -q": "https://tanx.other.example",
    "tradernet 2929292929 -n -j 8": "https://tradernet.com",
}


@pytest.mark.parametrize("line", PLAIN)
def test_plain_lines(line: str) -> None:
    assert destination(line.split(), os.environ) == PLAIN[line]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "tanx",
        "tanx -",
        "tanx 0",
        "tanx 1 x",
        "tanx 1 \u0661",
        "tanx 1 --sandbox",
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
        "tanx 1 --profile nobody",
        "tanx 1 --profile --no-wait",
        "deal-order 1",
        "deal-order x 1",
        "order ord-20260303120000-1",  # it has no address
        "list tanx",
        "all tanx -y",
        "auth login tanx",
        "at kraken BTC/USDT 1",
    ],
)
def test_lines_that_are_not(line: str) -> None:
    begin(line.split(" "), os.environ)
    assert ahead._begun == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANCEL_OUTPUT", "xml"),
        ("CANCEL_OUTPUT", ""),
        ("CANCEL_PROFILE", "nobody"),
        ("CANCEL_PROFILE", ""),
        ("CANCEL_TANX_URL", "http://tanx.example"),
        ("CANCEL_TANX_URL", "https://tanx.example/api"),
        ("CANCEL_TANX_URL", "https://[::::]"),
        ("CANCEL_TANX_REQUESTS_PER_MINUTE", "many"),
        ("_CANCEL_COMPLETE", "complete_bash"),
        (SWITCH, "off"),
    ],
)
def test_an_environment_that_is_wrong(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    begin(["tanx", "1"], os.environ)
    assert ahead._begun == []


@pytest.mark.parametrize("text", ["no toml", "[default.tanx]\ncolour = 1", "[default.nowhere]"])
def test_a_file_that_is_wrong(text: str, environ: Path) -> None:
    environ.write_text(text)
    begin(["tanx", "1"], os.environ)
    assert ahead._begun == []


def test_what_connects_ahead_is_what_typer_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random lines of likely and unlikely pieces: those that pass here must run, and to the same address."""
    ran: list[tuple[str, str | None, list[str], Options]] = []
    monkeypatch.setattr(cli.main, "_run", lambda *asked: ran.append(asked))
    dice, passed = random.Random(11), 0
    for _ in range(4000):
        line = likely(dice)
        try:
            origin = destination(line, os.environ)
        except ConfigError:
            continue
        if origin is None or passed >= 150:
            continue
        passed += 1
        ran.clear()
        cli.main.build(line[0])(line, standalone_mode=False)
        ((verb, deal_id, ids, options),) = ran
        Command(verb, deal_id, tuple(ids), options).check_arguments()
        assert settings_of(face_of(verb).name, options.profile).url == origin, line
        assert not options.sandbox
    assert passed == 150


PIECES = (
    ("1", "25768879", " 7 ", "0", "-", "x", "", "ord-20260303120000-1", "99999999999999999999"),
    ("-n", "-q", "-v", "-y", "--dry-run", "--no-wait", "--quiet", "--yes", "--verbose"),
    ("-o", "--output", "-j", "--jobs", "--wait", "--profile", "--sandbox", "--", "-h", "-nq"),
    ("json", "jsonl", "table", "5", "64", "60", "0.5", "1.5", "10s", "default", "other", "nobody"),
    ("--output=json", "-o=json", "-ojson", "--wait=7", "--wait=", "--profile=other", "--no-wait=1"),
)


def likely(dice: random.Random) -> list[str]:
    verb = dice.choice(["tanx", "smart-trade", "deal-order", "tradernet"])
    more = [dice.choice(dice.choice(PIECES)) for _ in range(dice.randint(0, 4))]
    return [verb, "1", *["2"] * (verb == "deal-order"), *more]
