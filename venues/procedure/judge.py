"""What to do next, and what to call it: the whole procedure as two pure functions and a table.

They take what is known, the terms and the venue's habits; no clock, no thread, no network. The rules:

- only positive evidence from the venue is a result; a lost answer means *not known yet*: look before anything else;
- the cancel goes again only after a look that shows the order still open;
- a refusal is read in the light of what was sent before it, and a look decides;
- one deadline bounds it all, and what is not known by then is called `pending` or `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from venues.interface import Habits, Limited, NeverSent, NotFound, Refused, State
from venues.procedure.known import Ask, Came, Known
from venues.procedure.schedule import next_look
from venues.procedure.terms import Terms

SHORTEST_BACK_OFF = 0.1  # seconds
LONGEST_BACK_OFF = 5.0  # seconds between two tries to reach a venue that cannot be reached
SHORTEST_LIMITED_WAIT = 1.0  # seconds, also when a venue says Retry-After: 0
BLIND_AFTER = 2  # looks refused in a row, after which looking on is no use
MOST_CANCELS = 6  # of one order, whatever a venue answers


class Step(NamedTuple):
    """What to ask next, and when (seconds since the order was begun). No `ask`: the end.

    `jitter`: wait a random part of so many seconds, at least `SHORTEST_BACK_OFF`, but not past `at`.
    """

    ask: Ask | None
    at: float = 0.0
    jitter: float = 0.0


END = Step(None)
Rule = Callable[[Known, Terms, Habits], Step]


def next_step(known: Known, terms: Terms, habits: Habits) -> Step:
    """Out: what to do next, by the table for what has just come."""
    table = PROBING if known.wary else LOOKING_ONLY if terms.dry_run else CANCELLING
    return table[known.last](known, terms, habits)


# --- the rules of the table


def _end(known: Known, terms: Terms, habits: Habits) -> Step:
    return END


def _send(known: Known, terms: Terms, habits: Habits) -> Step:
    return Step(Ask.CANCEL, known.at)


def _look_now(known: Known, terms: Terms, habits: Habits) -> Step:
    return Step(Ask.LOOK, known.at)


def _watch(known: Known, terms: Terms, habits: Habits) -> Step:
    """The next look of the venue's page; the end when none is left before the deadline.

    Who does not wait for the end gets one look, unless a cancel may act yet.
    """
    if terms.no_wait and known.looked is not None and not _may_act(known):
        return END
    at = next_look(known, terms, habits)
    return END if at is None else Step(Ask.LOOK, at)


def _accepted(known: Known, terms: Terms, habits: Habits) -> Step:
    if terms.no_wait or (known.order is not None and known.order.is_final):
        return END
    return _watch(known, terms, habits)


def _unreached(known: Known, terms: Terms, habits: Habits) -> Step:
    """Try again, the last time just before the deadline; not at all where another order has tried in vain."""
    return _back_off(Ask.CANCEL, known, terms)


def _refused(known: Known, terms: Terms, habits: Habits) -> Step:
    """The order's own state may be the reason, and an earlier try may have worked: then a look decides."""
    assert isinstance(known.no, Refused)
    if known.no.renewable and not known.renewed and known.last is Came.REFUSED:
        return Step(Ask.RENEWAL, known.at)
    return _watch(known, terms, habits) if known.no.about_order or _may_act(known) else END


def _limited(known: Known, terms: Terms, habits: Habits) -> Step:
    """Wait as long as the venue asks, then look; nothing was done, so without doubts a longer wait is the end."""
    no = known.fault
    assert isinstance(no, Limited)
    if no.ours and known.tries:  # the turns went into trying to reach the venue
        return END
    if known.quiet_until >= terms.wait or known.attempts >= MOST_CANCELS:
        return _watch(known, terms, habits) if _may_act(known) else END
    return Step(Ask.LOOK, known.quiet_until)


