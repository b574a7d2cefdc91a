"""What `cancel auth status` shows, as lines for a person and as JSON. Every value in it is already masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.auth.check import Check
from cli.options import Output
from cli.output.page import Grid, Page, Span
from cli.output.render import plain
from cli.output.text import clean
from config.credentials import FieldStatus
from config.names import env_name
from config.sources import Source
from venues.registry import venue as face_named
from venues.result import Outcome

INCOMPLETE = Outcome.UNAUTHORIZED.exit_code


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One venue in one profile.

    `source`: which source a cancel would take the credentials from. `lack`: why it would not get them; empty
    when they are complete. `wanted`: the venue was asked about, and no profile has them. `named`: as `--profile`
    has it, the keyring's account. `advice`: what to do when the venue refuses them. `keyring_problem`: why the
    keyring was of no use here; `unseen`: so something may be stored there.
    """

    venue: str
    profile: str
    source: Source
    fields: tuple[FieldStatus, ...]
    lack: str = ""
    wanted: bool = False
    named: bool = False
    advice: str = ""
    keyring_problem: str | None = None
    unseen: bool = False
    check: Check | None = None

    @property
    def exit_code(self) -> int:
        if self.lack:
            return INCOMPLETE if self.wanted or self.source is not Source.MISSING else 0
        return self.check.exit_code if self.check else 0

    @property
    def word(self) -> str:
        if not self.lack:
            return f"complete, from the {self.source.value}"
        if self.source is not Source.MISSING:
            return f"incomplete in the {self.source.value}"
        return "not known" if self.unseen else "nothing set"

    @property
    def unused(self) -> tuple[Source, ...]:
        """The sources that have a field and give none."""
        return tuple(source for source in Source if any(source in field.hides for field in self.fields))


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """The keyring backend in use, by its own name, and what is wrong with it."""

    name: str | None
    problem: str | None = None


def shown(accounts: Sequence[AccountStatus], keyring: KeyringStatus, output: Output) -> str:
    """Out: lines for a person, one JSON list, or one JSON object a line; fields of these are only ever added."""
    if output is Output.TABLE:
        return _as_text(accounts, keyring)
    objects = [_object(account, keyring) for account in accounts]
    if output is Output.JSON:
        return json.dumps(objects, indent=2) + "\n"
    return "".join(json.dumps(one) + "\n" for one in objects)


def _as_text(accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> str:
    """Out: a block of lines for each account, then the keyring."""
    page: Page = []
    for account in accounts:
        page.append((Span(f"{face_named(account.venue).title}, profile {account.profile}: {account.word}"),))
        page.append(Grid((), tuple(_row(field) for field in account.fields)))
        if account.unused:
            page.append((Span(f"  {_unused_words(account)}"),))
        if account.check:
            page.append((Span(f"  check: {_check_words(account.check)}"),))
    page.append((Span(f"keyring: {_keyring_words(keyring)}"),))
    return plain(page)


def _row(field: FieldStatus) -> tuple[Span, ...]:
    source = field.source.value if field.needed or field.source is not Source.MISSING else "not needed"
    return Span(field.field), Span(source), Span(clean(field.masked)), Span(clean(field.fault))


def _unused_words(account: AccountStatus) -> str:
    """Out: which sources are passed over, and why."""
    unused = " and ".join(f"the {source.value}" for source in account.unused)
    if account.named:
        return f"not used: {unused}; --profile {account.profile} means the keyring's account"
    return f"not used: {unused}; the {account.source.value} has this venue's credentials"


def _check_words(check: Check) -> str:
    if check.exit_code:
        return f"failed (exit code {check.exit_code}): {check.message}"
    clock = "unknown" if check.clock_offset is None else f"{round(check.clock_offset):+d} s".replace("+0", "0")
    return f"works, {1000 * (check.latency or 0):.0f} ms, clock difference {clock}"


def _keyring_words(keyring: KeyringStatus) -> str:
    return "; ".join(clean(part) for part in (keyring.name, keyring.problem) if part)


def _object(account: AccountStatus, keyring: KeyringStatus) -> dict[str, Any]:
    return {
        "venue": account.venue,
        "profile": account.profile,
        "complete": not account.lack,
        "credentials": account.source.word,
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
        "needed": field.needed,
    }


def _check(check: Check) -> dict[str, Any]:
    offset, latency = check.clock_offset, check.latency
    return {
        "exit_code": check.exit_code,
        "message": check.message,
        "latency_ms": None if latency is None else round(1000 * latency),
        "clock_offset_s": None if offset is None else round(offset, 1) + 0.0,  # never -0.0
    }
