"""Who and where: turns a verb and a profile into a venue that is ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

from cli.streams import warn
from ordercancel.secret import Secret
from venues.clock import Clock
from venues.interface import OrderRef
from venues.link import HttpVenue, Link
from venues.masks import Masks
from venues.pace import Budget, Pace
from venues.procedure import Cancel, Terms
from venues.registry import VENUES, build, spec_of, venue_of


@dataclass(frozen=True)
class Account:
    """A venue that is ready, and what its orders share."""

    venue: HttpVenue
    link: Link
    budget: Budget

    def cancel(self, ref: OrderRef, terms: Terms) -> Cancel:
        """The cancel of one order, not begun yet."""
        return Cancel(self.venue, ref, terms, self.link.clock, self.link.pace, self.link.masks)


class PracticeCredentials:
    """The practice venue's own credentials; renewed tokens are kept for the run."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {field: Secret(value) for field, value in values.items()}

    def get(self, field: str) -> Secret | None:
        return self._values.get(field)

    reload = get

    def store(self, values: Mapping[str, Secret]) -> bool:
        self._values.update(values)
        return True

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        return nullcontext(True)


def known_venues() -> dict[str, tuple[int, ...]]:
    """Every venue with its API versions, as `config` wants to know them to check config.toml."""
    return {name: spec_of(name).api_versions for name in VENUES}


@contextmanager
def open_account(
    verb: str, profile: str, *, clock: Clock, masks: Masks, jobs: int, log: Callable[[str], None] | None
) -> Iterator[Account]:
    """The venue of `verb` as `profile` knows it.

    Raises ConfigError (exit 2) and CredentialsError (exit 6).
    """
    from config.credentials import Credentials
    from config.keyring_store import KeyringStore
    from config.profiles import require
    from config.settings import load_settings

    spec = spec_of(venue_of(verb))
    settings = load_settings(spec.name, profile, default_url=spec.url, known=known_venues(), environ=os.environ)
    credentials = Credentials(
        spec.name, profile, fields=spec.fields, ways=spec.ways, environ=os.environ, keyring=KeyringStore()
    )
    require(credentials, environ=os.environ)
    budget = VENUES[spec.name].budget
    if settings.requests_per_minute:
        budget = replace(budget, per_minute=settings.requests_per_minute)
    link = Link(
        url=settings.url,
        credentials=credentials,
        clock=clock,
        pace=Pace(budget, clock),
        masks=masks,
        api_version=settings.api_version,
        connections=jobs,
        log=log,
        warn=warn,
    )
    with _opened(verb, link, budget) as account:
        yield account


@contextmanager
def open_sandbox(
    verb: str, *, clock: Clock, masks: Masks, jobs: int, log: Callable[[str], None] | None
) -> Iterator[Account]:
    """The practice venue of `verb`, served on loopback for as long as the context is open."""
    from venues.sandbox import open_practice
    from venues.sandbox.server import start

    practice = open_practice(venue_of(verb))
    budget = VENUES[venue_of(verb)].budget
    with start(practice) as running:
        link = Link(
            url=running.url,
            credentials=PracticeCredentials(practice.credentials),
            clock=clock,
            pace=Pace(budget, clock),
            masks=masks,
            connections=jobs,
            log=log,
            warn=warn,
        )
        with _opened(verb, link, budget) as account:
            yield account


@contextmanager
def _opened(verb: str, link: Link, budget: Budget) -> Iterator[Account]:
    venue = build(verb, link)
    try:
        yield Account(venue, link, budget)
    finally:
        venue.close()
