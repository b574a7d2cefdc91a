"""Each room keeps to itself: `cli` and `config` name no venue, and no import goes round in a circle.

Which folder may import which is said in pyproject.toml, and held by import-linter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

from venues.registry import ROOMS, VENUES, VERBS

ROOT = Path(__file__).parent.parent
FOLDERS = ("cli", "config", "ordercancel", "venues")
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


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Out: what each of our modules imports of ours, also for its types only, also within functions."""
    graph = grimp.build_graph(*FOLDERS, cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def circle(imports: dict[str, set[str]]) -> set[str]:
    """Out: the modules that import each other in a circle, or lie between two circles; mostly none."""
    left = dict(imports)
    while True:
        importing = {module for module, known in left.items() if known & left.keys() - {module}}
        imported = {one for module, known in left.items() for one in known - {module}}
        if importing & imported == left.keys():
            return set(left)
        left = {module: left[module] for module in importing & imported}


def grouped(imports: dict[str, set[str]], group: Callable[[str], str]) -> dict[str, set[str]]:
    """The same between groups of modules; `group` says to which a module belongs."""
    groups: dict[str, set[str]] = {}
    for module, known in imports.items():
        groups.setdefault(group(module), set()).update(map(group, known))
    return groups


def folder(module: str) -> str:
    """The entry point stands for itself: it is the one file of its folder that knows what is above."""
    return module if module == "ordercancel.__main__" else module.partition(".")[0]


def part(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_no_module_imports_itself_in_a_circle(imports: dict[str, set[str]]) -> None:
    assert len(imports) >= len(FILES)
    assert circle(imports) == set()


def test_no_folder_imports_another_in_a_circle(imports: dict[str, set[str]]) -> None:
    assert set(grouped(imports, folder)) == {*FOLDERS, "ordercancel.__main__"}
    assert circle(grouped(imports, folder)) == set()
    for name in ("cli", "config", "venues"):
        inside = {one: known for one, known in imports.items() if one.startswith(f"{name}.")}
        assert circle(grouped(inside, part)) == set(), name


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"a"}}) == {"a", "b", "c"}
    assert circle(grouped({"a.x": {"b.x"}, "b.y": {"a.y"}, "a.y": set(), "b.x": set()}, folder)) == {"a", "b"}
