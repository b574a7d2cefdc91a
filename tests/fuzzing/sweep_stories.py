"""What may happen while a venue is listed and swept: one function a story, each filled with chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.fuzzing import menu
from tests.fuzzing.market import LATER, SYMBOLS, TYPES, Asked, Made, asked, made
from tests.fuzzing.menu import Trick
from tests.fuzzing.scenario import VERBS, Life, Part, Plan, Signal
from tests.fuzzing.stories import BOTH, cancel_trick, lives, look_trick
from tests.fuzzing.sweeps import Day, Event, SweepScenario
from venues.registry import face_of

PAUSES = {"3commas": 0.15, "tanx": 0.1, "neuratrade": 0.01, "tradernet": 0.25}  # seconds between two lists, scaled
PAGED = ("deal-order", "smart-trade", "tanx")
RENEWED = {"tanx": ("expired", "short-lived"), "order": ("password", "token and password"), "tradernet": ("session",)}
CALM = 8.0  # seconds; a run that ends by proof, also on a busy machine


def sweep(seed: int) -> SweepScenario:
    """Out: the run that belongs to this seed."""
    rng = Random(f"sweep {seed}")
    names = list(STORIES)
    name = rng.choices(names, [STORIES[each][0] for each in names])[0]
    return replace(STORIES[name][1](rng, _basis(rng)), seed=seed, story=name)


def _basis(rng: Random, verbs: tuple[str, ...] = VERBS) -> SweepScenario:
    count = rng.choices([1, 2, 3], [8, 2, 1])[0]
    named = tuple(rng.sample(verbs, min(count, len(verbs))))
    venues = list(dict.fromkeys(face_of(verb).name for verb in named))
    targets = named if rng.random() < 0.85 else ()
    days = tuple(_day(rng, tuple(verb for verb in (targets or VERBS) if face_of(verb).name == venue))
                 for venue in venues)  # fmt: skip
    command = rng.choices(["all", "list"], [5, 1])[0]
    scenario = SweepScenario(
        0, "", command, targets, days, asked(rng, [order for day in days for order in day.book]),
        wait=round(rng.uniform(0.6, 1.2), 2), jobs=rng.choice([1, 2, 4, 8]),
        output=rng.choices(["json", "jsonl", "table"], [6, 3, 1])[0],
    )  # fmt: skip
    return replace(scenario, flags=_flags(rng, scenario))


def _flags(rng: Random, scenario: SweepScenario) -> tuple[str, ...]:
    quiet = ("-q",) if rng.random() < 0.15 else ()
    verbose = ("-v",) if rng.random() < 0.05 else ()
    if scenario.command == "list":
        (first, *others) = scenario.targets or ("",)
        readable = first and not others and (first != "deal-order" or scenario.asked.deal)
        return (*(quiet if readable else ()), *verbose)
    more = rng.choices([(), ("--until-clear",), ("--dry-run",)], [6, 3, 1])[0]
    return ("--yes", *more, *quiet, *verbose)


def _day(rng: Random, verbs: tuple[str, ...], most: int = 6) -> Day:
    book = tuple(made(rng, verb, number) for verb in verbs for number in range(1, 1 + rng.randint(0, most)))
    return Day(verbs, is_bare=rng.random() < 0.6, book=book, parts=tuple(map(_calm_part, book)))


def _calm_part(order: Made) -> Part:
    return Part(order.order_id, Life(before="cancelled" if order.orphaned else "", delay=0.03))


Change = Callable[[Day], Day]


def _with(scenario: SweepScenario, change: Change) -> SweepScenario:
    return replace(scenario, days=tuple(map(change, scenario.days)))


def _lag(rng: Random, day: Day) -> float:
    return round(PAUSES[day.venue] * rng.choice([0.3, 0.5, 0.7]), 4)


def _tricks(rng: Random, most: int, trick: Callable[[Random], Trick | None]) -> Plan:
    return Plan(tuple(trick(rng) for _ in range(rng.randint(0, most))))


def _list_trick(rng: Random) -> Trick | None:
    """As for looks, with fewer refusals: each of those is the end of a list."""
    trick = menu.surplus_empty(rng) if rng.random() < 0.1 else look_trick(rng)
    return trick if trick is None or trick.told != menu.NO or rng.random() < 0.2 else None


# --- what somebody else does


def _events(rng: Random, day: Day, most: int, acts: str = "place place fill cancel enter") -> tuple[Event, ...]:
    return tuple(_event(rng, day, number, rng.choice(acts.split())) for number in range(rng.randint(1, most)))


def _event(rng: Random, day: Day, number: int, act: str) -> Event:
    route = rng.choice(["list", "list", "list", "cancel", "look", "any"])
    count, after = rng.randint(1, 6), rng.choice([0.0, 0.0, round(rng.uniform(0.0, 0.4), 3)])
    orders = [order.order_id for order in day.book if act != "enter" or order.verb == "smart-trade"]
    if act == "place" or not orders:
        new = made(rng, rng.choice(day.verbs), LATER + number)
        new = replace(new, orphaned=False, pending=0.0)
        return Event(route, count, "place", new.order_id, after, placed=new)
    return Event(route, count, act, rng.choice(orders), after, rng.choice([0.0, 0.05, 0.3, 30.0]))


# --- the stories


def anything(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Some of all of it."""

    def change(day: Day) -> Day:
        return replace(
            day,
            parts=tuple(_any_part(rng, order) for order in day.book),
            lists=_tricks(rng, 3, _list_trick) if rng.random() < 0.5 else Plan(),
            looks=_tricks(rng, 3, look_trick) if rng.random() < 0.3 else Plan(),
            events=_events(rng, day, 3) if rng.random() < 0.5 else (),
            lag=_lag(rng, day) if rng.random() < 0.3 else 0.0,
            rows=rng.choice([2, 3]) if rng.random() < 0.3 else 0,
            way=rng.choice(["usual", *RENEWED.get(day.verbs[0], ())]),
        )

    return _with(basis, change)


