"""Plays one scenario: the real command in a process of its own, over real HTTP, and what it came to."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from tests.faults.nursery import Nursery
from tests.faults.run import SCALED, Ran, command, environment
from tests.fuzzing.laws import broken
from tests.fuzzing.scenario import Scenario
from tests.fuzzing.stage import Stage
from venues.registry import face_of, open_practice
from venues.sandbox.practice import Practice

LONGEST = 60.0  # seconds beyond the deadlines, for a busy machine; a run that takes longer hangs


@dataclass(frozen=True)
class Player:
    """Who plays: `script` in fresh processes, or, with a nursery, forked ones. `more` is for the environment."""

    folder: Path
    nursery: Nursery | None = None
    script: Path = SCALED
    more: Mapping[str, str] | None = None

    def play(self, scenario: Scenario) -> list[str]:
        """Out: the laws that were broken."""
        home = self.folder / str(scenario.seed)
        home.mkdir(parents=True)
        practice = open_practice(face_of(scenario.verb).name, extra_open=len(scenario.parts), **_options(scenario))
        given = credentials(scenario, practice)
        with Stage(practice, scenario) as stage:
            ran = self._run(scenario, stage, home, environment(home, stage, given, **(self.more or {})))
            stage.settle()
            faults = [f"the practice venue failed: {fault!r}" for fault in stage.faults]
            return broken(scenario, stage, ran) + faults

    def _run(self, scenario: Scenario, stage: Stage, home: Path, env: Mapping[str, str]) -> Ran | None:
        """Out: what the run left, None when it did not end."""
        argv = command(scenario.verb, *scenario.arguments, script=self.script)
        longest = LONGEST + scenario.wait * (1 + len(scenario.parts) / scenario.jobs)
        began = time.monotonic()
        begin = self.nursery.popen if self.nursery else subprocess.Popen
        with begin(argv, env=env, cwd=home, stdin=PIPE, stdout=PIPE, stderr=PIPE) as run:
            stage.on_signal = lambda: _send(run, scenario)
            try:
                told = run.communicate((scenario.lines if scenario.stdin else "").encode(), longest)
            except subprocess.TimeoutExpired:
                run.kill()
                return None
        out, err = (text.decode(errors="replace") for text in told)
        return Ran(run.returncode, out, err, time.monotonic() - began)


def _send(run: subprocess.Popen[Any], scenario: Scenario) -> None:
    assert scenario.signal is not None
    first, *more = scenario.signal.numbers
    with contextlib.suppress(OSError):  # it has ended
        run.send_signal(first)
        for number in more:
            threading.Event().wait(scenario.signal.gap)
            run.send_signal(number)


def _options(scenario: Scenario) -> Mapping[str, bool]:
    return {"needs_security_session": True} if scenario.way == "session" else {}


def credentials(scenario: Scenario, practice: Practice) -> Mapping[str, str]:
    """Out: what the run signs in with, its settings included."""
    usual = practice.credentials
    if scenario.verb == "tanx":
        return practice.issue(lifetime=-60.0) if scenario.way == "expired" else usual  # type: ignore[attr-defined]
    if scenario.verb == "order":
        login = {"email": practice.email, "password": practice.password}  # type: ignore[attr-defined]
        return {"usual": usual, "password": login}.get(scenario.way, {**usual, **login})
    return {**usual, "api_version": "3"} if scenario.way == "v3" else usual
