"""What it is called: the outcome that stands on what is known, at the end or at any moment before.

Read from the top: what the venue shows final comes first, then what it accepted, then doubt, then its no.
`unavailable` is the last line, and needs that nothing was ever sent.
"""

from __future__ import annotations

from typing import NamedTuple

from venues.interface import Habits, Limited, NotFound, Refused, State
from venues.procedure import words
from venues.procedure.known import Came, Known
from venues.procedure.terms import Terms
from venues.result import Evidence, Outcome


class Verdict(NamedTuple):
    """An outcome, what it rests on, and the sentence that says so."""

    outcome: Outcome
    evidence: Evidence | None
    message: str


def verdict(known: Known, terms: Terms, habits: Habits, *, stopped: bool = False) -> Verdict:
    """Out: what became of the order as far as is known. `stopped`: the run ends before it has learnt all it could."""
    if known.order is not None and known.order.is_final:
        return _final(known)
    if known.accepted:
        return _accepted(known, terms, stopped)
    if known.in_doubt:
        return Verdict(Outcome.UNKNOWN, None, words.unknown(known.order, known.sent[-1], known.trouble))
    if terms.dry_run or known.wary:
        return _looked_at(known, terms, stopped)
    if known.no is not None:
        return _refused(known, known.no, habits)
    return Verdict(Outcome.UNAVAILABLE, None, words.unavailable(known.trouble, stopped))


def _final(known: Known) -> Verdict:
    """Cancelled by this run's request, unless none of them can have done it, or the venue says it was another."""
    order = known.order
    assert order is not None
    if order.state is State.ENDED:
        return Verdict(Outcome.TOO_LATE, known.evidence, words.too_late(order))
    if (known.accepted or known.unanswered) and not order.by_venue:
        return Verdict(Outcome.CANCELLED, known.evidence, words.cancelled(order))
    return Verdict(Outcome.ALREADY_CANCELLED, known.evidence, words.already_cancelled(order))


def _accepted(known: Known, terms: Terms, stopped: bool) -> Verdict:
    """Accepted is never lost again: `pending`, unless the latest word of the venue is that its cancel failed."""
    order = known.order
    if terms.no_wait and known.last is Came.ACCEPTED:
        return Verdict(Outcome.REQUESTED, known.evidence, words.requested(order))
    if order is not None and order.cancel_failed and known.last is Came.SEEN and not stopped:
        return Verdict(Outcome.REFUSED, known.evidence, words.cancel_failed(order))
    return Verdict(
        Outcome.PENDING, known.evidence, words.pending(order, known.trouble, looked=known.looked is not None)
    )


def _refused(known: Known, no: Refused | Limited, habits: Habits) -> Verdict:
    """The venue's last word on the cancel, which did nothing."""
    evidence, order = Evidence.REPLY if known.sent else None, known.order
    if known.sees_open and order is not None and not order.sendable:  # so it did not go, or not again
        return Verdict(Outcome.REFUSED, Evidence.READ_BACK, words.not_sendable(order))
    if isinstance(no, Limited):
        return Verdict(Outcome.RATE_LIMITED, evidence, words.limited(no))
    if known.last is Came.ABSENT and (isinstance(no, NotFound) or habits.none_is_not_found):
        return Verdict(Outcome.NOT_FOUND, evidence, words.not_found(no))
    # "Not found" while a look shows the order open is a no for another reason (contract, "Edges").
    outcome = Outcome.REFUSED if isinstance(no, NotFound) and known.open_after_no else no.outcome
    return Verdict(outcome, evidence, words.refused(no, known.trouble))


def _looked_at(known: Known, terms: Terms, stopped: bool) -> Verdict:
    """`--dry-run`, or a probe: the order as it stands. No cancel was sent."""
    order, fault, look = known.order, known.fault, Evidence.READ_BACK
    if order is not None and not order.sendable:
        return Verdict(Outcome.REFUSED, look, words.not_sendable(order))
    if order is not None and terms.dry_run:
        return Verdict(Outcome.DRY_RUN, look, words.dry_run(order))
    if isinstance(fault, Refused):
        return Verdict(fault.outcome, look if fault.sent else None, words.refused(fault, known.no_renewal))
    if isinstance(fault, Limited):
        return Verdict(Outcome.RATE_LIMITED, look if fault.sent else None, words.limited(fault))
    trouble = fault.message if fault else known.trouble
    return Verdict(
        Outcome.UNAVAILABLE, None, words.unavailable(words.silent(trouble) if known.wary else trouble, stopped)
    )
