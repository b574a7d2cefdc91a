"""The recipes of docs/unattended.md, run as they stand there, as far as that goes without the service
manager: with an empty environment, a credentials directory, no home or one that cannot be written, closed stdin.

Only the places in them are moved into a temporary folder, and the venue is a practice venue on loopback.
"""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import termios
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.names import env_name, file_name
from tests.docs import pages
from venues.registry import open_practice
from venues.sandbox.server import Running, start
from venues.tradernet import FACE

ROOT = Path(__file__).parents[2]
ORDER = "2929292929"
FILES = {file_name(FACE.name, field.name) for field in FACE.fields}
VARIABLES = {env_name(FACE.name, field.name) for field in FACE.fields}
CRON_PATH = "/usr/bin:/bin"  # crontab(5); Debian's

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recipes are for POSIX systems")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash cannot be found")


@pytest.fixture(scope="module")
def blocks() -> list[tuple[str, str]]:
    """Out: the fenced blocks of the page, each with its language."""
    return pages.blocks("docs/unattended.md")


@pytest.fixture
def block(blocks: list[tuple[str, str]]) -> Any:
    """Out: a function from a language, and a text that the block holds, to the block."""

    def find(language: str, holding: str = "") -> str:
        (found,) = [text for name, text in blocks if name == language and holding in text]
        return found

    return find


@pytest.fixture
def venue() -> Iterator[Running]:
    with start(open_practice("tradernet")) as running:
        yield running
        assert running.faults == []


