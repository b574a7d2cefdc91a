"""A venue's light face: what must be known of it before any of its work is loaded. Help and hints read it.

Named tuples rather than dataclasses: each run makes these classes, and so it takes 2 ms in place of 8.
"""

from __future__ import annotations

from typing import NamedTuple


class Unusable(Exception):
    """The venue cannot be used as things are, before anything is asked of it: the text says why, and what to do."""


class Field(NamedTuple):
    """One credential field. `secret` fields are never shown, not even their end."""

    name: str
    secret: bool = True


class Budget(NamedTuple):
    """How many requests a venue may get: a bucket of `burst`, refilled at `per_minute`; `at_once` in flight."""

    per_minute: float = 0.0  # 0: no limit
    burst: int = 1
    at_once: int = 0  # 0: as many as there are jobs


class Ids(NamedTuple):
    """What an order id looks like: a pattern for the whole of it, its form in help, and what an error asks for."""

    pattern: str
    form: str
    expected: str


# Signs, leading zeros and other alphabets' digits are refused, not mended: what was typed may be something else.
NUMBER = Ids(r"[1-9][0-9]{0,19}", "a whole number", "a whole number above 0, in plain digits, at most 20 of them")


class Verb(NamedTuple):
    """One cancel command: which class does it (`module:Class` in the venue's room), and what its help says.

    `viewed_by` (`module:function`) is how a person reads its orders; without it, field by field as they came.
    """

    name: str
    made_by: str
    what: str  # what it cancels, and what that means at this venue
    example: str
    ids: Ids = NUMBER
    noun: str = "order"
    in_deal: bool = False
    by_symbol: bool = False  # ids count for one symbol, which is named before them
    viewed_by: str = ""
    asks: bool = False  # a cancel may cost more than its order (`Order.warning`): a person is asked before
    where: str = ""  # the exchange, of the command that takes any

    @property
    def target(self) -> str:
        """What `list` and `all` call it."""
        return self.where or self.name


class Face(NamedTuple):
    """One venue: its room (a package), where it is, which credentials it takes, and its commands."""

    room: str
    name: str
    title: str
    url: str | None  # the default origin; None: must be set
    fields: tuple[Field, ...]
    ways: tuple[tuple[str, ...], ...]  # complete sets of fields; one of them is needed, preferred first
    permissions: str  # which permissions to grant the key, and which not
    verbs: tuple[Verb, ...]
    budget: Budget = Budget()  # careful; `requests_per_minute` changes it
    api_versions: tuple[int, ...] = ()  # the first is the default; empty: the venue has no such setting
    aliases: tuple[str, ...] = ()  # what else people call it
    has_testnet: bool = False  # a practice net of the venue's own, on the internet
    proven: bool = True  # there is a practice venue, with tests of ours
    why_not: str = ""  # why no cancel can be proven there
