"""Each room keeps to itself: `cli` and `config` name no venue, and no import goes round in a circle."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from venues.registry import ROOMS, VENUES, VERBS

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("cli/**/*.py"), *ROOT.glob("config/**/*.py")])
NAMES = {name for face in VENUES.values() for name in (face.name, face.title)}
NOUNS = {verb.noun for verb in VERBS.values()} - {"order"}  # that one is everybody's word


def named(source: str) -> set[str]:
    """Out: the venues, in whatever spelling, their kinds of orders and their verbs that a source speaks of.

    The verb `order` is a word of everyday English: it counts only where a text shows a command line.
    """
    words = NAMES | NOUNS | set(ROOMS) | set(VERBS) - {"order"}
    found = {word for word in words if re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", source, re.IGNORECASE)}
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    for text in (text for text in texts if isinstance(text, str)):
        found |= {verb for verb in VERBS if re.search(rf"\bcancel {verb}\b", text)}
    return found


def test_the_files_are_there() -> None:
    assert {"main.py", "page.py", "command.py", "settings.py"} <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_venue_is_named(file: Path) -> None:
    assert named(file.read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("TITLES = {'3commas': 1}", "3commas"),
        ("x = 1  # NeuraTrade's habit", "NeuraTrade"),
        ("TRADERNET_WORDS = {}", "tradernet"),
        ("kind = 'a SmartTrade'", "SmartTrade"),
        ("HELP = f'''  cancel order {1}'''", "order"),
        ("if verb == 'deal-order': pass", "deal-order"),
    ],
)
def test_a_venue_that_is_named_is_found(source: str, word: str) -> None:
    assert word in named(source)
    assert named("say('the order of your cancel orders')") == set()
