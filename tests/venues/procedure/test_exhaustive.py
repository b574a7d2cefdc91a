"""Every state that the procedure can reach, at every venue; and a judge with one rule broken is always caught.

The deadlines are short, so that each venue's looks at once, by its schedule and at the last chance all fit, and the
number of states stays in the hundreds of thousands. A stop is tried in every one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.venues.procedure import world as w
from tests.venues.procedure.explorer import Explorer
from tests.venues.procedure.laws import Broken
from tests.venues.procedure.world import Truth, World
from venues.interface import Answer, Order, Refused, State
from venues.procedure import judge, schedule, words
from venues.procedure import verdict as verdicts
from venues.procedure.judge import Step
from venues.procedure.known import Ask, Came, Event, Known
from venues.procedure.terms import Terms
from venues.procedure.verdict import Verdict
from venues.registry import class_of
from venues.result import Outcome

BEFORE = (World(), World(truth=Truth.CANCELLED), World(truth=Truth.FILLED))
MORE = {"tanx": (World(unripe=True),), "deal-order": (World(fixed=True),)}
WAITS = {"deal-order": 1.05, "tanx": 0.45, "order": 0.15, "tradernet": 0.5}  # a SmartTrade has a deal order's habits
AT_ONCE = 0.2  # seconds; without waiting nothing depends on the schedule
TERMS = {
    "to the proof": lambda wait: Terms(wait=wait),
    "without waiting": lambda wait: Terms(wait=AT_ONCE, no_wait=True),
    "looking only": lambda wait: Terms(wait=wait, dry_run=True),
}
WARY = Known(wary=True)  # the orders before got no answer


def explorer(verb: str, terms: Terms, first: Known = Known()) -> Explorer:  # noqa: B008  # frozen
    start = (replace(world, mute=first.wary) for world in (*BEFORE, *MORE.get(verb, ())))
    return Explorer(class_of(verb).habits, terms, tuple(start), fails=verb == "tradernet", first=first)


@pytest.mark.parametrize("how", TERMS)
@pytest.mark.parametrize("verb", WAITS)
def test_every_state(verb: str, how: str, tell: Callable[[str], None]) -> None:
    made = explorer(verb, TERMS[how](WAITS[verb]))
    states = made.run()
    tell(f"exhaustive check: {states:,} states, {made.transitions:,} transitions: {verb}, {how}")
    assert states > 100


@pytest.mark.parametrize("how", ["to the proof", "looking only"])
def test_every_state_at_a_venue_that_was_silent(how: str, tell: Callable[[str], None]) -> None:
    """Once the cancel has gone there, all is as anywhere else."""
    made, verb = explorer("deal-order", TERMS[how](AT_ONCE / 2), WARY), "deal-order"
    tell(f"exhaustive check: {made.run():,} states, {made.transitions:,} transitions: {verb}, {how}, silent before")


def test_the_two_kinds_of_3commas_orders_behave_alike() -> None:
    assert class_of("smart-trade").habits == class_of("deal-order").habits


# --- one rule broken at a time


@dataclass(frozen=True)
class Mutant:
    """What is put in the place of a rule, and the law that must then be seen broken."""

    law: str
    owner: Any
    name: str
    put: Any
    verb: str = "deal-order"
    terms: Terms = Terms(wait=0.5)  # noqa: RUF009  # frozen
    first: Known = Known()  # noqa: RUF009  # frozen


def table(came: Came, rule: judge.Rule, dry_run: bool = False) -> dict[str, Any]:
    name = "LOOKING_ONLY" if dry_run else "CANCELLING"
    return {"owner": judge, "name": name, "put": {**getattr(judge, name), came: rule}}


def outcome(wrong: Outcome) -> Callable[..., Verdict]:
    return lambda *args, **more: Verdict(wrong, None, "")


def _final_whatever_it_says(known: Known) -> Verdict:
    return Verdict(Outcome.CANCELLED, known.evidence, words.cancelled(known.order or Order(State.OPEN)))


def _already_unless_accepted(known: Known) -> Verdict:
    if known.order is not None and known.order.state is State.ENDED:
        return Verdict(Outcome.TOO_LATE, None, "")
    return Verdict(Outcome.CANCELLED if known.accepted else Outcome.ALREADY_CANCELLED, None, "")


def _a_200_is_enough(self: Known, event: Event) -> Known:
    known = _AFTER(self, event)
    if isinstance(event.got, Answer) and event.of is Ask.CANCEL:
        return replace(known, order=Order(State.CANCELLED, "cancelled"))
    return known


def _absent_is_cancelled(self: Known, event: Event) -> Known:
    known = _AFTER(self, event)
    return replace(known, order=Order(State.CANCELLED, "gone")) if known.last is Came.ABSENT else known


def _a_late_no_settles(self: Known) -> bool:
    settled = isinstance(self.no, Refused) and self.no.about_order and self.open_after_no
    return (self.unanswered and not settled) or self.in_flight


def _a_failure_stays(known: Known, terms: Terms, stopped: bool) -> Verdict:
    if known.order is not None and known.order.cancel_failed and not stopped:
        return Verdict(Outcome.REFUSED, known.evidence, "")
    return _ACCEPTED(known, terms, stopped)


def _a_failure_holds_when_stopped(known: Known, terms: Terms, stopped: bool) -> Verdict:
    return _ACCEPTED(known, terms, False)


def _requested_whatever_came(known: Known, terms: Terms, habits: Any, *, stopped: bool = False) -> Verdict:
    return _VERDICT(replace(known, accepted=known.accepted or bool(known.sent)), terms, habits, stopped=stopped)


def _lost_counts_once(self: Known, event: Event) -> Known:
    known = _AFTER(self, event)
    return replace(known, sent=known.sent[1:]) if known.last is Came.LOST and known.attempts > 1 else known


def _a_late_no_answers_all(self: Known, event: Event) -> Known:
    return replace(_AFTER(self, event), unanswered=0) if event.late else _AFTER(self, event)


def _any_no_is_a_late_answer(self: Known, event: Event) -> Known:
    """A log-in that fails before a repeat is taken for the answer to the cancel before it."""
    late = event.of is Ask.CANCEL and not self.in_flight and self.unanswered > 0 and isinstance(event.got, Refused)
    return _AFTER(self, event._replace(late=event.late or late))


def _quiet_as_last_asked(self: Known, event: Event, no: Any) -> Known:
    return replace(_HUSHED(self, event, no), quiet_until=event.at + event.quiet)


def _beyond_the_deadline(known: Known, terms: Terms, habits: Any) -> float | None:
    at = _NEXT_LOOK(known, terms, habits)
    return None if at is None else at + 1.0


def _look_at_once(known: Known, terms: Terms, habits: Any) -> Step:
    return Step(Ask.LOOK, known.at)


_AFTER, _HUSHED = Known.after, Known._hushed
_VERDICT, _ACCEPTED, _NEXT_LOOK = verdicts.verdict, verdicts._accepted, schedule.next_look

MUTANTS = {
    "a filled order is called cancelled": Mutant("no false success", verdicts, "_final", _final_whatever_it_says),
    "a 200 is taken for the end": Mutant("no false success", Known, "after", _a_200_is_enough),
    "an order in no list is taken for cancelled": Mutant("no false success", Known, "after", _absent_is_cancelled),
    "what a lost try did is called already cancelled": Mutant(
        "already means before this run", verdicts, "_final", _already_unless_accepted
    ),
    "a no after a lost try settles it": Mutant("no false failure", Known, "in_doubt", property(_a_late_no_settles)),
    "nothing is ever in doubt": Mutant(
        "unavailable means that nothing was sent", Known, "in_doubt", property(lambda self: False)
    ),
    "an accepted cancel is forgotten": Mutant(
        "no false failure", verdicts, "_accepted", outcome(Outcome.REFUSED), terms=Terms(wait=0.3)
    ),
    "a failed cancel stays failed": Mutant("no false failure", verdicts, "_accepted", _a_failure_stays, "tradernet"),
    "a failed cancel is believed at a stop": Mutant(
        "no false failure", verdicts, "_accepted", _a_failure_holds_when_stopped, "tradernet"
    ),
    "sent counts as accepted": Mutant(
        "accepted means that the venue accepted", verdicts, "verdict", _requested_whatever_came
    ),
    "repeated without a look": Mutant("no repeat without a look", **table(Came.LOST, judge._send)),
    "repeated after a look that failed": Mutant("no repeat without a look", **table(Came.LOOK_FAILED, judge._send)),
    "repeated though a look shows no order": Mutant("no repeat without a look", **table(Came.ABSENT, judge._send)),
    "a late no answers all that is out": Mutant(
        "no false failure", Known, "after", _a_late_no_answers_all, "order", terms=Terms(wait=0.1)
    ),
    "a log-in's no is taken for a late answer": Mutant("no false failure", Known, "after", _any_no_is_a_late_answer),
    "sent to a silent venue unseen": Mutant(
        "no cancel before a silent venue answers", judge, "PROBING", {**judge.PROBING, Came.NOTHING: judge._send},
        first=WARY,
    ),
    "sent though the look was silent too": Mutant(
        "no cancel before a silent venue answers", judge, "PROBING", {**judge.PROBING, Came.LOOK_FAILED: judge._send},
        first=WARY,
    ),
    "the latest pause replaces a longer one": Mutant(
        "a pause is kept", Known, "_hushed", _quiet_as_last_asked, terms=Terms(wait=1.2)
    ),
    "a second lost cancel is not counted": Mutant("attempts are right", Known, "after", _lost_counts_once),
    "a cancel that never left is counted": Mutant("attempts are right", Known, "_not_left", lambda self: self),
    "a dry run sends": Mutant(
        "a dry run sends nothing", **table(Came.SEEN, judge._send, True), terms=Terms(wait=0.3, dry_run=True)
    ),
    "no back-off": Mutant("it always ends", **table(Came.UNREACHED, judge._send)),
    "a refused look is repeated at once": Mutant("looks are apart", **table(Came.LOOK_REFUSED, _look_at_once)),
    "a look beyond the deadline": Mutant(
        "nothing is planned beyond the deadline", judge, "next_look", _beyond_the_deadline
    ),
    "an unreached venue though it was sent": Mutant(
        "unavailable means that nothing was sent", verdicts, "_refused", outcome(Outcome.UNAVAILABLE)
    ),
    "unknown though nothing was sent": Mutant(
        "unknown means that something was sent", verdicts, "_looked_at", outcome(Outcome.UNKNOWN),
        terms=Terms(wait=0.3, dry_run=True),
    ),
    "a dry run says open of what it did not see": Mutant(
        "a dry run tells what it saw", verdicts, "_looked_at", outcome(Outcome.DRY_RUN),
        terms=Terms(wait=0.3, dry_run=True),
    ),
}  # fmt: skip


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A venue that says `Retry-After: 0` for ever, with time for many tries."""
    monkeypatch.setattr(judge, "SHORTEST_LIMITED_WAIT", 0.1)
    monkeypatch.setattr(
        w, "cancels", lambda world, fails, holds: [w.Ending(replace(world, left=world.left + 1), w.SOON)]
    )
    monkeypatch.setattr(w, "looks", lambda world: [w.Ending(world, w.shown(State.OPEN, world))])


