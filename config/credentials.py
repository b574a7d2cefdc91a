"""The credentials of one venue in one profile: a whole set from one source, kept where it came from."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from config.errors import CredentialsError
from config.keyring_store import KeyringProblem
from config.locks import refresh_lock
from config.names import service_name
from config.sources import Found, Keyring, Source, from_directory, from_environment, from_keyring
from ordercancel.secret import Secret

if TYPE_CHECKING:
    from config.advice import Place

_Way = tuple[str, ...]
_ORDER = (Source.ENVIRONMENT, Source.DIRECTORY, Source.KEYRING)


class FieldSpec(Protocol):
    """What must be known of a field: its name, and whether its value is never shown."""

    @property
    def name(self) -> str: ...

    @property
    def secret(self) -> bool: ...


class FieldStatus(NamedTuple):
    """One line of `auth status`. `masked` is safe to show; `hides` are other sources that have it, unused.

    `fault` says why the value there cannot be used; it is empty when all is well. `needed` is False for a
    field of another way than the complete one.
    """

    field: str
    source: Source
    masked: str
    hides: tuple[Source, ...] = ()
    fault: str = ""
    needed: bool = True


class Credentials:
    """The whole set from one source: the first of environment, credentials directory and keyring that has any field.

    With `named` (a profile typed on the command line) it is the keyring. Fields of two sources may be two
    accounts, so they are never put together. Within a source, only complete ways count: the half of another
    way is not used. Safe to use from threads.

    The keyring is not asked while another source gives the set. `keyring_problem` says how it failed, if it did.
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
        named: bool = False,
    ) -> None:
        self.venue = venue
        self.profile = profile
        self.fields = tuple(fields)
        self.ways = tuple(ways)
        self.named = named
        self.keyring_problem: KeyringProblem | None = None
        self._environ = environ
        self._keyring = keyring
        self._names = tuple(dict.fromkeys(field for way in self.ways for field in way))
        self._found: dict[tuple[Source, str], Found | None] = {}
        self._in_use: Source | None = None
        self._guard = threading.RLock()

    def complete(self) -> _Way:
        """Out: the complete set of fields in use. Raises CredentialsError: which source, and what is wrong there."""
        with self._guard:
            source = self._chosen()
            for field in self._names:
                found = self._find(source, field)
                if found is not None and found.fault:
                    raise self._malformed(found.fault)
            way = self._way(source)
            if way is None:
                raise self._incomplete()
            return way

    @property
    def source(self) -> Source:
        """Where the credentials come from; MISSING when no source has any. Asks the keyring if it comes to that."""
        with self._guard:
            source = self._chosen()
            return source if self._has(source) else Source.MISSING

    @property
    def is_empty(self) -> bool:
        """Whether no source has any field; a keyring that could not be read may have some."""
        problem = self.keyring_problem if self.source is Source.MISSING else None
        return self.source is Source.MISSING and (problem is None or problem.absent)

    def refused(self) -> str:
        """Out: what to say when the venue refuses them: which fields, their source, what to do. Raises nothing."""
        from config.advice import refused

        fields = [field for field in self._names if self.get(field)]
        return refused(self._place(), fields) if fields else ""

    def get(self, field: str) -> Secret | None:
        """Out: the field's value; None when the source in use has no complete way with this field."""
        with self._guard:
            source = self._chosen()
            whole = any(field in way and self._whole(source, way) for way in self.ways)
            found = self._find(source, field) if whole else None
            return found.secret if found else None

    def reload(self, field: str) -> Secret | None:
        """Out: the field's value, read afresh from the keyring if that is where it comes from.

        After waiting for `lock`: another process may have stored a newer one.
        """
        with self._guard:
            if self._chosen() is Source.KEYRING:
                before = self._found.pop((Source.KEYRING, field), None)
                self._find(Source.KEYRING, field)
                if self.keyring_problem is not None:
                    self._found[Source.KEYRING, field] = before
            return self.get(field)

    def store(self, values: Mapping[str, Secret]) -> bool:
        """Keep renewed values where they came from. Out: False when that is not the keyring, or it failed."""
        with self._guard:
            if self._chosen() is not Source.KEYRING or not all(self._usable(Source.KEYRING, f) for f in values):
                return False
            for field, secret in values.items():
                try:
                    self._keyring.set(service_name(self.venue, self.profile), field, secret.reveal())
                except KeyringProblem:
                    return False
                self._found[Source.KEYRING, field] = Found(Source.KEYRING, secret)
            return True

    def lock(self, timeout: float) -> AbstractContextManager[bool]:
        """Hold off other processes that would renew the same tokens. In: seconds to wait for them.

        The context gives False when the lock could not be had; go on without it then.
        """
        return refresh_lock(self.venue, self.profile, timeout=timeout, environ=self._environ)

    def sources(self) -> list[FieldStatus]:
        """Out: for each field where it comes from, masked, and who else has it. Asks every source for all."""
        with self._guard:
            way = self._way(self._chosen())
            return [self._status(spec, way) for spec in self.fields]

    def is_stored(self) -> bool:
        """Out: whether the keyring has any field of this venue and profile; `keyring_problem` if it is not known."""
        with self._guard:
            return self._has(Source.KEYRING)

    def _chosen(self) -> Source:
        if self._in_use is None:
            given = () if self.named else (Source.ENVIRONMENT, Source.DIRECTORY)
            self._in_use = next((source for source in given if self._has(source)), Source.KEYRING)
        return self._in_use

    def _place(self) -> Place:
        from config.advice import Place  # only errors need it

        return Place(self.venue, self.profile, self._chosen(), self.named)

    def _find(self, source: Source, field: str) -> Found | None:
        if (source, field) not in self._found:
            self._found[source, field] = self._ask(source, field)
        return self._found[source, field]

    def _ask(self, source: Source, field: str) -> Found | None:
        if source is Source.ENVIRONMENT:
            return from_environment(self._environ, self.venue, field)
        if source is Source.DIRECTORY:
            return from_directory(self._environ, self.venue, field)
        try:
            found = from_keyring(self._keyring, self.venue, self.profile, field)
            self.keyring_problem = None
        except KeyringProblem as problem:
            self.keyring_problem, found = problem, None
        return found

    def _has(self, source: Source) -> bool:
        return any(self._find(source, field) for field in self._names)

    def _usable(self, source: Source, field: str) -> bool:
        found = self._find(source, field)
        return found is not None and found.secret is not None

    def _whole(self, source: Source, way: _Way) -> bool:
        return all(self._usable(source, field) for field in way)

    def _way(self, source: Source) -> _Way | None:
        return next((way for way in self.ways if self._whole(source, way)), None)

    def _malformed(self, fault: str) -> CredentialsError:
        from config.advice import malformed

        return CredentialsError(malformed(self._place(), fault, self._elsewhere()), self._chosen().word)

    def _incomplete(self) -> CredentialsError:
        from config.advice import Lack

        whole = self._elsewhere()
        has = tuple(field for field in self._names if self._usable(self._chosen(), field))
        lack = Lack(self._place(), has, self.ways, whole, self.keyring_problem)
        return CredentialsError(lack.message, self.source.word)

    def _elsewhere(self) -> Source | None:
        """Out: another source with a complete set. Only on the way to an error are the others looked into."""
        return next((source for source in _ORDER if source is not self._chosen() and self._way(source)), None)

    def _status(self, spec: FieldSpec, way: _Way | None) -> FieldStatus:
        name, used = spec.name, self._chosen()
        found = self._find(used, name) or Found(Source.MISSING, None)
        hides = tuple(source for source in _ORDER if source is not used and self._usable(source, name))
        needed = way is None or name in way
        return FieldStatus(name, found.source, _mask(spec, found.secret), hides, found.fault, needed)


def _mask(spec: FieldSpec, secret: Secret | None) -> str:
    if secret is None:
        return ""
    if spec.secret:
        return "***"
    text = secret.reveal()
    return f"…{text[-4:]}" if len(text) >= 8 else ""
