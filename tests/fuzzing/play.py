"""Plays one scenario: the real command in a process of its own, over real HTTP, and what it came to."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.faults.nursery import Nursery
from tests.faults.run import SCALED, Ran, command, environment
from tests.fuzzing.laws import broken
from tests.fuzzing.scenario import Scenario
from tests.fuzzing.stage import Stage
from venues.registry import face_of, open_practice
from venues.sandbox.practice import Practice

LONGEST = 60.0  # seconds beyond the deadlines, for a busy machine; a run that takes longer hangs


class Run(Protocol):
    """A process under way."""

    def wait(self, longest: float) -> int: ...

    def send_signal(self, what: int) -> None: ...


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
        out, err, stdin = home / "stdout", home / "stderr", home / "stdin"
        stdin.write_text(scenario.lines if scenario.stdin else "")
        argv = command(scenario.verb, *scenario.arguments, script=self.script)
        began = time.monotonic()
        run = self._begin(argv, env, out, err, stdin)
        stage.on_signal = lambda: _send(run, scenario)
        try:
            code = run.wait(LONGEST + scenario.wait * (1 + len(scenario.parts) / scenario.jobs))
        except TimeoutError:
            run.send_signal(signal.SIGKILL)
            return None
        read = {path: path.read_text(errors="replace") if path.exists() else "" for path in (out, err)}
        return Ran(code, read[out], read[err], time.monotonic() - began)

    def _begin(self, argv: list[str], env: Mapping[str, str], out: Path, err: Path, stdin: Path) -> Run:
        if self.nursery is not None:
            return self.nursery.begin(argv, env, out, err, stdin)
        return Fresh(argv, env, out, err, stdin)


class Fresh:
    """A run in an interpreter of its own."""

    def __init__(self, argv: list[str], env: Mapping[str, str], out: Path, err: Path, stdin: Path) -> None:
        with out.open("wb") as stdout, err.open("wb") as stderr, stdin.open("rb") as lines:
            self._process = subprocess.Popen(argv, env=env, stdin=lines, stdout=stdout, stderr=stderr)

    def wait(self, longest: float) -> int:
        try:
            return self._process.wait(longest)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None

    def send_signal(self, what: int) -> None:
        self._process.send_signal(what)
        if what == signal.SIGKILL:
            self._process.wait()


def _send(run: Run, scenario: Scenario) -> None:
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
