"""The recipes of README's section "Unattended", run as they stand there, as far as that goes without the service
manager: with an empty environment, a credentials directory, no home or one that cannot be written, closed stdin.

Only the places in them are moved into a temporary folder, and the venue is a practice venue on loopback.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.names import env_name, file_name
from venues.registry import open_practice
from venues.sandbox.server import Running, start
from venues.tradernet import FACE

ROOT = Path(__file__).parents[1]
ORDER = "2929292929"
FILES = {file_name(FACE.name, field.name) for field in FACE.fields}
VARIABLES = {env_name(FACE.name, field.name) for field in FACE.fields}
CRON_PATH = "/usr/bin:/bin"  # crontab(5); Debian's

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recipes are for POSIX systems")


@pytest.fixture(scope="module")
def blocks() -> list[tuple[str, str]]:
    """Out: the fenced blocks of the section, each with its language."""
    text = (ROOT / "README.md").read_text("utf-8")
    match = re.search(r"^## Unattended\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert match, "README has no section Unattended"
    return re.findall(r"^```(\w+)\n(.*?)^```$", match[1], re.DOTALL | re.MULTILINE)


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
    variables, command = cron_parts(place.moved(block("cron")))
    assert variables.keys() == {"CREDENTIALS_DIRECTORY"}
    done = place.sh(command, **variables)
    assert_cancelled(done, venue)
    assert done.stdout == ""  # so cron sends no mail


def test_cron_as_cron_runs_it(block: Any, place: Place, venue: Running) -> None:
    place.write_keys("/home/trader/credentials")
    place.path("/home/trader/orders.txt").write_text(f"{ORDER}\n")
    variables, command = cron_parts(place.moved(block("cron")))
    home = {"HOME": str(place.path("/home/trader")), "PATH": CRON_PATH, "LOGNAME": "trader", "SHELL": "/bin/sh"}
    assert_cancelled(place.sh(command, **home, **variables), venue)


def test_cron_has_something_to_mail_when_it_went_wrong(block: Any, place: Place) -> None:
    place.write_keys("/home/trader/credentials")
    place.path("/home/trader/orders.txt").write_text("1\n")
    variables, command = cron_parts(place.moved(block("cron")))
    done = place.sh(command, **variables)
    assert done.returncode == 4
    assert "not found" in done.stdout


def test_the_keys_are_put_down_for_their_owner_alone(block: Any, place: Place) -> None:
    lines = place.moved(block("sh", "install -d")).splitlines()
    for line in lines:
        name = line.rsplit("/", 1)[1]
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            input=place.keys.get(name, "") + "\n",
            text=True,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
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
    encrypt = shlex.split(block("sh", "systemd-creds"))
    _, path = re.findall(r"^LoadCredentialEncrypted=(\w+):(\S+)$", text, re.MULTILINE)[0]
    assert encrypt == ["systemd-creds", "encrypt", f"--name={Path(path).name}", "-", path]


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
def test_systemd_takes_the_units(block: Any, place: Place) -> None:
    paths = []
    for name in ("cancel-orders.service", "cancel-orders.timer"):
        paths.append(place.root / name)
        paths[-1].write_text(place.moved(block("ini", name)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_docker(block: Any, place: Place, venue: Running) -> None:
    recipe = block("dockerfile")
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", recipe, re.MULTILINE)[1])  # type: ignore[index]
    variable, folder = re.search(r"^ENV (\w+)=(\S+)$", recipe, re.MULTILINE).groups()  # type: ignore[union-attr]
    build, run = block("sh", "docker run").splitlines()
    image = shlex.split(build)[3]
    options, _, args = run.partition(f" {image} ")
    assert "--read-only" in options
    assert f":{folder}:ro" in options
    place.write_keys(folder)
    place.path("file").write_text("")
    line = shlex.join([str(place.path("/usr/local/bin") / entry[0])]) + f" {args}"
    # A container that is read-only has a HOME that cannot be written.
    done = place.sh(line, HOME=str(place.path("file/root")), **{variable: str(place.path(folder))})
    assert_cancelled(done, venue)
    assert json.loads(done.stdout)["orders"][0]["outcome"] == "cancelled"


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
