"""The man page has the commands and flags of the command line, and is clean."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from config.names import env_name
from docs.make.manual import manual
from tests.docs.pages import COMMANDS, EVERYWHERE, ROOT, ROOT_COMMAND, flags
from venues.registry import VENUES
from venues.result import Outcome

PAGE = ROOT / "docs" / "ordercancel.1"
TEXT = PAGE.read_text("utf-8")


def test_it_is_made_from_the_help() -> None:
    assert manual() == TEXT, "run python -m docs.make"


def parts() -> dict[str, str]:
    cut = re.split(r"^\.Ss (.*)\n", TEXT.partition(".Sh ENVIRONMENT")[0], flags=re.MULTILINE)
    return dict(zip(cut[1::2], cut[2::2], strict=True))


def named(text: str) -> set[str]:
    heads = re.findall(r"^\.It (Fl .*)$", text, re.MULTILINE)
    return {f"-{flag}" for head in heads for flag in re.findall(r"Fl (\S+)", head)}


def test_it_has_every_command() -> None:
    assert list(parts()) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_flags(name: str) -> None:
    assert named(parts()[name]) == flags(COMMANDS[name]) | {"-h", "--help"}


def test_the_command_itself_has_its_flags() -> None:
    assert named(TEXT.partition(".Sh COMMANDS")[0]) == flags(ROOT_COMMAND) | EVERYWHERE


def test_it_has_the_variables_and_the_exit_codes() -> None:
    variables = {env_name(venue, field.name) for venue, face in VENUES.items() for field in face.fields}
    assert variables <= set(re.findall(r"^\.It Ev (\w+)$", TEXT, re.MULTILINE))
    codes = re.findall(r"^\.It (\d+)$", TEXT.partition(".Sh EXIT STATUS")[2], re.MULTILINE)
    assert codes == [str(outcome.exit_code) for outcome in Outcome] + ["1", "2", "130", "143"]


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc cannot be found")
def test_it_is_clean() -> None:
    done = subprocess.run(["mandoc", "-T", "lint", str(PAGE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
