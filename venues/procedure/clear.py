"""When it is clear: what a listed row means to a sweep, when to list again, and what to call the end. All of it pure.

Clear is said only of two complete lists in a row, a pause apart, in which nothing stands in the way, and when no
order of the sweep is left `pending` or `unknown`. In the way stands every open row that is meant, whoever placed it
and whenever; not what is left alone, because it protects a position or because no cancel may be sent for it.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, replace

from venues.interface import OpenOrder, State
from venues.result import Outcome

AGREEING = 2  # lists in a row: one may be behind, two that agree with a pause between them are not
MOST_ROUNDS = 5  # of cancels; who places orders faster than they can be cancelled is not stopped by a sixth

HANGING = frozenset({Outcome.PENDING, Outcome.UNKNOWN})
STANDING = frozenset(
    {Outcome.REFUSED, Outcome.UNAUTHORIZED, Outcome.RATE_LIMITED, Outcome.UNAVAILABLE, Outcome.NOT_FOUND}
)  # it may still be open, and this run does no more about it


class Sort(enum.Enum):
    """What a listed row is to the sweep. The first three do not stand in its way."""

    OTHER = "not meant"
    PROTECTIVE = "protects a position, and is left alone"
    FIXED = "no cancel may be sent for it"
    LEAVING = "on its way out already"
    STALE = "its own look has shown it ended, or will"
    STANDING = "its cancel came to nothing"
    NEW = "meant, and not among those that were cancelled"


def sort_of(row: OpenOrder, *, meant: bool, protective: bool, sent: bool = False, stands: bool = False) -> Sort:
    """Out: what the row is to the sweep.

    In: whether it is `meant`, whether `protective` ones are to go as well, and of its own cancel in this sweep:
    whether there was one (`sent`), and whether that came to nothing (`stands`).
    """
    # One that was sent for was meant: whatever its row tells by now, it is in the way for as long as it is listed.
    if not (meant or sent):
        return Sort.OTHER
    if row.protective and not (protective or sent):
        return Sort.PROTECTIVE
    if row.order.state is State.CANCELLING:
        return Sort.LEAVING
    if sent:
        return Sort.STANDING if stands else Sort.STALE
    return Sort.NEW if row.cancellable else Sort.FIXED


@dataclass(frozen=True, slots=True)
class Tally:
    """The rows of one complete list, counted. Before the first cancel, `new` are those to cancel."""

    listed: int = 0
    other: int = 0
    protective: int = 0
    fixed: int = 0
    leaving: int = 0
    stale: int = 0
    standing: int = 0
    new: int = 0

    @classmethod
    def of(cls, counts: Counter[Sort]) -> Tally:
        return cls(counts.total(), **{sort.name.lower(): counts[sort] for sort in Sort})

    @property
    def matched(self) -> int:
        return self.listed - self.other

    @property
    def uncancellable(self) -> int:
        """How many that are meant are sent nothing, protection aside."""
        return self.fixed + self.leaving

    @property
    def in_the_way(self) -> int:
        return self.leaving + self.stale + self.standing + self.new


@dataclass(frozen=True, slots=True)
class Swept:
    """What is known of one target, after its latest cancels. Times in seconds on the clock.

    `clean`: lists in a row with nothing in the way. `stuck`: lists in a row in whose way stand only rows for which
    nothing more is done. `hanging`: orders of ours are `pending` or `unknown`. `since`: when the latest cancels had
    ended; `lag`: for how long after that lists showed them, at the most. `ends`: by when it should be clean.
    `shifted`: the latest list is clean, and shows that the one before may have missed rows.
    """

    clean: int = 0
    stuck: int = 0
    last: Tally | None = None
    unread: bool = False
    hanging: bool = False
    shifted: bool = False
    rounds: int = 0
    at: float = 0.0
    since: float = 0.0
    lag: float = 0.0
    ends: float = 0.0

    def after_list(self, tally: Tally, at: float, *, shifted: bool = False) -> Swept:
        """In: a complete list, and when it was complete; whether the one before may have missed rows, by this one."""
        done_with = tally.standing + tally.new == tally.in_the_way > 0
        was_behind = self.last is not None and self.last.stale > 0
        return replace(
            self,
            clean=0 if tally.in_the_way else 1 if shifted else self.clean + 1,
            shifted=shifted and self.clean > 0 and not tally.in_the_way,
            stuck=self.stuck + 1 if done_with else 0,
            last=tally,
            at=at,
            lag=max(self.lag, at - self.since) if was_behind else self.lag,
        )

    def after_cancels(self, *, hanging: bool, at: float, ends: float) -> Swept:
        """A round of cancels has ended: what was listed before it proves nothing."""
        return Swept(
            hanging=self.hanging or hanging, rounds=self.rounds + 1, at=at, since=at, lag=self.lag, ends=ends
        )

    @property
    def is_clear(self) -> bool:
        return self.clean >= AGREEING and not self.hanging and not self.unread


class Do(enum.Enum):
    LIST = "list"
    CANCEL = "cancel what is new"
    END = "end"


def next_step(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    """Out: what to do next, and when. In: the venue's `pause` between two lists; whether new orders go as well.

    Nothing found is looked for once more a pause later, also beyond the deadline: that alone makes it a proof. Where
    the lists were seen to be behind for longer than that, so long: both would show the same moment otherwise. A list
    that may have missed rows proves nothing, and who trades all the time would have us look without end.
    """
    last = swept.last
    if swept.unread or swept.is_clear:
        return Do.END, swept.at
    if last is None:
        return Do.LIST, swept.at
    if last.new and until_clear and swept.rounds < MOST_ROUNDS:
        return Do.CANCEL, swept.at
    again = swept.at + (max(pause, swept.lag) if swept.clean else pause)
    hopeless = swept.hanging or swept.stuck >= AGREEING
    if hopeless or ((swept.shifted or not swept.clean) and again >= swept.ends):
        return Do.END, swept.at
    return Do.LIST, again


def outcome(swept: Swept, worst: Outcome | None) -> Outcome:
    """What to call the end of a target. In: the worst of its orders that hang or stand, if any does.

    What such an order tells is told by its own code; whatever else keeps a target from being clear is `pending`.
    """
    if swept.is_clear:
        return Outcome.CANCELLED
    told = swept.hanging or (swept.last is not None and swept.last.in_the_way == swept.last.standing > 0)
    return worst if told and not swept.unread and worst is not None else Outcome.PENDING
