"""The one cancel procedure: send, classify, read back, until the venue itself shows what became of the order.

All that is decided about an order is decided here, once, for every venue:

- only positive evidence from the venue is a result; a lost answer means *not known yet*;
- the cancel goes again only after a look that shows the order still open;
- a refusal is read in the light of what was sent before it, and a look decides;
- one deadline bounds it all, and what is not known by then is called `unknown` or `pending`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from venues.interface import (
    Answer,
    Limited,
    NeverSent,
    NoLook,
    NotFound,
    Order,
    OrderRef,
    Refused,
    State,
    Uncertain,
    Venue,
    VenueError,
)
from venues.procedure import words
from venues.result import Evidence, Outcome, Result
from venues.wire.clock import Clock, Stopped
from venues.wire.masks import Masks
from venues.wire.pace import Pace

SHORTEST_BACK_OFF = 0.1  # seconds
LONGEST_BACK_OFF = 5.0  # seconds between two tries to reach a venue that cannot be reached
SHORTEST_LIMITED_WAIT = 1.0  # seconds, also when a venue says Retry-After: 0
BLIND_AFTER = 2  # looks refused in a row, after which looking on is no use


@dataclass(frozen=True, slots=True)
class Terms:
    """What the trader asked for. `wait` is the deadline of one order in seconds."""

    wait: float = 30.0
    no_wait: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, what it rests on, and the sentence that says so."""

    outcome: Outcome
    evidence: Evidence | None
    message: str


