"""Goes through every state that the procedure can reach with `world`'s venue, once each, and holds the laws.

A state is what is known, and what is true. From each, every step that the judge may take is taken with every ending
that the venue has for it, and the venue may move by itself; a stop (Ctrl-C) is tried in each. The judge is asked as
the real loop asks it. What was worked out for a `Known` or a `World` is kept, since thousands of states share it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.venues.procedure import world as w
from tests.venues.procedure.laws import Broken, Laws
from tests.venues.procedure.world import Ending, World
from venues.interface import Habits, Limited
from venues.procedure import judge
from venues.procedure.judge import Step
from venues.procedure.known import Ask, Event, Known
from venues.procedure.terms import Terms
from venues.procedure.verdict import Verdict, verdict

DEEPEST = 1_000  # states on one way; far more than any deadline allows
State = tuple[int, int]  # the numbers of what is known and of what is true


class Node:
    """What follows from one `Known`: the judge's step, its words, and what each answer makes of it."""

    def __init__(self, known: Known, terms: Terms, habits: Habits) -> None:
        self.known = known
        self.step: Step = judge.next_step(known, terms, habits)
        self.stopped: Verdict = verdict(known, terms, habits, stopped=True)
        self.ended: Verdict | None = verdict(known, terms, habits) if self.step.ask is None else None
        self.sending: Node | None = None
        self.after: dict[tuple[int, float | None, bool, bool, bool], tuple[int, bool]] = {}
        self.at = self._begins()
        left = terms.wait - self.at
        if self.step.ask is Ask.CANCEL:
            self.patience = judge.cancel_patience(left, terms, habits)
            self.sending = Node(known.after(Event(Ask.CANCEL, None, self.at)), terms, habits)
        else:
            self.patience = min(habits.read_timeout, left)

    def _begins(self) -> float:
        """When the step begins; a back-off waits as long as it may."""
        wait = max(0.0, self.step.at - self.known.at)
        if self.step.jitter:
            wait = min(wait, max(judge.SHORTEST_BACK_OFF, self.step.jitter))
        return self.known.at + wait


@dataclass
class Explorer:
    """One venue's habits under one set of terms. `run()` gives the number of states; raises Broken.

    `fails`: the venue can show that its cancel failed (Tradernet).
    """

    habits: Habits
    terms: Terms
    start: tuple[World, ...]
    fails: bool = False
    first: Known = Known()  # noqa: RUF009  # frozen
    done: set[State] = field(default_factory=set)
    transitions: int = 0

    def __post_init__(self) -> None:
        self._laws = Laws(self.habits, self.terms)
        self._ended: set[State] = set()
        self._nodes: list[Node] = []
        self._knowns: dict[Known, int] = {}
        self._worlds: list[World] = []
        self._numbers: dict[World, int] = {}
        self._moves: dict[int, list[int]] = {}
        self._endings: dict[tuple[int, Ask | None], list[tuple[Ending, int]]] = {}

    def run(self) -> int:
        """Depth first, so that a way that leads back into itself is found: it would never end."""
        gc.disable()  # hundreds of thousands of tuples and no circle: looking for some takes a third of the time
        try:
            for world in self.start:
                self._explore((self._node(self.first), self._world(world)))
        finally:
            gc.enable()
        return len(self.done)

    def _explore(self, first: State) -> None:
        way: list[tuple[State, Iterator[State]]] = [(first, self._following(first))]
        under_way = {first}
        while way:
            state, following = way[-1]
            for after in following:
                self.transitions += 1
                if after in self.done:
                    continue
                if after in under_way or len(way) > DEEPEST:
                    raise Broken("it always ends", self._nodes[after[0]].known, self._worlds[after[1]])
                under_way.add(after)
                way.append((after, self._following(after)))
                break
            else:
                way.pop()
                under_way.discard(state)
                self.done.add(state)

    def _following(self, state: State) -> Iterator[State]:
        """Every state that may come next. Holds the laws on the way."""
        number, place = state
        node, world, laws = self._nodes[number], self._worlds[place], self._laws
        laws.stopped(node.known, world, node.stopped)
        for moved in self._moves_of(place):
            yield number, moved
        if node.known.unanswered and not node.known.accepted:
            for ending, became in self._endings_of(place, None):
                yield self._became(node, ending, became, None)
        if node.step.ask is not None:
            laws.step(node.known, world, node.step)
            yield from self._answered(node, place, node.step.ask)

    def _answered(self, node: Node, place: int, ask: Ask) -> Iterator[State]:
        laws = self._laws
        for ending, became in self._endings_of(place, ask):
            if node.sending is not None:  # a stop while it is on its way, whatever it has done already
                laws.in_flight(node.sending.known, ending.world, node.sending.stopped)
            yield self._became(node, ending, became, ask)

    def _became(self, node: Node, ending: Ending, became: int, ask: Ask | None) -> State:
        """In: what was asked; None for a late answer. Out: the state after it, its end judged."""
        key = id(ending.got), ending.takes, ending.dead, ending.before, ask is None
        if (after := node.after.get(key)) is None:
            after = node.after[key] = self._after(node, ask, ending)
        number, hushes = after
        state = number, self._world(replace(ending.world, hushed=True)) if hushes else became
        if (end := self._nodes[number].ended) is not None and state not in self._ended:
            self._ended.add(state)
            self._laws.ended(self._nodes[number].known, self._worlds[state[1]], end)
        return state

    def _after(self, node: Node, ask: Ask | None, ending: Ending) -> tuple[int, bool]:
        """Out: what is known after it, and whether the venue asks for quiet until beyond the deadline."""
        got, late = ending.got, ask is None
        known = node.sending.known if node.sending and not ending.before and not late else node.known
        takes = node.patience if ending.takes is None else min(ending.takes, node.patience)
        at = round(node.at + takes, 6) if takes and not late else node.at
        quiet = judge.limited_wait(known, got, self.habits) if isinstance(got, Limited) else 0.0
        hushes = isinstance(got, Limited) and got.sent and (got.banned or at + quiet >= self.terms.wait)
        event = Event(ask or Ask.CANCEL, got, at, node.at, dead=ending.dead, quiet=quiet, late=late)
        return self._node(known.after(event)), hushes

    # --- numbers in place of values

    def _node(self, known: Known) -> int:
        if (number := self._knowns.get(known)) is None:
            number = self._knowns[known] = len(self._nodes)
            self._nodes.append(Node(known, self.terms, self.habits))
        return number

    def _world(self, world: World) -> int:
        if (number := self._numbers.get(world)) is None:
            number = self._numbers[world] = len(self._worlds)
            self._worlds.append(world)
        return number

    def _moves_of(self, place: int) -> list[int]:
        if (found := self._moves.get(place)) is None:
            found = self._moves[place] = [self._world(world) for world in w.moves(self._worlds[place])]
        return found

    def _endings_of(self, place: int, ask: Ask | None) -> list[tuple[Ending, int]]:
        if (found := self._endings.get((place, ask))) is None:
            world = self._worlds[place]
            if ask is None:
                endings = w.late_answers(world)
            elif ask is Ask.CANCEL:
                endings = w.cancels(world, fails=self.fails, holds=self.habits.linger > 0)
            else:
                endings = w.looks(world) if ask is Ask.LOOK else w.renewals(world)
            found = self._endings[place, ask] = [(ending, self._world(ending.world)) for ending in endings]
        return found
