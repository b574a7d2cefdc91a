"""README and CHANGELOG say what the code does: names, numbers, and the examples, which are run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.app import build
from cli.output.record import record, row_record, target_record
from config.names import env_name, file_name
from ordercancel import __version__
from venues.listed import Listed, TargetResult
from venues.registry import VENUES, VERBS, exchange, exchanges
from venues.result import Outcome, Result

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
QUICK_START = (
    "python3 -m venv .venv && .venv/bin/pip install -q '.[tanx]' && "
    ".venv/bin/cancel order ord-20260303120000-1 --sandbox",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[tanx,ccxt,test]' && .venv/bin/pytest",
)
CONSOLE = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (command, output)
    for block in CONSOLE
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def section(heading: str) -> str:
    """Out: the text below a heading of the second level."""
    parts = re.split(r"^## (.*)\n", README, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def table(text: str, head: str) -> list[list[str]]:
    """In: a text, and the first cell of a table's head. Out: the table's rows, without code marks."""
    block = re.search(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert block, head
    return [[cell.strip(" `") for cell in row.strip("|").split(" |")] for row in block[1].splitlines()]


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Out: every command of the command line, with its full name."""
    for word, command in group.commands.items():
        full = f"{name} {word}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, full)
        else:
            yield full, command


def flags(command: Any) -> set[str]:
    return {flag for param in command.params for flag in param.opts if flag.startswith("-")}


ROOT_COMMAND = typer.main.get_command(build("whole"))
COMMANDS = dict(commands(ROOT_COMMAND))


def test_the_quick_start_is_two_lines_in_one_block_right_below_its_heading() -> None:
    block = re.match(r"\n```sh\n(.*?)```\n", section("Quick start"), re.DOTALL)
    assert block
    assert tuple(block[1].splitlines()) == QUICK_START


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_the_output_shown_is_real(installed: Any, command: str, output: str) -> None:
    environ = installed.environ()
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert timeless(done.stdout + done.stderr) == timeless(output)


def timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)", "TIME", text)


def test_there_are_examples_to_run() -> None:
    assert len(EXAMPLES) >= 4
    assert all("--sandbox" in command for command, _ in EXAMPLES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_flag_is_named(name: str) -> None:
    assert re.search(rf"`(?:cancel )?{name}\b", README), name
    for flag in flags(COMMANDS[name]) | flags(ROOT_COMMAND):
        assert re.search(rf"(?<![\w-]){flag}(?![\w-])", README), flag


@pytest.mark.parametrize("name", list(VERBS))
def test_the_flags_of_the_cancel_commands_are_those_of_the_table(name: str) -> None:
    shown = {flag for row in table(section("The five commands"), "flag") for flag in re.findall(r"-+[a-z-]+", row[0])}
    if not VERBS[name].asks:
        shown -= {"-y", "--yes"}
    assert shown == flags(COMMANDS[name]) - {"-h", "--help"}


def test_the_five_commands_have_the_examples_of_the_help() -> None:
    shown = {row[0]: row[2] for row in table(section("The five commands"), "command")}
    assert shown == {name: verb.example for name, verb in VERBS.items()}


def test_the_exit_codes_are_those_of_the_outcomes() -> None:
    rows = table(section("Exit codes"), "outcome")
    assert [(word, int(code)) for word, code, _ in rows] == [(one.word, one.exit_code) for one in Outcome]
    assert [code for code, _ in table(section("Exit codes"), "code")] == ["1", "2", "130", "143"]


def test_the_json_fields_are_those_of_the_record() -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    made = record(Result("tanx", "tanx", "1", None, Outcome.CANCELLED, None, "", 1, moment, moment))
    assert [row[0] for row in table(section("JSON"), "field")] == list(made)


def test_the_fields_of_rows_and_targets_are_those_of_the_json() -> None:
    shown = [name for row in table(section("JSON"), "row field") for name in re.findall(r"\w+", row[0])]
    assert shown == [*row_fields()]
    target = target_record(TargetResult("tanx", "tanx", Outcome.CANCELLED))
    assert [row[0] for row in table(section("JSON"), "target field")] == list(target)


def row_fields() -> dict[str, Any]:
    return row_record(Listed("tanx", "tanx", "1", None))


@pytest.mark.parametrize("name", ["list", "all"])
def test_the_flags_of_list_and_all_are_those_of_the_table(name: str) -> None:
    rows = table(section("What is open, and all of it gone"), "flag")
    shown = {flag for row in rows if row[1] in ("both", name) for flag in re.findall(r"-+[a-z-]+", row[0])}
    shared = {"--profile", "--sandbox", "-o", "--output", "-j", "--jobs", "-v", "--verbose"}
    assert shown == flags(COMMANDS[name]) - shared - {"-h", "--help"}


def test_the_credentials_are_those_of_the_venues() -> None:
    rows = table(section("Keys"), "venue")
    wanted = {
        (venue, field.name, env_name(venue, field.name), file_name(venue, field.name))
        for venue in VENUES
        for field in VENUES[venue].fields
    }
    assert {tuple(row) for row in table(README.partition("| venue | what")[2], "venue")} == wanted
    assert [row[0] for row in rows] == list(VENUES)


def test_the_settings_are_those_of_the_venues() -> None:
    rows = table(section("Settings"), "key")
    urls = {row[1]: row[2] for row in rows if row[0] == "url"}
    for venue in VENUES:
        url = VENUES[venue].url
        assert urls[env_name(venue, "url")].startswith(url or "none")
    (versions,) = [row for row in rows if row[0] == "api_version"]
    assert versions[1] == env_name("tradernet", "api_version")
    assert int(versions[2][0]) == VENUES["tradernet"].api_versions[0]
    (plain,) = [row for row in rows if row[0] == "allow_http"]
    assert re.findall(r"CANCEL_\w+", plain[1]) == [env_name(venue, "allow_http") for venue in VENUES]


def test_the_request_budgets_are_those_of_the_venues() -> None:
    rows = {row[1]: row[2] for row in table(section("Settings"), "key") if row[0] == "requests_per_minute"}
    for name, entry in VENUES.items():
        says = rows.pop(env_name(name, "requests_per_minute"))
        assert says.startswith(f"{entry.budget.per_minute:g}" if entry.budget.per_minute else "no limit")
    assert not rows


def test_no_variable_is_named_that_does_not_exist() -> None:
    settings = ("url", "allow_http", "requests_per_minute", "api_version")
    faces = [*VENUES.values(), *(face for name in exchanges() if (face := exchange(name)))]
    known = {env_name(face.name, name) for face in faces for name in settings}
    known |= {env_name(face.name, field.name) for face in faces for field in face.fields}
    assert set(re.findall(r"\bCANCEL_\w+", README)) <= known | {"CANCEL_OUTPUT", "CANCEL_PROFILE"}


@pytest.mark.parametrize(
    "warning",
    [
        "Retail trading at tanX stopped in August 2026",
        "It calls no exchange",
        "a position that was filled stays open",
    ],
)
def test_the_plain_warnings_stand_there(warning: str) -> None:
    assert warning in " ".join(section('What "cancelled" means, venue by venue').split())


def test_the_permissions_are_those_that_the_command_asks_for() -> None:
    for permission in re.findall(r"\b[A-Z]+_(?:READ|WRITE)\b", VENUES["3commas"].permissions):
        assert permission in section("Keys")


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(.+?)\] - (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert newest
    assert newest[1] == __version__
    assert datetime.fromisoformat(newest[2])
