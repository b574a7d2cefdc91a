"""Every example in README and docs is run, and what it shows is what comes; or it stands here with the reason."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from docs.make.pictures import ANSWER, QUESTION, written
from tests.conftest import Serve
from tests.docs.pages import COMMANDS, EVERYWHERE, EXAMPLES, PAGES, ROOT, blocks, flags, section

# A block that is no console, by its page and a text in it: the test that runs it, or why none does.
RUN = {
    ("README.md", "cancel list tanx -q | cancel tanx -"): "tests/docs/test_examples.py::test_the_tour",
    ("README.md", "--profile bot < keys.json"): "tests/keyring/test_real_keyring.py::test_the_lines_of_the_pages",
    ("README.md", "ordercancel all tradernet --yes"): "tests/docs/test_recipes.py::test_the_cron_line_of_readme",
    (
        "docs/credentials.md",
        "--profile bot < keys.json",
    ): "tests/keyring/test_real_keyring.py::test_the_lines_of_the_pages",
    ("docs/credentials.md", "[default.neuratrade]"): "tests/docs/test_examples.py::test_the_settings_shown_are_taken",
    ("docs/commands.md", "cancel list deal-order"): "tests/docs/test_examples.py::test_the_lines_of_list_and_all",
    ("docs/commands.md", "practice.env"): "tests/docs/test_examples.py::test_the_lines_of_the_sandbox",
    ("docs/commands.md", "--install-completion"): (
        "tests/test_command_line.py::test_installing_completion_writes_what_the_page_says"
    ),
    ("docs/commands.md", "--show-completion"): "tests/test_command_line.py::test_completion_works_in_a_real_bash",
}
NOT_RUN = {
    ("README.md", "python3 -m venv"): "fetches packages; .ci/run runs both lines, word for word",
    (
        "README.md",
        "uv tool install",
    ): "pipx and uv are tools of the reader; what they install is the wheel of the tests",
    ("README.md", "pipx install --global"): "the same, into /usr/local",
    ("CONTRIBUTING.md", "pytest tests/docs"): "would run these tests in themselves",
}


@pytest.mark.parametrize(("page", "command", "output"), EXAMPLES, ids=[command for _, command, _ in EXAMPLES])
def test_the_output_shown_is_real(installed: Any, page: str, command: str, output: str) -> None:
    done = run(installed, command)
    assert timeless(done.stdout + done.stderr) == timeless(output), page


def run(installed: Any, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Out: what a shell came to with a line that begins with `cancel`."""
    environ = installed.environ(more)
    environ["PATH"] = f"{installed.site / 'bin'}:{os.path.dirname(sys.executable)}:{environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-c", line], env=environ, cwd=installed.home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)", "TIME", text)


def test_there_are_examples_to_run() -> None:
    assert len(EXAMPLES) >= 4
    assert all("--sandbox" in command for _, command, _ in EXAMPLES)


def listed(environ: Mapping[str, str]) -> dict[str, str]:
    """Out: the variables without those of the two exchanges whose orders cannot be listed."""
    return {name: text for name, text in environ.items() if "KUCOIN" not in name and "MEXC" not in name}


def lines_of(block: str) -> list[str]:
    return [line.partition("  #")[0].partition(" # ")[0].strip() for line in block.splitlines()]


def test_the_tour(installed: Any, serve: Serve) -> None:
    (tour,) = re.findall(r"^```sh\n(.*?)^```$", section("README.md", "A tour in ten lines"), re.DOTALL | re.MULTILINE)
    lines = lines_of(tour)
    assert len(lines) == 10
    with serve() as served:
        given = listed(served.environ)
        for line in lines:
            if line == "cancel all tradernet":  # it asks, so it is on a terminal
                environ = installed.environ(given)
                shown = written([str(installed.script())], line.removeprefix("cancel "), environ)
                assert (QUESTION + ANSWER).decode() in shown
                assert "clear" in shown
                continue
            done = run(installed, line, **given)
            assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_the_lines_of_list_and_all(installed: Any, serve: Serve) -> None:
    (lines,) = [text for _, text in blocks("docs/commands.md") if "cancel list deal-order" in text]
    with serve() as served:
        for line in lines_of(lines):
            asks = line.startswith("cancel all") and not {"--yes", "--dry-run"} & {*line.split()}
            done = run(installed, f"{line} --yes" if asks else line, **listed(served.environ))
            assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_the_lines_of_the_sandbox(installed: Any, serve: Serve) -> None:
    (first, second), *_ = (text.splitlines() for _, text in blocks("docs/commands.md") if "practice.env" in text)
    assert first == "cancel sandbox > practice.env"  # which `serve` does
    with serve() as served:
        (installed.home / "practice.env").write_text(served.lines)
        done = run(installed, second)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cancelled" in done.stdout


def test_the_settings_shown_are_taken(installed: Any, tmp_path: Any) -> None:
    (text,) = [text for language, text in blocks("docs/credentials.md") if language == "toml"]
    (tmp_path / "cancel").mkdir()
    (tmp_path / "cancel" / "config.toml").write_text(text)
    done = run(installed, "cancel tradernet 1", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 6, done.stderr  # no keys, and no fault with the settings
    (tmp_path / "cancel" / "config.toml").write_text(text.replace("api_version = 3", "api_version = 9"))
    assert run(installed, "cancel tradernet 1", XDG_CONFIG_HOME=str(tmp_path)).returncode == 2


def plain_blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        if page != "docs/unattended.md":  # test_recipes has all of that
            yield from ((page, text) for language, text in blocks(page) if language != "console")


@pytest.mark.parametrize(("page", "text"), list(plain_blocks()), ids=lambda part: part[:40])
def test_every_block_is_run_or_named_with_the_reason(page: str, text: str) -> None:
    known = [start for where, start in (*RUN, *NOT_RUN) if where == page and start in text]
    assert len(known) == 1, (page, text)


@pytest.mark.parametrize("where", RUN.values())
def test_the_tests_that_are_named_are_there(where: str) -> None:
    file, _, name = where.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_every_block_of_the_recipes_is_looked_at_by_a_test() -> None:
    tests = (ROOT / "tests" / "docs" / "test_recipes.py").read_text("utf-8")
    for language, text in blocks("docs/unattended.md"):
        known = re.findall(rf'block\("{language}"(?:, "(.*?)")?\)', tests)
        assert any(holding in text for holding in known), text


def typed() -> list[str]:
    """Out: every line of ours that a page shows, in a block or in running text."""
    found = []
    for page, text in PAGES.items():
        shown = [line for language, block in blocks(page) if language != "toml" for line in block.splitlines()]
        shown += re.findall(r"`((?:order)?cancel [^`]+)`", text)
        found += [
            one for line in shown for one in re.findall(r"(?:^|[ /$])(?:order)?cancel ([a-z]+[^|&<>;#]*)", line)
        ]
    return [line for line in found if line.split()[0] in {name.split()[0] for name in COMMANDS}]


def test_every_line_has_flags_that_its_command_takes() -> None:
    lines = typed()
    assert len(lines) > 60
    for line in lines:
        name = max((name for name in COMMANDS if f"{line} ".startswith(f"{name} ")), key=len, default="")
        given = {word.partition("=")[0] for word in line.split() if re.fullmatch(r"-{1,2}[a-z][a-z-]*", word)}
        assert not name or given <= flags(COMMANDS[name]) | EVERYWHERE, line