class Cancel:
    """The cancel of one order. `run()` in any thread; `report()` tells at any time what is known so far."""

    def __init__(self, venue: Venue, ref: OrderRef, terms: Terms, clock: Clock, pace: Pace, masks: Masks) -> None:
        self._venue = venue
        self._habits = venue.habits
        self._ref = ref
        self._terms = terms
        self._clock = clock
        self._pace = pace
        self._masks = masks
        self._started_at: datetime = clock.now()
        self._deadline = clock.monotonic() + terms.wait
        # What is known. An attempt that is in flight counts: it may have reached the venue.
        self._attempts = 0
        self._in_flight = False
        self._repeats_left = self._habits.repeats
        self._accepted = False
        self._unanswered = False
        self._no: Refused | Limited | None = None  # the last definite no to a cancel
        self._open_after_no = False  # a look after that no showed the order open
        self._order: Order | None = None
        self._evidence: Evidence | None = None
        self._raw: Any = None
        self._request_id: str | None = None
        self._absent = False  # the last look found no such order
        self._renewed = False
        self._renewal_lost = False  # the last try to renew the credentials was not answered
        self._looks = 0
        self._resent = False
        self._looks_refused = 0
        self._no_look = False
        self._limited_count = 0
        self._sent_at: datetime | None = None
        self._trouble = ""  # why the last request came to nothing

    def run(self) -> Result:
        """Cancel the order, or look at it for a dry run. Out: what became of it. Raises no VenueError."""
        try:
            self._pace.wait_for_turn(self._terms.wait)
            self._started_at = self._clock.now()
            self._deadline = self._clock.monotonic() + self._terms.wait
            verdict = self._look_only() if self._terms.dry_run else self._cancel()
        except Stopped:
            return self.report()
        except Limited as no:  # before anything was sent
            self._no = no
            verdict = self._as_it_stands()
        return self._result(verdict)

    def report(self) -> Result:
        """What is known of an order whose cancel was stopped in the middle."""
        return self._result(self._as_it_stands(stopped=True))

    # --- sending

    def _cancel(self) -> Verdict:
        while True:
            verdict = self._send() or self._watch()
            if verdict is not None:
                return verdict

    def _send(self) -> Verdict | None:
        """One cancel request that reached the venue. Out: None when a look must say what it did."""
        tries = 0
        while True:
            try:
                self._venue.prepare(self._patience(self._habits.read_timeout))
                answer = self._request_cancel()
            except NeverSent as fault:
                self._trouble = fault.message
                tries += 1
                if not self._back_off(tries):
                    return self._as_it_stands()
            except Uncertain as fault:
                self._unanswered, self._trouble = True, fault.message
                self._note(fault)
                return None
            except Limited as no:
                if no.ours and tries:  # the turns went into trying to reach the venue
                    return self._as_it_stands()
                return self._wait_for_limit(no)
            except Refused as no:
                if no.renewable and self._renew():
                    continue
                return self._refused(no)
            else:
                self._accepted, self._no, self._in_flight = True, None, False
                return self._take(answer, Evidence.REPLY)

    def _request_cancel(self) -> Answer:
        """The one place that sends a cancel. Counts it before it leaves; takes that back if nothing left."""
        patience, sent_before = self._cancel_patience(), self._sent_at
        self._attempts, self._in_flight, self._sent_at = self._attempts + 1, True, self._clock.now()
        try:
            return self._venue.request_cancel(self._ref, patience)
        except (VenueError, Stopped) as fault:
            if isinstance(fault, Stopped) or not fault.sent:  # a stop can only come before the request leaves
                self._attempts, self._sent_at = self._attempts - 1, sent_before
            self._in_flight = False
            raise

    def _refused(self, no: Refused) -> Verdict | None:
        self._no, self._open_after_no = no, False
        self._note(no)
        if no.about_order or self._unanswered or self._accepted:
            return None
        return self._as_it_stands()

    def _wait_for_limit(self, no: Limited) -> Verdict | None:
        """Wait as the venue asks, then look; end here when the wait would pass the deadline."""
        self._note(no)
        if not self._accepted:
            self._no, self._open_after_no = no, False
        if not self._wait_out(no):
            return None if self._unanswered or self._accepted else self._as_it_stands()
        return None

    def _wait_out(self, no: Limited) -> bool:
        """Out: whether the venue's pause was waited for; False when it is longer than there is time."""
        if no.banned:
            self._pace.ban(no.message)
            return False
        waits = self._habits.limited_waits
        usual = waits[min(self._limited_count, len(waits) - 1)]
        self._limited_count += 1
        wait = max(usual if no.retry_after is None else no.retry_after, SHORTEST_LIMITED_WAIT)
        if no.sent:  # the venue said it, so it holds for every thread
            self._pace.pause(wait)
        if wait >= self._left():
            return False
        self._clock.pause(wait)
        return True

    def _renew(self) -> bool:
        """Fresh credentials, once an order. Out: False when there are none, and the venue's no stands."""
        if self._renewed:
            return False
        self._renewal_lost = False
        try:
            fresh = self._venue.renew(self._patience(self._habits.read_timeout))
        except (NeverSent, Uncertain) as fault:
            self._renewal_lost, self._trouble = True, fault.message
            return False
        except VenueError as fault:
            if isinstance(fault, Limited) and fault.banned:
                self._pace.ban(fault.message)
            fresh, self._trouble = False, fault.message
        self._renewed = True
        return fresh

    def _back_off(self, tries: int) -> bool:
        """Exponential with full jitter, never past the deadline. Out: False when it is time to give up."""
        left = self._left()
        if self._pace.unreachable or left < SHORTEST_BACK_OFF:
            self._pace.unreachable = self._pace.unreachable or self._attempts == 0
            return False
        longest = min(LONGEST_BACK_OFF, 0.25 * 2.0 ** min(tries, 10))
        wait = max(SHORTEST_BACK_OFF, longest * self._clock.chance())
        self._clock.pause(min(wait, left - SHORTEST_BACK_OFF / 2))  # the last try comes just before the deadline
        return True

    # --- looking

    def _watch(self) -> Verdict | None:
        """Look until the order is final or the deadline is near. Out: None when the cancel goes again."""
        for _ in self._look_times():
            before = self._order
            seen = self._look()
            if seen is None:
                if self._looks_refused < BLIND_AFTER:
                    continue
                if self._no_look and self._judge_absent()[1]:
                    return None
                break
            verdict, again = self._judge(before)
            if verdict is not None or again:
                return verdict
        return self._as_it_stands()

    def _look_times(self) -> Iterator[None]:
        """Yield when it is time to look: at once unless the cancel was accepted, then as the venue's page says.

        The last look that fits, or that the venue's page allows, is put shortly before the deadline.
        """
        allowed = self._habits.most_looks * max(1.0, self._terms.wait / 30)
        began = self._clock.monotonic()
        last_chance = self._deadline - min(0.5, self._terms.wait / 10)
        at_once = () if self._accepted else (0.0,)
        for at, following in _schedule(at_once + self._habits.first_looks, self._habits.then_every):
            now = self._clock.monotonic()
            last = began + following >= self._deadline or self._looks + 1 >= allowed
            if not last and began + following <= now:
                continue  # the look before took so long that this one is overtaken
            when = last_chance if last and at > 0 else began + at
            self._clock.pause(max(0.0, when - now))
            if self._left() > 0:
                yield
            if last:
                return

    def _look(self) -> bool | None:
        """One look. Out: True when the venue answered (with the order, or that it has none), else None."""
        self._looks += 1
        try:
            answer = self._read()
        except NotFound as no:
            self._absent, self._looks_refused, self._trouble = True, 0, no.message
            self._raw = no.raw if self._order is None and no.raw is not None else self._raw
            return True
        except Refused as no:
            self._no_look = isinstance(no, NoLook)
            self._looks_refused += BLIND_AFTER if self._no_look else 1
            self._trouble = f"the look was refused: {no.message}"
            return None
        except Limited as no:
            self._trouble = no.message
            if not no.ours and not self._wait_out(no):
                self._looks_refused = BLIND_AFTER
            return None
        except (NeverSent, Uncertain) as fault:
            self._trouble = f"the look failed: {fault.message}"
            return None
        self._absent, self._looks_refused, self._trouble = False, 0, ""
        self._remember(answer, Evidence.READ_BACK)
        return True

    def _read(self) -> Answer:
        """One look, with fresh credentials once when the venue asks for them."""
        try:
            self._venue.prepare(self._patience(self._habits.read_timeout))
            return self._venue.read(self._ref, self._patience(self._habits.read_timeout))
        except Refused as no:
            if not (no.renewable and self._renew()):
                if self._renewal_lost and self._attempts == 0:
                    raise NeverSent(self._trouble) from None
                raise
        return self._venue.read(self._ref, self._patience(self._habits.read_timeout))

    def _judge(self, before: Order | None) -> tuple[Verdict | None, bool]:
        """What the last look means. Out: a verdict, and whether the cancel may go again."""
        if self._absent:
            return self._judge_absent()
        order = self._seen_order()
        if order.state in (State.CANCELLED, State.ENDED):
            return self._final(Evidence.READ_BACK), False
        is_open = order.state is State.OPEN
        if self._accepted:
            return None, self._should_resend(before, order)
        if isinstance(self._no, Refused):
            self._open_after_no = is_open
            stands = is_open and not self._unanswered and not self._habits.linger_when_refused
            return (self._refusal() if stands else None), False
        if is_open and not order.sendable and not self._unanswered:
            return Verdict(Outcome.REFUSED, Evidence.READ_BACK, words.not_sendable(order)), False
        return None, is_open and order.sendable and self._may_repeat()

    def _judge_absent(self) -> tuple[Verdict | None, bool]:
        """The venue answered that it has no such order."""
        if self._accepted or (self._unanswered and self._order is not None):
            return None, False  # it was there before: what became of it is not known
        if isinstance(self._no, Limited):
            return None, self._may_repeat()
        if self._no is not None:
            if isinstance(self._no, NotFound) or self._habits.absent_means_not_found:
                return Verdict(Outcome.NOT_FOUND, Evidence.REPLY, words.not_found(self._no)), False
            if self._habits.linger_when_refused or self._unanswered:
                return None, False
            return self._refusal(), False
        return None, self._habits.absent_is_repeatable and self._may_repeat()

    def _may_repeat(self) -> bool:
        """After a lost answer the venue's page says how often; after a 429 nothing was done, so always."""
        if not self._unanswered:
            return True
        self._repeats_left -= 1
        return self._repeats_left >= 0

    def _should_resend(self, before: Order | None, now: Order) -> bool:
        """Some venues drop a cancel that came too early; the venue says when (tanX), and once is enough."""
        if self._resent or before is None or not self._venue.wants_another(before, now):
            return False
        self._resent = True
        return True

    # --- what it comes to

    def _take(self, answer: Answer, evidence: Evidence) -> Verdict | None:
        """Note an accepted cancel. Out: a verdict when the reply proves one, or when nobody waits for more."""
        self._remember(answer, evidence)
        if self._order is not None and self._order.state in (State.CANCELLED, State.ENDED):
            return self._final(evidence)
        if self._terms.no_wait:
            return Verdict(Outcome.REQUESTED, evidence, words.requested(self._order))
        return None

    def _final(self, evidence: Evidence) -> Verdict:
        order = self._seen_order()
        if order.state is State.ENDED:
            return Verdict(Outcome.TOO_LATE, evidence, words.too_late(order))
        if self._accepted or self._unanswered:
            return Verdict(Outcome.CANCELLED, evidence, words.cancelled(order))
        return Verdict(Outcome.ALREADY_CANCELLED, evidence, words.already_cancelled(order))

    def _as_it_stands(self, *, stopped: bool = False) -> Verdict:
        """The outcome when nothing more will be learned: at the deadline, or when the run was stopped."""
        if self._accepted:
            return self._accepted_but_not_final()
        if self._in_doubt(stopped):
            return Verdict(Outcome.UNKNOWN, None, self._unknown())
        if self._no is not None:
            return self._refusal()
        return Verdict(Outcome.UNAVAILABLE, None, words.unavailable(self._trouble, stopped))

    def _accepted_but_not_final(self) -> Verdict:
        order = self._order
        if order is not None and order.cancel_failed:
            return Verdict(Outcome.REFUSED, self._evidence, words.cancel_failed(order))
        if order is None and self._absent and self._habits.absent_is_unknown:
            return Verdict(Outcome.UNKNOWN, None, self._unknown())
        evidence = self._evidence or Evidence.REPLY
        return Verdict(Outcome.PENDING, evidence, words.pending(order, self._trouble))

    def _in_doubt(self, stopped: bool) -> bool:
        """Whether a request may have done its work although nothing shows it.

        After a lost answer a later no about the order's state settles it, once the order is seen open.
        """
        if stopped and self._in_flight:
            return True
        no = self._no
        settled = (
            isinstance(no, Refused)
            and no.about_order
            and not isinstance(no, NotFound)
            and self._open_after_no
            and self._habits.late_no_settles
        )
        return self._unanswered and not settled

    def _refusal(self) -> Verdict:
        no = self._no
        assert no is not None
        evidence = Evidence.REPLY if self._attempts else None
        if isinstance(no, Limited):
            return Verdict(Outcome.RATE_LIMITED, evidence, words.limited(no))
        if isinstance(no, NotFound) and self._open_after_no:
            return Verdict(Outcome.REFUSED, evidence, words.refused(no, self._trouble))
        return Verdict(no.outcome, evidence, words.refused(no, self._trouble))

    def _look_only(self) -> Verdict:
        """`--dry-run`: the order as it stands. No cancel is sent."""
        tries = 0
        while True:
            try:
                answer = self._read()
            except Refused as no:
                self._note(no)
                return Verdict(no.outcome, Evidence.READ_BACK, words.refused(no, self._trouble))
            except Limited as no:
                self._note(no)
                if not self._wait_out(no):
                    return Verdict(Outcome.RATE_LIMITED, Evidence.READ_BACK, words.limited(no))
            except (NeverSent, Uncertain) as fault:
                tries, self._trouble = tries + 1, fault.message
                if not self._back_off(tries):
                    return Verdict(Outcome.UNAVAILABLE, None, words.unavailable(self._trouble))
            else:
                self._remember(answer, Evidence.READ_BACK)
                return self._would_do(self._seen_order())

    def _would_do(self, order: Order) -> Verdict:
        look = Evidence.READ_BACK
        if order.state is State.CANCELLED:
            return Verdict(Outcome.ALREADY_CANCELLED, look, words.already_cancelled(order))
        if order.state is State.ENDED:
            return Verdict(Outcome.TOO_LATE, look, words.too_late(order))
        if not order.sendable:
            return Verdict(Outcome.REFUSED, look, words.not_sendable(order))
        return Verdict(Outcome.DRY_RUN, look, words.dry_run(order))

    # --- small things

    def _left(self) -> float:
        return self._deadline - self._clock.monotonic()

    def _patience(self, timeout: float) -> float:
        return min(timeout, self._left())

    def _cancel_patience(self) -> float:
        """Time for the cancel's answer. A part of a short deadline is kept for one look after a lost answer."""
        left = self._left()
        kept = min(3.0, self._terms.wait / 4)
        longest = max(left - kept, left / 2, min(left, self._habits.never_hang_up_before))
        return min(self._habits.cancel_timeout, longest)

    def _seen_order(self) -> Order:
        assert self._order is not None, "a venue's read returned no order"
        return self._order

    def _remember(self, answer: Answer, evidence: Evidence) -> None:
        self._raw = answer.raw
        self._request_id = self._request_id or answer.request_id
        self._evidence = evidence
        if answer.order is not None:
            self._order = _merged(self._order, answer.order)

    def _note(self, fault: VenueError) -> None:
        self._raw = fault.raw if fault.raw is not None else self._raw
        self._request_id = fault.request_id or self._request_id

    def _unknown(self) -> str:
        return words.unknown(self._venue.title, self._ref, self._order, self._sent_at, self._trouble)

    def _result(self, verdict: Verdict) -> Result:
        """The frozen result, with every text masked."""
        remark = self._venue.remark(verdict.outcome, self._order, self._no)
        message = f"{verdict.message}; {remark}" if remark else verdict.message
        order = self._order or Order(State.OPEN)
        hide: Callable[[str | None], str | None] = lambda text: text and self._masks.text(text)  # noqa: E731
        return Result(
            venue=self._venue.name,
            command=self._venue.verb,
            order_id=self._ref.order_id,
            deal_id=self._ref.deal_id,
            outcome=verdict.outcome,
            evidence=verdict.evidence,
            message=self._masks.text(message),
            attempts=self._attempts,
            started_at=self._started_at,
            finished_at=self._clock.now(),
            status=hide(order.status),
            symbol=hide(order.symbol),
            side=hide(order.side),
            type=hide(order.type),
            price=hide(order.price),
            quantity=hide(order.quantity),
            filled=hide(order.filled),
            request_id=hide(self._request_id),
            sandbox=self._venue.practice,
            raw=self._masks.json(self._venue.public(self._raw)),
        )


def _schedule(first: tuple[float, ...], every: float) -> Iterator[tuple[float, float]]:
    """Yield each look's time after the answer with the time of the one that follows, without end."""
    times = list(first)
    while True:
        if len(times) < 2:
            times.append(times[-1] + every)
        yield times[0], times[1]
        times.pop(0)


def _merged(old: Order | None, new: Order) -> Order:
    """The newer view; what it leaves out (a NeuraTrade position has no type) is kept from the older one."""
    if old is None:
        return new
    kept = {
        f.name: getattr(old, f.name)
        for f in fields(Order)
        if f.name in {"symbol", "side", "type", "price", "quantity", "filled"} and getattr(new, f.name) is None
    }
    return replace(new, **kept)
