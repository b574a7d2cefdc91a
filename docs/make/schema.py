"""The JSON Schema of what `-o json` and `-o jsonl` print, from the types in `cli.output.record`."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

from pydantic import create_model

from cli.output.record import VERSION, Record, Row, Target
from venues.result import Evidence, Outcome

PARTS: dict[str, Any] = {"record": Record, "row": Row, "target": Target}
WORDS: dict[str, list[Any]] = {
    "outcome": [outcome.word for outcome in Outcome],
    "exit_code": sorted({outcome.exit_code for outcome in Outcome}),
    "evidence": [*(evidence.value for evidence in Evidence), None],
    "side": ["buy", "sell", None],
}


def schema() -> dict[str, Any]:
    """Out: a schema that any document or line of ours fits; `$defs` has the record, the row and the target.

    Unknown fields fit as well, since fields are only ever added.
    """
    parts = {name: _part(kind) for name, kind in PARTS.items()}
    documents = {
        "cancelled": _document("record", skipped="skipped"),
        "listed": _document("row", targets="target"),
        "swept": _document("record", targets="target"),
    }
    skipped = {"line": {"type": "integer"}, "text": {"type": "string"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What ordercancel prints with -o json (a document) and -o jsonl (a record, row or target a line)",
        "anyOf": [_ref(name) for name in (*documents, *parts)],
        "$defs": {
            **parts,
            "skipped": {"type": "object", "properties": skipped, "required": [*skipped]},
            **documents,
        },
    }


def schema_text() -> str:
    """Out: the same, as the file has it."""
    return json.dumps(schema(), indent=2) + "\n"


def _part(kind: Any) -> dict[str, Any]:
    # pydantic reads a TypedDict of Python's own only from 3.12 on.
    fields: Any = {name: (hint, ...) for name, hint in get_type_hints(kind).items()}
    made: dict[str, Any] = create_model(kind.__name__, **fields).model_json_schema()
    for name, member in made["properties"].items():
        del member["title"]
        if name in WORDS:
            made["properties"][name] = {"enum": WORDS[name]}
        elif name.endswith("_at"):
            member["description"] = "RFC 3339, UTC"
    return made


def _document(orders: str, **lists: str) -> dict[str, Any]:
    members: dict[str, Any] = {
        "version": {"const": VERSION},
        "command": {"type": "string"},
        "exit_code": {"type": "integer"},
        "orders": {"type": "array", "items": _ref(orders)},
        **{name: {"type": "array", "items": _ref(item)} for name, item in lists.items()},
    }
    return {"type": "object", "properties": members, "required": [*members]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}
