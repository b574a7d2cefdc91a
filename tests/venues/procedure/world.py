"""A small venue with one order, made to be gone through exhaustively: every truth, every answer, at every moment.

`World` is what is really the case, and what a fair judge needs to remember of the run. `moves` is what may happen
by itself at any moment; `cancels`, `looks` and `renewals` are all the ways in which a request may end.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from venues.interface import (
    Answer,
    Limited,
    NeverSent,
    NoLook,
    NotFound,
    Order,
    Refused,
    State,
    Unauthorized,
    Uncertain,
    VenueError,
)


class Truth(enum.Enum):
    """What is really the case with the order."""

    OPEN = "open"
    CANCELLED = "cancelled"
    FILLED = "filled"


class Hung(enum.Enum):
    """A cancel whose connection is held: what it has done so far."""

    IDLE = "nothing, and it never will"
    WORKING = "nothing yet"
    DONE = "it cancelled the order"


@dataclass(frozen=True, slots=True)
class World:
    """The venue's truth, and what the run has done to it."""

    truth: Truth = Truth.OPEN
    by_us: bool = False  # a request of the run cancelled it
    under_way: bool = False  # a request of the run may still cancel it: slow, or late on the line
    failing: bool = False  # the venue shows that its cancel failed, for now
    unripe: bool = False  # open, but a cancel is accepted and dropped
    fixed: bool = False  # a row that no cancel may be sent for
    accepted: bool = False  # some cancel was accepted
    left: int = 0  # cancels that left this machine
    unseen: bool = False  # since the last unanswered cancel no look has shown the order open
    unasked: bool = False  # ... and none was answered at all
    hushed: bool = False  # the venue asked for quiet beyond the deadline
    hung: tuple[Hung, ...] = ()  # cancels that may be answered late, in no order
    mute: bool = False  # the orders before got no answer, and nor has this one yet

    @property
    def may_act(self) -> bool:
        """Whether a request of the run may still cancel the order."""
        return self.under_way or Hung.WORKING in self.hung


@dataclass(frozen=True, slots=True)
class Ending:
    """One way for a request to end: the world afterwards, what comes back, and how long it takes.

    `takes`: None for all the time that it is given.
    """

    world: World
    got: Answer | VenueError | bool
    takes: float | None = 0.0
    dead: bool = False  # another order has tried in vain for its whole deadline
    before: bool = False  # it failed before the cancel could leave, in a log-in that it needs


# One instance of each: known states are compared, and an exception equals itself alone.
UNREACHED = NeverSent("refused connection")
LOST = Uncertain("no answer")
FLAT = Refused("bad request")
ABOUT = Refused("not open", about_order=True)
UNKNOWN = NotFound("no such order")
NO_RIGHT = Unauthorized("no right")
PERHAPS_NO_RIGHT = Unauthorized("forbidden", about_order=True)
EXPIRED = Unauthorized("expired", renewable=True)
NO_KEY = Unauthorized("no key", sent=False)
NO_ROUTE = NoLook("no such route")
SOON = Limited("slow down", retry_after=0.0)
USUAL = Limited("slow down")
NEVER = Limited("slow down", retry_after=9999.0)
BANNED = Limited("banned", banned=True)
OURS = Limited("our own budget", sent=False)
FIXED = Refused("not one of ours", about_order=True)
NOT_ACTING = (FLAT, ABOUT, UNKNOWN, NO_RIGHT, PERHAPS_NO_RIGHT, EXPIRED)
LIMITS = (SOON, USUAL, NEVER, BANNED)

_BARE = Answer(None)
_SHOWN = {
    (state, failed, unripe, fixed): Answer(
        Order(state, state.value, cancel_failed=failed, unripe=unripe, sendable=not fixed)
    )
    for state in State
    for failed in (False, True)
    for unripe in (False, True)
    for fixed in (False, True)
}


def shown(state: State, world: World | None = None) -> Answer:
    """An answer that shows the order in this state, with the marks that it has in `world`."""
    if world is None or state is not State.OPEN:
        return _SHOWN[state, False, False, False]
    return _SHOWN[state, world.failing, world.unripe, world.fixed]


def moves(world: World) -> Iterator[World]:
    """Out: every world that this one may become by itself, one thing at a time."""
    if world.truth is not Truth.OPEN:
        return
    idle = _sorted(Hung.IDLE if one is Hung.WORKING else one for one in world.hung)
    over = replace(world, under_way=False, failing=False, unripe=False, hung=idle)
    yield replace(over, truth=Truth.FILLED)
    yield replace(over, truth=Truth.CANCELLED)  # by somebody else
    if world.unripe:
        yield replace(world, unripe=False)
    if world.under_way:
        yield replace(over, truth=Truth.CANCELLED, by_us=True)
    if world.failing:
        yield replace(world, failing=False)
    if Hung.WORKING in world.hung:
        done = list(world.hung)
        done[done.index(Hung.WORKING)] = Hung.DONE
        hung = _sorted(Hung.IDLE if one is Hung.WORKING else one for one in done)
        yield replace(over, truth=Truth.CANCELLED, by_us=True, hung=hung)


