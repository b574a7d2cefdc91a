"""The laws that every `cancel list` and `cancel all` must keep, judged by what is true at the practice venues."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import ceil
from typing import Any

from tests.faults.run import Ran
from tests.fuzzing.laws import CODES, of_an_order, of_manners, of_the_program, of_the_whole
from tests.fuzzing.market import is_cancellable, is_shown_for_good
from tests.fuzzing.menu import YES
from tests.fuzzing.scenario import Part
from tests.fuzzing.sweep_stage import FIRST_PAGE, OF_A_LIST, SweepStage
from tests.fuzzing.sweeps import SweepScenario
from venues.procedure.clear import MOST_ROUNDS
from venues.registry import VERBS
from venues.sandbox.practice import PracticeOrder

SLACK = 15.0  # seconds beyond all deadlines, for what a signal leaves in flight and for a busy machine
LEAVING_IS_SHOWN = ("smart-trade", "tradernet")  # their rows tell a cancel that is under way
IN_DOUBT = ("pending", "unknown")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What the run told. `ids` are those of `-q`. `is_whole` False: no report that can be read."""

    ran: Ran
    records: list[Record] = field(default_factory=list)
    targets: list[Record] = field(default_factory=list)
    ids: list[str] | None = None
    code: int | None = None  # as its document says
    is_whole: bool = True

    @property
    def exit_code(self) -> int:
        """As a shell sees it: the end by a signal is 128 and its number."""
        return self.ran.code if self.ran.code >= 0 else 128 - self.ran.code


def read(scenario: SweepScenario, ran: Ran) -> Told:
    if "-q" in scenario.flags and (scenario.command == "list" or ran.code == 0):
        return Told(ran, ids=ran.out.split() if scenario.command == "list" else None, is_whole=False)
    try:
        if scenario.output == "json":
            whole = json.loads(ran.out)
            return Told(ran, whole["orders"], whole["targets"], None, whole["exit_code"])
        if scenario.output == "jsonl":
            lines = [json.loads(line) for line in ran.out.splitlines()]
            return Told(
                ran,
                [line for line in lines if "order_id" in line],
                [line for line in lines if "order_id" not in line],
            )
    except (ValueError, KeyError, RecursionError):
        pass
    return Told(ran, is_whole=False)


def broken(scenario: SweepScenario, stages: Mapping[str, SweepStage], ran: Ran | None) -> list[str]:
    """Out: each law that this run broke, in words. In: the stages by verb; `ran` None for a run that did not end."""
    if ran is None:
        return ["hang: the run did not end"]
    told = read(scenario, ran)
    found = [*of_the_program(ran), *_of_the_report(scenario, told), *_of_time(scenario, stages, told)]
    for verb in scenario.verbs:
        found += map(f"{verb}: {{}}".format, _of_a_target(scenario, stages[verb], verb, told))
    for stage in {id(stage): stage for stage in stages.values()}.values():
        found += _of_a_venue(scenario, stage, told)
    return found


# --- the report


def _of_the_report(scenario: SweepScenario, told: Told) -> Iterator[str]:
    signal, code = scenario.signal, told.exit_code
    after = {128 + number for number in signal.numbers} if signal else set()
    if not scenario.agrees:
        if code != 2 or told.records or told.targets:
            yield f"nobody agreed: exit {code}"
        return
    if signal and len(signal.numbers) > 1 and code in after:
        return  # the second one ends the run at once, and may take the report with it
    if not told.is_whole:
        said_nothing = scenario.output != "table" and told.ids is None and not ("-q" in scenario.flags and code == 0)
        if said_nothing:
            yield f"lost report: exit {code}: {told.ran.out[-200:]!r}"
        return
    if [target["target"] for target in told.targets] != scenario.verbs:
        yield f"targets: {[target['target'] for target in told.targets]}, not {scenario.verbs}"
    keys = [(record["command"], record["order_id"], record["deal_id"]) for record in told.records]
    if len(keys) != len(set(keys)):
        yield f"told twice: {keys}"
    outcomes = [CODES[record["outcome"]] for record in told.records if "outcome" in record]
    worst = max(outcomes + [target["exit_code"] for target in told.targets], default=0)
    if code != worst and code not in after:
        yield f"exit code {code}, not {worst}"
    if told.code not in (None, code) and code not in after:  # it came once the document was out
        yield f"exit code {code}, and its document says {told.code}"


def _of_time(scenario: SweepScenario, stages: Mapping[str, SweepStage], told: Told) -> Iterator[str]:
    """Each list has its deadline, each order too, and the way to clear: how long could all of it take?"""
    rounds = MOST_ROUNDS if scenario.until_clear else 1
    most = max((sum(1 for _ in _all_of(stages[verb], verb)) for verb in scenario.verbs), default=0)
    cancels = rounds * (ceil(most / scenario.jobs) + 2) if scenario.sends else 0
    if told.ran.took > scenario.wait * (1 + cancels) + SLACK:
        yield f"late: it took {told.ran.took:.1f} s"


