"""`cancel auth login`: ask or read, try, store. In this order, so that nothing is stored that does not work."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from cli.account import HeldCredentials, credentials_of, open_for_check, settings_of
from cli.auth.check import check, clock_warning
from cli.auth.help import login_json
from cli.auth.prompts import ask_fields, on_terminal
from cli.output.streams import warn
from config.errors import ConfigError
from config.keyring_store import KeyringStore
from config.login import parse_login, require_keyring, store_fields
from config.names import check_profile_name, env_name
from config.settings import Settings
from config.sources import Source
from ordercancel.secret import Secret
from venues.face import Face
from venues.registry import venue as face_named
from venues.result import Outcome
from venues.wire.clock import SystemClock
from venues.wire.masks import Masks

LONGEST_INPUT = 1_000_000  # bytes; a PEM key has 3,000


def login(venue: str, profile: str, *, checked: bool) -> int:
    """Store a venue's credentials in the keyring, from a terminal or as one JSON object on standard input.

    Out: the exit code; nothing is stored unless it is 0. Raises ConfigError (2) and CredentialsError (6).
    """
    check_profile_name(profile)
    spec = face_named(venue)
    settings = settings_of(venue, profile) if checked else None
    keyring = KeyringStore()
    values = _ask(spec, profile, keyring) if on_terminal() else _read(spec, profile, keyring)
    held = HeldCredentials(values)
    if settings is not None and (code := _try(spec, settings, held)):
        return code
    store_fields(venue, profile, held.values, keyring=keyring, environ=os.environ)
    warn(f"{spec.title}, profile {profile}: stored {' and '.join(held.values)} in {keyring.backend_name()}.")
    _tell_what_hides(venue, profile, keyring)
    return 0


def _ask(spec: Face, profile: str, keyring: KeyringStore) -> Mapping[str, Secret]:
    require_keyring(spec.name, profile, spec.ways[0], keyring=keyring)
    warn(f"{spec.title}, profile {profile}. Permissions: {spec.permissions}.")
    return ask_fields(spec)


def _read(spec: Face, profile: str, keyring: KeyringStore) -> Mapping[str, Secret]:
    names = [field.name for field in spec.fields]
    values = parse_login(_standard_input(spec), names, spec.ways)
    require_keyring(spec.name, profile, values, keyring=keyring)
    return values


def _standard_input(spec: Face) -> str:
    data = b"" if sys.stdin is None or sys.stdin.closed else sys.stdin.buffer.read(LONGEST_INPUT)
    if not data.strip():
        raise ConfigError(
            f"Nothing on standard input: give one JSON object such as {login_json(spec)}, or run this on a terminal."
        )
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ConfigError("Standard input is not UTF-8 text.") from None


def _try(spec: Face, settings: Settings, held: HeldCredentials) -> int:
    """Out: 0 when the credentials work, else the exit code, and why has been said."""
    masks, clock = Masks(), SystemClock()
    with open_for_check(spec.name, settings, held, clock=clock, masks=masks) as venue:
        found = check(venue, masks, clock)
    if found.exit_code == 0:
        if warning := clock_warning(spec.title, found.clock_offset):
            warn(warning)
        return 0
    warn(f"{spec.title}: nothing was stored, because the check failed: {found.message}.")
    if held.renewed:
        warn("The tokens that you gave were replaced on the way and are spent: get new ones.")
    elif found.exit_code == Outcome.UNAUTHORIZED.exit_code:
        warn(f"Correct it and log in again (permissions: {spec.permissions}), or store it all the same: --no-check.")
    else:
        warn("Try again later, or store it unchecked: --no-check.")
    return found.exit_code


def _tell_what_hides(venue: str, profile: str, keyring: KeyringStore) -> None:
    credentials = credentials_of(venue, profile, keyring)
    if credentials.source is not Source.KEYRING:
        there = [
            env_name(venue, field.field) for field in credentials.sources() if field.source is not Source.MISSING
        ]
        warn(
            f"{' and '.join(there)} in the {credentials.source.value} is used in place of what was just stored, "
            f"unless --profile {profile} is typed."
        )
