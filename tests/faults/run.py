"""Runs the real command in a process of its own, with a home of its own, against a fault server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

from cli.ahead import SWITCH
from tests.faults.nursery import Nursery
from tests.faults.server import FaultServer

SCALED = Path(__file__).with_name("scaled.py")
ORDERS = {
    "deal-order": ("2345678901", "1123077331"),
    "smart-trade": ("30404560",),
    "tanx": ("25768879",),
    "order": ("ord-20260303120000-1",),
    "tradernet": ("2929292929",),
}
OTHERS = {  # orders that are not there
    "deal-order": "1123077999",
    "smart-trade": "30404999",
    "tanx": "25768999",
    "order": "ord-20260303120000-9",
    "tradernet": "2929292999",
}
LONGEST = 30.0  # seconds, after which a run is taken for hung
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left: its exit code, its output, and the seconds it took."""

    code: int
    out: str
    err: str
    took: float

    @property
    def document(self) -> dict[str, Any]:
        """The document of `-o json`. Raises ValueError when stdout is none."""
        found: dict[str, Any] = json.loads(self.out)
        return found


class Flock(Generic[A, R]):
    """The cases of a parametrized test, run several at once; which of them, the session's items say.

    The first case of a group that is asked for starts the whole group, so that a worker of pytest-xdist, which
    gets whole groups, runs its own ones only.
    """

    def __init__(self, pool: ThreadPoolExecutor, items: list[Any], test: Any, run: Callable[[A, int], R]) -> None:
        self._pool = pool
        self._run = run
        self._cases: dict[str, list[tuple[str, A, int]]] = {}
        mine = (item for item in items if getattr(item, "function", None) is test)
        for number, item in enumerate(mine):
            (case,) = item.callspec.params.values()
            self._cases.setdefault(_group(item), []).append((item.nodeid, case, number))
        self._begun: dict[str, Future[R]] = {}

    def result(self, item: Any) -> R:
        """Out: what the case of this item came to; waits for it."""
        for nodeid, case, number in self._cases.pop(_group(item), ()):
            self._begun[nodeid] = self._pool.submit(self._run, case, number)
        return self._begun[item.nodeid].result()


def _group(item: Any) -> str:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else ""


def grouped(name: str, cases: Sequence[A], size: int) -> list[Any]:
    """Out: the cases as parameters of a test, in groups of about `size`, each for one worker."""
    groups = max(1, round(len(cases) / size))
    return [
        pytest.param(case, marks=pytest.mark.xdist_group(f"{name} {number % groups}"))
        for number, case in enumerate(cases)
    ]  # fmt: skip


def environment(
    home: Path, server: FaultServer, credentials: Mapping[str, str] | None = None, **more: str
) -> dict[str, str]:
    """The whole environment of a run: nothing is taken over from ours but the path to programs,
    and whether connections are made ahead."""
    prefix = f"CANCEL_{server.practice.venue.upper()}_"
    given = server.practice.credentials if credentials is None else credentials
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "REQUESTS_CA_BUNDLE": "",
        SWITCH: os.environ.get(SWITCH, ""),
        prefix + "URL": server.url,
        prefix + "REQUESTS_PER_MINUTE": "100000",  # the budget has its own tests
        **{prefix + field.upper(): value for field, value in given.items()},
        **more,
    }


def command(verb: str, *args: str, script: Path = SCALED) -> list[str]:
    return [sys.executable, str(script), verb, *args]


def run(argv: list[str], env: Mapping[str, str], stdin: str | None = None, made: Nursery | None = None) -> Ran:
    """Run to the end; with a nursery, in a process that need not load everything anew.

    Raises subprocess.TimeoutExpired when it hangs.
    """
    began = time.monotonic()
    begin = made.popen if made else subprocess.Popen
    pipe = subprocess.PIPE
    given = subprocess.DEVNULL if stdin is None else pipe
    with begin(argv, env=env, stdin=given, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            out, err = process.communicate(stdin, timeout=LONGEST)
        except BaseException:
            process.kill()
            raise
    return Ran(process.returncode, out, err, time.monotonic() - began)