def _seen(known: Known, terms: Terms, habits: Habits) -> Step:
    """What a look that shows the order means, by what became of the cancel."""
    order = known.order
    assert order is not None
    is_open = order.state is State.OPEN
    if order.is_final:
        return END
    if known.accepted:
        goes_again = known.ripened and not known.resent
    elif isinstance(known.no, Refused):
        if is_open and not known.unanswered and not habits.looks_aside:
            return END
        goes_again = False
    else:  # lost, or limited
        if is_open and not order.sendable and not known.unanswered:
            return END
        goes_again = is_open and order.sendable and _may_repeat(known, habits)
    return _send(known, terms, habits) if goes_again else _watch(known, terms, habits)


def _absent(known: Known, terms: Terms, habits: Habits) -> Step:
    """The venue shows no such order. What was lost or accepted may act all the same: look on."""
    if _may_go_unseen(known, habits):
        return _send(known, terms, habits)
    settled = isinstance(known.no, NotFound) or not habits.looks_aside
    return END if isinstance(known.no, Refused) and settled and not _may_act(known) else _watch(known, terms, habits)


def _look_refused(known: Known, terms: Terms, habits: Habits) -> Step:
    """Fresh credentials if they may help; two refusals running end the looking."""
    if known.last is Came.LOOK_REFUSED and _wants_renewal(known):
        return Step(Ask.RENEWAL, known.at)
    if known.no_look:
        return _send(known, terms, habits) if _may_go_unseen(known, habits) else END
    return END if known.blind >= BLIND_AFTER else _watch(known, terms, habits)


def _look_limited(known: Known, terms: Terms, habits: Habits) -> Step:
    no = known.fault
    assert isinstance(no, Limited)
    return END if known.quiet_until >= terms.wait and not no.ours else _watch(known, terms, habits)


def _not_renewed(known: Known, terms: Terms, habits: Habits) -> Step:
    """The venue's no stands."""
    return (_refused if known.asked is Ask.CANCEL else _look_refused)(known, terms, habits)


def _ask_again(known: Known, terms: Terms, habits: Habits) -> Step:
    """With the fresh credentials."""
    return Step(known.asked, known.at)


# --- the rules of a dry run


def _dry_limited(known: Known, terms: Terms, habits: Habits) -> Step:
    no = known.fault
    assert isinstance(no, Limited)
    if no.ours:
        return _back_off(Ask.LOOK, known, terms)
    return END if known.quiet_until >= terms.wait else Step(Ask.LOOK, known.quiet_until)


def _dry_failed(known: Known, terms: Terms, habits: Habits) -> Step:
    return _back_off(Ask.LOOK, known, terms)


# --- the rules of a probe: a look at a venue that did not answer the orders before


def _probe(known: Known, terms: Terms, habits: Habits) -> Step:
    return END if known.dead else Step(Ask.LOOK, known.at)


def _probe_seen(known: Known, terms: Terms, habits: Habits) -> Step:
    """It answers again."""
    order = known.order
    assert order is not None
    return END if order.is_final or not order.sendable else _probe_answered(known, terms, habits)


def _probe_answered(known: Known, terms: Terms, habits: Habits) -> Step:
    """With any answer to the look the cancel may go, once no pause holds it back."""
    return END if terms.dry_run or known.quiet_until >= terms.wait else _after_the_pause(Ask.CANCEL, known)


def _probe_refused(known: Known, terms: Terms, habits: Habits) -> Step:
    if known.last is Came.LOOK_REFUSED and _wants_renewal(known):
        return Step(Ask.RENEWAL, known.at)
    return _probe_answered(known, terms, habits)


def _probe_failed(known: Known, terms: Terms, habits: Habits) -> Step:
    """No answer again is the end. A look that never left says nothing of the answers, and is tried again."""
    return _back_off(Ask.LOOK, known, terms) if isinstance(known.fault, NeverSent) else END


def _probe_limited(known: Known, terms: Terms, habits: Habits) -> Step:
    no = known.fault
    assert isinstance(no, Limited)
    return END if no.ours or known.quiet_until >= terms.wait else _after_the_pause(Ask.LOOK, known)


# --- the tables

