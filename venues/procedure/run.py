"""The loop around one order: do the step, note what came, ask again. What is decided stands in `judge`."""

from __future__ import annotations

from datetime import datetime

from venues.interface import (
    Answer,
    Limited,
    NeverSent,
    Order,
    OrderRef,
    Refused,
    State,
    Uncertain,
    Venue,
    VenueError,
)
from venues.procedure import judge, words
from venues.procedure.judge import Step
from venues.procedure.known import Ask, Came, Event, Known
from venues.procedure.terms import Terms
from venues.procedure.verdict import Verdict, verdict
from venues.result import Outcome, Result
from venues.wire.clock import Clock, Stopped
from venues.wire.masks import Masks
from venues.wire.pace import Pace

_SHOWN = ("status", "symbol", "side", "type", "price", "quantity", "filled")


class Cancel:
    """The cancel of one order. `run()` in any thread; `report()` tells at any time what is known so far."""

    def __init__(self, venue: Venue, ref: OrderRef, terms: Terms, clock: Clock, pace: Pace, masks: Masks) -> None:
        self._venue = venue
        self.ref = self._ref = ref
        self._terms = terms
        self._clock = clock
        self._pace = pace
        self._masks = masks
        self._started_at: datetime = clock.now()
        self._zero = clock.monotonic()
        self._known = Known()  # replaced as a whole, so that any thread may read it
        self._answered: set[bool] = set()  # whether the requests that left were answered: some, none, or both

    def run(self) -> Result:
        """Cancel the order, or look at it for a dry run. Out: what became of it. Raises no VenueError."""
        try:
            self._wait_for_turn()
            while (step := self._next()).ask is not None or self._hears_late():
                if step.ask is not None:
                    self._do(step)
        except Stopped:
            if self._known.in_flight:  # a stop can only come before the request leaves
                self._note(Ask.CANCEL, NeverSent("stopped"))
            self._hears_late(self._venue.habits.grace)
            return self.report()
        self._venue.leave(self._ref)
        return self._result(self._end())

    def report(self, *, bare: bool = False) -> Result:
        """What is known of an order whose cancel was stopped in the middle. `bare`: without the last reply."""
        return self._result(verdict(self._known, self._terms, self._venue.habits, stopped=True), bare=bare)

    def _next(self) -> Step:
        return judge.next_step(self._known, self._terms, self._venue.habits)

    def _end(self) -> Verdict:
        known, health = self._known, self._pace.health
        end = verdict(known, self._terms, self._venue.habits)
        in_vain = known.last in (Came.UNREACHED, Came.LOOK_FAILED)
        if known.wary and in_vain and isinstance(known.fault, Uncertain):
            health.probe_unanswered()
        elif self._answered == {False}:
            health.order_unanswered()
        elif end.outcome is Outcome.UNAVAILABLE and in_vain:
            health.unreachable = True
        return end

    # --- doing a step

    def _wait_for_turn(self) -> None:
        """Our own budget may take as long as it needs: the deadline counts from the first turn on."""
        health = self._pace.health
        given_up = health.gives_up()
        try:
            if not given_up:
                self._pace.wait_for_turn(self._terms.wait)
        except Limited as no:
            self._note(Ask.LOOK if self._terms.dry_run else Ask.CANCEL, no)
        else:
            self._known = Known(wary=health.is_silent, dead=given_up)
            self._started_at, self._zero = self._clock.now(), self._clock.monotonic()

    def _do(self, step: Step) -> None:
        wait = max(0.0, step.at - self._now())
        if step.jitter:
            wait = min(wait, max(judge.SHORTEST_BACK_OFF, step.jitter * self._clock.chance()))
        self._clock.pause(wait)
        if self._hears_late():
            return
        if step.ask is Ask.CANCEL:
            self._send()
        elif step.ask is Ask.LOOK:
            self._look(0.0 if step.jitter else step.at)
        else:
            self._renew()

    def _send(self) -> None:
        """The one place that sends a cancel."""
        got: Answer | VenueError
        try:
            self._venue.prepare(self._patience())
            self._venue.permit(self._ref, self._left())
            patience = judge.cancel_patience(self._left(), self._terms, self._venue.habits)
            self._note(Ask.CANCEL, None)
            got = self._venue.request_cancel(self._ref, patience)
        except VenueError as fault:
            got = fault
        self._note(Ask.CANCEL, got)

    def _look(self, due: float) -> None:
        got: Answer | VenueError
        began = max(due, self._now())  # a clock that wakes a moment early must not make this look one of before
        try:
            self._venue.prepare(self._patience())
            got = self._venue.read(self._ref, self._patience())
        except VenueError as fault:
            got = fault
        self._note(Ask.LOOK, got, began)

    def _renew(self) -> None:
        got: bool | VenueError
        try:
            got = self._venue.renew(self._patience())
        except VenueError as fault:
            got = fault
        self._note(Ask.RENEWAL, got)

    def _hears_late(self, patience: float = 0.0) -> bool:
        """Out: whether an earlier cancel has been answered since it was given up. It is then judged anew."""
        if self._known.accepted or not self._known.unanswered:
            return False
        got = self._venue.late_answer(self._ref, patience)
        if got is None or isinstance(got, Uncertain):
            return False
        self._note(Ask.CANCEL, got, late=True)
        return True

    def _note(
        self, of: Ask, got: Answer | VenueError | bool | None, began: float = 0.0, *, late: bool = False
    ) -> None:
        quiet = judge.limited_wait(self._known, got, self._venue.habits) if isinstance(got, Limited) else 0.0
        at = max(began, self._now())
        when = self._clock.now() if got is None else None  # only a cancel that leaves is told with its hour
        event = Event(of, got, at, began, when, self._pace.health.unreachable, quiet, late)
        self._known = self._known.after(event)
        if isinstance(got, Uncertain):
            self._answered.add(False)
        elif isinstance(got, Answer) or (isinstance(got, Refused | Limited) and got.sent):
            self._answered.add(True)
            self._pace.health.answered()
        if isinstance(got, Limited) and got.banned:
            self._pace.ban(got.message)
        elif isinstance(got, Limited) and got.sent:  # the venue said it, so it holds for every thread
            self._pace.pause(quiet)

    # --- small things

    def _now(self) -> float:
        return self._clock.monotonic() - self._zero

    def _left(self) -> float:
        return self._terms.wait - self._now()

    def _patience(self) -> float:
        return min(self._venue.habits.read_timeout, self._left())

    def _result(self, end: Verdict, *, bare: bool = False) -> Result:
        """The frozen result, with every text masked."""
        known, hide = self._known, self._masks.text
        order = known.order or Order(State.OPEN)
        message = end.message
        if end.outcome is Outcome.UNKNOWN:
            message = f"{message}: {words.how_to_check(self._venue.place, self._ref)}"
        if remark := self._venue.remark(end.outcome, known.order, known.no):
            message = f"{message}; {remark}"
        shown = {name: text and hide(text) for name in _SHOWN if (text := getattr(order, name)) is not None}
        return Result(
            venue=self._venue.name,
            command=self._venue.verb,
            order_id=self._ref.order_id,
            deal_id=self._ref.deal_id,
            outcome=end.outcome,
            evidence=end.evidence,
            message=hide(message),
            attempts=known.attempts,
            started_at=self._started_at,
            finished_at=self._clock.now(),
            request_id=known.request_id and hide(known.request_id),
            sandbox=self._venue.practice,
            placed_at=order.placed_at,
            warning=hide(order.warning),
            raw=None if bare else self._masks.json(self._venue.public(known.raw)),
            **shown,
        )
