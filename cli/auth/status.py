"""`cancel auth status`: where each field comes from, whether it is enough, and whether it works."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cli.account import credentials_of, open_for_check, settings_of
from cli.auth.check import Check, check, clock_warning
from cli.auth.status_view import INCOMPLETE, AccountStatus, KeyringStatus, as_json, as_text
from cli.output.streams import warn, write_out
from config.credentials import Credentials
from config.errors import ConfigError, CredentialsError
from config.keyring_store import KeyringProblem, KeyringStore
from config.names import DEFAULT_PROFILE, check_profile_name
from config.profiles import all_profiles
from venues.registry import VENUES
from venues.wire.clock import SystemClock
from venues.wire.masks import Masks


def status(venue: str | None, profile: str | None, *, checked: bool, json: bool) -> int:
    """Print where the fields of a venue (None: all) in a profile (None: all there are) come from.

    Out: 0 when the venue asked about is complete in the profile in use, and so is every other venue and
    profile shown that has any field; else 6. A check that fails gives its own code; the largest one counts.
    Raises ConfigError.
    """
    store = KeyringStore()
    accounts = _look(venue, profile, store)
    keyring = _keyring(store, accounts)
    _refuse_unknown(profile, accounts, keyring)
    if checked:
        accounts = [_checked(account, store) for account in accounts]
    write_out(as_json(accounts, keyring) if json else as_text(accounts, keyring))
    for account in accounts:
        _warn_of(account)
    return _exit_code(accounts, keyring)


def _look(venue: str | None, profile: str | None, store: KeyringStore) -> list[AccountStatus]:
    """Every venue of the profile in use; of the other profiles only the venues that have any field."""
    in_use = check_profile_name(profile or DEFAULT_PROFILE)
    profiles = [in_use] if profile else all_profiles(os.environ)
    names = [venue] if venue else list(VENUES)
    looked = [
        _account(credentials_of(name, one, store), asked=venue is not None and one == in_use)
        for one in profiles
        for name in names
    ]
    return [account for account in looked if account.profile == in_use or account.has_any]


def _account(credentials: Credentials, *, asked: bool) -> AccountStatus:
    fields, lack = tuple(credentials.sources()), ""
    try:
        credentials.complete()
    except CredentialsError as fault:
        lack = fault.message
    return AccountStatus(
        credentials.venue, credentials.profile, fields, lack, asked, keyring_problem=credentials.keyring_problem
    )


def _keyring(store: KeyringStore, accounts: Sequence[AccountStatus]) -> KeyringStatus:
    problem = next((account.keyring_problem for account in accounts if account.keyring_problem), None)
    try:
        return KeyringStatus(store.backend_name(), problem)
    except KeyringProblem as fault:
        return KeyringStatus(None, fault.reason)


def _refuse_unknown(profile: str | None, accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> None:
    """Raises ConfigError for a profile that is named nowhere and has nothing: most likely a slip."""
    if profile is None or keyring.problem or any(account.has_any for account in accounts):
        return
    known = all_profiles(os.environ)
    if profile not in known:
        raise ConfigError(f"No profile {profile} is known; there are: {', '.join(known)}.")


def _checked(account: AccountStatus, store: KeyringStore) -> AccountStatus:
    if account.lack:
        return account
    try:
        settings = settings_of(account.venue, account.profile)
    except ConfigError as fault:
        return replace(account, check=Check(fault.exit_code, fault.message))
    masks, clock = Masks(), SystemClock()
    credentials = credentials_of(account.venue, account.profile, store)
    with open_for_check(account.venue, settings, credentials, clock=clock, masks=masks) as venue:
        return replace(account, check=check(venue, masks, clock))


def _warn_of(account: AccountStatus) -> None:
    title = VENUES[account.venue].title
    if account.lack and account.exit_code:
        warn(account.lack)
    if account.check and account.check.exit_code:
        warn(f"{title}, profile {account.profile}: the check failed: {account.check.message}")
    if account.check and (warning := clock_warning(title, account.check.clock_offset)):
        warn(warning)


def _exit_code(accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> int:
    code = max(account.exit_code for account in accounts)
    if code == 0 and keyring.problem and all(account.lack for account in accounts):
        warn(f"What is stored is not known: {keyring.problem}. Name a venue to see what it takes without a keyring.")
        return INCOMPLETE
    return code
