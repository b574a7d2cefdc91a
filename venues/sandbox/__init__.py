"""Practice venues: the four venues in small, on loopback, with the real ones' signatures and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from venues.sandbox.practice import Practice


def _threecommas() -> Practice:
    from venues.sandbox.threecommas import PracticeThreeCommas

    return PracticeThreeCommas()


def _tanx() -> Practice:
    from venues.sandbox.tanx import PracticeTanx

    return PracticeTanx()


def _neuratrade() -> Practice:
    from venues.sandbox.neuratrade import PracticeNeuraTrade

    return PracticeNeuraTrade()


def _tradernet() -> Practice:
    from venues.sandbox.tradernet import PracticeTradernet

    return PracticeTradernet()


PRACTICE: dict[str, Callable[[], Practice]] = {
    "3commas": _threecommas,
    "tanx": _tanx,
    "neuratrade": _neuratrade,
    "tradernet": _tradernet,
}


def open_practice(venue: str) -> Practice:
    """In: a venue's name. Out: a fresh practice venue with fresh credentials. Raises KeyError for another."""
    return PRACTICE[venue]()
