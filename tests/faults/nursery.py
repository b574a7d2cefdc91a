"""A process that has loaded all that the command needs and forks one run after another.

Loading takes 0.2 s of a core for each run; forked, 700 runs take seconds instead of minutes. Each run is a
process of its own all the same, with its own environment, its own files for output, and the real command in it.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """The side of the tests: asks for runs, from any thread."""

    def __init__(self, *options: str) -> None:
        argv = [sys.executable, *options, __file__]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._lock = threading.Lock()
        self._asked: dict[int, Future[int]] = {}
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def run(
        self, argv: list[str], env: Mapping[str, str], out: Path, err: Path, longest: float,
        stdin: Path | str = os.devnull,
    ) -> int:  # fmt: skip
        """Run a Python script. Out: its exit code. Raises TimeoutError after `longest` seconds, and ends it."""
        forked = self.begin(argv, env, out, err, stdin)
        try:
            return forked.wait(longest)
        except TimeoutError:
            forked.send_signal(signal.SIGKILL)
            raise

    def begin(
        self, argv: list[str], env: Mapping[str, str], out: Path, err: Path, stdin: Path | str = os.devnull
    ) -> Forked:
        """Begin a run of a Python script, with these files as its standard streams."""
        ended: Future[int] = Future()
        asked = {"argv": argv, "env": dict(env), "out": str(out), "err": str(err), "stdin": str(stdin)}
        with self._lock:
            number = len(self._asked)
            self._asked[number] = ended
            self._tell({"number": number, **asked})
        return Forked(self, number, ended)

    def send_signal(self, number: int, what: int) -> None:
        """To one run, if it has not ended."""
        with self._lock:
            self._tell({"number": number, "signal": what})

    def _tell(self, asked: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                told = json.loads(line)
                self._asked[told["number"]].set_result(told["code"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._listener.join()
        self._process.wait()


@dataclass(frozen=True)
class Forked:
    """A run under way."""

    made: Nursery
    number: int
    ended: Future[int]

    def wait(self, longest: float) -> int:
        """Out: the exit code. Raises TimeoutError after `longest` seconds."""
        return self.ended.result(longest)

    def send_signal(self, what: int) -> None:
        self.made.send_signal(self.number, what)


@contextmanager
def nursery(*options: str) -> Iterator[Nursery]:
    """In: options of the interpreter, such as `-X dev`."""
    made = Nursery(*options)
    try:
        yield made
    finally:
        made.close()


def _load() -> None:
    sys.path.insert(0, str(ROOT))

    import venues.neuratrade.orders
    import venues.neuratrade.replies
    import venues.tanx.orders
    import venues.tanx.replies
    import venues.threecommas.deal_orders
    import venues.threecommas.replies
    import venues.threecommas.smart_trades
    import venues.tradernet.orders
    import venues.tradernet.replies
    import venues.wire.transport  # noqa: F401


def _serve() -> None:
    """Fork a run for each line of standard input, and say when each ended. One thread, so forking is safe."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}
    rest = b""
    closed = False
    while not closed or running:
        ready, _, _ = select.select([wake] if closed else [wake, 0], [], [])
        if wake in ready:
            os.read(wake, 4096)
        if 0 in ready:
            piece = os.read(0, 1 << 20)
            closed = not piece
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                _obey(json.loads(line), running)
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                told = {"number": running.pop(pid), "code": os.waitstatus_to_exitcode(status)}
                os.write(1, json.dumps(told).encode() + b"\n")


def _obey(asked: dict[str, Any], running: dict[int, int]) -> None:
    """Fork a run, or send a signal to one that has not been waited for yet, so that it hits nobody else."""
    if "signal" not in asked:
        running[_fork(asked)] = asked["number"]
        return
    for pid, number in running.items():
        if number == asked["number"]:
            os.kill(pid, asked["signal"])


def _fork(asked: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        _become(asked)
    return pid


def _become(asked: dict[str, Any]) -> NoReturn:
    """In the child: from here on this is a run of the script."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    files = [
        os.open(asked["stdin"], os.O_RDONLY),
        *(os.open(asked[name], os.O_WRONLY | os.O_CREAT) for name in ("out", "err")),
    ]
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = asked["argv"][1:]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    except KeyboardInterrupt:
        os._exit(130)  # as the interpreter ends itself before the command has begun
    except BaseException:  # noqa: BLE001  # what the interpreter would show
        traceback.print_exc()
        os._exit(1)
    finally:
        os._exit(70)  # a script that ends without an exit code


if __name__ == "__main__":
    _load()
    gc.freeze()  # what is loaded stays shared memory
    _serve()
