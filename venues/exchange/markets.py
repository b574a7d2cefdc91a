"""The markets that orders need: from disk, or asked for, each once a run, by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from venues.exchange import library
from venues.exchange.guard import Aim
from venues.exchange.listing import Lists
from venues.exchange.market import Cache, narrowed
from venues.exchange.wired import Call, Wired
from venues.interface import NeverSent, Refused, Uncertain

LARGEST = 32 * 1024 * 1024  # bytes of a list of markets; one of 13 MB was seen
T = TypeVar("T")
NO_MARKET = {"id": "-", "symbol": "-/-", "base": "-", "quote": "-", "spot": True}


class Markets:
    """Those of one exchange. In: its ccxt id and title; the folder of the cache; what a kept market holds for."""

    def __init__(self, name: str, title: str, wired: Callable[[], Wired], folder: Path | None, *about: str) -> None:
        self._name = name
        self._title = title
        self._wired = wired
        self._folder = folder
        self._about = about
        self._known: dict[str, Any] = {}
        self._from_disk: set[str] = set()
        self._knows_all = False
        self._learning = threading.Lock()

    def learn(self, symbol: str, patience: float) -> None:
        """From now on ccxt knows the symbol's market. Raises Refused where there is none, NeverSent for no answer."""
        if symbol in self._known:
            return
        if not self._learning.acquire(timeout=max(0.0, patience)):
            raise NeverSent("the exchange did not tell its markets to the orders before")
        try:
            if symbol not in self._known:
                self._keep({symbol: self._kept(symbol) or self._asked_for(symbol, patience)})
        finally:
            self._learning.release()

    def learn_all(self, lists: Lists, patience: float) -> None:
        """Every market: a listed row names its own by an id of the exchange's. Raises as `learn` does."""
        if not self._knows_all:
            self._keep(self._fetched(list(lists.kinds) or None, lists.slim or {}, patience))
            self._knows_all = True

    def doubt(self) -> bool:
        """After a "no such symbol": those from disk were perhaps kept too long. Out: whether there are any."""
        stale = self._from_disk
        for symbol in stale:
            self._cache(symbol).drop()
        self._known = {symbol: market for symbol, market in self._known.items() if symbol not in stale}
        self._from_disk = set()
        return bool(stale)

    def _keep(self, markets: dict[str, Any]) -> None:
        self._known = {**self._known, **markets}
        self._wired().call(Call.within(1.0, Aim.READ), lambda ccxt: _given(ccxt, self._known))

    def _kept(self, symbol: str) -> dict[str, Any] | None:
        market = self._cache(symbol).read()
        if market is None or market.get("symbol") != symbol or not isinstance(market.get("id"), str):
            return None
        self._from_disk.add(symbol)
        return market

    def _asked_for(self, symbol: str, patience: float) -> dict[str, Any]:
        kinds, alone = narrowed(self._name, symbol)
        market = self._alone(symbol, kinds, alone, patience) if alone else None
        if market is None:
            market = self._fetched(kinds, {}, patience).get(symbol)
        if market is None or not isinstance(market.get("id"), str):
            raise Refused(f"{self._title} has no market {symbol}", sent=False)
        self._cache(symbol).write(market)
        return dict(market)

    def _alone(self, symbol: str, kinds: list[str] | None, params: dict[str, Any], patience: float) -> Any:
        """Out: the market, asked for by an id that is put together; None where it has another one there."""
        try:
            return self._fetched(kinds, params, patience).get(symbol)
        except Refused:
            return None

    def _fetched(self, kinds: list[str] | None, params: dict[str, Any], patience: float) -> dict[str, Any]:
        """Out: markets by symbol. In: of which kinds, None for all."""

        def ask(ccxt: Any) -> dict[str, Any]:
            if kinds is not None:
                usual = ccxt.options.get("fetchMarkets")
                ccxt.options["fetchMarkets"] = {**(usual if isinstance(usual, dict) else {}), "types": kinds}
            ccxt.set_markets(_without_keys(ccxt, lambda: ccxt.fetch_markets(params)))
            found = dict(ccxt.markets)
            _given(ccxt, self._known)
            return found

        try:
            return self._wired().call(Call.within(patience, Aim.READ, most=LARGEST), ask)
        except Uncertain as fault:
            raise NeverSent(f"the exchange did not tell its markets ({fault.message})", raw=fault.raw) from None
        except Refused as no:
            raise Refused(f"{self._title} does not tell its markets: {no.message}", sent=False, raw=no.raw) from None

    def _cache(self, symbol: str) -> Cache:
        return Cache(self._folder, self._name, symbol, *self._about, library.version())


def spare(ccxt: Any) -> None:
    """Where no market is needed: without any ccxt would ask for all there are."""
    if not ccxt.markets:
        ccxt.set_markets([NO_MARKET])


def _given(ccxt: Any, markets: dict[str, Any]) -> None:
    ccxt.set_markets(list(markets.values()) or [NO_MARKET])
    # [ccxt] kraken finds the pair of an order by its other name, which only `fetch_markets` notes.
    ccxt.options["marketsByAltname"] = {row["altname"]: row for row in markets.values() if row.get("altname")}


def _without_keys(ccxt: Any, ask: Callable[[], T]) -> T:
    """Markets are public. With keys ccxt would also ask what kind of account this is; some want them all the same."""
    from ccxt.base.errors import AuthenticationError

    kept = {name: value for name in ccxt.requiredCredentials if (value := getattr(ccxt, name, None)) is not None}
    try:
        vars(ccxt).update(dict.fromkeys(kept))
        return ask()
    except AuthenticationError:
        vars(ccxt).update(kept)
        return ask()
    finally:
        vars(ccxt).update(kept)
