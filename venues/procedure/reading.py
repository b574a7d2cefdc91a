"""The requests of a list: each is made again until it is answered, or the deadline is near."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from venues.interface import Limited, NeverSent, Refused, Uncertain, Venue, VenueError
from venues.procedure import judge
from venues.wire.clock import Clock
from venues.wire.pace import Pace

T = TypeVar("T")


class Reading:
    """A `venues.interface.Look` for one list. In: `ends`, seconds on the clock, is when it must be complete.

    A definite no is raised at once, after one renewal of the credentials where that may help. What was not answered
    or not readable is asked again after a back-off, a limit after the pause that the venue asks for; where other
    work has the turns of our own budget, it is tried again as long as there is time.
    """

    def __init__(self, venue: Venue, clock: Clock, pace: Pace, ends: float) -> None:
        self._venue = venue
        self._clock = clock
        self._pace = pace
        self._ends = ends

    def __call__(self, ask: Callable[[float], T]) -> T:
        tries, limits = 0, 0
        no: Refused | None = None  # which fresh credentials may mend
        renewed = False
        told: VenueError | None = None  # why it failed before
        while True:
            try:
                if no is not None and not renewed:
                    renewed = self._renewed(no)
                self._venue.prepare(self._patience())
                return ask(self._patience())
            except Refused as refused:
                if no is not None or not refused.renewable:
                    raise
                no = refused
            except Limited as limit:
                self._wait(self._quiet(limit, limits), limit)
                limits += 1
            except (NeverSent, Uncertain) as fault:
                if told is not None and isinstance(fault, NeverSent) and self._patience() <= 0:
                    raise told from None  # that no time was left is not why
                self._wait(judge.back_off(tries) * self._clock.chance(), fault)
                told, tries = fault, tries + 1

    def _renewed(self, no: Refused) -> bool:
        """Raises `no` where there are no fresh credentials, and the fault of a log-in that fails."""
        if not self._venue.renew(self._patience()):
            raise no
        return True

    def _quiet(self, no: Limited, limits: int) -> float:
        """Keep the pause that the venue asks for, in every thread. Out: the seconds to wait."""
        if no.banned:
            self._pace.ban(no.message)
            raise no
        if no.ours:
            return judge.back_off(limits) * self._clock.chance()
        seconds = judge.quiet(no, limits, self._venue.habits)
        if no.sent:
            self._pace.pause(seconds)
        return seconds

    def _wait(self, seconds: float, fault: VenueError) -> None:
        """Raises `fault` where no time is left after the wait."""
        seconds = max(judge.SHORTEST_BACK_OFF, seconds)
        if self._clock.monotonic() + seconds >= self._ends:
            if isinstance(fault, Limited) and fault.ours:
                raise Limited(f"{fault.message}: give it more time (--wait)", sent=False) from None
            raise fault
        self._clock.pause(seconds)

    def _patience(self) -> float:
        return min(self._venue.habits.read_timeout, self._ends - self._clock.monotonic())
