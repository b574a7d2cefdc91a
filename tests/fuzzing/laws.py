"""The laws that every run must keep, judged by what is true at the practice venue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from tests.faults.run import Ran
from tests.fuzzing.menu import LOST, RENEW, YES, then_gone
from tests.fuzzing.scenario import Part, Scenario, Signal
from tests.fuzzing.stage import LOGINS, Entry, Stage
from venues.result import Outcome

CODES = {outcome.word: outcome.exit_code for outcome in Outcome}
FAILURES = {"too-late", "not-found", "refused", "unauthorized", "rate-limited", "unavailable"}
FINAL_OTHERWISE = {"filled", "liquidated", "expired", "rejected"}
MOST_CANCELS = 6
LOOKS = {"look", "other", "list"}  # other: a look at a server without that route
OWN_FAULT = "own fault"
TOKEN = re.compile(r"ey[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{8,}\.")


class Rules(Protocol):
    """What the laws of an order need to know of a scenario; see `Scenario`."""

    @property
    def flags(self) -> tuple[str, ...]: ...
    @property
    def jobs(self) -> int: ...
    @property
    def signal(self) -> Signal | None: ...
    @property
    def is_calm(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What the run told: its records, None when there is no report that can be read."""

    records: list[dict[str, Any]] | None
    ran: Ran

    @property
    def code(self) -> int:
        """As a shell sees it: the end by a signal is 128 and its number."""
        return self.ran.code if self.ran.code >= 0 else 128 - self.ran.code


def read_report(scenario: Scenario, ran: Ran) -> Report:
    try:
        if scenario.output == "jsonl":
            return Report([json.loads(line) for line in ran.out.splitlines()], ran)
        if scenario.output == "json":
            return Report(json.loads(ran.out)["orders"], ran)
    except (ValueError, KeyError, RecursionError):
        pass
    return Report(None, ran)


def broken(scenario: Scenario, stage: Stage, ran: Ran | None) -> list[str]:
    """Out: each law that this run broke, in words. In: `ran` None for a run that did not end."""
    if ran is None:
        return ["hang: the run did not end"]
    report = read_report(scenario, ran)
    found = [*of_the_program(ran), *_of_the_report(scenario, stage, report)]
    for record in report.records or []:
        part = stage.parts.get(record["order_id"])
        if part is not None:
            found += of_an_order(scenario, stage, part, record)
    found += [law for part in scenario.parts for law in of_manners(stage, part)]
    return [*found, *of_the_whole(scenario, stage, scenario.parts, report.records or [])]


# --- the program


def of_the_program(ran: Ran) -> Iterator[str]:
    if ran.code in (1, 70) or "A fault in ordercancel itself" in ran.err:
        yield f"{OWN_FAULT}: exit {ran.code}: {ran.err.strip()[-300:]}"
    if "Traceback" in ran.err:
        yield f"traceback: {ran.err.strip()[-300:]}"
    if TOKEN.search(ran.out) or TOKEN.search(ran.err):
        yield "a token is shown"


def _of_the_report(scenario: Scenario, stage: Stage, report: Report) -> Iterator[str]:
    signal = scenario.signal
    after = {128 + number for number in signal.numbers} if signal else set()
    if signal and len(signal.numbers) > 1 and report.code in after:
        return  # the second one ends the run at once, and may take the report with it
    if scenario.output == "table":
        if stage.journal and not set(scenario.ids) <= set(re.findall(r"[\w-]+", report.ran.out)):
            yield f"lost report: exit {report.code}: {report.ran.out[-200:]!r}"
        return
    if report.records is None:
        if stage.journal or report.code not in after:
            yield f"lost report: exit {report.code}: {report.ran.out[-200:]!r}"
        return
    told = [record["order_id"] for record in report.records]
    sent = {entry.order_id for entry in stage.journal if entry.route == "cancel"}
    wanted = set(scenario.ids) if not (signal and scenario.stdin) else sent & set(scenario.ids)
    if len(told) != len(set(told)) or not wanted <= set(told):
        yield f"lost order: told {sorted(told)}, of {sorted(wanted)}"
    worst = max((CODES[record["outcome"]] for record in report.records), default=0)
    right = 2 if scenario.bad_line else worst  # a line that was skipped hides behind no other code
    if report.code != right and report.code not in after:
        yield f"exit code {report.code}, not {right}"


