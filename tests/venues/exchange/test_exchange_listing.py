"""What every venue's list must do, at each practice exchange."""

from __future__ import annotations

from typing import ClassVar

from tests.venues.contract import Desk
from tests.venues.fakes import FakeClock
from tests.venues.listing_contract import ListingContract
from venues.interface import OpenOrder
from venues.registry import open_practice
from venues.sandbox.practice import Practice


class ExchangeListing(ListingContract):
    wrong: ClassVar[dict[str, str]] = {"api_secret": "0123456789abcdef0123456789abcdef"}
    command = "at"
    asks = frozenset({"list"})

    def make(self, clock: FakeClock, extra_open: int = 0) -> Practice:
        return open_practice(self.verb, now=clock.monotonic, time=clock.unix, extra_open=extra_open)

    def open_now(self, desk: Desk) -> list[str]:
        """What the exchange keeps apart is in none of its lists."""
        return [arguments for arguments in super().open_now(desk) if "--trigger" not in arguments]

    def key(self, row: OpenOrder) -> str:
        return f"{self.verb} {row.ref.symbol} {row.ref.order_id}"


class TestBinanceListing(ExchangeListing):
    verb = "binance"


class TestBinanceFuturesListing(ExchangeListing):
    verb = "binanceusdm"


class TestKrakenListing(ExchangeListing):
    verb = "kraken"
    wrong: ClassVar[dict[str, str]] = {"api_secret": "d3Jvbmcgc2VjcmV0IQ=="}


class TestCoinbaseListing(ExchangeListing):
    verb = "coinbase"
    wrong: ClassVar[dict[str, str]] = {"api_key": "organizations/0/apiKeys/0"}


class TestBitgetListing(ExchangeListing):
    verb = "bitget"


class TestGateListing(ExchangeListing):
    verb = "gate"


class TestOkxListing(ExchangeListing):
    verb = "okx"


class TestBybitListing(ExchangeListing):
    verb = "bybit"
