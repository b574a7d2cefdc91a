"""The JSON record: one order's result as scripts read it. Fields are only ever added."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from cli.output.text import clean, clean_json
from venues.result import Result

if TYPE_CHECKING:
    from venues.listed import Listed, TargetResult

VERSION = 1
MESSAGE_LIMIT = 1000  # characters: one sentence, the venue's words, and what to do next
SKIPPED_LIMIT = 60  # characters of a line that was no id


class Record(TypedDict):
    """One order's result; what each field means stands in docs/outcomes.md."""

    venue: str
    command: str
    order_id: str
    deal_id: str | None
    sandbox: bool
    outcome: str
    exit_code: int
    evidence: str | None
    message: str
    status: str | None
    profile: str
    credentials: str | None
    symbol: str | None
    side: str | None
    type: str | None
    price: str | None
    quantity: str | None
    filled: str | None
    attempts: int
    request_id: str | None
    started_at: str
    finished_at: str
    raw: dict[str, Any] | list[Any] | None


class Row(TypedDict):
    """One open order, as `list` prints it."""

    venue: str
    command: str
    order_id: str
    deal_id: str | None
    profile: str
    sandbox: bool
    status: str | None
    symbol: str | None
    side: str | None
    type: str | None
    price: str | None
    quantity: str | None
    filled: str | None
    created_at: str | None
    protective: bool
    cancellable: bool
    raw: dict[str, Any] | list[Any] | None


class Target(TypedDict):
    """What `list` or `all` came to at one target."""

    target: str
    venue: str
    listed: int
    matched: int
    protective: int
    uncancellable: int
    new: int
    clear: bool | None
    lists: int
    outcome: str
    exit_code: int
    message: str | None


_ENCODER = json.JSONEncoder(check_circular=False, allow_nan=False)


def record(result: Result) -> Record:
    """One order's record, its fields in the order of `Record`."""
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
        "symbol": clean_json(result.symbol),
        "side": clean_json(result.side),
        "type": clean_json(result.type),
        "price": clean_json(result.price),
        "quantity": clean_json(result.quantity),
        "filled": clean_json(result.filled),
        "attempts": result.attempts,
        "request_id": clean_json(result.request_id),
        "started_at": _utc(result.started_at),
        "finished_at": _utc(result.finished_at),
        "raw": clean_json(result.raw) if isinstance(result.raw, (dict, list)) else None,
    }


def row_record(row: Listed) -> Row:
    """One open order's record, as `list` prints it."""
    return {
        "venue": row.venue,
        "command": row.command,
        "order_id": clean_json(row.order_id),
        "deal_id": clean_json(row.deal_id),
        "profile": row.profile,
        "sandbox": row.sandbox,
        "status": clean_json(row.status),
        "symbol": clean_json(row.symbol),
        "side": clean_json(row.side),
        "type": clean_json(row.type),
        "price": clean_json(row.price),
        "quantity": clean_json(row.quantity),
        "filled": clean_json(row.filled),
        "created_at": _utc(row.placed_at) if row.placed_at else None,
        "protective": row.protective,
        "cancellable": row.cancellable,
        "raw": clean_json(row.raw) if isinstance(row.raw, (dict, list)) else None,
    }


def target_record(target: TargetResult) -> Target:
    """What `list` or `all` came to at one target."""
    return {
        "target": target.target,
        "venue": target.venue,
        "listed": target.listed,
        "matched": target.matched,
        "protective": target.protective,
        "uncancellable": target.uncancellable,
        "new": target.new,
        "clear": target.clear,
        "lists": target.lists,
        "outcome": target.outcome.word,
        "exit_code": target.outcome.exit_code,
        "message": clean(target.message, MESSAGE_LIMIT) or None,
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


def sweep_document(
    command: str, exit_code: int, orders: Iterable[Mapping[str, Any]], targets: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The whole run of `list` or `all` for `-o json`.

    In: `row_record`s of a list or `record`s of a sweep, and the `target_record`s.
    """
    lists = {"orders": list(orders), "targets": list(targets)}
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
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
