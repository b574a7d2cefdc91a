"""3Commas' lists against its practice venue: the contract of all lists, and the traps of its page."""

from __future__ import annotations

from typing import ClassVar

from tests.venues.fakes import FakeClock
from tests.venues.listing_contract import ListingContract
from venues.sandbox.practice import Practice
from venues.threecommas.practice import PracticeThreeCommas


class TestDealOrderListing(ListingContract):
    verb = "deal-order"
    wrong: ClassVar = {"api_secret": "not-the-secret"}

    def make(self, clock: FakeClock, extra_open: int = 0) -> Practice:
        return PracticeThreeCommas(now=clock.monotonic, time=clock.unix, extra_open=extra_open)


class TestSmartTradeListing(ListingContract):
    verb = "smart-trade"
    wrong: ClassVar = {"api_secret": "not-the-secret"}

    def make(self, clock: FakeClock, extra_open: int = 0) -> Practice:
        return PracticeThreeCommas(now=clock.monotonic, time=clock.unix, extra_open=extra_open)
