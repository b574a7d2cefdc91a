"""What the installed command says of itself: help, version, shell completion."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ordercancel import __version__
from venues.face import Verb
from venues.registry import VERBS

FLAGS = (
    "-o", "--output", "-n", "--dry-run", "--wait", "--no-wait", "--profile", "--sandbox", "-j", "--jobs", "-q",
    "--quiet", "-v", "--verbose", "-h", "--help",
)  # fmt: skip
SCRIPTS = ("cancel", "ordercancel")


def words(text: str) -> str:
    """The text on one line, as it was before it was wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_version_is_printed_under_both_names(installed: Any, script: str) -> None:
    done = installed.run("--version", script=script)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ordercancel {__version__}\n", "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_leads_with_examples(installed: Any, flag: str) -> None:
    done = installed.run(flag)
    assert (done.returncode, done.stderr) == (0, "")
    order = [done.stdout.index(part) for part in ("Examples:", "cancel order ord-", "Options:", "Commands:")]
    assert order == sorted(order)
    for verb in (*VERBS, "sandbox"):
        assert re.search(rf"^  {verb} ", done.stdout, re.MULTILINE), verb


def test_no_command_at_all_shows_the_help(installed: Any) -> None:
    done = installed.run()
    assert done.returncode == 2
    assert "Examples:" in done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_usage_names_the_command_that_was_called(installed: Any, script: str) -> None:
    assert installed.run("tanx", "--help", script=script).stdout.startswith(f"Usage: {script} tanx ")


@pytest.mark.parametrize(("name", "verb"), VERBS.items())
def test_each_verb_has_an_example_and_every_flag(installed: Any, name: str, verb: Verb) -> None:
    done = installed.run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert verb.example in done.stdout
    for flag in FLAGS:
        assert re.search(rf"(?<![\w-]){flag}(?![\w-])", done.stdout), flag


@pytest.mark.parametrize(
    ("verb", "warning"),
    [
        ("deal-order", "The deal itself goes on"),
        ("smart-trade", "a filled position stays open, without take profit and stop loss"),
        ("tanx", "Retail trading at tanX stopped in August 2026"),
        ("order", "in the server's own records. No exchange is called"),
        ("tradernet", "While the market is closed an accepted cancel may wait"),
    ],
)
def test_help_says_what_cancelled_means_at_the_venue(installed: Any, verb: str, warning: str) -> None:
    assert warning in words(installed.run(verb, "--help").stdout)


@pytest.mark.parametrize("script", SCRIPTS)
def test_completion_knows_the_verbs(installed: Any, script: str) -> None:
    variables = {f"_{script.upper()}_COMPLETE": "complete_bash", "COMP_WORDS": f"{script} t", "COMP_CWORD": "1"}
    assert installed.run(env=variables, script=script).stdout.split() == ["tanx", "tradernet"]


def test_completion_knows_flags_and_their_values(installed: Any) -> None:
    variables = {"_CANCEL_COMPLETE": "complete_bash", "COMP_WORDS": "cancel tanx --out", "COMP_CWORD": "2"}
    assert installed.run(env=variables).stdout.split() == ["--output"]
    variables |= {"COMP_WORDS": "cancel tanx -o ", "COMP_CWORD": "3"}
    assert installed.run(env=variables).stdout.split() == ["table", "json", "jsonl"]


def test_completion_knows_the_profiles(installed: Any, tmp_path: Path) -> None:
    (tmp_path / "cancel").mkdir()
    config = tmp_path / "cancel" / "config.toml"
    config.write_text("[bot.tanx]\n[main.tanx]\n")
    variables = {"_CANCEL_COMPLETE": "complete_bash", "COMP_CWORD": "3", "XDG_CONFIG_HOME": str(tmp_path)}
    variables["COMP_WORDS"] = "cancel tanx --profile "
    assert installed.run(env=variables).stdout.split() == ["default", "bot", "main"]
    assert installed.run(env=variables | {"COMP_WORDS": "cancel tanx --profile b"}).stdout.split() == ["bot"]
    config.write_text("[bot")
    done = installed.run(env=variables)
    assert (done.stdout.strip(), done.stderr) == ("", "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_works_in_a_real_bash(installed: Any) -> None:
    """Load what `--show-completion` prints and let bash complete `cancel tr`, as the Tab key does."""
    script = """
        eval "$(cancel --show-completion)"
        COMP_WORDS=(cancel tr) COMP_CWORD=1
        _cancel_completion cancel
        echo "${COMPREPLY[@]}"
        complete -p cancel
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=installed.environ(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["tradernet", "complete -o default -F _cancel_completion cancel"]
