"""The page of the exchanges says what the table of them says."""

from __future__ import annotations

import re

from tests.docs.pages import section
from venues.exchange.table import TABLE
from venues.registry import PROVEN


def listed(text: str, column: int) -> dict[str, tuple[str, ...]]:
    """Out: by the cell at `column`, what stands in code marks in the other."""
    rows = [
        row.strip("|").split(" | ")
        for row in re.findall(r"^\|(?! ?(?:id|credentials|reason|-)).*", text, re.MULTILINE)
    ]
    return {row[column].strip(): tuple(re.findall(r"`([^`]+)`", row[1 - column])) for row in rows}


def test_every_exchange_stands_in_its_tier() -> None:
    told = {heading: section("docs/exchanges.md", heading) for heading in ("Proven", "Untested", "Refused")}
    usable = {name: row.fields for name, row in TABLE.items() if not row.why}
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|", told["Proven"], re.MULTILINE)
    assert [(name, title) for name, title, _ in rows] == [(name, TABLE[name].title) for name in PROVEN]
    assert all(tuple(re.findall(r"`(\w+)`", fields)) == usable[name] for name, _, fields in rows)
    untested = {
        name: tuple(re.findall(r"`(\w+)`", fields))
        for fields, names in listed(told["Untested"], 0).items()
        for name in names
    }
    assert untested == {name: fields for name, fields in usable.items() if name not in PROVEN}
    refused = {name: why for why, names in listed(told["Refused"], 0).items() for name in names}
    assert refused == {name: row.why for name, row in TABLE.items() if row.why}
