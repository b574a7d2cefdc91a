"""A venue is added by one folder and one line in the registry: a toy one is, from outside, and cancels an order."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOY = Path(__file__).parent / "toy"
SOURCES = ("ordercancel", "cli", "config", "venues")
LINE = '    "toy",\n'


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Out: a copy of the sources with the toy venue in it."""
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TOY, tree / "venues" / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    registry = tree / "venues" / "registry.py"
    head, bracket, tail = registry.read_text().partition("ROOMS = (\n")
    rooms, end, rest = tail.partition(")\n")
    assert rooms, "the registry has no list of rooms any more"
    registry.write_text(head + bracket + rooms + LINE + end + rest)
    return tree


def cancel(tree: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command of the tree, in a process and with a home of its own."""
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tree), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }  # fmt: skip
    argv = [sys.executable, "-m", "ordercancel", *args]
    return subprocess.run(
        argv, cwd=tree, env=env | environ, capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def differences(compared: filecmp.dircmp[str], below: str = "") -> Iterator[str]:
    """Out: what is only on the right, or another on both sides."""
    yield from (f"+ {below}{name}" for name in compared.right_only)
    yield from (f"- {below}{name}" for name in compared.left_only if name != "__pycache__")
    yield from (f"~ {below}{name}" for name in (*compared.diff_files, *compared.funny_files))
    for name, inner in compared.subdirs.items():
        yield from differences(inner, f"{below}{name}/")


def test_nothing_else_is_touched(tree: Path) -> None:
    found = [each for name in SOURCES for each in differences(filecmp.dircmp(ROOT / name, tree / name), f"{name}/")]
    assert found == ["+ venues/toy", "~ venues/registry.py"]
    before = (ROOT / "venues" / "registry.py").read_text().splitlines(keepends=True)
    after = (tree / "venues" / "registry.py").read_text().splitlines(keepends=True)
    after.remove(LINE)
    assert after == before


def test_an_order_is_cancelled_there(tree: Path) -> None:
    done = cancel(tree, "toy", "7", "--sandbox", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (record,) = json.loads(done.stdout)["orders"]
    told = [record[name] for name in ("venue", "order_id", "outcome", "evidence", "status", "attempts", "sandbox")]
    assert told == ["toy", "7", "cancelled", "read-back", "gone", 1, True]


def test_an_unknown_order_is_not_found(tree: Path) -> None:
    done = cancel(tree, "toy", "8", "--sandbox", "-o", "json")
    assert (done.returncode, json.loads(done.stdout)["orders"][0]["outcome"]) == (4, "not-found")


def test_a_person_reads_of_it(tree: Path) -> None:
    """Alone, and in a table beside another order, below the venue's title."""
    alone = cancel(tree, "toy", "7", "--sandbox")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout.startswith("cancelled ")
    both = cancel(tree, "toy", "7", "8", "--sandbox")
    assert (both.returncode, both.stderr) == (4, "")
    assert "Toy" in both.stdout


LISTS = """
from ordercancel.secret import Secret
from venues.face import Budget
from venues.procedure.reading import Reading
from venues.registry import build, open_practice
from venues.sandbox.server import start
from venues.wire.clock import SystemClock
from venues.wire.link import Link
from venues.wire.masks import Masks
from venues.wire.pace import Pace

class Keys:
    def get(self, field):
        return Secret(practice.credentials[field])

practice, clock = open_practice("toy"), SystemClock()
pace = Pace(Budget(), clock)
with start(practice) as running:
    venue = build("toy", Link(running.url, Keys(), clock, pace, Masks()))
    look = Reading(venue, clock, pace, clock.monotonic() + 20)
    for _ in range(2):
        print([(row.ref.order_id, row.order.status) for row in venue.open_orders(look)])
        practice.end("7")
    venue.close()
"""


def test_what_is_open_there_is_listed(tree: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LISTS], cwd=tree, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[('7', 'open')]\n[]\n", "")


def test_help_knows_it(tree: Path) -> None:
    assert "Cancel Toy orders." in cancel(tree, "--help").stdout
    told = cancel(tree, "toy", "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "cancel toy 7 --sandbox" in told.stdout


def test_auth_status_knows_it(tree: Path) -> None:
    done = cancel(tree, "auth", "status", "toy", "-o", "json", CANCEL_TOY_KEY="a-key-that-is-long-enough")
    assert (done.returncode, done.stderr) == (0, "")
    assert "toy" in done.stdout
    assert "a-key-that-is-long-enough" not in done.stdout
    assert cancel(tree, "auth", "status", "toy").returncode == 6


def test_the_sandbox_lists_it(tree: Path) -> None:
    done = cancel(tree, "sandbox", "--list", "-o", "json")
    assert [row["arguments"] for row in json.loads(done.stdout)["orders"] if row["command"] == "toy"] == ["7"]
    shown = cancel(tree, "sandbox", "--list")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "cancel toy 7" in shown.stdout
