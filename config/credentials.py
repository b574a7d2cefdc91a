"""The credentials of one venue in one profile: found source by source, kept where they came from."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from config.errors import CredentialsError
from config.keyring_store import KeyringProblem
from config.locks import refresh_lock
from config.names import env_name, file_name, login_line, service_name
from config.sources import Found, Keyring, Source, from_directory, from_environment, from_keyring
from ordercancel.secret import Secret

_Way = tuple[str, ...]


class FieldSpec(Protocol):
    """What must be known of a field: its name, and whether its value is never shown."""

    @property
    def name(self) -> str: ...

    @property
    def secret(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class FieldStatus:
    """One line of `auth status`. `masked` is safe to show; `hides` are the sources that `source` hides.

    `fault` says why the value there cannot be used; it is empty when all is well.
    """

    field: str
    source: Source
    masked: str
    hides: tuple[Source, ...] = ()
    fault: str = ""


class Credentials:
    """Looks fields up per field: environment, credentials directory, keyring. Safe to use from threads.

    The keyring is asked as late as possible: never when the other two make a complete set. A keyring that
    fails counts as an empty one; `keyring_problem` then says how it failed.
    """

    def __init__(
        self,
        venue: str,
        profile: str,
        *,
        fields: Iterable[FieldSpec],
        ways: Iterable[_Way],
        environ: Mapping[str, str],
        keyring: Keyring,
    ) -> None:
        self.venue = venue
        self.profile = profile
        self.fields = tuple(fields)
        self.ways = tuple(ways)
        self.keyring_problem: str | None = None
        self.store_problem: str | None = None
        self._environ = environ
        self._keyring = keyring
        self._given: dict[str, Found | None] = {}
        self._stored: dict[str, Found | None] = {}
        self._passed_over: frozenset[str] = frozenset()
        self._guard = threading.RLock()

    def complete(self) -> _Way:
        """Out: the complete set of fields in use. Raises CredentialsError, naming what is missing or bad.

        A set that needs no keyring goes before a preferred one that does.
        """
        with self._guard:
            self._refuse_faults(self._look_given(field) for way in self.ways for field in way)
            for index, way in enumerate(self.ways):
                if all(self._look_given(field) for field in way):
                    self._passed_over = frozenset(f for w in self.ways[:index] for f in w if f not in way)
                    return way
            for way in self.ways:
                if all(self._look(field) for field in way):
                    self._refuse_faults(self._look(field) for field in way)
                    return way
            raise CredentialsError(self._missing_message())

    def get(self, field: str) -> Secret | None:
        """Out: the field's value, or None when no source has it or what is there is malformed.

        Fields of another set than the one in use are looked up when asked for. The keyring is not asked for
        a preferred set that `complete` passed over: those who set variables for cron want no keyring.
        """
        with self._guard:
            found = self._look_given(field)
            if found is None and field not in self._passed_over:
                found = self._look_stored(field)
            return found.secret if found else None

    def reload(self, field: str) -> Secret | None:
        """Out: the field's value, read afresh from the keyring if that is where it comes from.

        After waiting for `lock`: another process may have stored a newer one.
        """
        with self._guard:
            given = self._look_given(field)
            if given is not None:
                return given.secret
            before = self._stored.pop(field, None)
            now = self._look_stored(field)
            if self.keyring_problem is not None:
                self._stored[field] = now = before
            return now.secret if now else None

    def store(self, values: Mapping[str, Secret]) -> bool:
        """Keep renewed values in the keyring if the current ones came from there.

        Out: False when they did not or when the keyring failed; `store_problem` then says why.
        """
        with self._guard:
            for field in values:
                found = self._look(field)
                source = found.source if found else Source.MISSING
                if source is not Source.KEYRING:
                    self.store_problem = f"{field} did not come from the keyring ({source.value})"
                    return False
            return self._store_all(values)

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        """Hold off other processes that would renew the same tokens. In: seconds to wait for them.

        The context gives False when the lock could not be had; go on without it then.
        """
        return refresh_lock(self.venue, self.profile, timeout=timeout, environ=self._environ)

    def sources(self) -> list[FieldStatus]:
        """Out: for each field where it comes from, masked, and what it hides. Asks the keyring for all."""
        with self._guard:
            return [self._status(spec) for spec in self.fields]

    def is_complete(self) -> bool:
        """Out: whether some complete set of usable fields is there. Raises nothing."""
        with self._guard:
            return any(all(self._usable(field) for field in way) for way in self.ways)

    def has_any(self) -> bool:
        """Out: whether any source has any field, usable or not."""
        with self._guard:
            return any(self._look(spec.name) for spec in self.fields)

    def _look(self, field: str) -> Found | None:
        return self._look_given(field) or self._look_stored(field)

    def _look_given(self, field: str) -> Found | None:
        if field not in self._given:
            found = from_environment(self._environ, self.venue, field)
            self._given[field] = found or from_directory(self._environ, self.venue, field)
        return self._given[field]

    def _look_stored(self, field: str) -> Found | None:
        if field not in self._stored:
            self._stored[field] = None
            try:
                self._stored[field] = from_keyring(self._keyring, self.venue, self.profile, field)
                self.keyring_problem = None
            except KeyringProblem as problem:
                self.keyring_problem = problem.reason
        return self._stored[field]

    def _usable(self, field: str) -> bool:
        found = self._look(field)
        return found is not None and found.secret is not None

    def _store_all(self, values: Mapping[str, Secret]) -> bool:
        for field, secret in values.items():
            try:
                self._keyring.set(service_name(self.venue, self.profile), field, secret.reveal())
            except KeyringProblem as problem:
                self.store_problem = problem.reason
                return False
            self._stored[field] = Found(Source.KEYRING, secret)
        self.store_problem = None
        return True

    def _refuse_faults(self, found: Iterable[Found | None]) -> None:
        for one in found:
            if one is not None and one.fault:
                raise CredentialsError(f"{self.venue}, profile {self.profile}: {one.fault}.")

    def _status(self, spec: FieldSpec) -> FieldStatus:
        name = spec.name
        everywhere = [
            from_environment(self._environ, self.venue, name),
            from_directory(self._environ, self.venue, name),
            self._look_stored(name),
        ]
        first, *hidden = [found for found in everywhere if found] or [Found(Source.MISSING, None)]
        masked = _mask(spec, first.secret)
        return FieldStatus(name, first.source, masked, tuple(found.source for found in hidden), first.fault)

    def _missing_message(self) -> str:
        missing = {way: [field for field in way if not self._look(field)] for way in self.ways}
        nearest = min(self.ways, key=lambda way: (len(missing[way]), -len(way)))  # -: more is there already
        fields = missing[nearest]
        others = [" and ".join(missing[way]) for way in self.ways if way != nearest]
        instead = f" (or instead {', or '.join(others)})" if others else ""
        why = f"; {self.keyring_problem}" if self.keyring_problem else ""
        variables = " and ".join(env_name(self.venue, field) for field in fields)
        files = " and ".join(file_name(self.venue, field) for field in fields)
        return (
            f"{self.venue}, profile {self.profile}: missing {' and '.join(fields)}{instead}{why}.\n"
            f"Set {variables}, or provide {files} in $CREDENTIALS_DIRECTORY, "
            f"or run: {login_line(self.venue, self.profile)}"
        )


def _mask(spec: FieldSpec, secret: Secret | None) -> str:
    if secret is None:
        return ""
    if spec.secret:
        return "***"
    text = secret.reveal()
    return f"…{text[-4:]}" if len(text) >= 8 else ""