def _all_of(stage: SweepStage, verb: str) -> Iterator[PracticeOrder]:
    return (order for order in stage.practice.orders.values() if order.verb == verb)


# --- one target


def _of_a_target(scenario: SweepScenario, stage: SweepStage, verb: str, told: Told) -> Iterator[str]:
    truth = Truth(scenario, stage, verb)
    target = next((each for each in told.targets if each["target"] == verb), None)
    records = [record for record in told.records if record["command"] == verb]
    yield from _of_what_was_sent(truth)
    if target is not None:
        yield from _of_clear(truth, target, records)
        yield from _of_counts(truth, target, records)
    elif scenario.command == "all" and told.exit_code == 0 and scenario.sends:
        yield from (f"false clear: exit 0, and {left} is open" for left in truth.left())
    if scenario.is_calm:
        yield from _of_calm(truth, target, records, told)
    if truth.still and told.exit_code in CODES.values():
        yield from _of_what_was_listed(truth, target, records, told)


class Truth:
    """What is true of one target, at its venue."""

    def __init__(self, scenario: SweepScenario, stage: SweepStage, verb: str) -> None:
        self.scenario, self.stage, self.verb = scenario, stage, verb
        self.lists = stage.lists(verb)
        self.cancels = stage.cancels(verb)
        first_cancel = self.cancels[0][0] if self.cancels else len(stage.journal)
        before = [each for each in stage.met(OF_A_LIST, verb) if each < first_cancel]
        self.listed_by = before[-1] if before else first_cancel  # when the last page of the first list was asked for

    @property
    def still(self) -> bool:
        """Whether nobody did anything before the first list was read."""
        return not any(moved <= self.listed_by for moved in self.stage.moved)

    def is_meant(self, order: PracticeOrder) -> bool:
        return order.verb == self.verb and self.scenario.asked.mean(order, self.stage.opened)

    def goes(self, order: PracticeOrder, moment: int) -> bool:
        """Whether a cancel is to be sent, if it is open at this moment."""
        spared = self.protects(order, moment) and not self.scenario.asked.protective
        return self.is_meant(order) and is_cancellable(order) and not spared

    def protects(self, order: PracticeOrder, moment: int) -> bool:
        return self.stage.protected.get(order.order_id, moment + 1) <= moment

    def left(self) -> Iterator[str]:
        """The orders that are in the way of clear: meant, open, and there before the last two lists."""
        proof = self.lists[-2] if len(self.lists) > 1 else -1
        for order in self.stage.practice.orders.values():
            is_open = self.stage.truth(order.order_id) in ("open", "cancelling")
            if (
                self.goes(order, len(self.stage.journal))
                and is_open
                and self.stage.born.get(order.order_id, -1) <= proof
            ):
                yield order.order_id

    def at_first(self) -> Iterator[PracticeOrder]:
        """The orders that were open when the run began."""
        stage, deal = self.stage, self.scenario.asked.deal
        for order in list(stage.practice.orders.values()):
            part = stage.parts.get(order.order_id)
            ended = part.life.before if part else order.ended if order.updated < stage.opened else ""
            wanted = order.verb == self.verb and (not deal or order.facts.get("deal", deal) == deal)
            if wanted and order.order_id not in stage.born and (is_shown_for_good(order) or not ended):
                yield order


def _of_what_was_sent(truth: Truth) -> Iterator[str]:
    scenario, stage = truth.scenario, truth.stage
    if truth.cancels and not scenario.sends:
        yield f"sent without being asked to: {truth.cancels}"
    begun = [moment for moment in stage.met(FIRST_PAGE, truth.verb) if stage.journal[moment].told == YES]
    for moment, order_id in truth.cancels:
        order = stage.order(order_id)
        if order is None or not truth.is_meant(order) or not is_cancellable(order):
            yield f"sent for an order that is not meant: {order}"
            continue
        frozen = max((each for each in begun if each < moment), default=-1)
        if not scenario.asked.protective and truth.protects(order, frozen):
            yield f"sent for an order that protects: {order}"
        if stage.born.get(order_id, -1) > truth.listed_by and not scenario.until_clear:
            yield f"sent for an order that came later: {order}"
        on_its_way = not stage.day.lag and truth.verb in LEAVING_IS_SHOWN
        if on_its_way and stage.theirs.get(order_id, len(stage.journal)) <= frozen:
            yield f"sent for an order that somebody else had cancelled: {order}"
    for order_id in {order_id for _, order_id in truth.cancels}:
        moments = [moment for moment, each in truth.cancels if each == order_id]
        if any(moments[0] < each < moments[-1] for each in begun):
            yield f"sent again in another round: {order_id}"


