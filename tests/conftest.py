"""The command as a user has it: the real wheel, built from this tree and installed into a folder of its own.

Built and installed once a test run, however many workers share it. And what the end of the run tells.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from filelock import FileLock

from cli.ahead import SWITCH
from tests.faults.nursery import Nursery, nursery
from tests.telling import Tell

ROOT = Path(__file__).parent.parent
RECURSION_LIMIT = sys.getrecursionlimit()
Build = Callable[[Path, str], Path]
Shared = Callable[[str, Callable[[Path], None]], Path]
TOLD = pytest.StashKey[Tell]()


@dataclass(frozen=True)
class Installed:
    """The installed command. `home` is an empty home folder; nothing of the tester's own is seen.

    Its processes are forked from one that has loaded it, which is all that is not as at a user's.
    """

    site: Path
    home: Path
    nest: Nursery

    def script(self, name: str = "cancel") -> Path:
        return self.site / "bin" / name

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            "PATH": f"{self.site / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self.site),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            SWITCH: os.environ.get(SWITCH, ""),
            **(more or {}),
        }

    def run(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        script: str = "cancel",
        stdin: str | None = None,
        fresh: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in a process of its own. In: variables that are set besides the plainest ones.

        `fresh`: not even forked, so that the interpreter begins as at a user's.
        """
        given = subprocess.DEVNULL if stdin is None else PIPE
        begin = self.begin_fresh if fresh else self.begin
        with begin(*args, env=env, script=script, stdin=given, stdout=PIPE, stderr=PIPE, text=True) as process:
            try:
                out, err = process.communicate(stdin, timeout=60)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(args, process.returncode, out, err)

    def begin(
        self, *args: str, env: Mapping[str, str] | None = None, script: str = "cancel", **options: Any
    ) -> subprocess.Popen[Any]:
        """The same, under way. In: also what `subprocess.Popen` takes."""
        return self.nest.popen([str(self.script(script)), *args], env=self.environ(env), cwd=self.home, **options)

    def begin_fresh(
        self, *args: str, env: Mapping[str, str] | None = None, script: str = "cancel", **options: Any
    ) -> subprocess.Popen[Any]:
        argv = [sys.executable, str(self.script(script)), *args]
        return subprocess.Popen(argv, env=self.environ(env), cwd=self.home, **options)


@dataclass(frozen=True)
class Served:
    """A running `cancel sandbox`. `lines` is what it printed, `environ` what a shell makes of these lines."""

    process: subprocess.Popen[str]
    lines: str
    environ: Mapping[str, str]

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send the signal. Out: the exit code, and what was still said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serve(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Out: a context that runs `cancel sandbox` with the arguments given."""

    @contextmanager
    def serving(*args: str) -> Iterator[Served]:
        file = tmp_path_factory.mktemp("served") / "practice.env"
        with file.open("w") as stdout:
            process = installed.begin("sandbox", *args, stdout=stdout, stderr=PIPE, text=True)
        with process:
            try:
                assert process.stderr is not None
                said = process.stderr.readline()
                assert said == "sandbox: serving on loopback until Ctrl-C\n", said + process.stderr.read()
                yield Served(process, file.read_text(), _sourced(file))
            finally:
                process.kill()

    return serving


def _sourced(file: Path) -> dict[str, str]:
    """Out: the variables that a POSIX shell has after it has read the file."""
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", '. "$1"; env -0', "sh", str(file)],
        env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry.startswith("CANCEL_"))
    return {name: value for name, _, value in pairs}


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Out: builds a source tree, in: `--wheel` or `--sdist`, and gives the file. Nothing is fetched."""

    def made(source: Path, what: str) -> Path:
        into = tmp_path_factory.mktemp("dist")
        _python("-m", "build", "--no-isolation", what, "--outdir", str(into), str(source))
        (file,) = into.iterdir()
        return file

    return made


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Out: a folder of this name that is filled by `make` once a test run, by the first worker that wants it."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def filled(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = common / name, common / f"{name}.done"
        with FileLock(common / f"{name}.lock"):
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return filled


@pytest.fixture(scope="session")
def wheel(build: Build, shared: Shared) -> Path:
    """Out: the wheel of this tree."""

    def make(folder: Path) -> None:
        folder.mkdir()
        made = build(ROOT, "--wheel")
        made.rename(folder / made.name)

    (file,) = shared("wheel", make).iterdir()
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Out: the command, installed from the wheel; its dependencies are those of this interpreter."""
    pip = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps")
    site = shared("site", lambda folder: _python(*pip, "--target", str(folder), str(wheel)))
    with nursery(paths=(site / "ordercancel", site)) as nest:
        yield Installed(site, tmp_path_factory.mktemp("home"), nest)


def _python(*args: str) -> None:
    done = subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def nest() -> Iterator[Nursery]:
    """Out: runs the command in forked processes, which need not load everything anew."""
    with nursery() as made:
        yield made


@pytest.fixture(autouse=True)
def usual_recursion_limit() -> Iterator[None]:
    """eth-account, which some tests use directly, raises the limit for the whole process: put it back after each."""
    yield
    sys.setrecursionlimit(RECURSION_LIMIT)


# --- what the end of the run tells


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Tell:
    """Out: `tell(line)` shows a line at the end of the run, from any worker; `tell.count` adds up."""
    return pytestconfig.stash[TOLD]


def pytest_collection_finish() -> None:
    """What is loaded stays, and tests leave hardly a circle: so garbage is looked for less often."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TOLD] = Tell()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["told"] = session.config.stash[TOLD].packed()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended."""
    if "told" in getattr(node, "workeroutput", {}):
        node.config.stash[TOLD].add(node.workeroutput["told"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash[TOLD].summary():
        terminalreporter.write_line(line)