@pytest.mark.usefixtures("impatient")
def test_a_limit_of_no_seconds_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explorer("tanx", Terms(wait=1.2)).run() > 50
    monkeypatch.setattr(judge, "MOST_CANCELS", 99)
    with pytest.raises(Broken, match="six cancels at most"):
        explorer("tanx", Terms(wait=1.2)).run()


@pytest.mark.parametrize("broken", MUTANTS)
def test_a_broken_rule_is_caught(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[broken]
    monkeypatch.setattr(mutant.owner, mutant.name, mutant.put)
    if mutant.owner is verdicts and mutant.name == "verdict":
        monkeypatch.setattr("tests.venues.procedure.explorer.verdict", mutant.put)
    with pytest.raises(Broken) as caught:
        explorer(mutant.verb, mutant.terms, mutant.first).run()
    assert caught.value.law == mutant.law, str(caught.value)


def test_every_law_is_seen_red() -> None:
    laws = {mutant.law for mutant in MUTANTS.values()}
    assert laws == set(LAWS) - {"it ends by the deadline", "six cancels at most"}  # the second: see above


LAWS = (
    "no false success",
    "already means before this run",
    "no false failure",
    "accepted means that the venue accepted",
    "no repeat without a look",
    "no cancel before a silent venue answers",
    "six cancels at most",
    "a pause is kept",
    "attempts are right",
    "a dry run sends nothing",
    "looks are apart",
    "it always ends",
    "it ends by the deadline",
    "nothing is planned beyond the deadline",
    "unavailable means that nothing was sent",
    "unknown means that something was sent",
    "a dry run tells what it saw",
)
