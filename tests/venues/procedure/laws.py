"""The laws that hold in every state: what may be said of an order, and what may be sent."""

from __future__ import annotations

from dataclasses import dataclass

from tests.venues.procedure.world import Truth, World
from venues.interface import Habits
from venues.procedure.judge import Step
from venues.procedure.known import Ask, Came, Known
from venues.procedure.terms import Terms
from venues.procedure.verdict import Verdict
from venues.result import Outcome

SAID_CANCELLED = {Outcome.CANCELLED, Outcome.ALREADY_CANCELLED}
SAID_FAILED = {
    Outcome.TOO_LATE, Outcome.NOT_FOUND, Outcome.REFUSED, Outcome.UNAUTHORIZED, Outcome.RATE_LIMITED,
    Outcome.UNAVAILABLE,
}  # fmt: skip
MOST_CANCELS = 6  # of one order, however often a venue says Retry-After: 0
ROUNDING = 1e-6


class Broken(AssertionError):
    """A law that did not hold, and where."""

    def __init__(self, law: str, known: Known, world: World, said: object = None) -> None:
        super().__init__(f"{law}: {said}\n  known {known}\n  world {world}")
        self.law = law


@dataclass(frozen=True, slots=True)
class Laws:
    """Raises Broken. Times are seconds since the order was begun."""

    habits: Habits
    terms: Terms

    def ended(self, known: Known, world: World, said: Verdict) -> None:
        """At the end: nothing has moved since the last answer."""
        self._holds(known, world, said)
        if known.at > self.terms.wait + ROUNDING:
            raise Broken("it ends by the deadline", known, world, known.at)

    def stopped(self, known: Known, world: World, said: Verdict) -> None:
        """A stop may come long after the last answer, when things have moved."""
        self._holds(known, world, said)

    def in_flight(self, known: Known, world: World, said: Verdict) -> None:
        """A stop while a cancel is on its way: it counts already, left or not."""
        if not world.left <= known.attempts <= world.left + 1:
            raise Broken("attempts are right", known, world, said)
        self._true(known, world, said)

    def step(self, known: Known, world: World, step: Step) -> None:
        """What may be sent, and when."""
        if step.at > self.terms.wait + ROUNDING:
            raise Broken("nothing is planned beyond the deadline", known, world, step)
        if step.ask is Ask.LOOK and self._too_soon(known, step):
            raise Broken("looks are apart", known, world, step)
        if step.ask is not Ask.CANCEL:
            return
        if self.terms.dry_run:
            raise Broken("a dry run sends nothing", known, world, step)
        if world.mute:
            raise Broken("no cancel before a silent venue answers", known, world, step)
        if world.unasked or (world.unseen and not self.habits.looks_aside):
            raise Broken("no repeat without a look", known, world, step)
        if world.left >= MOST_CANCELS:
            raise Broken("six cancels at most", known, world, step)
        if world.hushed:
            raise Broken("a pause is kept", known, world, step)

    def _too_soon(self, known: Known, step: Step) -> bool:
        """Only fresh credentials are tried at once; and a back-off has waited."""
        again = known.last is Came.RENEWED or step.jitter
        return known.looked is not None and max(step.at, known.at) <= known.looked + ROUNDING and not again

    def _holds(self, known: Known, world: World, said: Verdict) -> None:
        if known.attempts != world.left:
            raise Broken("attempts are right", known, world, said)
        self._true(known, world, said)

    def _true(self, known: Known, world: World, said: Verdict) -> None:
        outcome = said.outcome
        if outcome in SAID_CANCELLED and world.truth is not Truth.CANCELLED:
            raise Broken("no false success", known, world, said)
        if outcome is Outcome.ALREADY_CANCELLED and world.by_us:
            raise Broken("already means before this run", known, world, said)
        if outcome in (Outcome.REQUESTED, Outcome.PENDING) and not world.accepted:
            raise Broken("accepted means that the venue accepted", known, world, said)
        if outcome is Outcome.TOO_LATE and world.truth is not Truth.FILLED:
            raise Broken("no false failure", known, world, said)
        if outcome in SAID_FAILED and (world.by_us or world.may_act) and not self._shown_failed(known, world, said):
            raise Broken("no false failure", known, world, said)
        if outcome is Outcome.UNAVAILABLE and (known.attempts or world.left):
            raise Broken("unavailable means that nothing was sent", known, world, said)
        if outcome is Outcome.UNKNOWN and not known.attempts:
            raise Broken("unknown means that something was sent", known, world, said)
        if outcome is Outcome.DRY_RUN and (known.order is None or known.order.is_final):
            raise Broken("a dry run tells what it saw", known, world, said)

    @staticmethod
    def _shown_failed(known: Known, world: World, said: Verdict) -> bool:
        """The one exception: the venue itself shows, now, that its cancel failed."""
        shows = known.order is not None and known.order.cancel_failed
        return said.outcome is Outcome.REFUSED and shows and world.failing
