"""What every venue must do, at each practice exchange."""

from __future__ import annotations

from typing import ClassVar

from tests.venues.contract import VenueContract
from tests.venues.fakes import FakeClock
from venues.interface import OrderRef
from venues.registry import open_practice
from venues.sandbox.practice import Practice


class ExchangeContract(VenueContract):
    symbol: ClassVar[str] = "BTC/USDT"
    wrong: ClassVar[dict[str, str]] = {"api_secret": "0123456789abcdef0123456789abcdef"}
    secrets: ClassVar[tuple[str, ...]] = ("api_secret", "api_key")

    def make(self, clock: FakeClock) -> Practice:
        return open_practice(self.verb, now=clock.monotonic, time=clock.unix)


def ref(order_id: str, symbol: str = "BTC/USDT") -> OrderRef:
    return OrderRef(order_id, symbol=symbol)


class TestBinance(ExchangeContract):
    verb = "binance"
    open, ended, already, unknown = map(ref, ("28457", "28001", "28002", "99999"))


class TestBinanceFutures(ExchangeContract):
    verb = "binanceusdm"
    open, ended, already, unknown = (
        ref(order_id, "BTC/USDT:USDT") for order_id in ("8389765", "8380001", "8380002", "99")
    )


class TestKraken(ExchangeContract):
    verb = "kraken"
    wrong: ClassVar[dict[str, str]] = {"api_secret": "d3Jvbmcgc2VjcmV0IQ=="}
    open, ended, already, unknown = (
        ref(order_id, "BTC/USD")
        for order_id in ("OQCLML-BW3P3-BUCMWZ", "OTLAS3-RRHUF-NDWH5A", "OKIVMP-5GVZN-Z2D2UA", "ONOONE-AAAAA-BBBBBB")
    )


class TestOkx(ExchangeContract):
    verb = "okx"
    secrets = ("api_secret", "api_key", "password")
    lost_attempts = 2  # its cancels take a moment
    open, ended, already, unknown = (ref(f"6808000197499{number}") for number in ("04384", "04001", "04002", "09999"))


class TestBitget(ExchangeContract):
    verb = "bitget"
    secrets = ("api_secret", "api_key", "password")
    lost_attempts = 2
    open, ended, already, unknown = (ref(f"121211212{n}") for n in ("122", "001", "002", "999"))


class TestKucoin(ExchangeContract):
    verb = "kucoin"
    secrets = ("api_secret", "api_key", "password")
    lost_attempts = 1  # the first look already shows it on its way out
    open, ended, already, unknown = (ref(f"671124f9365ccb00073deb{n}") for n in ("d4", "01", "02", "99"))


class TestCoinbase(ExchangeContract):
    verb = "coinbase"
    wrong: ClassVar[dict[str, str]] = {"api_key": "organizations/0/apiKeys/0"}
    lost_attempts = 2
    open, ended, already, unknown = (ref(f"0000-000000-000{n}", "BTC/USD") for n in ("001", "101", "102", "999"))


class TestGate(ExchangeContract):
    verb = "gate"
    open, ended, already, unknown = map(ref, ("1852454420", "1852454001", "1852454002", "1852459999"))


class TestMexc(ExchangeContract):
    verb = "mexc"
    open, ended, already, unknown = (ref(f"C02__44377634795796889600{n}") for n in ("0", "3", "4", "9"))


class TestBybit(ExchangeContract):
    verb = "bybit"
    lost_attempts = 2
    open, ended, already, unknown = (
        ref(f"13210526535365{number}") for number in ("15584", "15001", "15002", "99999")
    )
