"""The pictures say what the command prints now: drawn anew, and compared word for word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from docs.make.pictures import PICTURES, THEMES, drawn, said
from tests.docs.pages import README, ROOT, section

FOLDER = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module", params=PICTURES)
def anew(request: pytest.FixtureRequest, installed: Any) -> tuple[str, dict[str, str]]:
    """Out: a picture's name, and it as the installed command draws it now."""
    return request.param, drawn(request.param, [str(installed.script())], installed.environ())


def test_a_picture_says_what_the_command_prints(anew: tuple[str, dict[str, str]]) -> None:
    name, pictures = anew
    for theme, svg in pictures.items():
        assert said((FOLDER / f"{name}-{theme}.svg").read_text("utf-8")) == said(svg)


def test_a_picture_is_in_colour_and_fetches_nothing(anew: tuple[str, dict[str, str]]) -> None:
    name, _ = anew
    kept = {theme: (FOLDER / f"{name}-{theme}.svg").read_text("utf-8") for theme in THEMES}
    assert kept["light"] != kept["dark"]
    for theme, svg in kept.items():
        green = THEMES[theme].split()[4]
        assert f"#{green}" in svg
        assert "url(http" not in svg
        assert set(re.findall(r"https?://[^\"' <]+", svg)) == {"http://www.w3.org/2000/svg"}


def test_the_pictures_are_those_of_readme() -> None:
    named = set(re.findall(r"docs/pictures/([\w-]+\.svg)", README))
    assert named == {path.name for path in FOLDER.iterdir()} == {f"{n}-{t}.svg" for n in PICTURES for t in THEMES}


def test_the_picture_of_the_quick_start_is_what_its_first_line_prints(installed: Any) -> None:
    first = re.search(r"\.venv/bin/cancel (.*)", section("README.md", "Quick start"))
    assert first
    done = installed.run(*first[1].split())
    shown = said((FOLDER / "quick-start-light.svg").read_text("utf-8"))
    assert shown == f"$ cancel {first[1]}\n{done.stdout.rstrip()}"


def test_words_are_found_where_they_stand(tmp_path: Path) -> None:
    svg = (FOLDER / "quick-start-dark.svg").read_text("utf-8")
    assert said(svg.replace("50000", "50001")) != said(svg)
