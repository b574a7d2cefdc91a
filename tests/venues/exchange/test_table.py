"""The table of exchanges against the ccxt that is installed, the oldest or the newest of the range."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from venues.exchange.row import Row
from venues.exchange.survey import NEEDS_MORE
from venues.exchange.table import TABLE
from venues.registry import PROVEN, VENUES, exchanges

ROOT = Path(__file__).parents[3]
# Between 4.5.0 and 4.5.90: what came and went, and who lost or gained something.
CAME = {
    "aster", "backpack", "btse", "bullish", "bybiteu", "bybitid", "bydfi", "deepcoin", "dydx", "extended", "gateeu",
    "grvt", "lighter", "mudrex", "nado", "pacifica", "polymarket", "revolutx", "toobit", "weex", "zebpay",
}  # fmt: skip
CHANGED = {"coinbaseinternational", "delta", "derive", "krakenfutures", "paradex", "whitebit"}
SURVEY = (
    "import json; from importlib.metadata import version; from venues.exchange.survey import rows; "
    "import ccxt; print(json.dumps([ccxt.__version__, {name: row._asdict() for name, row in rows()}]))"
)


@pytest.fixture(scope="module")
def surveyed() -> tuple[str, dict[str, Row]]:
    """Out: the version of ccxt, and what a survey of it finds; in a process of its own, which loads all of it."""
    done = subprocess.run([sys.executable, "-c", SURVEY], cwd=ROOT, capture_output=True, text=True, check=True)
    version, rows = json.loads(done.stdout)
    return version, {name: Row(**{key: _tuple(value) for key, value in row.items()}) for name, row in rows.items()}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def test_the_ids_are_those_of_the_installed_ccxt(surveyed: tuple[str, dict[str, Row]]) -> None:
    """What an older one has besides went before the table was made, and is no exchange here."""
    version, rows = surveyed
    missing = TABLE.keys() - rows.keys()
    assert missing <= CAME, (version, missing - CAME)
    if not missing:
        assert rows.keys() == TABLE.keys(), (version, rows.keys() ^ TABLE.keys())


def test_who_signs_and_who_can_prove_is_as_the_table_has_it(surveyed: tuple[str, dict[str, Row]]) -> None:
    version, rows = surveyed
    for name in TABLE.keys() & rows.keys() - CHANGED:
        told, found = TABLE[name], rows[name]
        assert (told.fields, bool(told.why)) == (found.fields, bool(found.why)), (version, name)


def test_the_newest_is_the_one_that_the_table_was_made_from(surveyed: tuple[str, dict[str, Row]]) -> None:
    version, rows = surveyed
    if rows.keys() >= CAME:  # else it is an older one
        different = {name for name in TABLE if TABLE[name] != rows[name]}
        assert not different, f"with ccxt {version}, make it anew: python -m venues.exchange.survey"


def test_the_numbers() -> None:
    assert len(TABLE) - sum(bool(row.why) for row in TABLE.values()) == len(exchanges()) == 73
    assert not TABLE.keys() & VENUES.keys()
    assert set(PROVEN) <= set(exchanges())
    assert all(TABLE[name].why for name in NEEDS_MORE)


@pytest.mark.parametrize("name", list(TABLE))
def test_each_row(name: str) -> None:
    row = TABLE[name]
    assert all(field == field.lower() and field.isidentifier() for field in row.fields)
    if not row.why:
        assert row.fields
        assert row.url.startswith("https://")
        assert 0 < row.per_minute <= 600
    assert not row.why.endswith(".")
