"""One target's orders, made to be gone through exhaustively: what is really the case, and what a list may show of it.

Times are whole numbers, now is 0. A list may be behind, each row for itself, but by less than the pause: of two lists
a pause apart the later shows nothing older than the earlier one's reading. Of an order that was placed since then, a
list may know nothing yet; one that has ended since then, it may still show.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from venues.interface import OpenOrder, Order, OrderRef, State
from venues.result import Outcome

PAUSE = 2  # between two lists, and more than a list may be behind


class Life(enum.IntEnum):  # whose hashes are quick, as those of named tuples are
    """What is really the case with an order. ENDED: cancelled, filled or closed, by whomever."""

    UNPLACED = 0
    OPEN = 1
    LEAVING = 2  # by somebody else's cancel, which may fail
    ENDED = 3


class Kind(enum.IntEnum):
    """What its row tells of an order, held against what was asked for."""

    PLAIN = 0
    PROTECTIVE = 1
    FIXED = 2
    OTHER = 3


LISTED = (Life.OPEN, Life.LEAVING)
View = tuple[Life, Kind] | None  # what a list shows of an order; None: no row


class One(NamedTuple):
    """One order. `past`: what a list may show in place of the present, and until when it was so.

    `turns`: its row may come to tell this of it, once. `slot`: another may be placed once it has ended. `still`: it
    stays as it is. `due`: the latest list showed it as one to cancel. Of its own cancel in the sweep: whether there
    was one (`sent`), and whether that came to nothing (`stands`).
    """

    life: Life = Life.OPEN
    kind: Kind = Kind.PLAIN
    past: tuple[tuple[View, int], ...] = ()
    turns: Kind | None = None
    slot: bool = False
    still: bool = False
    due: bool = False
    sent: bool = False
    stands: bool = False

    @property
    def view(self) -> View:
        return (self.life, self.kind) if self.life in LISTED else None

    def becomes(self, life: Life, kind: Kind | None = None) -> One:
        """The same after something has happened to it, now."""
        new = self._replace(life=life)
        if kind is not None:
            new = new._replace(kind=kind, turns=None)
        past = {**dict(self.past), self.view: 0}
        past.pop(new.view, None)
        return new._replace(past=tuple(sorted(past.items(), key=repr)))

    def in_the_way(self, view: View) -> bool:
        """Whether an order that is shown so keeps the target from being clear, by the contract."""
        if view is None or self.sent:
            return view is not None
        life, kind = view
        return kind is Kind.PLAIN or (kind is Kind.FIXED and life is Life.LEAVING)

    def stood_in_the_way(self, since: int) -> bool:
        """Whether it is in the way, and has been without a break since then."""
        before = (view for view, until in self.past if until > since)
        return self.in_the_way(self.view) and all(map(self.in_the_way, before))


@cache
def later(one: One, seconds: int) -> list[One]:
    """Out: all that the order may be so much later; what happens, happens at the end of that time."""
    past = tuple((view, until - seconds) for view, until in one.past if until - seconds > -PAUSE)
    one = one._replace(past=past)
    if one.life is Life.ENDED and one.slot and not past:
        one = One(Life.UNPLACED, slot=True)
    found = [one]
    for known in found:  # grows meanwhile
        found += [new for new in _moves(known) if new not in found]
    return found


def _moves(one: One) -> Iterator[One]:
    if one.still:
        return
    if one.life is Life.UNPLACED:
        yield one.becomes(Life.OPEN)
    if one.life in LISTED:
        yield one.becomes(Life.ENDED)
        if one.turns is not None:
            yield one.becomes(one.life, one.turns)
    if one.life is Life.LEAVING:
        yield one.becomes(Life.OPEN)


@cache
def shown(one: One) -> list[View]:
    """Out: all that a list may show of the order now."""
    return [one.view, *(view for view, _ in one.past)]


@cache
def row(view: View) -> OpenOrder:
    assert view is not None
    life, kind = view
    order = Order(State.OPEN if life is Life.OPEN else State.CANCELLING)
    return OpenOrder(OrderRef("1"), order, protective=kind is Kind.PROTECTIVE, cancellable=kind is not Kind.FIXED)


STAYS = (Outcome.REFUSED, Outcome.NOT_FOUND, Outcome.PENDING, Outcome.UNKNOWN)  # one of each kind, and of two codes
ENDS = {
    Life.OPEN: (Outcome.CANCELLED, Outcome.TOO_LATE, Outcome.PENDING, Outcome.UNKNOWN),
    Life.LEAVING: (Outcome.CANCELLED, Outcome.ALREADY_CANCELLED, Outcome.TOO_LATE, Outcome.PENDING, Outcome.UNKNOWN),
}


@cache
def cancelled(one: One) -> list[tuple[One, Outcome]]:
    """Every way for the order's own cancel to end: what it is afterwards, and what that is called."""
    ends = [(one.becomes(Life.ENDED), outcome) for outcome in ENDS.get(one.life, ())]
    stays = [(one, outcome) for outcome in STAYS]
    if one.life is Life.ENDED:
        stays += [(one, Outcome.ALREADY_CANCELLED), (one, Outcome.TOO_LATE)]
    if one.life is Life.OPEN:
        ends += [(one.becomes(Life.LEAVING), outcome) for outcome in (Outcome.PENDING, Outcome.UNKNOWN)]
    return ends + stays
