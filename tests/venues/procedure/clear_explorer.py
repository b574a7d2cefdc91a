"""Goes through every state that a sweep can reach with the orders of `clear_world`, once each, and holds the laws.

A state is what the sweep knows, what is true, and what a fair judge remembers. The judge for clear is asked as
`venues.procedure.sweep` asks it. Now is always 0: what differs only in when it happens is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import NamedTuple

from tests.venues.procedure.clear_laws import Laws, Memory, way
from tests.venues.procedure.clear_world import PAUSE, Kind, One, View, cancelled, later, row, shown
from venues.procedure import clear
from venues.procedure.clear import Do, Sort, Swept, Tally
from venues.result import Outcome

WAIT = 5  # two pauses and a half
QUESTION = (0, 7)  # how long somebody takes to answer it

Seen = tuple[One, View]  # an order, and how the latest list showed it as one to cancel


class Broken(AssertionError):
    """A law that did not hold, and where."""

    def __init__(self, law: str, state: State) -> None:
        super().__init__(f"{law}: {state}")
        self.law = law


class State(NamedTuple):
    swept: Swept
    orders: tuple[Seen, ...]
    memory: Memory
    worst: Outcome | None = None
    asked: bool = False  # the question is answered with yes: the ids are frozen


class Explorer:
    """One set of orders. `run()` gives the number of states; raises Broken for `law`, without one for any."""

    def __init__(self, orders: Iterable[One], *, until_clear: bool, law: str | None = None) -> None:
        self._start = State(Swept(ends=WAIT), tuple((one, None) for one in orders), Memory())
        self._until_clear = until_clear
        self._laws = Laws(until_clear)
        self._law = law

    def run(self) -> int:
        known = {self._start}
        to_do = list(self._listed(self._start, 0))
        while to_do:
            state = to_do.pop()
            if state not in known:
                known.add(state)
                to_do += self._following(state)
        return len(known)

    def _following(self, state: State) -> Iterator[State]:
        if not state.asked:
            for seconds in QUESTION:
                swept = replace(moved(state.swept, seconds), ends=WAIT)
                for orders in product(*(all_later(seen, seconds) for seen in state.orders)):
                    yield State(swept, orders, state.memory.later(seconds), asked=True)
            return
        if not state.memory.rounds and any(one.due for one, _ in state.orders):
            yield from self._cancelled(state, first=True)
            return
        do, at = clear.next_step(state.swept, PAUSE, until_clear=self._until_clear)
        self._hold(self._laws.step(state.memory, state.swept, do, int(at)), state)
        if do is Do.LIST:
            yield from self._listed(state, max(0, int(at)))
            yield state._replace(swept=unread_after(state.swept), memory=state.memory._replace(unread=True))
        elif do is Do.CANCEL:
            yield from self._cancelled(state, first=False)
        else:
            said = clear.outcome(state.swept, state.worst)
            orders = tuple(one for one, _ in state.orders)
            self._hold(self._laws.ended(state.memory, state.swept, orders, said), state)

    def _listed(self, state: State, seconds: int) -> Iterator[State]:
        """After one more complete list, so much later."""
        for seen in product(*(all_listed(one, seconds) for one, _ in state.orders)):
            sorts, ways = tuple(found.sort for found in seen), frozenset(found.way for found in seen if found.way)
            memory = state.memory.later(seconds).after_list(ways, 0)
            orders = tuple((found.one, found.view if found.one.due else None) for found in seen)
            yield state._replace(swept=after_list(state.swept, sorts, seconds), orders=orders, memory=memory)

    def _cancelled(self, state: State, *, first: bool) -> Iterator[State]:
        """After a round of cancels, which takes no time: so the next list may be as far behind as the one before."""
        for one, view in state.orders:
            if one.due:
                self._hold(self._laws.sent(state.memory, one, view, first=first), state)
        for ends in product(*(all_cancelled(seen) for seen in state.orders)):
            outcomes = [outcome for _, outcome in ends if outcome]
            bad = [outcome for outcome in (*outcomes, state.worst) if outcome in clear.HANGING | clear.STANDING]
            worst = max(bad, key=lambda outcome: outcome.exit_code, default=None) if bad else None
            hanging = any(outcome in clear.HANGING for outcome in outcomes)
            yield State(
                state.swept.after_cancels(hanging=hanging, at=0, ends=WAIT),
                tuple(seen for seen, _ in ends),
                state.memory.after_cancels(outcomes),
                worst,
                asked=True,
            )

    def _hold(self, broken: Iterable[str], state: State) -> None:
        for law in broken:
            if self._law in (None, law):
                raise Broken(law, state)


def forget() -> None:
    """What was kept may hold no longer: a rule has changed."""
    for kept in (all_listed, after_list, all_cancelled):
        kept.cache_clear()


class Found(NamedTuple):
    """What one list may show of one order."""

    one: One
    view: View
    sort: Sort | None
    way: str


def unread_after(swept: Swept) -> Swept:
    return replace(swept, unread=True)


def moved(swept: Swept, seconds: int) -> Swept:
    """The same with now so much later, and 0 again."""
    return replace(swept, at=swept.at - seconds, since=swept.since - seconds, ends=swept.ends - seconds)


@cache
def all_later(seen: Seen, seconds: int) -> list[Seen]:
    one, view = seen
    return [(new, view) for new in later(one, seconds)]


@cache
def all_listed(one: One, seconds: int) -> list[Found]:
    return [_found(new, view) for new in later(one, seconds) for view in shown(new)]


def _found(one: One, view: View) -> Found:
    if view is None:
        return Found(one._replace(due=False), view, None, "")
    meant = view[1] is not Kind.OTHER
    sort = clear.sort_of(row(view), meant=meant, protective=False, sent=one.sent, stands=one.stands)
    return Found(one._replace(due=sort is Sort.NEW), view, sort, way(one, view))


@cache
def after_list(swept: Swept, sorts: tuple[Sort | None, ...], seconds: int) -> Swept:
    tally = Tally.of(Counter(sort for sort in sorts if sort))
    return moved(swept.after_list(tally, seconds), seconds)


@cache
def all_cancelled(seen: Seen) -> list[tuple[Seen, Outcome | None]]:
    one, _ = seen
    if not one.due:
        return [(seen, None)]
    sent = one._replace(due=False, sent=True)
    return [((new._replace(stands=outcome in clear.STANDING), None), outcome) for new, outcome in cancelled(sent)]