class Place:
    """A folder that stands for the root of the machine that a recipe is for."""

    def __init__(self, root: Path, venue: Running, installed: Any) -> None:
        self.root = root
        self.venue = venue
        self.keys = {file_name("tradernet", name): text for name, text in venue.practice.credentials.items()}
        self.url = {"CANCEL_TRADERNET_URL": venue.url}
        for path in ("/home/trader/.local/bin", "/usr/local/bin"):
            command = self.path(f"{path}/ordercancel")
            command.parent.mkdir(parents=True)
            line = f'PYTHONPATH={installed.site} exec {installed.script("ordercancel")} "$@"'
            command.write_text(f"#!/bin/sh\n{line}\n")
            command.chmod(0o755)

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def moved(self, text: str) -> str:
        """Out: the text with the places in it moved here."""
        return re.sub(r"(?<![\w/.])/(?=(?:home|etc|usr/local|run)/)", f"{self.root}/", text)

    def write_keys(self, folder: str) -> Path:
        """Files as systemd makes them: readable by their owner alone, in a folder that is no different."""
        place = self.path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for name, text in self.keys.items():
            (place / name).write_text(text + "\n")
            (place / name).chmod(0o400)
        return place

    def sh(self, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a line in `env -i`, standard input closed unless the line says otherwise."""
        given = [f"{name}={value}" for name, value in (self.url | environ).items()]
        return subprocess.run(
            ["/usr/bin/env", "-i", *given, "/bin/sh", "-c", f"exec <&-\n{line}"],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path, venue: Running, installed: Any) -> Place:
    return Place(tmp_path, venue, installed)


def assert_cancelled(done: subprocess.CompletedProcess[str], venue: Running) -> None:
    assert (done.returncode, done.stderr) == (0, "")
    assert venue.practice.true_state(ORDER) == "cancelled"


def cron_parts(text: str) -> tuple[dict[str, str], str]:
    """Out: the variables of a crontab, and the command of its one job."""
    lines = text.splitlines()
    variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    (job,) = [line for line in lines if line and line[0] in "0123456789*@"]
    assert "%" not in job  # cron would end the command there
    return variables, job.split(maxsplit=5)[5]


def test_cron_with_nothing_but_a_credentials_directory(block: Any, place: Place, venue: Running) -> None:
    place.write_keys("/home/trader/credentials")
    place.path("/home/trader/orders.txt").write_text(f"# tonight\n{ORDER}\n")
    variables, command = cron_parts(place.moved(block("cron", "orders.txt")))
    assert variables.keys() == {"CREDENTIALS_DIRECTORY"}
    done = place.sh(command, **variables)
    assert_cancelled(done, venue)
    assert done.stdout == ""  # so cron sends no mail


def test_cron_as_cron_runs_it(block: Any, place: Place, venue: Running) -> None:
    place.write_keys("/home/trader/credentials")
    place.path("/home/trader/orders.txt").write_text(f"{ORDER}\n")
    variables, command = cron_parts(place.moved(block("cron", "orders.txt")))
    home = {"HOME": str(place.path("/home/trader")), "PATH": CRON_PATH, "LOGNAME": "trader", "SHELL": "/bin/sh"}
    assert_cancelled(place.sh(command, **home, **variables), venue)


def test_cron_has_something_to_mail_when_it_went_wrong(block: Any, place: Place) -> None:
    place.write_keys("/home/trader/credentials")
    place.path("/home/trader/orders.txt").write_text("1\n")
    variables, command = cron_parts(place.moved(block("cron", "orders.txt")))
    done = place.sh(command, **variables)
    assert done.returncode == 4
    assert "not found" in done.stdout


def test_the_cron_line_of_readme(place: Place, venue: Running) -> None:
    place.write_keys("/home/trader/credentials")
    ((_, line),) = [block for block in pages.blocks("README.md") if block[0] == "cron"]
    variables, command = cron_parts(place.moved(line))
    done = place.sh(command, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert open_ids(venue) == PROTECTION


def open_ids(venue: Running) -> set[str]:
    """Out: the ids of the orders that are open at the venue."""
    return {row["arguments"] for row in venue.practice.book() if row["state"] in ("open", "cancelling")}


PROTECTION = {"2929292877", "2929292878"}


def test_before_the_close_everything_goes_but_protection(block: Any, place: Place, venue: Running) -> None:
    place.write_keys("/home/trader/credentials")
    variables, command = cron_parts(place.moved(block("cron", "all tradernet")))
    done = place.sh(command, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert open_ids(venue) == PROTECTION


def test_everything_of_one_symbol(block: Any, place: Place, venue: Running) -> None:
    before = open_ids(venue)
    script = place.path("/home/trader/stop-symbol")
    script.write_text(block("sh", "stop-symbol"))
    script.chmod(0o755)
    variables = {env_name("tradernet", name): text for name, text in venue.practice.credentials.items()}
    done = place.sh(f"{script} amd.us USDT_BTC", PATH=f"{place.path('/usr/local/bin')}:{CRON_PATH}", **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "passed over: deal-order, smart-trade, tanx, order" in done.stderr
    assert before - open_ids(venue) == {ORDER}
    kept = [json.loads(line) for line in place.path("/stopped.jsonl").read_text().splitlines()]
    assert [line.get("order_id", line.get("target")) for line in kept] == [ORDER, "tradernet"]


def test_the_panic_key_ends_protection_too(block: Any, place: Place, venue: Running) -> None:
    variables = {env_name("tradernet", name): text for name, text in venue.practice.credentials.items()}
    line = block("sh", "NOT CLEAR")
    done = place.sh(line, PATH=f"{place.path('/usr/local/bin')}:{CRON_PATH}", **variables)
    assert done.returncode == 0
    assert "NOT CLEAR" not in done.stdout
    assert open_ids(venue) == set()


def typed(script: str, answers: dict[str, str], *, path: str = CRON_PATH) -> str:
    """Run a script in a bash at a terminal of its own, as one would paste it, and type each answer at its question.

    Out: all that the terminal showed. Fails when the script does.
    """
    ours, theirs = os.openpty()
    argv = ["/usr/bin/env", "-i", f"PATH={path}", "setsid", "--ctty", "bash", "-euo", "pipefail", "-c", script]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # nobody has the terminal any more
            while piece := os.read(ours, 4096):
                shown += piece
                for question in [each for each in answers if f"{each}: ".encode() in shown]:
                    ends = time.monotonic() + 20.0
                    while termios.tcgetattr(ours)[3] & termios.ECHO and time.monotonic() < ends:
                        time.sleep(0.002)  # the question comes first, a person is not that fast
                    os.write(ours, answers.pop(question).encode() + b"\n")
        os.close(ours)
    assert (process.returncode, answers) == (0, {}), shown
    return shown.decode()


@needs_bash
def test_the_keys_are_put_down_unseen_and_for_their_owner_alone(block: Any, place: Place) -> None:
    keys = dict(place.venue.practice.credentials)
    shown = typed(place.moved(block("sh", "read -rs")), dict(keys))
    assert not any(key in shown for key in keys.values())
    folder = place.path("/home/trader/credentials")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == FILES
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    status = place.moved("/usr/local/bin/ordercancel auth status tradernet --check")
    done = place.sh(status, CREDENTIALS_DIRECTORY=str(folder))
    assert (done.returncode, done.stderr) == (0, "")


class Unit(configparser.RawConfigParser):
    """A unit file, whose keys keep their case."""

    optionxform = str  # type: ignore[assignment]


@pytest.fixture
def service(block: Any) -> Any:
    unit = Unit(strict=False)
    unit.read_string(block("ini", "cancel-orders.service"))
    return unit["Service"]


def run_service(service: Any, place: Place, **environ: str) -> subprocess.CompletedProcess[str]:
    """What the service manager would do: the credentials in a folder of their own, standard input from the file."""
    folder = place.write_keys("/run/credentials/cancel-orders.service")
    folder.chmod(0o500)
    source = service["StandardInput"].removeprefix("file:")
    place.path(source).parent.mkdir(parents=True, exist_ok=True)
    place.path(source).write_text(f"{ORDER}\n")
    line = place.moved(f"{service['ExecStart']} < {source}")
    return place.sh(line, CREDENTIALS_DIRECTORY=str(folder), PATH=CRON_PATH, **environ)


def test_the_service_is_given_the_files_that_are_looked_for(block: Any) -> None:
    text = block("ini", "cancel-orders.service")
    loaded = re.findall(r"^LoadCredential(?:Encrypted)?=(\w+):/", text, re.MULTILINE)
    assert set(loaded) == FILES
    assert "LoadCredential=" in text
    (encrypt,) = re.findall(r"systemd-creds .*", block("sh", "systemd-creds"))
    _, path = re.findall(r"^LoadCredentialEncrypted=(\w+):(\S+)$", text, re.MULTILINE)[0]
    assert shlex.split(encrypt) == ["systemd-creds", "encrypt", f"--name={Path(path).name}", "-", path]


@needs_bash
@pytest.mark.skipif(shutil.which("systemd-ask-password") is None, reason="systemd-ask-password cannot be found")
def test_all_that_the_service_reads_is_put_down_unseen(block: Any, place: Place) -> None:
    """Only the encryption is left out: its key belongs to the machine."""
    creds = place.path("/usr/local/bin/systemd-creds")
    creds.write_text('#!/bin/sh\ncat > "$4"\n')
    creds.chmod(0o755)
    keys = dict(place.venue.practice.credentials)
    script = place.moved(block("sh", "systemd-creds"))
    shown = typed(script, dict(keys), path=f"{creds.parent}:{CRON_PATH}")
    assert not any(key in shown for key in keys.values())
    unit = block("ini", "cancel-orders.service")
    read = dict(re.findall(r"^(?:LoadCredential(?:Encrypted)?=|StandardInput=)(\w+):(/\S+)$", unit, re.MULTILINE))
    found = {name: place.path(path).read_text() for name, path in read.items()}
    assert found == {"file": ""} | {name: text.strip() for name, text in place.keys.items()}
    folders = {place.path(path).parent for path in read.values()}
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in folders)


def test_the_service_without_a_home(service: Any, place: Place, venue: Running) -> None:
    done = run_service(service, place)
    assert_cancelled(done, venue)
    assert json.loads(done.stdout)["outcome"] == "cancelled"


@pytest.mark.parametrize("home", ["/", "file/home", "read-only"])
def test_the_service_with_a_home_that_cannot_be_written(
    service: Any, place: Place, venue: Running, home: str
) -> None:
    place.path("file").write_text("")
    place.path("read-only").mkdir(mode=0o555)
    assert_cancelled(run_service(service, place, HOME=home if home == "/" else str(place.path(home))), venue)


def test_the_timer_starts_the_service(block: Any) -> None:
    unit = Unit()
    unit.read_string(block("ini", "cancel-orders.timer"))
    assert re.fullmatch(r"Mon\.\.Fri \d\d:\d\d", unit["Timer"]["OnCalendar"])
    assert "Unit" not in unit["Timer"]  # then it is the service of the same name
    assert block("sh", "systemctl").splitlines()[-1] == "systemctl enable --now cancel-orders.timer"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze cannot be found")
def test_systemd_takes_the_units_as_they_are_printed(block: Any, place: Place) -> None:
    names = ("cancel-orders.service", "cancel-orders.timer")
    folder = place.path("/etc/systemd/system")
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(block("ini", name))
    for target in Path("/usr/lib/systemd/system").glob("*.target"):  # what every machine has
        if not target.is_symlink():
            shutil.copy(target, folder)
    check = ["systemd-analyze", "verify", "--man=no", f"--root={place.root}", *names]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    place.path("/usr/local/bin/ordercancel").unlink()
    assert subprocess.run(check, capture_output=True, timeout=60, check=False).returncode != 0  # it does look


def test_docker(block: Any, place: Place, venue: Running) -> None:
    recipe = block("dockerfile")
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", recipe, re.MULTILINE)[1])  # type: ignore[index]
    variable, folder = re.search(r"^ENV (\w+)=(\S+)$", recipe, re.MULTILINE).groups()  # type: ignore[union-attr]
    build, *runs = block("sh", "docker run").splitlines()
    image = shlex.split(build)[3]
    place.write_keys(folder)
    place.path("file").write_text("")
    place.path("orders.txt").write_text(f"{ORDER}\n")
    for run, outcome in zip(runs, ("cancelled", "already-cancelled"), strict=True):
        options, _, args = run.partition(f" {image} ")
        assert "--read-only" in options
        assert f":{folder}:ro" in options
        assert ("-i" in options.split()) == ("<" in args)  # without it a container's standard input is empty
        line = shlex.join([str(place.path("/usr/local/bin") / entry[0])]) + f" {args}"
        # A container that is read-only has a HOME that cannot be written.
        done = place.sh(line, HOME=str(place.path("file/root")), **{variable: str(place.path(folder))})
        assert_cancelled(done, venue)
        assert json.loads(done.stdout)["orders"][0]["outcome"] == outcome


def test_the_image_is_given_what_the_package_is_built_from_and_nothing_else(
    wheel: Path, build: Any, tmp_path: Path
) -> None:
    """A `COPY .` in small: `*` first, then names that are let in again, then what is left out within them."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    let_in = [rule[1:] for rule in rules if rule[0] == "!"]
    assert rules == ["*", *(f"!{name}" for name in let_in), "**/__pycache__"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = project["tool"]["hatch"]["build"]["only-include"]
    assert sorted(let_in) == sorted(["LICENSE", "README.md", "docs/ordercancel.1", "pyproject.toml", *folders])
    for path in map(ROOT.joinpath, let_in):
        if path.is_dir():
            shutil.copytree(path, tmp_path / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            to = tmp_path / path.relative_to(ROOT)
            to.parent.mkdir(exist_ok=True)
            shutil.copy(path, to)
    made = zipfile.ZipFile(build(tmp_path, "--wheel")).namelist()
    assert sorted(made) == sorted(zipfile.ZipFile(wheel).namelist())


def test_ci_job(block: Any, place: Place, venue: Running) -> None:
    text = block("yaml")
    (line,) = re.findall(r"^ *- run: (ordercancel .*)$", text, re.MULTILINE)
    names = re.findall(r"^ *([A-Z_0-9]+): \$\{\{ .* \}\}$", text, re.MULTILINE)
    assert set(names) == VARIABLES | {"ORDER"}
    given = {name.upper(): text for name, text in place.keys.items()} | {"ORDER": ORDER}
    path = f"{place.path('/usr/local/bin')}:{CRON_PATH}"
    runner = {"CI": "true", "GITHUB_ACTIONS": "true", "PATH": path, "HOME": str(place.path("/home/trader"))}
    done = place.sh(line, **given, **runner)
    assert_cancelled(done, venue)
    assert "\x1b" not in done.stdout
    assert json.loads(done.stdout)["orders"][0]["outcome"] == "cancelled"
    assert not any(key in done.stdout for key in venue.practice.credentials.values())