# --- one order


def of_an_order(scenario: Rules, stage: Stage, part: Part, record: dict[str, Any]) -> Iterator[str]:
    outcome, attempts, truth = record["outcome"], record["attempts"], stage.truth(part.order_id)
    said = f"{part.order_id} said {outcome} ({record['message'][:120]}), it is {truth}"
    by_us = stage.order(part.order_id) is not None and stage.was_cancelled_by_us(part.order_id)
    if outcome in ("cancelled", "already-cancelled") and truth != "cancelled":
        yield f"false success: {said}"
    if outcome == "already-cancelled" and by_us:
        yield f"false words: {said} by this run"
    if outcome == "requested" and ("--no-wait" not in scenario.flags or part.order_id not in stage.accepted):
        yield f"false success: {said}, and was never accepted"
    if outcome == "dry-run" and ("--dry-run" not in scenario.flags or part.life.before):
        yield f"false success: {said}"
    if outcome in FAILURES and by_us and not _cancel_failed(stage, outcome):
        yield f"false failure: {said} by this run"
    if outcome == "too-late" and truth not in FINAL_OTHERWISE:
        yield f"false failure: {said}"
    if (outcome == "unavailable" and attempts) or (outcome == "unknown" and not attempts):
        yield f"attempts: {said}, with attempts {attempts}"
    if scenario.is_calm and outcome not in ("cancelled", "dry-run"):
        yield f"not cancelled on a calm day: {said}"


def _cancel_failed(stage: Stage, outcome: str) -> bool:
    """Whether the venue's last word was that its cancel failed (Tradernet's 75), which is `refused`."""
    looks = [entry.trick for entry in stage.journal if entry.route in LOOKS]
    return outcome == "refused" and looks[-1:] == ["stat 75"]


def of_manners(stage: Stage, part: Part) -> Iterator[str]:
    """At most six cancels, and none without a look that was answered since the last one."""
    cancels = [at for at, entry in enumerate(stage.journal) if _is_cancel_of(entry, part)]
    if len(cancels) > MOST_CANCELS:
        yield f"too many: {len(cancels)} cancels of {part.order_id}"
    allowed = 1
    for before, after in pairwise(cancels):
        between = stage.journal[before + 1 : after]
        # A true answer behind an interim one may have asked for fresh credentials; then they were renewed.
        first, renewed = stage.journal[before], any(entry.route in LOGINS for entry in between)
        allowed += first.told == RENEW or (first.told == YES and bool(first.trick) and renewed)
    for number, at in enumerate(cancels):
        # Counted from the start: a venue that is starved may read a cancel behind the look that followed it.
        looks = sum(1 for entry in stage.journal[:at] if _is_answered_look(entry, part))
        if number >= allowed + looks:
            yield f"repeated without a look: {part.order_id} after {stage.journal[cancels[number - 1]]}"
            return


def _is_cancel_of(entry: Entry, part: Part) -> bool:
    return entry.route == "cancel" and entry.order_id == part.order_id


def _is_answered_look(entry: Entry, part: Part) -> bool:
    return entry.route in LOOKS and entry.told != LOST and entry.order_id in (None, part.order_id)


# --- all of it together


def of_the_whole(
    scenario: Rules, stage: Stage, parts: Sequence[Part], records: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """The laws of one venue. In: its orders, and what was said of them."""
    yield from (f"danger: {danger}" for danger in stage.practice.dangers)
    if stage.elsewhere.log:
        yield "a redirect was followed"
    if any("Cookie" in request.headers for request in stage.log):
        yield "a cookie came back"
    arrived = {part.order_id: sum(_is_cancel_of(entry, part) for entry in stage.journal) for part in parts}
    if "--dry-run" in scenario.flags and any(arrived.values()):
        yield "a dry run sent a cancel"
    over = 0
    for record in records:
        came = arrived.get(record["order_id"], 0)
        over += max(0, record["attempts"] - came)
        if record["attempts"] < came:
            yield f"attempts: {record['order_id']} says {record['attempts']}, and {came} arrived"
    # A server that goes away swallows what every job has just sent it, as a signal may.
    gone = any(entry.trick == then_gone().name for entry in stage.journal)
    in_flight = scenario.jobs if scenario.signal or gone else 0
    if over > stage.cut + in_flight:
        yield f"attempts: {over} more than arrived"
