"""A process that has loaded all that the command needs and forks one run after another.

Loading takes 0.2 s of a core for each run; forked, 700 runs take seconds instead of minutes. Each run is a
process of its own all the same, with its own environment and streams, and the real command in it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "neuratrade.orders",
    "tanx.orders",
    "threecommas.deal_orders",
    "threecommas.smart_trades",
    "tradernet.orders",
)
LOADED = (
    "cli.app",
    "cli.auth.app",
    "cli.ahead",
    "cli.main",
    "cli.plain",
    "cli.sandbox",
    "cli.sweep.app",
    "cli.cancel.command",
    "cli.mistakes",
    "cli.output.record",
    "cli.output.render",
    "cli.output.sweep_page",
    "cli.sweep.all",
    "cli.sweep.list",
    "config.keyring_store",
    "config.locks",
    "config.profiles",
    "config.sources",
    "filelock",
    "cryptography.hazmat.primitives.serialization",
    "venues.procedure.batch",
    "venues.wire.transport",
    *(f"venues.{room}" for room in ROOMS),
    *(f"venues.{room.partition('.')[0]}.replies" for room in ROOMS),
)
# An extra, and what keyring loads; keyring itself chooses its backend while it is loaded.
WHERE_INSTALLED = ("secretstorage", "jaraco.context")
LARGEST = 200_000  # bytes of what is asked: a command line of some thousand ids


class Nursery:
    """The side of the tests: asks for runs, from any thread. `popen` is used as `subprocess.Popen` is."""

    def __init__(self, *options: str, paths: Sequence[Path] = (ROOT,)) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            argv = [sys.executable, *options, __file__, str(theirs.fileno()), *map(str, paths)]
            self._process = subprocess.Popen(
                argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
        self._socket = ours
        self._lock = threading.Lock()
        self._asked: list[tuple[Future[int], Future[int]]] = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def popen(self, argv: Sequence[str], **options: Any) -> Forked:
        """Run a Python script: `[script, ...]`, or `[interpreter, script, ...]`."""
        return Forked(self, argv, **options)

    def fork(self, asked: Mapping[str, Any], files: Sequence[int]) -> tuple[int, Future[int]]:
        """Out: the number of the process, and what will be its exit code."""
        began: Future[int] = Future()
        ended: Future[int] = Future()
        with self._lock:
            message = json.dumps({"number": len(self._asked), **asked}).encode()
            self._asked.append((began, ended))
            socket.send_fds(self._socket, [message], files)
        return began.result(60), ended

    def _listen(self) -> None:
        while told := self._socket.recv(1000):
            number, is_end, value = json.loads(told)
            self._asked[number][is_end].set_result(value)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)
        self._listener.join()
        self._process.wait()
        self._socket.close()


class Forked(subprocess.Popen[Any]):
    """A run under way. What is replaced of Popen is how the process begins, and who waits for it."""

    def __init__(self, made: Nursery, argv: Sequence[str], **options: Any) -> None:
        self._made = made
        super().__init__(argv, **options)

    def _execute_child(self, args: Sequence[str], *given: Any) -> None:
        """In: Popen's own arguments, of which the folder, the environment and the ends of the pipes are used."""
        cwd, env = given[4:6]
        pipes = given[9:15]
        files = [number if mine == -1 else mine for number, mine in enumerate((pipes[0], pipes[3], pipes[5]))]
        asked = {"argv": list(args), "env": dict(os.environ if env is None else env), "cwd": cwd and str(cwd)}
        self.pid, self._ended = self._made.fork(asked, files)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _internal_poll(self, _deadstate: int | None = None) -> int | None:
        if self.returncode is None and self._ended.done():
            self.returncode = self._ended.result()
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        try:
            self.returncode = self._ended.result(timeout)
        except TimeoutError:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout) from None
        return self.returncode


@contextmanager
def nursery(*options: str, paths: Sequence[Path] = (ROOT,)) -> Iterator[Nursery]:
    """In: options of the interpreter, such as `-X dev`, and where our packages lie."""
    made = Nursery(*options, paths=paths)
    try:
        yield made
    finally:
        made.close()


# --- the other side


def load(paths: Sequence[str]) -> None:
    """All that a run of the command may want, so that a forked one loads next to nothing."""
    sys.path[:0] = paths
    limit = sys.getrecursionlimit()
    for name in LOADED:
        import_module(name)
    for name in WHERE_INSTALLED:
        with contextlib.suppress(ModuleNotFoundError):
            import_module(name)
    sys.setrecursionlimit(limit)  # eth-account raises it


def _serve(asker: socket.socket) -> None:
    """Fork a run for each message, and say when each ended. One thread, so forking is safe."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}
    closed = False
    while not closed or running:
        ready, _, _ = select.select([wake] if closed else [wake, asker], [], [])
        if wake in ready:
            os.read(wake, 4096)
        if asker in ready:
            message, files, _, _ = socket.recv_fds(asker, LARGEST, 3)
            closed = not message
            if message:
                asked = json.loads(message)
                pid = _fork(asked, files)
                running[pid] = asked["number"]
                asker.send(json.dumps([asked["number"], 0, pid]).encode())
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                asker.send(json.dumps([running.pop(pid), 1, os.waitstatus_to_exitcode(status)]).encode())


def _fork(asked: dict[str, Any], files: Sequence[int]) -> int:
    pid = os.fork()
    if pid == 0:
        _become(asked, files)
    for file in files:
        os.close(file)
    return pid


def _become(asked: dict[str, Any], files: Sequence[int]) -> NoReturn:
    """In the child: from here on this is a run of the script."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, max(files) + 1)  # among them the socket that leads to the tests
    os.environ.clear()
    os.environ.update(asked["env"])
    if asked["cwd"]:
        os.chdir(asked["cwd"])
    argv = asked["argv"]
    sys.argv = argv[1:] if argv[0] == sys.executable else argv
    sys.path[0:0] = filter(None, asked["env"].get("PYTHONPATH", "").split(os.pathsep))
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
    load(sys.argv[2:])
    gc.freeze()  # what is loaded stays shared memory
    _serve(socket.socket(fileno=int(sys.argv[1])))
