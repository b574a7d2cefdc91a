"""What may happen in a run: one function a story, each filled with chance. `scenario(seed)` picks one.

Pure chance rarely puts together what breaks a program; each story is a bad day of a real venue.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.fuzzing import menu
from tests.fuzzing.menu import LIMIT, YES, Trick
from tests.fuzzing.scenario import VERBS, Life, Part, Plan, Scenario, Signal, order_id
from tests.fuzzing.wire import clashing, shown_as

WAYS = {"tanx": ("usual", "expired"), "order": ("usual", "password"), "tradernet": ("usual", "session", "v3")}
BOTH = (signal.SIGINT, signal.SIGTERM)


def scenario(seed: int) -> Scenario:
    """Out: the run that belongs to this seed."""
    rng = Random(seed)
    names = list(STORIES)
    name = rng.choices(names, [STORIES[each][0] for each in names])[0]
    return replace(STORIES[name][1](rng, _basis(rng)), seed=seed, story=name)


def _basis(rng: Random) -> Scenario:
    verb = rng.choice(VERBS)
    return Scenario(0, "", verb, (), wait=round(rng.uniform(0.6, 1.2), 2), jobs=rng.choice([1, 2, 4, 8]),
                    output=rng.choice(["json", "json", "jsonl"]))  # fmt: skip


def _parts(scenario: Scenario, count: int, make: Callable[[str], Part] = Part) -> tuple[Part, ...]:
    return tuple(make(order_id(scenario.verb, number)) for number in range(1, count + 1))


def lives(rng: Random) -> Life:
    """Prompt, slow, later than the deadline, dropped, filled meanwhile, or final before."""
    kind = rng.choices(["prompt", "slow", "late", "dropped", "fills", "ended"], [4, 2, 2, 1, 2, 1])[0]
    if kind == "ended":
        return Life(before=rng.choice(["cancelled", "filled", "unknown"]))
    delay = {"prompt": 0.0, "slow": rng.uniform(0.1, 0.5), "late": rng.uniform(1.3, 30.0)}.get(kind, 0.3)
    fills = round(rng.uniform(0.0, 0.6), 3) if kind == "fills" else None
    return Life(delay=round(delay, 3), dropped=kind == "dropped", fills=fills)


def _flags(rng: Random) -> tuple[str, ...]:
    picked = rng.choices([(), ("--no-wait",), ("--dry-run",), ("-v",)], [6, 2, 1, 1])[0]
    return tuple(picked)


# --- anything at all


def anything(rng: Random, basis: Scenario) -> Scenario:
    """Each order lives its own life, and some of its requests go wrong."""

    def make(order: str) -> Part:
        cancels = Plan(tuple(cancel_trick(rng) for _ in range(rng.randint(0, 3))))
        looks = Plan(tuple(look_trick(rng) for _ in range(rng.randint(0, 3))))
        return Part(order, lives(rng), cancels, looks)

    found = replace(
        basis, parts=_parts(basis, rng.choice([1, 1, 2, 5]), make), flags=_flags(rng), stdin=rng.random() < 0.3,
        way=rng.choice(WAYS.get(basis.verb, ("usual",))),
        lists=Plan(tuple(look_trick(rng) for _ in range(rng.randint(0, 3)))),
    )  # fmt: skip
    return replace(found, bad_line=found.stdin and rng.random() < 0.3)


def cancel_trick(rng: Random) -> Trick | None:
    return rng.choices(
        [None, menu.lost(rng, acting=False), menu.lost(rng, acting=True), menu.refused(rng), menu.limited(rng),
         menu.odd_truth(rng), menu.interim(rng), menu.surplus(rng), menu.expired()],
        [4, 3, 4, 2, 1, 1, 1, 1, 1],
    )[0]  # fmt: skip


def look_trick(rng: Random) -> Trick | None:
    return rng.choices(
        [None, menu.lost(rng, acting=True), menu.refused(rng), menu.limited(rng), menu.odd_truth(rng),
         menu.interim(rng), menu.surplus(rng), menu.expired(), menu.deep(rng, acting=True)],
        [4, 4, 2, 1, 1, 1, 1, 1, 0.3],
    )[0]  # fmt: skip


def calm(rng: Random, basis: Scenario) -> Scenario:
    """Nothing goes wrong: every order is cancelled, and that is said."""
    wait = 8.0  # ends by proof, also on a busy machine
    made = replace(basis, wait=wait, stdin=rng.random() < 0.3, way=rng.choice(WAYS.get(basis.verb, ("usual",))))
    return replace(made, parts=_parts(made, rng.randint(1, 12), lambda order: Part(order, Life(delay=0.1))))


# --- on the heart


def lost_then_refused(rng: Random, basis: Scenario) -> Scenario:
    """The cancel's answer is lost and it acts late; meanwhile the row reads open and the repeat is refused."""
    delay = basis.wait + rng.uniform(0.2, 2.0) if rng.random() < 0.7 else rng.uniform(0.1, basis.wait)
    flags = rng.choice([(), (), ("--no-wait",)])

    def make(order: str) -> Part:
        first = menu.lost(rng, acting=True)
        return Part(order, Life(delay=round(delay, 3)), Plan((first,), menu.not_open(rng)))

    return replace(basis, parts=_parts(basis, rng.choice([1, 3]), make), flags=flags)


