"""The pages that people read, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli.app import build

ROOT = Path(__file__).parents[2]
FILES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(ROOT.glob("docs/*.md"))
PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in FILES}
README = PAGES["README.md"]
TEXT = "\n".join(PAGES.values())


def section(page: str, heading: str) -> str:
    """Out: the text below a heading of the second level."""
    parts = re.split(r"^## (.*)\n", PAGES[page], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def blocks(page: str) -> list[tuple[str, str]]:
    """Out: the fenced blocks of a page, each with its language."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)


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
EVERYWHERE = {"-h", "--help", "--version", "--install-completion", "--show-completion"}
EXAMPLES = [
    (page, command, output)
    for page in PAGES
    for language, block in blocks(page)
    if language == "console"
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
