"""`cancel auth status`: where each field comes from, whether it is enough, and whether it works."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cli.account import credentials_of, exchanges_in_use, open_for_check, settings_of
from cli.auth.check import Check, check, clock_warning
from cli.auth.status_view import INCOMPLETE, AccountStatus, KeyringStatus, shown
from cli.options import Output
from cli.output.streams import warn, write_out
from config.credentials import Credentials
from config.errors import ConfigError, CredentialsError
from config.keyring_store import KeyringProblem, KeyringStore
from config.names import DEFAULT_PROFILE, check_profile_name
from config.profiles import all_profiles, require_known
from venues.registry import VENUES
from venues.registry import venue as face_named
from venues.wire.clock import SystemClock
from venues.wire.masks import Masks


def status(venue: str | None, profile: str | None, *, named: bool, checked: bool, output: Output) -> int:
    """Print what would be used at a venue (None: all) in a profile (None: all there are), and where it comes from.

    In: `named` where the profile was typed. Out: 0 when every venue shown that has any field is complete, and
    so is the one asked about; else 6. A check that fails gives its own code; the largest one counts.
    Raises ConfigError.
    """
    store = KeyringStore()
    accounts = [_account(credentials) for credentials in _found(venue, profile, store, named)]
    if venue and all(account.lack for account in accounts):
        accounts = [replace(account, wanted=True) for account in accounts]
    keyring = _keyring(store, accounts)
    if checked:
        accounts = [_checked(account, store) for account in accounts]
    write_out(shown(accounts, keyring, output))
    for account in accounts:
        _warn_of(account)
    return _exit_code(accounts, keyring)


def _found(venue: str | None, profile: str | None, store: KeyringStore, named: bool) -> list[Credentials]:
    """Every venue of the profile in use; of the other profiles only the venues of which something is stored.

    Those are shown as `--profile` would have them. Raises ConfigError for a profile that nothing knows.
    """
    in_use = check_profile_name(profile or DEFAULT_PROFILE)
    names = [venue] if venue else [*VENUES, *exchanges_in_use()]
    ours = [credentials_of(name, in_use, store, named=named) for name in names]
    if not any(credentials.is_stored() for credentials in ours):
        require_known(ours[0], environ=os.environ)
    others = [] if profile else [name for name in all_profiles(os.environ) if name != in_use]
    theirs = [credentials_of(name, other, store, named=True) for other in others for name in names]
    return [*ours, *(credentials for credentials in theirs if credentials.is_stored())]


def _account(credentials: Credentials) -> AccountStatus:
    fields, lack = tuple(credentials.sources()), ""
    try:
        credentials.complete()
    except CredentialsError as fault:
        lack = fault.message
    problem = credentials.keyring_problem
    return AccountStatus(
        venue=credentials.venue,
        profile=credentials.profile,
        source=credentials.source,
        fields=fields,
        lack=lack,
        named=credentials.named,
        advice=credentials.refused(),
        keyring_problem=problem.reason if problem else None,
        unseen=problem is not None and not problem.absent,
    )


def _keyring(store: KeyringStore, accounts: Sequence[AccountStatus]) -> KeyringStatus:
    problem = next((account.keyring_problem for account in accounts if account.keyring_problem), None)
    try:
        return KeyringStatus(store.backend_name(), problem)
    except KeyringProblem as fault:
        return KeyringStatus(None, fault.reason)


def _checked(account: AccountStatus, store: KeyringStore) -> AccountStatus:
    if account.lack:
        return account
    try:
        settings = settings_of(account.venue, account.profile)
    except ConfigError as fault:
        return replace(account, check=Check(fault.exit_code, fault.message))
    masks, clock = Masks(), SystemClock()
    credentials = credentials_of(account.venue, account.profile, store, named=account.named)
    with open_for_check(account.venue, settings, credentials, clock=clock, masks=masks) as venue:
        found = check(venue, masks, clock)
    if found.exit_code == INCOMPLETE:
        found = replace(found, message=f"{found.message}; {account.advice}")
    return replace(account, check=found)


def _warn_of(account: AccountStatus) -> None:
    title = face_named(account.venue).title
    if account.lack and account.exit_code:
        warn(account.lack)
    if account.check and account.check.exit_code:
        warn(f"{title}, profile {account.profile}: the check failed: {account.check.message}")
    if account.check and (warning := clock_warning(title, account.check.clock_offset)):
        warn(warning)


def _exit_code(accounts: Sequence[AccountStatus], keyring: KeyringStatus) -> int:
    code = max(account.exit_code for account in accounts)
    if code == 0 and all(account.lack for account in accounts) and any(account.unseen for account in accounts):
        warn(f"What is stored was not seen: {keyring.problem}. Unlock the keyring and run this again.")
        return INCOMPLETE
    return code
