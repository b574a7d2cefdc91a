"""Who and where: turns a verb and a profile into a venue that is ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from cli.output.streams import warn
from config.errors import ConfigError
from config.names import DEFAULT_PROFILE, check_profile_name, env_name
from config.paths import cache_dir
from ordercancel.secret import Secret
from venues.face import Budget
from venues.interface import Credentials as VenueCredentials
from venues.interface import OrderRef
from venues.procedure.run import Cancel
from venues.procedure.terms import Terms
from venues.registry import KINDS, VENUES, build, exchanges, face_of, open_practice
from venues.registry import venue as venue_named
from venues.result import Outcome, Result
from venues.wire.clock import Clock
from venues.wire.link import HttpVenue, Link
from venues.wire.masks import Masks
from venues.wire.pace import Pace

if TYPE_CHECKING:
    from config.credentials import Credentials
    from config.keyring_store import KeyringStore
    from config.settings import Settings

OURS = tuple(env_name(name, "") for name in (*VENUES, "output", "profile"))  # what our variables begin with
SANDBOX = "sandbox"  # the record's word for a practice venue's credentials


class Access(NamedTuple):
    """Where a venue is, as whom to speak to it, and how fast.

    `source`: where the credentials came from, in the record's word; `advice` tells what to do when they are refused.
    """

    url: str
    credentials: VenueCredentials
    budget: Budget
    api_version: int | None = None
    testnet: bool = False
    profile: str = DEFAULT_PROFILE
    source: str | None = None
    advice: Callable[[], str] = str

    @property
    def is_sandbox(self) -> bool:
        return self.source == SANDBOX

    def signed(self, result: Result) -> Result:
        """The result with whose account it was, and what to do where the venue refuses its credentials."""
        advice = self.advice() if result.outcome is Outcome.UNAUTHORIZED else ""
        return result._replace(
            sandbox=result.sandbox or self.is_sandbox,
            profile=self.profile,
            credentials=self.source,
            message=f"{result.message}; {advice}" if advice else result.message,
        )


class Account(NamedTuple):
    """A venue that is ready, and what its orders share."""

    venue: HttpVenue
    link: Link
    access: Access

    @property
    def budget(self) -> Budget:
        return self.access.budget

    def cancel(self, ref: OrderRef, terms: Terms) -> Cancel:
        """The cancel of one order, not begun yet."""
        return Cancel(self.venue, ref, terms, self.link.clock, self.link.pace, self.link.masks)


class HeldCredentials:
    """Credentials held in memory: a practice venue's, or those of an `auth login` that nothing stored yet.

    Renewed tokens are kept for the run; `values` has them, and `renewed` says that there were any.
    """

    def __init__(self, values: Mapping[str, Secret]) -> None:
        self.values = dict(values)
        self.renewed = False

    def get(self, field: str) -> Secret | None:
        return self.values.get(field)

    reload = get

    def store(self, values: Mapping[str, Secret]) -> bool:
        self.values.update(values)
        self.renewed = True
        return True

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        return nullcontext(True)


def settings_of(venue: str, profile: str) -> Settings:
    """Where the venue is, as `profile` knows it. Raises ConfigError (exit 2)."""
    from config.settings import load_settings

    face = venue_named(venue)
    settings = load_settings(venue, profile, default_url=face.url, known=KINDS, environ=os.environ)
    if settings.testnet and not face.has_testnet:  # passed over, it would be the real account
        raise ConfigError(f"testnet is set for {venue}, and ccxt knows no test net of {face.title}: take it away.")
    return settings


def credentials_of(venue: str, profile: str, keyring: KeyringStore, *, named: bool = False) -> Credentials:
    """The venue's credentials in `profile`, `named` where that was typed; nothing is looked up yet."""
    from config.credentials import Credentials

    spec = venue_named(venue)
    return Credentials(
        venue, profile, fields=spec.fields, ways=spec.ways, environ=os.environ, keyring=keyring, named=named
    )


