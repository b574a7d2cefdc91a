"""The market that is kept on disk: losing or spoiling the file does no harm."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from venues.exchange.market import FRESH_FOR, Cache, kind_of, narrowed

MARKET = {"symbol": "BTC/USDT", "id": "BTCUSDT", "precision": {"amount": "0.00001"}, "active": True}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "made", "binance", "BTC/USDT", "https://api.binance.com")


def file_of(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "made").iterdir()
    return file


def test_what_is_written_is_read(cache: Cache, tmp_path: Path) -> None:
    assert cache.read() is None
    cache.write(MARKET)
    assert cache.read() == MARKET
    assert file_of(tmp_path).stat().st_size < 4096
    cache.drop()
    cache.drop()
    assert cache.read() is None


def test_it_holds_for_just_what_it_was_written_for(cache: Cache, tmp_path: Path) -> None:
    cache.write(MARKET)
    others = [("binance", "ETH/USDT", "https://api.binance.com"), ("binance", "BTC/USDT", "http://127.0.0.1:1")]
    assert [Cache(tmp_path / "made", *about).read() for about in others] == [None, None]
    file_of(tmp_path).rename(tmp_path / "made" / Cache(tmp_path, *others[0])._path.name)  # type: ignore[union-attr]
    assert Cache(tmp_path / "made", *others[0]).read() is None


@pytest.mark.parametrize("age", [FRESH_FOR + 1, -3600.0])
def test_an_old_one_is_read_again(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float) -> None:
    now = time.time()
    cache.write(MARKET)
    monkeypatch.setattr(time, "time", lambda: now + age)
    assert cache.read() is None


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", '{"market": 1}', "[" * 10_000, "\x00\xff", '{"about": [], "at": "x", "sum": ""}']
)
def test_a_broken_file_is_no_file(cache: Cache, tmp_path: Path, text: str) -> None:
    cache.write(MARKET)
    file_of(tmp_path).write_text(text)
    assert cache.read() is None
    cache.write(MARKET)
    assert cache.read() == MARKET


def test_a_market_that_was_changed_is_none(cache: Cache, tmp_path: Path) -> None:
    """A spoiled file may still be JSON, and name another market: there the id could be another order's."""
    cache.write(MARKET)
    file = file_of(tmp_path)
    kept = json.loads(file.read_text())
    kept["market"]["id"] = "ETHUSDT"
    file.write_text(json.dumps(kept))
    assert cache.read() is None


def test_that_nothing_can_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file", Path("/proc/nowhere")):
        cache = Cache(folder, "binance", "BTC/USDT")
        cache.write(MARKET)
        assert cache.read() is None
        cache.drop()


def test_only_the_kind_of_the_symbol_is_asked_for() -> None:
    assert [kind_of(symbol) for symbol in ("A/B", "A/B:B", "A/B:B-261225", "A/B:B-261225-100-C")] == [
        "spot", "swap", "future", "option"
    ]  # fmt: skip
    assert narrowed("binance", "BTC/USDT") == (["spot"], {"symbol": "BTCUSDT"})
    assert narrowed("binance", "BTC/USDT:USDT") == (["linear"], {})
    assert narrowed("binance", "BTC/USD:BTC") == (["inverse"], {})
    assert narrowed("okx", "BTC/USDT:USDT") == (["swap"], {"instId": "BTC-USDT-SWAP"})
    assert narrowed("okx", "BTC/USD:BTC-261225") == (["future"], {})
    assert narrowed("kraken", "BTC/USD") == (None, {})
