"""What `cancel auth status` shows, as lines for a person and as JSON. Every value in it is already masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.auth.check import Check
from cli.output.page import Grid, Page, Span
from cli.output.render import plain
from cli.output.text import clean
from config.credentials import FieldStatus
from config.names import env_name
from config.sources import Source
from venues.registry import VENUES
from venues.result import Outcome

INCOMPLETE = Outcome.UNAUTHORIZED.exit_code


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One venue in one profile.

    `lack`: why a cancel would not get its credentials; empty when they are complete. `asked`: the venue was
    named, and this is the profile in use. `keyring_problem`: why the keyring was of no use here.
    """

    venue: str
    profile: str
    fields: tuple[FieldStatus, ...]
    lack: str = ""
    asked: bool = False
    keyring_problem: str | None = None
    check: Check | None = None

    @property
    def has_any(self) -> bool:
        return any(field.source is not Source.MISSING for field in self.fields)

    @property
    def exit_code(self) -> int:
        if self.lack:
            return INCOMPLETE if self.asked or self.has_any else 0
        return self.check.exit_code if self.check else 0

    @property
    def word(self) -> str:
        if not self.lack:
            return "complete"
        return "incomplete" if self.has_any else "nothing set"


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """The keyring backend in use, by its own name, and what is wrong with it."""

    name: str | None
    problem: str | None = None


def as_text(accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> str:
    """Out: a block of lines for each account, then the keyring."""
    page: Page = []
    for account in accounts:
        page.append((Span(f"{VENUES[account.venue].title}, profile {account.profile}: {account.word}"),))
        page.append(Grid((), tuple(_row(field) for field in account.fields)))
        if account.check:
            page.append((Span(f"  check: {_check_words(account.check)}"),))
    page.append((Span(f"keyring: {_keyring_words(keyring)}"),))
    return plain(page)


def as_json(accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> str:
    """Out: one JSON list, an object for each account; fields of it are only ever added."""
    return json.dumps([_object(account, keyring) for account in accounts], indent=2) + "\n"


def _row(field: FieldStatus) -> tuple[Span, ...]:
    notes = [f"hides {source.value}" for source in field.hides]
    notes += [clean(field.fault)] if field.fault else []
    return Span(field.field), Span(field.source.value), Span(clean(field.masked)), Span("; ".join(notes))


def _check_words(check: Check) -> str:
    if check.exit_code:
        return f"failed (exit code {check.exit_code}): {check.message}"
    clock = "unknown" if check.clock_offset is None else f"{check.clock_offset:+.0f} s"
    return f"works, {1000 * (check.latency or 0):.0f} ms, clock difference {clock}"


def _keyring_words(keyring: KeyringStatus) -> str:
    return "; ".join(clean(part) for part in (keyring.name, keyring.problem) if part)


def _object(account: AccountStatus, keyring: KeyringStatus) -> dict[str, Any]:
    return {
        "venue": account.venue,
        "profile": account.profile,
        "complete": not account.lack,
        "exit_code": account.exit_code,
        "message": account.lack,
        "fields": [_field(account.venue, field) for field in account.fields],
        "keyring": keyring.name,
        "keyring_problem": account.keyring_problem or keyring.problem,
        "check": account.check and _check(account.check),
    }


def _field(venue: str, field: FieldStatus) -> dict[str, Any]:
    return {
        "field": field.field,
        "variable": env_name(venue, field.field),
        "source": field.source.value,
        "masked": field.masked,
        "hides": [source.value for source in field.hides],
        "fault": field.fault,
    }


def _check(check: Check) -> dict[str, Any]:
    offset, latency = check.clock_offset, check.latency
    return {
        "exit_code": check.exit_code,
        "message": check.message,
        "latency_ms": None if latency is None else round(1000 * latency),
        "clock_offset_s": None if offset is None else round(offset, 1),
    }
