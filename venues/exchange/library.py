"""ccxt itself: one exchange of it is loaded, and not the hundred others."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from venues.face import Unusable

RANGE = ((4, 5), (4, 6))  # from the first, up to before the second; as in pyproject.toml
INSTALL = "pip install 'ordercancel[ccxt]'"


def exchange_class(name: str) -> Any:
    """In: an exchange's ccxt id. Out: its class. Raises Unusable where no ccxt has it."""
    _put_in_place()
    if not _fits(version()):
        wanted = " and before ".join(".".join(map(str, edge)) for edge in RANGE)
        raise Unusable(f"ccxt {version()} is installed, wanted is one from {wanted}; to install it: {INSTALL}")
    try:
        return getattr(import_module(f"ccxt.{name}"), name)
    except ModuleNotFoundError as fault:
        if fault.name != f"ccxt.{name}":
            raise
    raise Unusable(
        f"ccxt {version()}, which is installed, has no {name}: another version may; to change it: {INSTALL}"
    )


def version() -> str:
    """Out: of the ccxt that is installed."""
    return str(import_module("ccxt.base.exchange").__version__)


def _put_in_place() -> None:
    """Put an empty package in the place of ccxt, whose own first lines load every exchange: 300 ms and 35 MiB.

    Raises Unusable where it is not installed.
    """
    if "ccxt" in sys.modules:
        return
    spec = find_spec("ccxt")
    if spec is None or spec.submodule_search_locations is None:
        raise Unusable(f"exchanges need ccxt, which is not installed: {INSTALL}")
    package = ModuleType("ccxt")
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    sys.modules["ccxt"] = package


def _fits(version: str) -> bool:
    numbers = tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])
    return RANGE[0] <= numbers < RANGE[1]
