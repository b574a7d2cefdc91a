"""The orders of a sweep's day: what orders look like at each venue, and which of them somebody means.

Written anew from the contract, without the program's own filters: it judges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.fuzzing.scenario import FIRST
from venues.sandbox.practice import PracticeOrder

PAIRS = ("USDT_ETH", "USDT_BTC", "USDT_SOL")
DEALS = tuple(str(2345679000 + number) for number in range(6))
SYMBOLS = {
    "smart-trade": PAIRS, "tanx": ("btcusdc", "ethusdc", "solusdc"),
    "order": ("BTC/USDT", "ETH-USDT", "SOL/USDT"), "tradernet": ("AMD.US", "KO.US", "NVDA.US"),
}  # fmt: skip
TYPES = {
    "deal-order": ("Manual Safety", "Manual Safety", "Manual Safety", "Take Profit", "Safety"),
    "smart-trade": ("smart_trade", "smart_trade", "smart_cover", "smart_sell"),
    "tanx": ("limit", "limit", "stop_limit"), "order": ("LIMIT", "MARKET"),
    "tradernet": ("1", "2", "2", "3", "4", "5", "6"),
}  # fmt: skip
SIDES = {
    "deal-order": ("BUY", "SELL"), "smart-trade": ("buy", "sell"), "tanx": ("buy", "sell"), "order": ("BUY", "SELL"),
    "tradernet": ("1", "2", "3", "4"),
}  # fmt: skip
BUYS = {"buy", "BUY", "1", "2"}
WORDS = {"1": "market", "2": "limit", "3": "stop", "4": "stop-limit", "5": "stop-loss", "6": "take-profit"}
AGES = (600.0, 5400.0, 20_000.0, 200_000.0)  # seconds; no filter's limit is near one of them
LIMITS = {"90s": 90.0, "40m": 2400.0, "2h": 7200.0, "1d": 86_400.0, "99999999d": 8.64e12}
LATER = 500  # the number from which orders count that are placed meanwhile


@dataclass(frozen=True, slots=True)
class Made:
    """An order that a scenario makes. `facts`: what only its venue knows; `age` in seconds."""

    verb: str
    order_id: str
    symbol: str
    side: str
    type: str
    filled: str = "0.0"
    age: float = 0.0
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    pending: float = 0.0  # seconds in which a tanX order does not yet wait
    orphaned: bool = False  # a NeuraTrade order that was half cancelled

    def placed(self, now: float) -> PracticeOrder:
        """In: the time, in unix seconds."""
        order = PracticeOrder(
            self.verb, self.order_id, self.symbol, self.side, self.type, "50.5", "4", self.filled,
            facts=dict(self.facts),
        )  # fmt: skip
        order.created = order.updated = now - self.age
        return order


def made(rng: Random, verb: str, number: int) -> Made:
    """Out: an order by chance."""
    order_id = f"ord-20260101000000-{number}" if verb == "order" else str(FIRST[verb] + number - 1)
    facts: dict[str, str] = {}
    if verb == "deal-order":
        facts["deal"] = rng.choice(DEALS)
        symbol = PAIRS[DEALS.index(facts["deal"]) % len(PAIRS)]
    else:
        symbol = rng.choice(SYMBOLS[verb])
    kind = rng.choice(TYPES[verb])
    if verb == "tradernet" and kind in ("3", "4", "5", "6") and rng.random() < 0.6:
        facts["stop"] = "40.5"
    filled = "1" if rng.random() < {"smart-trade": 0.3, "tradernet": 0.2}.get(verb, 0.0) else "0"
    return Made(
        verb, order_id, symbol, rng.choice(SIDES[verb]), kind, filled,
        rng.choice(AGES) if number < LATER else 0.0, facts,
        pending=rng.choice([0.05, 0.3]) if verb == "tanx" and rng.random() < 0.1 else 0.0,
        orphaned=verb == "order" and rng.random() < 0.05,
    )  # fmt: skip


# --- what somebody means


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a run, as typed."""

    symbols: tuple[str, ...] = ()
    side: str = ""
    type: str = ""
    older: str = ""
    newer: str = ""
    deal: str = ""
    protective: bool = False

    @property
    def arguments(self) -> list[str]:
        words = {
            "--side": self.side, "--type": self.type, "--older-than": self.older, "--newer-than": self.newer,
            "--deal": self.deal,
        }  # fmt: skip
        typed = [part for symbol in self.symbols for part in ("--symbol", symbol)]
        typed += [part for flag, word in words.items() if word for part in (flag, word)]
        return [*typed, *(["--protective"] if self.protective else [])]

    def mean(self, order: PracticeOrder, began: float) -> bool:
        """Out: whether the filters mean this order. In: when the run began, in unix seconds."""
        age = began - order.created
        kinds = {"tradernet": {order.type, WORDS.get(order.type, "")}, "order": set()}
        return all((
            not self.symbols or _plain(order.symbol) in map(_plain, self.symbols),
            not self.side or (self.side == "buy") == (order.side in BUYS),
            not self.type or _plain(self.type) in map(_plain, kinds.get(order.verb, {order.type})),
            not self.older or age > LIMITS[self.older],
            not self.newer or age < LIMITS[self.newer],
            not self.deal or order.facts.get("deal") == self.deal,
        ))  # fmt: skip


def protects(order: PracticeOrder) -> bool:
    """Out: whether a position would be bare without this order."""
    if order.verb == "smart-trade":
        return float(order.filled) > 0 or order.type in ("smart_sell", "smart_buy")
    if order.verb == "tradernet":
        return order.type in ("5", "6") or (order.type in ("3", "4") and "stop" in order.facts)
    return False


def is_cancellable(order: PracticeOrder) -> bool:
    """Out: whether there is a cancel for this kind of order."""
    return order.verb != "deal-order" or order.type == "Manual Safety"


def is_shown_for_good(order: PracticeOrder | None) -> bool:
    """Out: whether it was half cancelled, which its server shows as open from then on."""
    return order is not None and order.facts.get("position") == "OPEN"


def asked(rng: Random, orders: list[Made]) -> Asked:
    """Out: filters by chance, which some of the orders fit."""

    def one(chance: float, word: str) -> str:
        return word if rng.random() < chance else ""

    like = rng.choice(orders) if orders else None
    if like is None or rng.random() < 0.4:
        return Asked(protective=rng.random() < 0.3)
    kind = rng.choice([like.type, WORDS.get(like.type, like.type)])
    side = "buy" if like.side in BUYS else "sell"
    symbols = [spelled(rng, like.symbol)] if rng.random() < 0.4 else []
    if symbols and rng.random() < 0.3:
        symbols.append(spelled(rng, rng.choice(orders).symbol))
    older = one(0.25, rng.choice(list(LIMITS)))
    return Asked(
        tuple(symbols), one(0.25, side), one(0.2, rng.choice([kind, kind.upper()])), older,
        "" if older else one(0.25, rng.choice(list(LIMITS))),
        one(0.5, like.facts.get("deal", "")), protective=rng.random() < 0.3,
    )  # fmt: skip


def spelled(rng: Random, symbol: str) -> str:
    """Out: the same symbol as a person may type it."""
    way = rng.choice([str.upper, str.lower, str])
    return way("".join(rng.choice([*"/-_", "", each]) if each in "/-_" else each for each in symbol))


def _plain(word: str) -> str:
    return "".join(each for each in word.lower() if each not in "/-_ ")
