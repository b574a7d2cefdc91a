"""The question before `cancel all` sends anything: the exact number, by target, and No unless answered yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.cancel.brake import YES, ask
from cli.output.closing import name
from cli.output.streams import warn
from cli.output.text import clean, counted, duration
from cli.sweep.targets import Target
from config.names import DEFAULT_PROFILE
from venues.procedure.clear import Tally
from venues.registry import face_of

LONG_RUN = 60.0  # seconds
REQUESTS = 2  # a cancel and a look, at the least


def is_agreed(targets: Sequence[Target]) -> bool:
    """Say what would go and what would be left alone, and ask. Out: whether that may be cancelled.

    Raises KeyboardInterrupt for Ctrl-C.
    """
    for target in targets:
        if no := target.failed:
            title = face_of(target.verb.target).title
            warn(clean(f"{title}, {target.verb.target}: {no.outcome.word}: {no.message}", 500))
    able = [target for target in targets if target.failed is None]
    for line in announced(able):
        warn(line)
    for target in able:
        if target.sweep.found and (count := target.sweep.found.protective):
            warn(f"{name(target.verb.target)} left alone, since they protect a position: {count}")
    counts = [(target, len(target.sweep.next_round)) for target in able]
    parts = [
        f"{counted(count, target.verb.noun)} at {face_of(target.verb.target).title}"
        for target, count in counts
        if count
    ]
    if not parts:
        return True
    total = sum(count for _, count in counts)
    words = parts[0] if len(parts) == 1 else f"{total} orders ({', '.join(parts)})"
    words += _whose(able[0])
    if protecting := sum(target.protecting for target in able):
        words += f", of which {protecting} {'protects' if protecting == 1 else 'protect'} a position"
    if ask(f"Cancel {words}? [y/N] ") in YES:
        return True
    warn("Nothing was cancelled: no cancel was sent.")
    return False


def announced(targets: Sequence[Target]) -> Iterator[str]:
    """What must be known before anything is sent, asked or not: doubts about a list, and what takes long."""
    for target in targets:
        title = face_of(target.verb.target).title
        found, count = target.sweep.found or Tally(), len(target.sweep.next_round)
        if caveat := count and target.account.venue.caveat(found.listed):
            yield clean(f"{title}: {caveat}", 500)
        seconds = _takes(target, count)
        if seconds > LONG_RUN:
            yield f"{title}: {counted(count, target.verb.noun)} take about {duration(seconds)} at its request budget"


def _whose(target: Target) -> str:
    """What is not the usual account: all targets of a run are of one profile, or practised."""
    access = target.account.access
    if access.is_sandbox:
        return " (sandbox)"
    return "" if access.profile == DEFAULT_PROFILE else f" (profile {access.profile})"


def _takes(target: Target, count: int) -> float:
    budget = target.account.budget
    return 60 * (REQUESTS * count - budget.burst) / budget.per_minute if budget.per_minute else 0.0
