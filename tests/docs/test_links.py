"""Links within the repository lead somewhere, also to their headings; there is no other host's picture."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import PAGES, ROOT

LINKS = [
    (page, target)
    for page, text in PAGES.items()
    for target in re.findall(r'\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"', text)
    for target in filter(None, target)
]


def anchors(text: str) -> set[str]:
    """Out: what a heading is called in a link: lower case, blanks to dashes, marks left out."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize(("page", "target"), LINKS, ids=lambda part: part)
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    assert "://" not in target
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists()
    assert not anchor or anchor in anchors(file.read_text("utf-8"))


def test_every_page_is_named_in_readme() -> None:
    linked = {target.partition("#")[0] for page, target in LINKS if page == "README.md"}
    assert {page for page in PAGES if page.startswith("docs/")} <= linked
