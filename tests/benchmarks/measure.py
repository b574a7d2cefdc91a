"""Running one program and noting what it took; running two in turn, so that both see the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Known:
    """A server that speaks TLS: where it listens, what it is called, its certificate, and whom to trust for it."""

    host: str
    name: str
    certificate: Path
    trust: Path


@dataclass(frozen=True)
class Program:
    """What is run: a command, its variables, the file it reads, and how many requests it must send."""

    command: tuple[str, ...]
    environ: Mapping[str, str]
    requests: int = 0
    stdin: Path | None = None


@dataclass(frozen=True)
class Run:
    """What one run took: seconds in all and to the first request's arrival, connections."""

    whole: float
    arrival: float
    connections: int


@dataclass(frozen=True)
class Server:
    """The loopback server, answering after its latency. `trust`: the authorities of one that speaks TLS."""

    port: int
    url: str
    trust: str = ""

    def seen(self) -> dict[str, int]:
        """Out: requests, connections and first arrival since the last call."""
        connection = HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", "/seen")
            seen: dict[str, int] = json.load(connection.getresponse())
        finally:
            connection.close()
        return seen


@contextmanager
def serving(latency: float, rows: int = 0, known: Known | None = None) -> Iterator[Server]:
    """The loopback server in a process of its own.

    In: seconds from a request to its answer, open orders a venue; with what it speaks TLS, if it does.
    """
    command = [sys.executable, str(HERE / "loopback.py"), "--latency", str(latency), "--rows", str(rows)]
    if known:
        command += ["--host", known.host, "--certificate", str(known.certificate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port, secure = process.stdout.readline().split()
            if known:
                yield Server(int(port), f"https://{known.name}:{secure}", str(known.trust))
            else:
                yield Server(int(port), f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def once(program: Program, server: Server) -> Run:
    """Run the program once. Ends the benchmark when it failed or did other requests than it should."""
    server.seen()
    with open(program.stdin or os.devnull, "rb") as stdin, TemporaryFile() as stderr:
        began = time.monotonic_ns()
        process = subprocess.Popen(
            program.command, env=program.environ, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr
        )
        code = process.wait()  # no time-out: Python would look only every 50 ms
        ended = time.monotonic_ns()
        stderr.seek(0)
        seen = _checked(program, server, code, stderr.read().decode())
    return Run((ended - began) / 1e9, (seen["first"] - began) / 1e9, seen["connections"])


def _checked(program: Program, server: Server, code: int, said: str) -> dict[str, int]:
    seen = server.seen()
    if code or seen["requests"] != program.requests:
        raise SystemExit(f"{' '.join(program.command)}: exit {code}, {seen['requests']} requests\n{said}")
    return seen


# Linux counts into a program's peak what the process held that started it, so a small one stands between.
STARTER = """
import os, sys
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, used = os.wait4(process, 0)
print(used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak(program: Program, server: Server) -> float:
    """Run the program once. Out: the most memory that it held, in kilobytes. Ends the benchmark as `once` does."""
    server.seen()
    command = (sys.executable, "-SEc", STARTER, *program.command)
    with open(program.stdin or os.devnull, "rb") as stdin:
        done = subprocess.run(command, env=program.environ, stdin=stdin, capture_output=True, text=True, check=False)
    _checked(program, server, done.returncode, done.stderr)
    return int(done.stdout) / (1024 if sys.platform == "darwin" else 1)


def in_turn(first: Program, second: Program, server: Server, runs: int) -> tuple[list[Run], list[Run]]:
    """Out: the runs of both, taken alternately after one run of each that does not count."""
    once(first, server)
    once(second, server)
    pairs = [(once(first, server), once(second, server)) for _ in range(runs)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def middle(runs: list[Run], figure: str) -> float:
    """Out: the median of one figure of the runs."""
    figures: list[float] = [getattr(run, figure) for run in runs]
    return median(figures)
