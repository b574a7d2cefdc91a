"""What the table of exchanges tells of one. Light: help and hints read it."""

from __future__ import annotations

from typing import NamedTuple

KEYS = ("api_key", "api_secret")


class Row(NamedTuple):
    """One exchange, by its ccxt id in the table.

    `why`: why no cancel can be proven there; empty where one can. `per_minute`: requests. `apart`: stop and algo
    orders are kept apart from the others. `posts`: paths of its API that only read, and want a POST for it.
    """

    title: str
    url: str  # of the API that cancels, without a trailing slash
    fields: tuple[str, ...] = KEYS  # credentials
    per_minute: float = 60.0
    testnet: bool = False
    apart: bool = False
    posts: tuple[str, ...] = ()
    why: str = ""
