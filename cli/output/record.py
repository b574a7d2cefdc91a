"""The JSON record: one order's result as scripts read it. Fields are only ever added."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cli.output.text import clean, clean_json
from venues.result import Result

VERSION = 1
MESSAGE_LIMIT = 1000  # characters: one sentence, the venue's words, and what to do next
SKIPPED_LIMIT = 60  # characters of a line that was no id

_ENCODER = json.JSONEncoder(check_circular=False, allow_nan=False)
_UNCHANGED = ("symbol", "side", "type", "price", "quantity", "filled")


def record(result: Result) -> dict[str, Any]:
    """One order's record, its fields in the order of the README's table."""
    return {
        "venue": result.venue,
        "command": result.command,
        "order_id": result.order_id,
        "deal_id": result.deal_id,
        "sandbox": result.sandbox,
        "outcome": result.outcome.word,
        "exit_code": result.outcome.exit_code,
        "evidence": result.evidence.value if result.evidence else None,
        "message": message(result),
        "status": clean_json(result.status),
        "profile": result.profile,
        "credentials": result.credentials,
        **{field: clean_json(getattr(result, field)) for field in _UNCHANGED},
        "attempts": result.attempts,
        "request_id": clean_json(result.request_id),
        "started_at": _utc(result.started_at),
        "finished_at": _utc(result.finished_at),
        "raw": clean_json(result.raw) if isinstance(result.raw, (dict, list)) else None,
    }


def message(result: Result) -> str:
    """The sentence of a result, its warning included."""
    return clean("; ".join(filter(None, (result.message, result.warning))), MESSAGE_LIMIT)


def document(
    command: str, exit_code: int, records: Iterable[Mapping[str, Any]], skipped: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The whole run for `-o json`.

    In: the verb, the run's exit code, records in the order of the ids, `skipped_line`s in their order.
    """
    lists = {"orders": list(records), "skipped": list(skipped)}
    return {"version": VERSION, "command": command, "exit_code": exit_code, **lists}


def skipped_line(number: int, text: str) -> dict[str, Any]:
    """A line of standard input that was no id and for which nothing was sent. `number` counts from 1."""
    return {"line": number, "text": clean(text, SKIPPED_LIMIT)}


def to_json(value: Any) -> str:
    """JSON on one line, in plain ASCII.

    Decimals are written as numbers, digit for digit, which the standard encoder cannot do; a float
    could change an amount. Raises TypeError for what is no JSON value.
    """
    try:
        return _ENCODER.encode(value)  # in C, five times as fast
    except (TypeError, ValueError):  # it holds a Decimal, or a number that JSON has no word for
        return _spelled(value)


def _spelled(value: Any) -> str:
    if isinstance(value, Mapping):
        members = (f"{json.dumps(str(key))}: {_spelled(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_spelled, value)) + "]"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(str(value))
    return json.dumps(value)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return json.dumps(str(value))  # JSON has no word for it
    exponent = int(value.as_tuple().exponent)
    # Plain digits as venues send them (0.00000001, not 1E-8); an extreme exponent is not written out.
    return format(value, "f") if -50 < exponent <= 0 else str(value)


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
