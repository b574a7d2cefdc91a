"""The one market that an order's symbol needs, kept on disk: a list of all may have 13 MB.

Losing or spoiling the file does no harm: it is read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

BINANCES = ("binance", "binanceus", "binanceusdm", "binancecoinm")
BYBITS = ("bybit", "bybiteu", "bybitid")
OKXES = ("okx", "okxus", "myokx")
GATES = ("gate", "gateeu", "bitget", "kucoin")
FRESH_FOR = 86_400.0  # seconds
LARGEST = 65_536  # bytes of a file; a market has 2,000


class Cache:
    """The market of one symbol in a file of its own. In: `folder`, None for no cache; `about`, what it holds for."""

    def __init__(self, folder: Path | None, *about: str) -> None:
        name = hashlib.sha256("\n".join(about).encode()).hexdigest()[:32]
        self._about = list(about)
        self._path = folder / f"{about[0]}-{name}.json" if folder else None

    def read(self) -> dict[str, Any] | None:
        """Out: the market; None where there is none, or none that may be used."""
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                kept = json.loads(file.read(LARGEST))
            market = kept["market"]
            good = kept["about"] == self._about and kept["sum"] == _sum(market, kept["at"])
            return market if good and 0 <= time.time() - kept["at"] < FRESH_FOR and isinstance(market, dict) else None
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None

    def write(self, market: dict[str, Any]) -> None:
        """Keep it. That this fails is no matter."""
        if self._path is None:
            return
        at = time.time()
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            text = json.dumps({"about": self._about, "at": at, "market": market, "sum": _sum(market, at)})
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_text(text, "utf-8")
            beside.replace(self._path)
        except (OSError, ValueError, TypeError):
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def drop(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _sum(market: Any, at: float) -> str:
    """A file that was spoiled in the middle may still be JSON, and name another market."""
    return hashlib.sha256(json.dumps([market, at], sort_keys=True).encode()).hexdigest()


def kind_of(symbol: str) -> str:
    """Out: `spot`, `swap`, `future` or `option`, as ccxt spells it: BTC/USDT, BTC/USDT:USDT, BTC/USDT:USDT-261225."""
    _, settled, rest = symbol.partition(":")
    if not settled:
        return "spot"
    dashes = rest.count("-")
    return "swap" if not dashes else "future" if dashes == 1 else "option"


def side_of(symbol: str) -> str:
    """Out: `linear` where a contract is settled in its quote currency, else `inverse`."""
    found = re.match(r"[^/]+/([^:]+):([^-]+)", symbol)
    return "linear" if found and found[1] == found[2] else "inverse"


def narrowed(exchange: str, symbol: str) -> tuple[list[str] | None, dict[str, str]]:
    """Out: the kinds of markets to ask for, None for all, and what asks for this one alone. [ccxt]"""
    kind, names = kind_of(symbol), re.split(r"[/:-]", symbol)
    contract = kind if kind == "option" else side_of(symbol)
    alone = {"spot": {"symbol": "".join(names)}}
    okx = {"spot": {"instId": "-".join(names[:2])}, "swap": {"instId": "-".join([*names[:2], "SWAP"])}}
    family = next((one for one in (BINANCES, BYBITS, OKXES, GATES) if exchange in one), ())
    if family in (BINANCES, BYBITS):
        return [kind if kind == "spot" else contract], alone.get(kind, {})
    return [kind] if family else None, okx.get(kind, {}) if family is OKXES else {}
