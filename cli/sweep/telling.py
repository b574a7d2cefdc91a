"""What became of a target, in its result and in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cli.account import Account
from cli.output.text import counted
from cli.sweep.targets import Target, signed
from venues.interface import Limited, NeverSent, NotFound, Refused, VenueError
from venues.listed import TargetResult
from venues.procedure.clear import MOST_ROUNDS, Tally
from venues.result import Outcome
from venues.wire.seen import Seen

MOST_NAMED = 5  # ids in a sentence
STOPPED = "stopped before it was known to be clear"
HALF_READ = "stopped before all of the list was read"
OUR_FAULT = "a fault in ordercancel itself"


def why(fault: VenueError) -> Outcome:
    """The outcome of a target whose list could not be read: a definite no, a limit, or no answer that can be read."""
    if isinstance(fault, NotFound):
        return Outcome.REFUSED  # what is not there is a list, not an order
    if isinstance(fault, Refused):
        return fault.outcome
    return Outcome.RATE_LIMITED if isinstance(fault, Limited) else Outcome.UNAVAILABLE


def unread(account: Account, fault: VenueError) -> str:
    """Why a list could not be read, in one sentence."""
    words = "the list could not be read" if not isinstance(fault, NeverSent) else "the venue was not reached"
    return account.link.masks.text(f"{words}: {fault.message}")


def result_of(target: Target, *, swept: bool, stopped: bool) -> TargetResult:
    """What became of the target. In: whether it is clear or not, since its orders were to be cancelled; a signal."""
    sweep, found = target.sweep, target.sweep.found
    if found is None or target.failed is not None:
        return target.failed or target.fail(Outcome.UNAVAILABLE, HALF_READ)
    message = "; ".join(_said(target, found, swept=swept, stopped=stopped))
    result = TargetResult(
        target.verb.target,
        target.account.venue.name,
        sweep.outcome if swept else Outcome.DRY_RUN,
        message,
        listed=found.listed,
        matched=found.matched,
        protective=found.protective,
        uncancellable=found.uncancellable,
        new=len(sweep.new),
        clear=sweep.swept.is_clear if swept else None,
        lists=sweep.lists,
    )
    return signed(result, target.account.access)


def _said(target: Target, found: Tally, *, swept: bool, stopped: bool) -> Iterator[str]:
    account, sweep = target.account, target.sweep
    if swept and not sweep.swept.is_clear:
        yield from _in_the_way(target, stopped=stopped or sweep.stopped)
    if len(sweep.ageless):
        yield f"{_named(sweep.ageless)} left alone: the age is not known"
    if caveat := account.venue.caveat(found.listed):
        yield account.link.masks.text(caveat)


def _in_the_way(target: Target, *, stopped: bool) -> Iterator[str]:
    """Why it is not clear."""
    sweep, last = target.sweep, target.sweep.swept.last or Tally()
    if target.broken:
        yield OUR_FAULT
    if stopped:
        yield STOPPED + (
            f"; {counted(sweep.unbegun, 'order')} {_were(sweep.unbegun)} not begun" if sweep.unbegun else ""
        )
    if sweep.fault is not None:
        yield unread(target.account, sweep.fault)
    named = len(sweep.next_round) == last.new  # else the latest list was not read to its end
    if last.new and len(sweep.new) and (named or not stopped):  # else they are those of a round that was stopped
        rounds = f" after {MOST_ROUNDS} rounds of cancels" if sweep.swept.rounds >= MOST_ROUNDS else ""
        which = _named(sweep.next_round) if named else counted(last.new, "order")
        yield f"{which} came meanwhile and {_are(last.new)} still open{rounds}"
    if sweep.swept.hanging:
        yield "not every cancel is proven"
    if sweep.swept.shifted:
        yield "orders ended while the pages of a list were read, and that may have hidden others"
    if last.standing:
        yield f"{counted(last.standing, 'order')} could not be cancelled"
    if last.stale:
        ended = "" if sweep.swept.hanging else ", though shown as ended"
        yield f"{counted(last.stale, 'order')} {_are(last.stale)} still listed{ended}"
    if last.leaving:
        yield f"{counted(last.leaving, 'order')} {_are(last.leaving)} still on the way out"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _named(ids: Seen) -> str:
    """`2 orders (5, 7)`, the first few ids by name."""
    more = ", ..." if len(ids) > MOST_NAMED else ""
    return f"{counted(len(ids), 'order')} ({', '.join(islice(ids, MOST_NAMED))}{more})"
