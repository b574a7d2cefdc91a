"""Plays one scenario: the real command in a process of its own, over real HTTP, and what it came to."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from tests.faults.nursery import Nursery
from tests.faults.run import SCALED, Ran, command, environment
from tests.fuzzing.laws import broken
from tests.fuzzing.scenario import Scenario, Signal
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
        given = credentials(scenario.verb, scenario.way, practice)
        with Stage(practice, scenario) as stage:
            ran = self._run(scenario, stage, home, environment(home, stage, given, **(self.more or {})))
            stage.settle()
            faults = [f"the practice venue failed: {fault!r}" for fault in stage.faults]
            return broken(scenario, stage, ran) + faults

    def _run(self, scenario: Scenario, stage: Stage, home: Path, env: Mapping[str, str]) -> Ran | None:
        argv = command(scenario.verb, *scenario.arguments, script=self.script)
        longest = LONGEST + scenario.wait * (1 + len(scenario.parts) / scenario.jobs)
        lines = scenario.lines if scenario.stdin else ""
        return run_to_the_end(argv, env, home, [stage], scenario.signal, longest, lines, nursery=self.nursery)


def run_to_the_end(
    argv: Sequence[str],
    env: Mapping[str, str],
    home: Path,
    stages: Sequence[Stage],
    sent: Signal | None,
    longest: float,
    lines: str = "",
    *,
    nursery: Nursery | None,
) -> Ran | None:
    """Out: what the run left, None when it did not end within `longest` seconds. In: `sent`, by any of the stages."""
    began = time.monotonic()
    begin = nursery.popen if nursery else subprocess.Popen
    with begin(argv, env=env, cwd=home, stdin=PIPE, stdout=PIPE, stderr=PIPE) as run:
        for stage in stages:
            stage.on_signal = lambda: _send(run, sent)
        try:
            told = run.communicate(lines.encode(), longest)
        except subprocess.TimeoutExpired:
            run.kill()
            return None
    out, err = (text.decode(errors="replace") for text in told)
    return Ran(run.returncode, out, err, time.monotonic() - began)


def _send(run: subprocess.Popen[Any], sent: Signal | None) -> None:
    assert sent is not None
    first, *more = sent.numbers
    with contextlib.suppress(OSError):  # it has ended
        run.send_signal(first)
        for number in more:
            threading.Event().wait(sent.gap)
            run.send_signal(number)


def _options(scenario: Scenario) -> Mapping[str, bool]:
    return {"needs_security_session": True} if scenario.way == "session" else {}


def credentials(verb: str, way: str, practice: Practice) -> Mapping[str, str]:
    """Out: what the run signs in with, its settings included."""
    usual = practice.credentials
    if verb == "tanx":
        return practice.issue(lifetime=-60.0) if way == "expired" else usual  # type: ignore[attr-defined]
    if verb == "order":
        login = {"email": practice.email, "password": practice.password}  # type: ignore[attr-defined]
        return {"password": login, "token and password": {**usual, **login}}.get(way, usual)
    return {**usual, "api_version": "3"} if way == "v3" else usual
