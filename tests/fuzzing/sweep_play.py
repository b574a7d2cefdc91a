"""Plays one sweep: the real command in a process of its own, against all the practice venues of its day."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults.nursery import Nursery
from tests.faults.run import SCALED, Ran, command, environment
from tests.fuzzing.play import LONGEST, credentials, run_to_the_end
from tests.fuzzing.sweep_laws import broken
from tests.fuzzing.sweep_stage import SweepStage
from tests.fuzzing.sweeps import Day, SweepScenario
from venues.procedure.clear import MOST_ROUNDS
from venues.registry import open_practice
from venues.sandbox.practice import Practice

OPTIONS = {"session": {"needs_security_session": True}, "sqlite": {"sqlite": True}}
SHORT_LIVED = 2.0  # seconds that an access token of such a day lives


@dataclass(frozen=True)
class SweepPlayer:
    """Who plays; see `Player`."""

    folder: Path
    nursery: Nursery | None = None
    script: Path = SCALED
    more: Mapping[str, str] | None = None

    def play(self, scenario: SweepScenario) -> list[str]:
        """Out: the laws that were broken."""
        home = self.folder / f"sweep-{scenario.seed}"
        home.mkdir(parents=True)
        with ExitStack() as until_the_end:
            stages, env = [], dict(self.more or {})
            for day in scenario.days:
                practice = open_practice(day.venue, **OPTIONS.get(day.way, {}))
                given = _credentials(day, practice)
                stage = until_the_end.enter_context(SweepStage(practice, day))
                stages.append(stage)
                env |= environment(home, stage, given)
            ran = self._run(scenario, stages, home, env)
            for stage in stages:
                stage.settle()
            faults = [f"the practice venue failed: {fault!r}" for stage in stages for fault in stage.faults]
            return broken(scenario, {verb: stage for stage in stages for verb in stage.day.verbs}, ran) + faults

    def _run(
        self, scenario: SweepScenario, stages: list[SweepStage], home: Path, env: Mapping[str, str]
    ) -> Ran | None:
        if rows := min((day.rows for day in scenario.days if day.rows), default=0):
            env = {**env, "ROWS": str(rows)}
        argv = command(scenario.command, *scenario.arguments, script=self.script)
        orders = max(len(stage.practice.orders) for stage in stages)
        longest = LONGEST + scenario.wait * MOST_ROUNDS * (3 + orders / scenario.jobs)
        return run_to_the_end(argv, env, home, stages, scenario.signal, longest, nursery=self.nursery)


def _credentials(day: Day, practice: Practice) -> Mapping[str, str]:
    if day.way == "short-lived":
        practice.lifetime = SHORT_LIVED  # type: ignore[attr-defined]
        return practice.issue()  # type: ignore[attr-defined, no-any-return]
    return credentials(day.verbs[0], day.way, practice)