def _of_clear(truth: Truth, target: Record, records: Sequence[Record]) -> Iterator[str]:
    scenario, clear = truth.scenario, target["clear"]
    wanted = (True, False) if scenario.sends else (None,)
    if clear not in wanted:
        yield f"clear is {clear}"
    if clear is True:
        yield from (f"false clear: {left} is open" for left in truth.left())
        yield from (f"clear, and in doubt: {record}" for record in records if record["outcome"] in IN_DOUBT)
        begun = truth.stage.met(FIRST_PAGE, truth.verb)
        if target["lists"] < 2 or sum(truth.stage.journal[each].told == YES for each in begun) < 2:
            yield f"clear by {target['lists']} lists, {len(begun)} begun"
    if clear is (target["exit_code"] != 0):
        yield f"clear is {clear}, and its code {target['exit_code']}"
    if not target["lists"] and truth.cancels:
        yield "sent, though no list was read"


def _of_counts(truth: Truth, target: Record, records: Sequence[Record]) -> Iterator[str]:
    scenario = truth.scenario
    if not target["lists"]:
        return
    known = target["protective"] + target["uncancellable"]
    go = target["matched"] - known
    shown = target["matched"] if scenario.command == "list" else go
    told = len(records)
    least = 0 if scenario.signal else shown
    if not least <= told <= shown + target["new"] * scenario.until_clear:
        yield f"counts: {told} records, {target}"
    if not 0 <= known <= target["matched"] <= target["listed"]:
        yield f"counts: {target}"
    came = len(truth.stage.born)
    if target["new"] > came and not truth.stage.day.rows:
        yield f"counts: {target['new']} new, {came} came"


def _of_calm(truth: Truth, target: Record | None, records: Sequence[Record], told: Told) -> Iterator[str]:
    if told.exit_code:
        yield f"exit {told.exit_code} on a calm day"
    if target is not None and target["clear"] is False:
        yield f"not clear on a calm day: {target}"
    if truth.scenario.sends:
        yield from (f"open after a calm day: {left}" for left in truth.left())
    wrong = [record for record in records if record.get("outcome") not in (None, "cancelled", "dry-run")]
    if wrong:
        yield f"not cancelled on a calm day: {wrong}"


def _of_what_was_listed(truth: Truth, target: Record | None, records: Sequence[Record], told: Told) -> Iterator[str]:
    """Nobody did anything before the first list was read: so it shows what was true from the beginning."""
    scenario, there = truth.scenario, list(truth.at_first())
    meant = {order.order_id for order in there if truth.is_meant(order)}
    going = {order.order_id for order in there if truth.goes(order, -1)}
    spared = {order.order_id for order in there if truth.is_meant(order) and truth.protects(order, -1)} - going
    if told.ids is not None:
        if told.exit_code == 0 and sorted(told.ids) != sorted(going):
            yield f"-q: {sorted(told.ids)}, not {sorted(going)}"
        return
    if target is None or not target["lists"]:
        return
    counts = (target["listed"], target["matched"], target["protective"], target["uncancellable"])
    true = (len(there), len(meant), len(spared), len(meant) - len(spared) - len(going))
    if counts != true:
        yield f"counts (listed, matched, protective, uncancellable): {counts}, not {true}"
    named = {record["order_id"] for record in records}
    wanted = meant if scenario.command == "list" else going
    complete = scenario.signal is None and not scenario.until_clear
    if named != wanted if complete else not named <= wanted | set(truth.stage.born):
        yield f"told of {sorted(named)}, not of {sorted(wanted)}"
    for record in records if scenario.command == "list" else ():
        order = truth.stage.order(record["order_id"])
        right = order is not None and (truth.protects(order, truth.listed_by), is_cancellable(order))
        if right != (record["protective"], record["cancellable"]):
            yield f"marked wrongly: {record}"


# --- one venue


def _of_a_venue(scenario: SweepScenario, stage: SweepStage, told: Told) -> Iterator[str]:
    parts = [stage.parts.get(order_id, Part(order_id)) for order_id in stage.practice.orders]
    by_id = {part.order_id: part for part in parts}
    verbs = {verb.name for verb in VERBS.values()} & set(stage.day.verbs)
    records = [record for record in told.records if record["command"] in verbs and "outcome" in record]
    for record in records:
        part = by_id.get(record["order_id"], Part(record["order_id"]))
        if is_shown_for_good(stage.order(record["order_id"])):
            part = Part(part.order_id)  # to everybody it is open
        yield from of_an_order(scenario, stage, part, record)
    yield from chain.from_iterable(of_manners(stage, part) for part in parts)
    if told.is_whole:
        yield from of_the_whole(scenario, stage, parts, records)
