"""Pipes that close, disks that are full, homes that are not there: the orders go all the same, and the code tells."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.sweep.desk import Desk, Open, goes
from tests.faults.run import command

TOOLS = [("list", "-o", "jsonl"), ("list", "-q"), ("all", "--yes"), ("all", "--yes", "-o", "jsonl")]


def into(here: Desk, stdout: Any, *args: str, **more: Any) -> tuple[int, str]:
    """Run it with this stdout. Out: the exit code, and stderr."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": subprocess.PIPE} | more
    with here.begin(*args, env={}, text=True, **streams) as process:
        try:
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    return process.returncode, err or ""


@pytest.mark.parametrize("args", TOOLS, ids=" ".join)
def test_a_reader_that_has_gone(desk: Open, args: tuple[str, ...]) -> None:
    here = desk("tanx")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert into(here, writer, args[0], "tanx", *args[1:]) == (0, "")
    finally:
        os.close(writer)
    assert sorted(here.open("tanx")) == ([] if args[0] == "all" else sorted(goes("tanx")))


@pytest.mark.parametrize("args", TOOLS, ids=" ".join)
def test_a_full_disk_is_one_line(desk: Open, args: tuple[str, ...]) -> None:
    here = desk("tanx")
    with Path("/dev/full").open("w") as disk:
        code, err = into(here, disk, args[0], "tanx", *args[1:])
    assert (code, err.count("No space left"), len(err.splitlines())) == (0, 1, 1)
    assert (here.open("tanx") == []) is (args[0] == "all")


def test_a_full_disk_below_stderr(desk: Open) -> None:
    here = desk("tanx")
    with Path("/dev/full").open("w") as disk:
        assert into(here, disk, "all", "tanx", "--yes", "-v", stderr=disk)[0] == 0
    assert here.open("tanx") == []


def test_all_streams_closed(desk: Open) -> None:
    here = desk("neuratrade")
    argv = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command("all", "--yes", "-v")]
    done = subprocess.run(argv, env=here.variables, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, here.open("order")) == (0, [])


@pytest.mark.parametrize("home", [None, "/dev/null/home"])
def test_as_cron_runs_it(desk: Open, home: str | None) -> None:
    here = desk("tanx", "tradernet")
    for name in ("HOME", "LANG", "TMPDIR", "PYTHON_KEYRING_BACKEND"):
        del here.variables[name]
    if home is not None:
        here.variables["HOME"] = home
    ran = here.run("all", "tanx", "tradernet", "--yes", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert here.open("tanx", "tradernet") == ["2929292877", "2929292878"]


def test_an_old_encoding_loses_no_order(desk: Open) -> None:
    here = desk("tanx")
    here.practice("tanx").orders["25769015"].symbol = "ethérusdt"
    ran = here.run("all", "tanx", "--yes", LANG="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ran.code, here.open("tanx"), "Traceback" in ran.err) == (0, [], False)


@pytest.mark.parametrize(
    ("more", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours(desk: Open, more: dict[str, str], coloured: bool) -> None:
    here = desk("tanx")
    assert ("\x1b[" in here.run("list", "tanx", **more).out) is coloured


@pytest.mark.parametrize("name", ["cancel", "ordercancel"])
def test_both_names_list_and_sweep(installed: Any, name: str) -> None:
    listed = installed.run("list", "order", "-q", "--sandbox", script=name)
    assert listed.stdout.split() == goes("order")
    swept = installed.run("all", "order", "-y", "--sandbox", script=name)
    assert (swept.returncode, "\nclear  5 cancelled\n" in swept.stdout) == (0, True)
    hint = installed.run("all", "ord-20260303120000-1", script=name).stderr
    assert f"name what it is: {name} COMMAND ord-20260303120000-1" in hint
