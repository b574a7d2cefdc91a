"""What `auth login` and `auth logout` do to the keyring, and how the JSON object of a script is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.errors import ConfigError, CredentialsError
from config.keyring_store import KeyringProblem
from config.names import env_name, file_name, service_name
from config.profiles import forget, remember
from config.sources import Keyring, Malformed, clean
from ordercancel.secret import Secret


@dataclass(frozen=True, slots=True)
class Removal:
    """What `auth logout` did: fields removed, and (field, reason) of those that could not be."""

    removed: tuple[str, ...]
    could_not: tuple[tuple[str, str], ...]


def clean_field(field: str, text: str) -> Secret:
    """In: a value as typed. Out: the secret to store. Raises CredentialsError, never quoting the value."""
    try:
        return clean(field, text)
    except Malformed as fault:
        raise CredentialsError(f"{field} {fault}.") from None


def parse_login(text: str, fields: Iterable[str], ways: Iterable[tuple[str, ...]]) -> dict[str, Secret]:
    """In: standard input, one JSON object of field to text. Out: the secrets to store.

    Raises ConfigError, naming the field: no such object, an unknown or repeated field, a value that is no
    text, no complete set. Raises CredentialsError for a malformed value. No message quotes a value.
    """
    known, sets = tuple(fields), tuple(ways)
    values: dict[str, Secret] = {}
    for field, value in _parse_object(text):
        if field not in known:
            # Foreign text, perhaps a secret in the wrong place: shown only if it looks like a field's name.
            shown = field if field.isidentifier() and len(field) <= 32 else "(not shown)"
            raise ConfigError(f"Unknown field {shown}; there are {', '.join(known)}.")
        if field in values:
            raise ConfigError(f"{field} is given twice.")
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{field} must be text in quotes, and not empty.")
        values[field] = clean_field(field, value)
    if not any(values.keys() >= set(way) for way in sets):
        needed = ", or ".join(" and ".join(way) for way in sets)
        raise ConfigError(f"Not a complete set of fields; needed: {needed}.")
    return values


def require_keyring(venue: str, profile: str, fields: Iterable[str], *, keyring: Keyring) -> None:
    """Look before anybody is asked or a token is spent. Raises CredentialsError when there is no usable keyring."""
    names = tuple(fields)
    try:
        keyring.get(service_name(venue, profile), names[0])
    except KeyringProblem as problem:
        raise _not_stored(venue, profile, f"nothing can be stored: {problem.reason}", names) from None


def store_fields(
    venue: str, profile: str, values: Mapping[str, Secret], *, keyring: Keyring, environ: Mapping[str, str]
) -> None:
    """Store the values, then remember the profile's name. Raises CredentialsError when the keyring fails."""
    stored: list[str] = []
    for field, secret in values.items():
        try:
            keyring.set(service_name(venue, profile), field, secret.reveal())
        except KeyringProblem as problem:
            already = f" ({' and '.join(stored)} was stored)" if stored else ""
            what = f"{field} was not stored{already}: {problem.reason}"
            raise _not_stored(venue, profile, what, (field,)) from None
        stored.append(field)
    remember(venue, profile, environ)


def remove_fields(
    venue: str, profile: str, fields: Iterable[str], *, keyring: Keyring, environ: Mapping[str, str]
) -> Removal:
    """Remove the fields from the keyring; one that is not there is in neither list. Raises nothing."""
    removed: list[str] = []
    could_not: list[tuple[str, str]] = []
    for field in fields:
        try:
            if keyring.delete(service_name(venue, profile), field):
                removed.append(field)
        except KeyringProblem as problem:
            could_not.append((field, problem.reason))
    if not could_not:
        forget(venue, profile, environ)
    return Removal(tuple(removed), tuple(could_not))


def _not_stored(venue: str, profile: str, what: str, fields: tuple[str, ...]) -> CredentialsError:
    variables = " and ".join(env_name(venue, field) for field in fields)
    files = " and ".join(file_name(venue, field) for field in fields)
    return CredentialsError(
        f"{venue}, profile {profile}: {what}.\n"
        f"Unlock or install a keyring and log in again, or set {variables}, or provide {files} "
        "in $CREDENTIALS_DIRECTORY."
    )


def _parse_object(text: str) -> list[tuple[str, object]]:
    class Pairs(list[tuple[str, object]]):
        """An object with its repeated keys, told apart from an array."""

    try:
        pairs = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=Pairs)
    except (ValueError, RecursionError) as fault:
        at = f" at line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise ConfigError(f"Standard input is not valid JSON{at}.") from None
    if not isinstance(pairs, Pairs):
        raise ConfigError('Standard input must be one JSON object, {"field": "value"}.')
    return pairs
