"""README, docs/ and CHANGELOG say what the code does: names and numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.output.record import record, row_record, target_record
from config.names import env_name, file_name
from ordercancel import __version__
from tests import test_matrix, test_sweep_matrix
from tests.docs.pages import COMMANDS, PAGES, README, ROOT, ROOT_COMMAND, TEXT, flags, section, table
from tests.faults.mutants import MUTANTS
from tests.faults.sweep_mutants import MUTANTS as SWEEP_MUTANTS
from tests.venues.exchange import lies, test_matrix_of_exchanges
from tests.venues.procedure.test_exhaustive import LAWS
from venues.exchange.table import TABLE
from venues.listed import Listed, TargetResult
from venues.registry import AT, VENUES, VERBS, exchange, exchanges
from venues.result import Outcome, Result

QUICK_START = (
    "python3 -m venv .venv && .venv/bin/pip install -q '.[tanx]' && "
    ".venv/bin/cancel order ord-20260303120000-1 --sandbox",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[tanx,ccxt,test]' && .venv/bin/pytest",
)
README_LINES = 180  # a page that people look at, not one that they read


def test_the_quick_start_is_two_lines_in_one_block_right_below_its_heading() -> None:
    block = re.match(r"\n```sh\n(.*?)```\n", section("README.md", "Quick start"), re.DOTALL)
    assert block
    assert tuple(block[1].splitlines()) == QUICK_START


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= README_LINES


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_flag_is_named(name: str) -> None:
    assert re.search(rf"`(?:cancel )?{name}\b", README), name
    for flag in flags(COMMANDS[name]) | flags(ROOT_COMMAND):
        assert re.search(rf"(?<![\w-]){flag}(?![\w-])", TEXT), flag


def named_flags(page: str, heading: str, head: str = "flag") -> set[str]:
    """Out: the flags in the first column of a table."""
    cells = [row[0] for row in table(section(page, heading), head)]
    return {flag for cell in cells for flag in re.findall(r"(?<![\w-])-+[a-z-]+", cell)}


def test_the_flags_of_readme_are_all_that_there_are_but_for_those_of_auth_and_sandbox() -> None:
    wanted = {flag for name in (*VERBS, AT, "list", "all") for flag in flags(COMMANDS[name])}
    assert named_flags("README.md", "Commands and flags", "flag of the cancel commands") == wanted - {"-h", "--help"}


@pytest.mark.parametrize("name", list(VERBS))
def test_the_flags_of_the_cancel_commands_are_those_of_the_table(name: str) -> None:
    shown = named_flags("docs/commands.md", "The five commands")
    if not VERBS[name].asks:
        shown -= {"-y", "--yes"}
    assert shown == flags(COMMANDS[name]) - {"-h", "--help"}


def test_the_five_commands_have_the_examples_of_the_help() -> None:
    shown = {row[0]: row[2] for row in table(section("docs/commands.md", "The five commands"), "command")}
    assert shown == {name: verb.example for name, verb in VERBS.items()}


def test_the_commands_of_readme_are_all_that_cancel_or_list() -> None:
    shown = [row[0].split()[0] for row in table(section("README.md", "Commands and flags"), "command")]
    assert shown == [*VERBS, AT, "list", "all"]


def test_the_exit_codes_are_those_of_the_outcomes() -> None:
    rows = table(section("docs/outcomes.md", "Exit codes"), "outcome")
    assert rows == table(section("README.md", "Outcomes"), "outcome")
    assert [(word, int(code)) for word, code, _ in rows] == [(one.word, one.exit_code) for one in Outcome]
    assert [code for code, _ in table(section("docs/outcomes.md", "Exit codes"), "code")] == ["1", "2", "130", "143"]


def test_the_json_fields_are_those_of_the_record() -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    made = record(Result("tanx", "tanx", "1", None, Outcome.CANCELLED, None, "", 1, moment, moment))
    assert [row[0] for row in table(section("docs/outcomes.md", "JSON"), "field")] == list(made)


def test_the_fields_of_rows_and_targets_are_those_of_the_json() -> None:
    shown = [
        name for row in table(section("docs/outcomes.md", "JSON"), "row field") for name in re.findall(r"\w+", row[0])
    ]
    assert shown == [*row_fields()]
    target = target_record(TargetResult("tanx", "tanx", Outcome.CANCELLED))
    assert [row[0] for row in table(section("docs/outcomes.md", "JSON"), "target field")] == list(target)


def row_fields() -> dict[str, Any]:
    return row_record(Listed("tanx", "tanx", "1", None))


@pytest.mark.parametrize("name", ["list", "all"])
def test_the_flags_of_list_and_all_are_those_of_the_table(name: str) -> None:
    rows = table(section("docs/commands.md", "What is open, and all of it gone"), "flag")
    shown = {flag for row in rows if row[1] in ("both", name) for flag in re.findall(r"-+[a-z-]+", row[0])}
    shared = {"--profile", "--sandbox", "-o", "--output", "-j", "--jobs", "-v", "--verbose"}
    assert shown == flags(COMMANDS[name]) - shared - {"-h", "--help"}


def test_the_credentials_are_those_of_the_venues() -> None:
    wanted = {
        (venue, field.name, env_name(venue, field.name), file_name(venue, field.name))
        for venue in VENUES
        for field in VENUES[venue].fields
    }
    assert {
        tuple(row) for row in table(PAGES["docs/credentials.md"].partition("| venue | what")[2], "venue")
    } == wanted
    for page, heading in (("README.md", "Keys"), ("docs/credentials.md", "Keys")):
        assert [row[0] for row in table(section(page, heading), "venue")][: len(VENUES)] == list(VENUES)


def test_the_settings_are_those_of_the_venues() -> None:
    rows = table(section("docs/credentials.md", "Settings"), "key")
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
    rows = {
        row[1]: row[2]
        for row in table(section("docs/credentials.md", "Settings"), "key")
        if row[0] == "requests_per_minute"
    }
    for name, entry in VENUES.items():
        says = rows.pop(env_name(name, "requests_per_minute"))
        assert says.startswith(f"{entry.budget.per_minute:g}" if entry.budget.per_minute else "no limit")
    assert not rows


def test_no_variable_is_named_that_does_not_exist() -> None:
    settings = ("url", "allow_http", "requests_per_minute", "api_version", "testnet")
    faces = [*VENUES.values(), *(face for name in exchanges() if (face := exchange(name)))]
    known = {env_name(face.name, name) for face in faces for name in settings}
    known |= {env_name(face.name, field.name) for face in faces for field in face.fields}
    assert set(re.findall(r"\bCANCEL_\w+", TEXT)) <= known | {"CANCEL_OUTPUT", "CANCEL_PROFILE"}


def test_the_figures_of_the_tests_are_theirs() -> None:
    says = {row[0]: row[1] for row in table(PAGES["docs/testing.md"], "what")}
    assert says["fault matrix"].startswith(f"{len(test_matrix.CASES)} cases")
    assert says["sweep matrix"].startswith(f"{len(test_sweep_matrix.CASES)} cases")
    assert says["fault matrix of the exchanges"].startswith(f"{len(test_matrix_of_exchanges.PAIRS)} cases")
    assert says["exhaustive check of one order"].endswith(f"{len(LAWS)} laws")
    assert says["mutants"].startswith(f"{len(MUTANTS) + len(SWEEP_MUTANTS)} rules")
    usable = sum(not row.why for row in TABLE.values())
    assert says["lie test"].startswith(f"{usable} exchanges, {len(lies.LIES)} kinds")
    assert f"at [{usable} exchanges]" in README


@pytest.mark.parametrize(
    "warning",
    [
        "Retail trading at tanX stopped in August 2026",
        "It calls no exchange",
        "a position that was filled stays open",
    ],
)
def test_the_plain_warnings_stand_there(warning: str) -> None:
    assert warning in " ".join(PAGES["docs/venues.md"].split())
    assert warning.lower() in section("README.md", "Commands and flags").lower()


def test_the_permissions_are_those_that_the_command_asks_for() -> None:
    for permission in re.findall(r"\b[A-Z]+_(?:READ|WRITE)\b", VENUES["3commas"].permissions):
        assert permission in section("README.md", "Keys")


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(.+?)\] - (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert newest
    assert newest[1] == __version__
    assert datetime.fromisoformat(newest[2])