def exchanges_in_use() -> list[str]:
    """Out: the exchanges that have a credential in the environment or the directory, or were logged in to."""
    from config.profiles import remembered
    from config.sources import DIRECTORY

    logged_in = {name for name, _ in remembered(os.environ)} - VENUES.keys()
    folder = os.environ.get(DIRECTORY, "")
    files = os.listdir(folder) if os.path.isdir(folder) else []
    there = {name.upper() for name in (*os.environ, *files) if name.upper().startswith("CANCEL_")}
    if not logged_in and all(f"{name}_".startswith(OURS) for name in there):
        return []  # the table of exchanges need not be loaded
    fields = {name: venue_named(name).fields for name in exchanges()}
    return [
        name
        for name in fields
        if name in logged_in or any(env_name(name, field.name) in there for field in fields[name])
    ]


def access(verb: str, profile: str, *, named: bool = False) -> Access:
    """The venue of `verb` as `profile` knows it. In: `named` where `--profile` was typed.

    Raises ConfigError (exit 2), also for a profile that nothing knows, and CredentialsError (exit 6).
    """
    return access_with(known_credentials(verb, profile, named=named))


def known_credentials(verb: str, profile: str, *, named: bool = False) -> Credentials:
    """The credentials of the venue of `verb`, looked for but not judged. Raises ConfigError as `access` does."""
    from config.keyring_store import KeyringStore
    from config.profiles import require_known

    venue = face_of(verb).name
    credentials = credentials_of(venue, check_profile_name(profile), KeyringStore(), named=named)
    require_known(credentials, environ=os.environ)
    return credentials


def access_with(credentials: Credentials) -> Access:
    """The venue and profile of these credentials. Raises ConfigError and CredentialsError."""
    settings = settings_of(credentials.venue, credentials.profile)
    credentials.complete()
    budget = venue_named(credentials.venue).budget
    if settings.requests_per_minute:
        budget = budget._replace(per_minute=settings.requests_per_minute)
    return Access(
        settings.url,
        credentials,
        budget,
        settings.api_version,
        settings.testnet,
        credentials.profile,
        credentials.source.word,
        credentials.refused,
    )


@contextmanager
def practice_access(verb: str, profile: str) -> Iterator[Access]:
    """The practice venue of `verb`, served on loopback for as long as the context is open. Raises ConfigError."""
    from venues.sandbox.server import start

    check_profile_name(profile)
    practice = open_practice(face_of(verb).name)
    credentials = HeldCredentials({name: Secret(text) for name, text in practice.credentials.items()})
    with start(practice) as running:
        budget = Budget(at_once=face_of(verb).budget.at_once)  # nobody's limit is spared there
        yield Access(running.url, credentials, budget, profile=profile, source=SANDBOX)


@contextmanager
def open_account(
    verb: str,
    access: Access,
    *,
    clock: Clock,
    masks: Masks,
    jobs: int = 1,
    log: Callable[[str], None] | None = None,
    pace: Pace | None = None,
) -> Iterator[Account]:
    """The venue of `verb`, ready; its connections are closed in the end. `log` begins with whose account it is.

    In: the `pace` that it shares with other verbs of its venue, if it does.
    """
    link = Link(
        url=access.url,
        credentials=access.credentials,
        clock=clock,
        pace=pace or Pace(access.budget, clock),
        masks=masks,
        api_version=access.api_version,
        testnet=access.testnet,
        cache=None if access.is_sandbox else cache_dir(os.environ),
        connections=jobs,
        log=log,
        warn=warn,
    )
    venue = build(verb, link)
    if log is not None:
        log(f"{venue.title} at {access.url}, profile {access.profile}, credentials from the {access.source}")
    try:
        yield Account(venue, link, access)
    finally:
        venue.close()


@contextmanager
def open_for_check(
    venue: str, settings: Settings, credentials: VenueCredentials, *, clock: Clock, masks: Masks
) -> Iterator[HttpVenue]:
    """The venue for the few requests of a check, so without a budget. Any of its verbs can check."""
    unlimited = Access(settings.url, credentials, Budget(), settings.api_version, settings.testnet)
    target = VENUES[venue].verbs[0].name if venue in VENUES else venue
    with open_account(target, unlimited, clock=clock, masks=masks) as account:
        yield account.venue