CANCELLING: Mapping[Came, Rule] = {
    Came.NOTHING: _send,
    Came.SENDING: _end,  # only a fault of our own asks here
    Came.ACCEPTED: _accepted,
    Came.LOST: _watch,
    Came.UNREACHED: _unreached,
    Came.REFUSED: _refused,
    Came.REFUSED_LATE: _refused,
    Came.LIMITED: _limited,
    Came.SEEN: _seen,
    Came.ABSENT: _absent,
    Came.LOOK_FAILED: _watch,
    Came.LOOK_REFUSED: _look_refused,
    Came.LOOK_LIMITED: _look_limited,
    Came.RENEWED: _ask_again,
    Came.NOT_RENEWED: _not_renewed,
}
LOOKING_ONLY: Mapping[Came, Rule] = {
    **dict.fromkeys(Came, _end),
    Came.NOTHING: _look_now,
    Came.LOOK_FAILED: _dry_failed,
    Came.LOOK_REFUSED: _probe_refused,
    Came.LOOK_LIMITED: _dry_limited,
    Came.RENEWED: _ask_again,
}
PROBING: Mapping[Came, Rule] = {
    **dict.fromkeys(Came, _end),
    Came.NOTHING: _probe,
    Came.SEEN: _probe_seen,
    Came.ABSENT: _probe_answered,
    Came.LOOK_FAILED: _probe_failed,
    Came.LOOK_REFUSED: _probe_refused,
    Came.LOOK_LIMITED: _probe_limited,
    Came.RENEWED: _ask_again,
    Came.NOT_RENEWED: _probe_answered,
}

# --- what the rules share


def limited_wait(known: Known, no: Limited, habits: Habits) -> float:
    """Out: the seconds of quiet that `no` asks for, after the limits that are known."""
    return quiet(no, known.limits, habits)


def quiet(no: Limited, limits: int, habits: Habits) -> float:
    """Out: the seconds of quiet that `no` asks for; where it names none, the venue's usual ones in turn."""
    usual = habits.limited_waits[min(limits, len(habits.limited_waits) - 1)]
    return max(usual if no.retry_after is None else no.retry_after, SHORTEST_LIMITED_WAIT)


def back_off(tries: int) -> float:
    """Out: the most seconds to wait after so many tries in vain."""
    return min(LONGEST_BACK_OFF, 0.25 * 2.0 ** min(tries, 10))


def cancel_patience(left: float, terms: Terms, habits: Habits) -> float:
    """Out: seconds for the cancel's answer. A part of a short deadline is kept for a look after a lost one."""
    kept = min(3.0, terms.wait / 4)
    return min(habits.cancel_timeout, max(left - kept, left / 2))


def _after_the_pause(ask: Ask, known: Known) -> Step:
    return Step(ask, max(known.at, known.quiet_until))


def _back_off(ask: Ask, known: Known, terms: Terms) -> Step:
    left = terms.wait - known.at
    if known.dead or left < SHORTEST_BACK_OFF:
        return END
    return Step(ask, terms.wait - SHORTEST_BACK_OFF / 2, back_off(known.tries))


def _may_act(known: Known) -> bool:
    """Whether a cancel of ours may have worked, or may work yet."""
    return known.accepted or bool(known.unanswered)


def _may_repeat(known: Known, habits: Habits) -> bool:
    """After a lost answer as often as the venue's page says; after a 429 nothing was done."""
    if known.attempts >= MOST_CANCELS or known.at < known.quiet_until:
        return False
    return not known.unanswered or known.repeats < habits.repeats


def _may_go_unseen(known: Known, habits: Habits) -> bool:
    """Whether the cancel may go again although no look shows the order: after a 429, or where looks are aside."""
    if known.accepted or isinstance(known.no, Refused):
        return False
    blind_repeat = habits.looks_aside and known.order is None
    return _may_repeat(known, habits) and (blind_repeat or not known.unanswered)


def _wants_renewal(known: Known) -> bool:
    return isinstance(known.fault, Refused) and known.fault.renewable and not known.renewed
