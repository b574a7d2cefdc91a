"""The JSON Schema is that of the code, and what the command prints fits it and has nothing besides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.make.schema import PARTS, schema, schema_text
from tests.docs.pages import ROOT
from venues.registry import VERBS

VALIDATOR = Draft202012Validator(schema())
SANDBOX = [
    *(["tradernet", "2929292929", "2929292920", "1", *more] for more in ([], ["--no-wait"], ["--dry-run"])),
    *(verb.example.split()[1:] for verb in VERBS.values()),
    ["at", "kraken", "BTC/USD", "OQCLML-BW3P3-BUCMWZ"],
    ["list"],
    ["all", "--yes"],
    ["all", "--dry-run"],
]


def assert_fits(found: Any) -> None:
    """In: a document of `-o json`, or a line of `-o jsonl`."""
    errors = [error.message for error in VALIDATOR.iter_errors(found)]
    assert errors == []


def kind_of(line: dict[str, Any]) -> str:
    """Out: which part of the schema an object is."""
    return "target" if "target" in line else "row" if "protective" in line else "record"


def test_the_file_is_made_from_the_code() -> None:
    assert (ROOT / "docs" / "schema.json").read_text("utf-8") == schema_text(), "run python -m docs.make"
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("words", SANDBOX, ids=" ".join)
def test_what_is_printed_fits(installed: Any, words: list[str]) -> None:
    document = json.loads(installed.run(*words, "--sandbox", "-o", "json").stdout)
    assert_fits(document)
    lines = [json.loads(line) for line in installed.run(*words, "--sandbox", "-o", "jsonl").stdout.splitlines()]
    assert lines
    for line in (*lines, *document["orders"], *document.get("targets", ())):
        assert_fits(line)
        part = VALIDATOR.evolve(schema={**schema(), "anyOf": [{"$ref": f"#/$defs/{kind_of(line)}"}]})
        assert part.is_valid(line)
        assert list(line) == list(PARTS[kind_of(line)].__annotations__)


def test_skipped_lines_and_missing_keys_fit(installed: Any) -> None:
    ran = installed.run("tradernet", "-", "-o", "json", "--sandbox", stdin="what\n2929292929\n")
    assert json.loads(ran.stdout)["skipped"]
    assert_fits(json.loads(ran.stdout))
    assert_fits(json.loads(installed.run("tradernet", "1", "-o", "json").stdout))


@pytest.mark.parametrize(
    ("field", "value"), [("outcome", "done"), ("attempts", "1"), ("order_id", 7), ("filled", 0.1), ("sandbox", None)]
)
def test_what_is_wrong_does_not_fit(installed: Any, field: str, value: Any) -> None:
    document = json.loads(installed.run(*SANDBOX[0], "--sandbox", "-o", "json").stdout)
    document["orders"][0][field] = value
    assert not VALIDATOR.is_valid(document)
    del document["orders"][0][field]
    assert not VALIDATOR.is_valid(document)
