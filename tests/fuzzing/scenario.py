"""One run of the fuzzer, as plain values: the same seed gives the same scenario."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fuzzing.menu import Trick
from venues.threecommas.practice import EXTRA_DEAL

VERBS = ("deal-order", "smart-trade", "tanx", "order", "tradernet")
FIRST = {"deal-order": 1200000001, "smart-trade": 31000001, "tanx": 26000001, "tradernet": 3000000001}


def order_id(verb: str, number: int) -> str:
    """Out: the id of one of the practice venue's extra orders, from 1."""
    return f"ord-20260101000000-{number}" if verb == "order" else str(FIRST[verb] + number - 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """The tricks of the first, second, ... request, None for none, and of all later ones."""

    first: tuple[Trick | None, ...] = ()
    then: Trick | None = None

    def at(self, occurrence: int) -> Trick | None:
        return self.first[occurrence] if occurrence < len(self.first) else self.then

    def __bool__(self) -> bool:
        return any(self.first) or self.then is not None


@dataclass(frozen=True, slots=True)
class Life:
    """How an order lives. Seconds, from the first cancel that arrives.

    `before`: how it had ended before this run, `unknown` for no such order. `delay`: how long a cancel takes.
    `dropped`: a cancel is accepted and never acts. `fills`: when the market fills it.
    """

    before: str = ""
    delay: float = 0.0
    dropped: bool = False
    fills: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One order: its life, and what its own requests meet."""

    order_id: str
    life: Life = Life()
    cancels: Plan = Plan()
    looks: Plan = Plan()


@dataclass(frozen=True, slots=True)
class Signal:
    """Sent `after` seconds, once so many requests of a route have arrived; a second one `gap` seconds later."""

    numbers: tuple[int, ...]
    route: str
    count: int
    after: float
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """`lists`: what looks meet that are about no single order. `way`: how the run signs in."""

    seed: int
    story: str
    verb: str
    parts: tuple[Part, ...]
    wait: float
    flags: tuple[str, ...] = ()
    jobs: int = 4
    output: str = "json"
    stdin: bool = False
    bad_line: bool = False
    way: str = "usual"
    lists: Plan = Plan()
    logins: Plan = Plan()
    signal: Signal | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(part.order_id for part in self.parts)

    @property
    def arguments(self) -> list[str]:
        ids = ("-",) if self.stdin else self.ids
        deal = (EXTRA_DEAL,) if self.verb == "deal-order" else ()
        return [*deal, *ids, "-o", self.output, "-j", str(self.jobs), "--wait", f"{self.wait:g}", *self.flags]

    @property
    def lines(self) -> str:
        """What standard input has."""
        bad = ["not-an-id"] if self.bad_line else []
        return "".join(f"{line}\n" for line in [*self.ids[:1], *bad, *self.ids[1:]])

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong, so that every order must be seen cancelled."""
        quiet = not (self.lists or self.logins or self.signal or self.flags)
        return quiet and all(not (part.cancels or part.looks or part.life.before) for part in self.parts) and all(
            not part.life.dropped and part.life.fills is None and part.life.delay < self.wait / 10
            for part in self.parts
        )  # fmt: skip

    def describe(self) -> str:
        """Out: the whole of it, for a person who reads of a law that was broken."""
        lines = [f"seed {self.seed}: {self.story}; cancel {self.verb} {' '.join(self.arguments)} ({self.way})"]
        lines += [f"  {part}" for part in self.parts[:6]]
        lines += [f"  {name}: {value}" for name in ("lists", "logins", "signal") if (value := getattr(self, name))]
        return "\n".join(lines)