def gone_after_renewal(rng: Random, basis: Scenario) -> Scenario:
    """The venue wants fresh credentials, gives them, and is there no more."""
    made = _renewing(rng, basis)
    return replace(made, logins=Plan((menu.then_gone(),) if made.way == "session" else (None,), menu.then_gone()))


def _renewing(rng: Random, basis: Scenario) -> Scenario:
    verb, way = rng.choice([("tanx", "usual"), ("order", "token and password"), ("tradernet", "session")])
    made = replace(basis, verb=verb, way=way)
    cancels = Plan() if way == "session" else Plan((menu.expired(),))
    return replace(made, parts=_parts(made, rng.choice([1, 2]), lambda order: Part(order, Life(), cancels)))


def gone_at_renewal(rng: Random, basis: Scenario) -> Scenario:
    """The same, where the very first renewal is the last thing that the venue says."""
    return replace(_renewing(rng, basis), logins=Plan((), menu.then_gone()))


def stopped_at_renewal(rng: Random, basis: Scenario) -> Scenario:
    """The renewal hangs, and the trader loses patience."""
    made = _renewing(rng, basis)
    route = {"tanx": "refresh", "order": "login", "tradernet": "session"}[made.verb]
    sent = Signal((rng.choice(BOTH),), route, 1, round(rng.uniform(0.0, 0.3), 3))
    return replace(made, logins=Plan((), menu.hangs()), wait=6.0, signal=sent)


def stale_failure(rng: Random, basis: Scenario) -> Scenario:
    """Tradernet shows once that a cancel failed (75), then shows nothing for a while, and it is cancelled later."""
    made = replace(basis, verb="tradernet")
    order = order_id("tradernet", 1)
    shown = Trick("stat 75", YES, shown_as(order, 75))
    after = menu.lost(rng, acting=True) if rng.random() < 0.8 else None
    part = Part(order, Life(delay=round(made.wait + rng.uniform(0.1, 2.0), 3)))
    return replace(made, parts=(part,), lists=Plan((None,) * rng.randint(0, 1) + (shown,), after))


def limited_for_ever(rng: Random, basis: Scenario) -> Scenario:
    value = rng.choice(["0", "0", "1", *menu.ABSURD])
    trick = Trick(f"429, Retry-After {value}", LIMIT, menu.f.limited(value))
    return replace(basis, parts=_parts(basis, 1, lambda order: Part(order, Life(), Plan((), trick))), wait=2.5)


# --- on the wire


def shifted(rng: Random, basis: Scenario) -> Scenario:
    """Interim or surplus replies on connections that many orders share, some of them final already."""
    make_trick = rng.choice([menu.interim, menu.interim, menu.surplus])

    def make(order: str) -> Part:
        life = Life(before=rng.choice(["filled", "unknown"])) if rng.random() < 0.5 else Life()
        cancels = Plan((make_trick(rng) if rng.random() < 0.6 else None,))
        return Part(order, life, cancels, _odd_looks(rng, make_trick))

    flags = rng.choice([(), ("--no-wait",), ("--no-wait",)])
    made = replace(basis, jobs=rng.choice([1, 1, 2]), flags=flags, way=rng.choice(WAYS.get(basis.verb, ("usual",))))
    logins = Plan((menu.interim(rng),) if made.way in ("password", "expired", "session") else ())
    lists = _odd_looks(rng, make_trick)
    return replace(made, parts=_parts(made, rng.randint(3, 8), make), logins=logins, lists=lists)


def _odd_looks(rng: Random, make: Callable[[Random], Trick]) -> Plan:
    return Plan(tuple(make(rng) if rng.random() < 0.6 else None for _ in range(3)))


def deep(rng: Random, basis: Scenario) -> Scenario:
    def make(order: str) -> Part:
        on_cancel = rng.random() < 0.6
        trick = menu.deep(rng, acting=rng.random() < 0.5)
        looks = Plan() if on_cancel else Plan((menu.deep(rng, acting=True),))
        return Part(order, Life(), Plan((trick,) if on_cancel else ()), looks)

    lists = Plan((menu.deep(rng, acting=True),)) if rng.random() < 0.4 else Plan()
    return replace(basis, parts=_parts(basis, rng.choice([1, 3]), make), lists=lists)