def late_answers(world: World) -> Iterator[Ending]:
    """Every way for a held cancel to be answered after all; a server that stores nothing says yes as well."""
    for one in set(world.hung) - {Hung.WORKING}:
        rest = list(world.hung)
        rest.remove(one)
        after = replace(world, hung=_sorted(rest))
        yield Ending(replace(after, accepted=True), shown(State.CANCELLING))
        if one is Hung.IDLE:
            for got in (ABOUT, EXPIRED):
                yield Ending(after, got)


def cancels(world: World, *, fails: bool, holds: bool) -> Iterator[Ending]:
    """Every way for a cancel to end. `fails`: the venue can show that its cancel failed; `holds`: it is held."""
    world = replace(world, mute=False)
    yield Ending(world, UNREACHED)
    yield Ending(world, UNREACHED, dead=True)
    yield Ending(world, NO_KEY)
    yield Ending(world, OURS)
    left = replace(world, left=world.left + 1)
    lost = replace(left, unseen=True, unasked=True)
    deeds = list(_deeds(left, fails=fails))
    yield Ending(lost, LOST)
    if not holds:
        yield Ending(lost, LOST, None)
    for done in deeds:
        yield Ending(replace(done, unseen=True, unasked=True), LOST)
    if holds:
        hung = [Hung.IDLE, *([Hung.WORKING] if world.truth is Truth.OPEN else [])]
        for one in hung:
            yield Ending(replace(lost, hung=_sorted((*lost.hung, one))), LOST, None)
    for no in NOT_ACTING:
        yield Ending(left, no)
    for limit in LIMITS:
        yield Ending(left, limit)
    yes = replace(left, accepted=True)
    if holds:  # what is slow there is slow to answer as well
        deeds = [done for done in deeds if not done.under_way]
    for answer, takes in ((_BARE, 0.5), (shown(State.OPEN, yes), 0.0), (shown(State.CANCELLING), 0.0)):
        yield Ending(yes, answer, takes)  # ignored or dropped; or it was final before
        for done in deeds:
            yield Ending(replace(done, accepted=True), answer, takes)
    for done in (yes, *(replace(done, accepted=True) for done in deeds)):
        if done.truth is not Truth.OPEN:
            yield Ending(done, shown(_final(done)))
    for fault in (UNREACHED, NO_RIGHT, NEVER, *([FIXED] if world.fixed else [])):
        yield Ending(world, fault, before=True)


def _deeds(world: World, *, fails: bool) -> Iterator[World]:
    """What a cancel that reached the venue may do."""
    if world.truth is Truth.OPEN and not world.unripe and not world.fixed:
        yield replace(world, truth=Truth.CANCELLED, by_us=True, under_way=False, failing=False)
        yield replace(world, under_way=True)
        if fails:
            yield replace(world, under_way=True, failing=True)
            yield replace(world, failing=True)


def looks(world: World) -> Iterator[Ending]:
    """Every way for a look to end. A look never shows the order final when it is not; it may be stale otherwise."""
    answered = replace(world, unasked=False, mute=False)
    seen = replace(answered, unseen=False)
    yield Ending(seen, shown(State.OPEN, world))  # right, or stale
    if world.may_act:
        yield Ending(answered, shown(State.CANCELLING))
    if world.truth is not Truth.OPEN:
        yield Ending(answered, shown(_final(world)))
    yield Ending(answered, UNKNOWN)
    yield Ending(answered, NO_ROUTE)
    for no in (FLAT, EXPIRED):
        yield Ending(replace(world, mute=False), no)
    for limit in LIMITS:
        yield Ending(replace(world, mute=False), limit)
    yield Ending(world, OURS)
    yield Ending(world, UNREACHED)
    yield Ending(world, LOST, None)


def renewals(world: World) -> Iterator[Ending]:
    """Every way for a renewal of the credentials to end."""
    for got in (True, False, UNREACHED, LOST, NO_RIGHT, BANNED):
        yield Ending(world, got)


def _sorted(hung: Iterable[Hung]) -> tuple[Hung, ...]:
    return tuple(sorted(hung, key=lambda one: one.value))


def _final(world: World) -> State:
    return State.CANCELLED if world.truth is Truth.CANCELLED else State.ENDED