def _any_part(rng: Random, order: Made) -> Part:
    if order.orphaned or rng.random() < 0.4:
        return _calm_part(order)
    return Part(order.order_id, lives(rng), _tricks(rng, 2, cancel_trick), _tricks(rng, 2, look_trick))


def calm(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Nothing goes wrong, with all filters, small pages and lists that are behind: all of it is true and clear."""

    def change(day: Day) -> Day:
        made = _day(rng, day.verbs, 10)
        book = tuple(replace(order, orphaned=False) for order in made.book)
        return replace(
            made, book=book, parts=tuple(map(_calm_part, book)), lag=_lag(rng, day) * rng.choice([0, 1]),
            rows=rng.choice([0, 2, 3]), way=rng.choice(["usual", *RENEWED.get(day.verbs[0], ())[:1]]),
        )  # fmt: skip

    scenario = replace(_with(basis, change), wait=CALM)
    return replace(scenario, asked=asked(rng, [order for day in scenario.days for order in day.book]))


def moving(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Others trade the whole time, and may have sent a cancel of their own just before."""

    def change(day: Day) -> Day:
        orders = [rng.choice(day.book).order_id] if day.book and rng.random() < 0.5 else []
        before = tuple(Event("any", 1, "cancel", order, delay=rng.choice([0.2, 1.0, 30.0])) for order in orders)
        return replace(day, events=(*before, *_events(rng, day, 6)))

    return replace(_with(basis, change), wait=rng.choice([0.8, 3.0]))


def shifting(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Rows vanish, and new ones come, between the pages."""
    scenario = _basis(rng, PAGED)

    def change(day: Day) -> Day:
        day = _day(rng, day.verbs, 10)
        events = tuple(replace(event, route="list", after=0.0, count=rng.randint(1, 10), delay=0.0)
                       for event in _events(rng, day, 6, "place fill fill cancel"))  # fmt: skip
        return replace(day, rows=rng.choice([2, 3]), events=events, lag=_lag(rng, day) * rng.choice([0, 0, 1]))

    return replace(_with(scenario, change), wait=3.0)


def churning(rng: Random, basis: SweepScenario) -> SweepScenario:
    """A bot replaces its orders the whole time, between any two pages; what is meant are some of the others."""
    verb = rng.choice(["smart-trade", "tanx"])
    bots, meant = rng.sample(SYMBOLS[verb], 2)
    plain = replace(made(rng, verb, 1), type=TYPES[verb][0], filled="0", pending=0.0, age=600.0)
    first = int(plain.order_id)
    book = [replace(plain, order_id=str(first + number), symbol=bots, age=100.0 + number) for number in range(4)]
    late = [replace(plain, order_id=str(first + 10 + number), symbol=meant, age=900.0 + number)
            for number in range(rng.choice([1, 2]))]  # fmt: skip
    events = []
    for count in range(2, 20):
        new = replace(plain, order_id=str(first + LATER + count), symbol=bots, age=0.0)
        act = rng.choice(["", "fill", "fill", "place", "place"])
        if act == "place":
            events.append(Event("list", count, act, new.order_id, placed=new))
            book.append(new)
        elif act:
            events.append(Event("list", count, act, rng.choice(book).order_id))
    there = tuple(order for order in (*book, *late) if order.age)
    rows = rng.choice([2, 3])  # fewer than ever come between two pages
    day = Day((verb,), is_bare=True, book=there, events=tuple(events), rows=rows)
    return replace(
        basis, targets=(verb,), days=(day,), asked=Asked((meant,)), command="all", flags=("--yes",), wait=3.0
    )


def behind(rng: Random, basis: SweepScenario) -> SweepScenario:
    """The lists are behind, orders take their time to end, and new ones come."""

    def change(day: Day) -> Day:
        slow = tuple(replace(part, life=replace(part.life, delay=round(rng.uniform(0.0, 0.4), 3)))
                     for part in day.parts)  # fmt: skip
        return replace(day, lag=_lag(rng, day), parts=slow, events=_events(rng, day, 4, "place place fill cancel"))

    return replace(_with(basis, change), wait=rng.choice([0.8, 3.0]))


def lists_fail(rng: Random, basis: SweepScenario) -> SweepScenario:
    """A list meets what any look may meet: for a while or, from one of them on, for good."""

    def change(day: Day) -> Day:
        first = tuple(_list_trick(rng) for _ in range(rng.randint(0, 6)))
        then = look_trick(rng) if rng.random() < 0.4 else None
        looks = _tricks(rng, 4, look_trick) if "deal-order" in day.verbs else Plan()
        rows = rng.choice([0, 2])
        return replace(day, lists=Plan((None,) * rng.randint(0, 6) + first, then), looks=looks, rows=rows)

    return _with(basis, change)


def cancels_fail(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Each order meets its own bad luck."""
    parts = lambda day: tuple(_any_part(rng, order) for order in day.book)  # noqa: E731
    return _with(basis, lambda day: replace(day, parts=parts(day), looks=_tricks(rng, 3, look_trick)))


def stores_nothing(rng: Random, basis: SweepScenario) -> SweepScenario:
    """NeuraTrade on SQLite, half cancelled orders, and venues that drop a cancel."""
    scenario = _basis(rng, ("order", "order", "tanx", "smart-trade")[rng.choice([0, 0, 1]) :])

    def change(day: Day) -> Day:
        way = "sqlite" if day.venue == "neuratrade" and rng.random() < 0.6 else "usual"
        parts = tuple(part if part.life.before else replace(part, life=replace(part.life, dropped=rng.random() < 0.5))
                      for part in day.parts)  # fmt: skip
        return replace(day, way=way, parts=parts, events=_events(rng, day, 2) if rng.random() < 0.3 else ())

    return _with(scenario, change)


def never_clear(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Somebody places orders faster than they can be cancelled."""

    def change(day: Day) -> Day:
        new = (replace(made(rng, rng.choice(day.verbs), LATER + number), orphaned=False, pending=0.0)
               for number in range(12))  # fmt: skip
        routes = ((rng.choice(["list", "cancel"]), rng.randint(1, 12)) for _ in range(12))
        events = tuple(Event(*when, "place", order.order_id, placed=order)
                       for when, order in zip(routes, new, strict=True))  # fmt: skip
        return replace(day, events=events)

    flags = rng.choice([("--yes",), ("--yes", "--until-clear"), ("--yes", "--until-clear")])
    return replace(_with(basis, change), command="all", flags=flags, wait=3.0)


def renewals(rng: Random, basis: SweepScenario) -> SweepScenario:
    """Tokens run out in the middle of it; a log-in may fail as well."""
    scenario = _basis(rng, ("tanx", "order", "tradernet"))

    def change(day: Day) -> Day:
        expired = tuple(rng.choice([None, menu.expired()]) for _ in range(rng.randint(1, 6)))
        parts = tuple(replace(part, cancels=Plan((rng.choice([None, menu.expired()]),))) for part in day.parts)
        logins = Plan(tuple(rng.choice([None, menu.lost(rng, acting=True), menu.refused(rng), menu.then_gone()])
                            for _ in range(rng.randint(0, 2))))  # fmt: skip
        way = rng.choice(RENEWED[day.verbs[0]])
        return replace(day, way=way, lists=Plan(expired), parts=parts, logins=rng.choice([Plan(), logins]))

    return replace(_with(scenario, change), wait=rng.choice([0.8, 3.0]))


def stopped(rng: Random, basis: SweepScenario) -> SweepScenario:
    """A signal comes at any moment, or two."""
    made = rng.choice([anything, moving, calm, behind])(rng, basis)
    numbers = (rng.choice(BOTH),) if rng.random() < 0.8 else (rng.choice(BOTH), rng.choice(BOTH))
    route = rng.choice(["list", "list", "cancel", "look", "any"])
    after = round(rng.choice([0.0, rng.uniform(0.0, 0.05), rng.uniform(0.0, 0.4)]), 4)
    sent = Signal(numbers, route, rng.randint(1, 6), after, gap=round(rng.uniform(0.0, 0.002), 5))
    return replace(made, days=(replace(made.days[0], signal=sent), *made.days[1:]))


def nobody_agrees(rng: Random, basis: SweepScenario) -> SweepScenario:
    """No terminal and no word: nothing is sent."""
    return replace(basis, command="all", flags=rng.choice([(), ("--until-clear",)]))


Story = Callable[[Random, SweepScenario], SweepScenario]
STORIES: dict[str, tuple[float, Story]] = {
    "anything": (10, anything),
    "calm": (6, calm),
    "moving": (5, moving),
    "shifting pages": (5, shifting),
    "churning": (3, churning),
    "behind": (5, behind),
    "lists fail": (6, lists_fail),
    "cancels fail": (3, cancels_fail),
    "stores nothing": (2, stores_nothing),
    "never clear": (2, never_clear),
    "renewals": (3, renewals),
    "stopped": (5, stopped),
    "nobody agrees": (0.5, nobody_agrees),
}
