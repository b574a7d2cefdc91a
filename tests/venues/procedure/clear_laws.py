"""The laws of "clear": what may be said of a target, and what may be sent.

What a list cannot know: an order that was placed after the first of the two lists was read may be missing in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.venues.procedure.clear_world import PAUSE, Kind, Life, One, View
from venues.procedure.clear import Do, Swept
from venues.result import Outcome

ROUNDS = 5
CLEAR_EARLY = "never clear while an order is open that was when the first of the two lists was read"
TWO_LISTS = "clear rests on two lists that agree, a pause apart"
HANGS = "never clear while a cancel of ours hangs"
UNREAD = "an unread list is never clear, and the end"
PROVEN = "clear as soon as it is proven"
GIVEN_UP = "it looks on while time is left and something may come of it"
SENDS = "only what is meant, open and cancellable is sent a cancel"
TWICE = "no order is sent two cancels"
UNASKED = "new orders are cancelled only where that was asked for"
NEW_TOO = "new orders are cancelled where that was asked for"
MANY_ROUNDS = "five rounds at most"
LATE = "it ends by the deadline, a pause and a list"
CODE = "the exit code tells that it is not clear, and by whose fault"
LAWS = (
    CLEAR_EARLY, TWO_LISTS, HANGS, UNREAD, PROVEN, GIVEN_UP, SENDS, TWICE, UNASKED, NEW_TOO, MANY_ROUNDS, LATE, CODE,
)  # fmt: skip


class Memory(NamedTuple):
    """What a fair judge keeps in mind of a sweep. Times are seconds from now.

    `at`, `before`: when the latest list was read, and the one before it. `ways`: what stood in the way in the latest,
    in words; None before there is one since the latest cancels. `agree`, `stuck`: lists in a row with nothing in the
    way, and with nothing but what is left standing.
    """

    ways: frozenset[str] | None = None
    at: int | None = None
    before: int | None = None
    agree: int = 0
    stuck: int = 0
    rounds: int = 0
    hangs: bool = False
    unread: bool = False
    code: int = 0  # the worst of the orders

    def after_list(self, ways: frozenset[str], at: int) -> Memory:
        agree = 0 if ways else self.agree + 1
        stuck = self.stuck + 1 if ways and ways <= {"new", "standing"} else 0
        return self._replace(ways=ways, at=at, before=self.at, agree=min(agree, 3), stuck=min(stuck, 3))

    def after_cancels(self, outcomes: list[Outcome]) -> Memory:
        code = max([self.code, *(outcome.exit_code for outcome in outcomes)])
        hangs = self.hangs or code >= Outcome.PENDING.exit_code
        return self._replace(ways=None, agree=0, stuck=0, rounds=self.rounds + 1, hangs=hangs, code=code)

    def later(self, seconds: int) -> Memory:
        at, before = (None if time is None else time - seconds for time in (self.at, self.before))
        return self._replace(at=at, before=before)


def way(one: One, view: View) -> str:
    """Out: in what way an order that is shown so keeps the target from being clear; empty for none."""
    if not one.in_the_way(view):
        return ""
    if view is not None and view[0] is Life.LEAVING:
        return "leaving"
    return ("standing" if one.stands else "stale") if one.sent else "new"


@dataclass(frozen=True, slots=True)
class Laws:
    """Each gives the laws that a step or an end breaks."""

    until_clear: bool

    def step(self, memory: Memory, swept: Swept, do: Do, at: int) -> Iterator[str]:
        """What is done next, and when."""
        if do is not Do.END and memory.unread:
            yield UNREAD
        if do is Do.LIST and memory.agree >= 2 and not memory.hangs:
            yield PROVEN
        if do is Do.LIST and at > swept.ends + max(PAUSE, swept.lag):
            yield LATE
        goes_on = "new" in (memory.ways or ()) and self.until_clear and memory.rounds < ROUNDS
        if goes_on and do is not Do.CANCEL:
            yield NEW_TOO

    def sent(self, memory: Memory, one: One, view: View, *, first: bool) -> Iterator[str]:
        """A cancel leaves for an order that the latest list showed so."""
        if view != (Life.OPEN, Kind.PLAIN):
            yield SENDS
        if one.sent:
            yield TWICE
        if not first and not self.until_clear:
            yield UNASKED
        if memory.rounds >= ROUNDS:
            yield MANY_ROUNDS

    def ended(self, memory: Memory, swept: Swept, orders: tuple[One, ...], said: Outcome) -> Iterator[str]:
        clear = swept.is_clear
        first, second = memory.before, memory.at
        if first is None or second is None:  # one list alone, which may be as far behind
            first, second = -PAUSE, 0
        if clear and any(one.stood_in_the_way(first) for one in orders):
            yield CLEAR_EARLY
        if clear and (memory.agree < 2 or second - first < PAUSE):
            yield TWO_LISTS
        if clear and memory.hangs:
            yield HANGS
        if clear and memory.unread:
            yield UNREAD
        if not clear and memory.agree >= 2 and not memory.hangs and not memory.unread:
            yield PROVEN
        if not clear and not self._may_end(memory, swept):
            yield GIVEN_UP
        if not self._code(memory, clear=clear, said=said):
            yield CODE

    def _may_end(self, memory: Memory, swept: Swept) -> bool:
        """Whether a target that is not clear may be given up."""
        if memory.unread or (memory.hangs and memory.ways is not None):
            return True
        no_time = memory.ways is not None and not memory.agree and swept.at + PAUSE >= swept.ends
        return no_time or memory.stuck >= 2

    def _code(self, memory: Memory, *, clear: bool, said: Outcome) -> bool:
        if clear:
            return said is Outcome.CANCELLED
        if memory.unread or (memory.ways != {"standing"} and not memory.hangs):
            return said is Outcome.PENDING
        return said.exit_code == memory.code > 0
