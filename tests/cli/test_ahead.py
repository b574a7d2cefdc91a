"""What connects ahead: a plain line whose settings are sound, and just to where it leads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import plain
from cli.account import settings_of
from cli.ahead import SWITCH, begin, destination
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
    "deal-order 2345678901 1123077331 --no-wait": "https://api.3commas.io",
    "tanx 25768879": "https://tanx.default.example",
    "tanx --profile other 25768879 -v": "https://tanx.other.example",
    "tradernet 2929292929 -n -j 8": "https://tradernet.com",
    "at kraken BTC/USD O-1": "https://api.kraken.com",
    "at binance BTC/USDT 1 --trigger": "https://api.binance.com",
    "at gemini BTC/USD 1 --untested": "https://api.gemini.com",
}


def line(text: str) -> plain.Line:
    read = plain.read(text.split(), os.environ)
    assert read
    return read


@pytest.mark.parametrize("text", PLAIN)
def test_where_a_line_leads(text: str) -> None:
    read = line(text)
    assert destination(read, os.environ) == PLAIN[text]
    assert settings_of(face_of(read.target).name, read.options.profile).url == PLAIN[text]


@pytest.mark.parametrize(
    "text",
    [
        "tanx -",
        "tanx 1 -",
        "tanx 1 --sandbox",
        "tanx 1 --profile nobody",
        "order ord-20260303120000-1",  # it has no address
        "at binance BTC/USDT:USDT 1",  # contracts are elsewhere
    ],
)
def test_lines_that_do_not_connect_ahead(text: str) -> None:
    begin(line(text), os.environ)
    assert ahead._begun == []


def test_an_exchange_needs_its_library_and_its_practice_net_is_elsewhere(
    environ: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = line("at binance BTC/USDT 1")
    with monkeypatch.context() as patched:
        patched.setattr("cli.ahead.is_surely_usable", lambda: False)
        assert destination(read, os.environ) is None
    environ.write_text("[default.binance]\ntestnet = true\n")
    assert destination(read, {"HOME": os.environ["HOME"]}) is None
    environ.write_text('[default.binance]\nurl = "https://binance.example"\n')
    at = line("at binance BTC/USDT:USDT 1")
    assert destination(at, {"XDG_CONFIG_HOME": str(environ.parents[1])}) == "https://binance.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANCEL_PROFILE", "nobody"),
        ("CANCEL_TANX_URL", "http://tanx.example"),
        ("CANCEL_TANX_URL", "https://tanx.example/api"),
        ("CANCEL_TANX_URL", "https://[::::]"),
        ("CANCEL_TANX_REQUESTS_PER_MINUTE", "many"),
        (SWITCH, "off"),
    ],
)
def test_an_environment_that_is_wrong(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    begin(line("tanx 1"), os.environ)
    assert ahead._begun == []


@pytest.mark.parametrize("text", ["no toml", "[default.tanx]\ncolour = 1", "[default.nowhere]"])
def test_a_file_that_is_wrong(text: str, environ: Path) -> None:
    environ.write_text(text)
    begin(line("tanx 1"), os.environ)
    assert ahead._begun == []


CODE = """
import os, sys
from venues.wire import ahead
from cli.main import main

def begin(route):
    for number in (0, 1, 2):
        os.fstat(number)
    os._exit(7)

ahead.begin = begin
sys.argv = ["cancel", "tanx", "1"]
os._exit(main())
"""


def test_no_socket_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    shell = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", CODE]
    assert subprocess.run(shell, cwd=root, env={"HOME": str(tmp_path)}, timeout=30, check=False).returncode == 7
