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
PAGE = (Path(__file__).parent.parent / "docs" / "commands.md").read_text("utf-8")


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


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("script", SCRIPTS)
def test_completion_works_in_a_real_bash(installed: Any, script: str) -> None:
    """Load what the page says and let bash complete `cancel tr` and `ordercancel tr`, as the Tab key does."""
    (line,) = re.findall(r"^eval .*--show-completion.*$", PAGE, re.MULTILINE)
    done = subprocess.run(
        ["bash", "--norc", "-c", f"""
            {line}
            COMP_WORDS=({script} tr) COMP_CWORD=1
            _{script}_completion {script}
            echo "${{COMPREPLY[@]}}"
            complete -p {script}
        """],
        env=installed.environ(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["tradernet", f"complete -o default -F _{script}_completion {script}"]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    ("shell", "files"),
    [
        ("bash", {".bashrc", ".bash_completions/{}.sh"}),
        ("zsh", {".zshrc", ".zfunc/_{}"}),
        ("fish", {".config/fish/completions/{}.fish"}),
    ],
)
def test_installing_completion_writes_what_the_page_says(
    installed: Any, tmp_path: Path, script: str, shell: str, files: set[str]
) -> None:
    plain = {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    assert installed.run("--install-completion", shell, env=plain, script=script).returncode == 0
    written = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert written.keys() == {name.format(script) for name in files}
    (row,) = re.findall(rf"^\| {shell} \| (.*) \|$", PAGE, re.MULTILINE)
    assert {f"~/{name.format('cancel')}" for name in files} <= set(re.findall(r"`([^`]*)`", row))
    if shell == "zsh":
        (style,) = re.findall(r"^zstyle .*$", written[".zshrc"], re.MULTILINE)
        assert f"`{style}`" in row


def test_completion_knows_the_profiles(installed: Any, tmp_path: Path) -> None:
    (tmp_path / "cancel").mkdir()
    variables = {"XDG_CONFIG_HOME": str(tmp_path), "_CANCEL_COMPLETE": "complete_bash"}
    (tmp_path / "cancel/config.toml").write_text('[bot.tanx]\nurl = "https://a.example"\n')
    for words in ("cancel tanx --profile ", "cancel auth status --profile "):
        variables |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
        assert installed.run(env=variables).stdout.split() == ["default", "bot"]
    (tmp_path / "cancel/config.toml").write_text("[")
    done = installed.run(env=variables)
    assert (done.stdout.split(), done.stderr) == ([], "")
