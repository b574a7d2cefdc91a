"""When to look: at the times of the venue's page, and once more just before the deadline."""

from __future__ import annotations

from math import floor

from venues.interface import Habits
from venues.procedure.known import Known
from venues.procedure.terms import Terms

ROUNDING = 1e-6  # seconds


def next_look(known: Known, terms: Terms, habits: Habits) -> float | None:
    """Out: when the next look may begin (seconds since the order was begun); None when none is left.

    The first is at once unless the cancel was accepted. One that the look before has overtaken is left out. The
    last that fits, or that the venue's page allows, is put shortly before the deadline.
    """
    now = known.at if known.at >= known.quiet_until or known.quiet_until >= terms.wait else known.quiet_until
    allowed = habits.most_looks * max(1.0, terms.wait / 30)
    last_chance = terms.wait - min(0.5, terms.wait / 10)
    if now >= terms.wait or known.looks >= allowed or (known.looked or 0.0) >= last_chance:
        return None
    times = _Times((() if known.accepted else (0.0,)) + habits.first_looks, habits.then_every)
    since = now if known.since is None else known.since
    number = 0 if known.looked is None else times.after(known.looked - since)
    number = max(number, times.after(now - since) - 1)
    at = times[number]
    if known.looked is not None and since + at >= terms.wait:
        return None  # the one before was the last
    last = since + times[number + 1] >= terms.wait or known.looks + 1 >= allowed
    return max(now, last_chance if last and at > 0 else since + at)


class _Times:
    """Seconds after the answer at which to look: the first ones as listed, then evenly, without end."""

    def __init__(self, first: tuple[float, ...], every: float) -> None:
        self._first = first
        self._every = every

    def __getitem__(self, number: int) -> float:
        beyond = number - len(self._first) + 1
        return self._first[number] if beyond <= 0 else self._first[-1] + beyond * self._every

    def after(self, moment: float) -> int:
        """Out: the number of the first time later than `moment`."""
        for number, time in enumerate(self._first):
            if time > moment + ROUNDING:
                return number
        return len(self._first) + floor((moment + ROUNDING - self._first[-1]) / self._every)