def odd_framing(rng: Random, basis: Scenario) -> Scenario:
    acting = rng.random() < 0.5
    trick = Trick("negative chunk size", menu.LOST, menu.wire.negative_chunk(acting=acting))
    on_look = rng.random() < 0.3
    part = Part(order_id(basis.verb, 1), Life(), Plan() if on_look else Plan((trick,)), Plan((trick,)))
    return replace(basis, parts=(part,), lists=Plan((trick,)) if on_look else Plan())


def clashing_ids(rng: Random, basis: Scenario) -> Scenario:
    """Another order's `id` is our order's `order_id`, and that other order is cancelled."""
    made = replace(basis, verb="tradernet", way=rng.choice(["usual", "v3"]))
    order = order_id("tradernet", 1)
    trick = Trick("a clashing row", YES, clashing(order, first=rng.random() < 0.7))
    life = rng.choice([Life(dropped=True), Life(delay=20.0), Life(delay=0.2), Life(fills=0.1, delay=0.5)])
    return replace(made, parts=(Part(order, life),), lists=Plan((), trick), flags=_flags(rng))


def half_accepted(rng: Random, basis: Scenario) -> Scenario:
    """A 200 that is no acceptance; nothing was done."""
    trick = menu.half_accepted(rng)
    flags = ("--no-wait",) if rng.random() < 0.8 else ()
    cancels = Plan((), trick) if rng.random() < 0.7 else Plan((trick,))
    return replace(basis, parts=_parts(basis, 1, lambda order: Part(order, Life(), cancels)), flags=flags)


def unanswered_408(rng: Random, basis: Scenario) -> Scenario:
    acting = rng.random() < 0.7
    fault = menu.f.answer(408, '{"error":"request time-out"}', "application/json", acting=acting)
    life = Life(delay=round(rng.choice([0.0, basis.wait + 1.0]), 3))
    part = Part(order_id(basis.verb, 1), life, Plan((), Trick("408", menu.LOST, fault)))
    return replace(basis, parts=(part,))


def busy(rng: Random, basis: Scenario) -> Scenario:
    """Many orders, many refusals with words, and every line of it told."""
    made = replace(basis, verb=rng.choice(["smart-trade", "tradernet", "deal-order"]), jobs=16, wait=15.0)
    life = Life(before="filled")
    return replace(made, parts=_parts(made, 80, lambda order: Part(order, life)), flags=("-v",))


# --- signals


def signal_any_time(rng: Random, basis: Scenario) -> Scenario:
    made = replace(anything(rng, basis), flags=rng.choice([(), (), ("--no-wait",)]), wait=8.0)
    route = rng.choice(["cancel", "look", "any"])
    sent = Signal((rng.choice(BOTH),), route, rng.randint(1, 4), round(rng.uniform(0.0, 0.3), 3))
    return replace(made, signal=sent)


def signal_at_the_end(rng: Random, basis: Scenario) -> Scenario:
    """The last order is shown cancelled, and at that moment the trader presses Ctrl-C."""
    count = rng.choice([1, 1, 5, 40])
    made = replace(
        basis, verb=rng.choice(VERBS[:-1]), wait=15.0, output=rng.choice(["json", "table", "table", "jsonl"])
    )
    route = "cancel" if made.verb == "deal-order" else "look"
    after = rng.uniform(0.0, 0.02) if rng.random() < 0.6 else rng.uniform(0.0, 0.15)
    sent = Signal((rng.choice(BOTH),), route, count, round(after, 4))
    return replace(made, parts=_parts(made, count), signal=sent, jobs=8)


def two_signals(rng: Random, basis: Scenario) -> Scenario:
    made = signal_at_the_end(rng, basis) if rng.random() < 0.5 else signal_any_time(rng, basis)
    assert made.signal is not None
    numbers = (rng.choice(BOTH), rng.choice(BOTH))
    sent = replace(made.signal, numbers=numbers, gap=round(rng.choice([0.0, rng.uniform(0.0, 0.002)]), 5))
    return replace(made, signal=sent)


Story = Callable[[Random, Scenario], Scenario]
STORIES: dict[str, tuple[float, Story]] = {
    "anything": (14, anything),
    "calm": (3, calm),
    "lost, then refused": (3, lost_then_refused),
    "gone after a renewal": (1, gone_after_renewal),
    "gone at a renewal": (2, gone_at_renewal),
    "stopped at a renewal": (1, stopped_at_renewal),
    "a stale failure": (2, stale_failure),
    "limited for ever": (2, limited_for_ever),
    "shifted replies": (5, shifted),
    "deep JSON": (2, deep),
    "odd framing": (1, odd_framing),
    "clashing ids": (2, clashing_ids),
    "half accepted": (3, half_accepted),
    "408": (1, unanswered_408),
    "busy": (0.5, busy),
    "a signal at any time": (3, signal_any_time),
    "a signal at the end": (5, signal_at_the_end),
    "two signals": (1, two_signals),
}
