"""What is known of one order's cancel: one small frozen value, and what each event makes of it.

Nothing here decides anything; `venues.procedure.judge` does. Times are seconds since the order was begun.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, ClassVar, NamedTuple

from venues.interface import (
    Answer,
    Limited,
    NeverSent,
    NoLook,
    NotFound,
    Order,
    Refused,
    State,
    Uncertain,
    VenueError,
)
from venues.result import Evidence


class Ask(enum.Enum):
    """What can be asked of a venue."""

    CANCEL = "cancel"
    LOOK = "look"
    RENEWAL = "renewal"  # of the credentials


class Came(enum.Enum):
    """What the latest event was; the judge has a rule for each."""

    NOTHING = "nothing was asked yet"
    SENDING = "a cancel is on its way"
    ACCEPTED = "the venue accepted the cancel"
    LOST = "the cancel left, and no usable answer came"
    UNREACHED = "the cancel never left this machine"
    REFUSED = "a definite no to the cancel"
    REFUSED_LATE = "a definite no to a cancel whose answer was not waited for any more"
    LIMITED = "too many requests, says the answer to the cancel or our own budget"
    SEEN = "a look showed the order"
    ABSENT = "a look showed no such order"
    LOOK_FAILED = "a look was lost or never left"
    LOOK_REFUSED = "a definite no to the look"
    LOOK_LIMITED = "too many requests, says the answer to the look or our own budget"
    RENEWED = "there are fresh credentials"
    NOT_RENEWED = "there are no fresh credentials"


class Event(NamedTuple):
    """One thing that happened, at `at`. `got`: the answer, or why there is none; None: the cancel leaves now.

    A renewal gets True or False. `began` is when a look began, `when` the wall clock as a cancel leaves. `dead`:
    another order's whole deadline has passed without the venue being reached. `quiet`: so long asks a limit to wait.
    `late`: it answers an earlier cancel, which counted as unanswered.
    """

    of: Ask
    got: Answer | VenueError | bool | None
    at: float
    began: float = 0.0
    when: datetime | None = None
    dead: bool = False
    quiet: float = 0.0
    late: bool = False


@dataclass(frozen=True)  # without slots: `replace` copies the whole of it at once
class Known:
    """All that is known of one order. What is not compared serves words and the record, and decides nothing."""

    at: float = 0.0  # when the latest event came
    last: Came = Came.NOTHING
    fault: VenueError | None = None  # why the latest request came to nothing, if it did

    sent: tuple[datetime | None, ...] = ()  # each cancel that may have reached the venue
    repeats: int = 0  # how many of them went although an earlier one was unanswered
    in_flight: bool = False
    accepted: bool = False
    unanswered: int = 0  # cancels whose answer is lost or late: each may act at any time
    no: Refused | Limited | None = None  # the last definite no to a cancel
    open_after_no: bool = False  # a look after it showed the order open
    tries: int = 0  # requests in a row that did not reach the venue
    limits: int = 0  # how often it asked to slow down
    quiet_until: float = 0.0
    dead: bool = False  # other orders have tried in vain, for long enough
    wary: bool = False  # the orders before got no answer at all: no cancel goes before a look is answered

    since: float | None = 0.0  # what the looks follow: the cancel's answer, its loss, or the end of a pause
    looked: float | None = None  # when the latest of these looks began
    looks: int = 0
    blind: int = 0  # looks refused in a row
    no_look: bool = False  # the venue has no such look at all
    order: Order | None = None  # as last seen
    evidence: Evidence | None = None  # what shows it so, or shows that the cancel was accepted
    ripened: bool = False  # accepted too early: only now is the order one that can be cancelled
    resent: bool = False  # the cancel went again although it had been accepted

    asked: Ask = Ask.CANCEL  # for which request credentials are renewed
    renewed: bool = False  # once an order

    trouble: str = field(default="", compare=False)  # why the latest request came to nothing, in words
    no_renewal: str = field(default="", compare=False)  # why there are no fresh credentials
    raw: Any = field(default=None, compare=False)  # the last reply about this order
    request_id: str | None = field(default=None, compare=False)

    @property
    def attempts(self) -> int:
        """Cancels that may have reached the venue; one that is in flight counts."""
        return len(self.sent)

    @property
    def in_doubt(self) -> bool:
        """Whether a cancel may have done its work, or may yet, though no answer says so.

        Whatever was sent is in doubt until an answer to it is noted: there is no moment in between.
        """
        return bool(self.unanswered) or self.in_flight or (bool(self.sent) and self.no is None and not self.accepted)

    @property
    def sees_open(self) -> bool:
        """Whether the latest look shows the order open, and not on its way out."""
        return self.last is Came.SEEN and self.order is not None and self.order.state is State.OPEN

    def after(self, event: Event) -> Known:
        """Out: what is known once `event` has happened."""
        if event.got is None:
            return self._sending(event)
        before = replace(self, unanswered=self.unanswered - 1) if event.late else self
        known = self._after[event.of](before, event)
        return known._hushed(event, event.got) if isinstance(event.got, Limited) else known

    def _hushed(self, event: Event, no: Limited) -> Known:
        """A limit that the venue set holds for everything; one of our own only for the next cancel."""
        if no.ours and event.of is not Ask.CANCEL:
            return self
        until = inf if no.banned else event.at + event.quiet
        return replace(self, limits=self.limits + 1, quiet_until=max(self.quiet_until, until))

    # --- the cancel

    def _sending(self, event: Event) -> Known:
        """It counts before it leaves, so that no moment exists in which it has left and does not count."""
        return replace(
            self,
            at=event.at,
            last=Came.SENDING,
            wary=False,
            sent=(*self.sent, event.when),
            repeats=self.repeats + bool(self.unanswered),
            in_flight=True,
            resent=self.accepted,
        )

    def _after_cancel(self, event: Event) -> Known:
        got = event.got
        if isinstance(got, Answer):
            return replace(
                self._shown(got, Evidence.REPLY),
                at=event.at, last=Came.ACCEPTED, fault=None, in_flight=False, accepted=True, no=None, tries=0,
                since=event.at, looked=None, trouble="",
            )  # fmt: skip
        assert isinstance(got, VenueError)
        known = self._noted(got) if got.sent or not self.in_flight else self._noted(got)._not_left()
        known = replace(known, at=event.at, fault=got, in_flight=False, wary=False, looked=None, dead=event.dead)
        if isinstance(got, NeverSent):
            return replace(known, last=Came.UNREACHED, tries=self.tries + 1, trouble=got.message)
        if isinstance(got, Limited):
            spent = got.ours and self.tries  # our own turns went into trying to reach the venue: it said nothing
            no = self.no if self.accepted or spent else got
            return replace(known, last=Came.LIMITED, no=no, open_after_no=False, since=None)
        if isinstance(got, Refused):
            last = Came.REFUSED_LATE if event.late else Came.REFUSED
            return replace(known, last=last, no=got, open_after_no=False, tries=0, since=event.at, asked=Ask.CANCEL)
        return replace(
            known, last=Came.LOST, unanswered=self.unanswered + 1, tries=0, since=event.at, trouble=got.message
        )

    def _not_left(self) -> Known:
        return replace(self, sent=self.sent[:-1], repeats=self.repeats - bool(self.unanswered))

    # --- the looks

    def _after_look(self, event: Event) -> Known:
        since = event.began if self.since is None else self.since
        known = replace(
            self, at=event.at, since=since, looked=event.began, looks=self.looks + 1, ripened=False, dead=event.dead
        )
        got = event.got
        if isinstance(got, Answer):
            return known._seen(got)
        assert isinstance(got, VenueError)
        known = replace(known, fault=got)
        if isinstance(got, NotFound):
            raw = got.raw if self.order is None and got.raw is not None else self.raw
            return replace(known, last=Came.ABSENT, blind=0, tries=0, trouble=got.message, raw=raw)
        if isinstance(got, Limited):
            return replace(known, last=Came.LOOK_LIMITED, trouble=got.message)
        if isinstance(got, Refused):
            known = replace(known, last=Came.LOOK_REFUSED, asked=Ask.LOOK)
            return known if got.renewable and not self.renewed else known._look_refused(got)
        return known._look_failed(got)

    def _seen(self, answer: Answer) -> Known:
        known, before = self._shown(answer, Evidence.READ_BACK), self.order
        order = known.order
        assert order is not None, "a venue's read returned no order"
        is_open = order.state is State.OPEN
        return replace(
            known, last=Came.SEEN, fault=None, blind=0, tries=0, trouble="",
            open_after_no=is_open and self.no is not None,
            ripened=is_open and not order.unripe and before is not None and before.unripe,
        )  # fmt: skip

    def _look_refused(self, no: Refused) -> Known:
        return replace(
            self, blind=self.blind + 1, no_look=isinstance(no, NoLook), trouble=f"the look was refused: {no.message}"
        )

    def _look_failed(self, fault: VenueError) -> Known:
        return replace(
            self,
            last=Came.LOOK_FAILED,
            fault=fault,
            tries=self.tries + 1,
            trouble=f"the look failed: {fault.message}",
        )

    # --- the credentials

    def _after_renewal(self, event: Event) -> Known:
        """A renewal that was not answered may be tried again at the next look; one that was answered, never."""
        got, known = event.got, replace(self, at=event.at)
        if got is True:
            return replace(known, last=Came.RENEWED, renewed=True)
        why = got.message if isinstance(got, VenueError) else ""
        lost = isinstance(got, (NeverSent, Uncertain))
        known = replace(known, last=Came.NOT_RENEWED, renewed=not lost, no_renewal=why)
        if self.asked is Ask.CANCEL:
            return replace(known, trouble=why or self.trouble)
        if isinstance(got, VenueError) and lost and not self.sent:
            return known._look_failed(got)
        assert isinstance(self.fault, Refused)
        return known._look_refused(self.fault)

    _after: ClassVar[Mapping[Ask, Callable[[Known, Event], Known]]] = {
        Ask.CANCEL: _after_cancel,
        Ask.LOOK: _after_look,
        Ask.RENEWAL: _after_renewal,
    }

    # --- what answers show

    def _shown(self, answer: Answer, evidence: Evidence) -> Known:
        order = self.order if answer.order is None else _merged(self.order, answer.order)
        return replace(
            self, order=order, evidence=evidence, raw=answer.raw, request_id=self.request_id or answer.request_id
        )

    def _noted(self, fault: VenueError) -> Known:
        raw = self.raw if fault.raw is None else fault.raw
        return replace(self, raw=raw, request_id=fault.request_id or self.request_id)


def replace(known: Known, **changes: Any) -> Known:
    """What `dataclasses.replace` does, ten times faster: six of these go into each order of a batch."""
    new = object.__new__(Known)
    new.__dict__.update(known.__dict__, **changes)
    return new


_KEPT = ("symbol", "side", "type", "price", "quantity", "filled")


def _merged(old: Order | None, new: Order) -> Order:
    """The newer view; what it leaves out (a NeuraTrade position has no type) is kept from the older one."""
    if old is None:
        return new
    return new._replace(**{name: getattr(old, name) for name in _KEPT if getattr(new, name) is None})
