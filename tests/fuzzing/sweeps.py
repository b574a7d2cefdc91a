"""One run of `cancel list` or `cancel all`, as plain values: the same seed gives the same run."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fuzzing.market import Asked, Made
from tests.fuzzing.scenario import Part, Plan, Signal
from venues.registry import VERBS, face_of


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody else does, once so many requests of a route have arrived, and `after` seconds more.

    `act`: place, fill, cancel (which takes `delay` seconds), or enter (a SmartTrade gets its position).
    """

    route: str
    count: int
    act: str
    order_id: str
    after: float = 0.0
    delay: float = 0.0
    placed: Made | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One practice venue's part. `book`: its orders, beside its usual ones unless `is_bare`.

    `parts`: how orders live and what their own requests meet. `lists`, `looks`, `logins`: what these requests meet.
    `lag`: seconds by which lists are behind. `rows`: the most that a page shows, 0 for as many as ever.
    """

    verbs: tuple[str, ...]
    way: str = "usual"
    is_bare: bool = False
    book: tuple[Made, ...] = ()
    parts: tuple[Part, ...] = ()
    lists: Plan = Plan()  # noqa: RUF009  # frozen
    looks: Plan = Plan()  # noqa: RUF009  # frozen
    logins: Plan = Plan()  # noqa: RUF009  # frozen
    events: tuple[Event, ...] = ()
    lag: float = 0.0
    rows: int = 0
    signal: Signal | None = None

    @property
    def venue(self) -> str:
        return face_of(self.verbs[0]).name


@dataclass(frozen=True, slots=True)
class SweepScenario:
    """`targets` as typed, none for all that have credentials; `verbs` what that comes to."""

    seed: int
    story: str
    command: str
    targets: tuple[str, ...]
    days: tuple[Day, ...]
    asked: Asked
    wait: float
    flags: tuple[str, ...] = ()
    jobs: int = 4
    output: str = "json"

    @property
    def verbs(self) -> list[str]:
        here = [verb for day in self.days for verb in day.verbs]
        return list(dict.fromkeys(self.targets)) or [verb for verb in VERBS if verb in here]

    @property
    def signal(self) -> Signal | None:
        return next((day.signal for day in self.days if day.signal), None)

    @property
    def arguments(self) -> list[str]:
        return [
            *self.targets, *self.asked.arguments, *self.flags, "-o", self.output, "-j", str(self.jobs),
            "--wait", f"{self.wait:g}",
        ]  # fmt: skip

    @property
    def sends(self) -> bool:
        """Whether this run is to cancel anything."""
        return self.command == "all" and not {"--dry-run", "-n"} & set(self.flags) and self.agrees

    @property
    def agrees(self) -> bool:
        return "--yes" in self.flags or self.command == "list" or "--dry-run" in self.flags

    @property
    def until_clear(self) -> bool:
        return "--until-clear" in self.flags

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong and nobody else does anything, so that all of it must be said and done."""
        return self.agrees and self.wait >= 5.0 and not any(map(_disturbed, self.days))

    def describe(self) -> str:
        """Out: the whole of it, for a person who reads of a law that was broken."""
        lines = [f"sweep {self.seed}: {self.story}; cancel {self.command} {' '.join(self.arguments)}"]
        for day in self.days:
            lines.append(f"  {day.venue} ({day.way}), {'bare' if day.is_bare else 'as usual'}, "
                         f"lag {day.lag:g}, rows {day.rows}")  # fmt: skip
            lines += [f"    {each}" for each in (*day.book, *day.events)]
            lines += [f"    {part}" for part in day.parts if part != Part(part.order_id)]
            lines += [f"    {name}: {value}" for name in ("lists", "looks", "logins", "signal")
                      if (value := getattr(day, name))]  # fmt: skip
        return "\n".join(lines)


def _disturbed(day: Day) -> bool:
    wild = any(part.cancels or part.looks or part.life.dropped or part.life.fills is not None or part.life.delay > 0.5
               for part in day.parts)  # fmt: skip
    odd = any(made.orphaned for made in day.book) or day.way == "sqlite"
    return bool(wild or odd or day.lists or day.looks or day.logins or day.events or day.signal)
