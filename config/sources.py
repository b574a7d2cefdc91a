"""One field from one source: the environment, systemd's credentials directory, the keyring."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from config.names import env_name, file_name, service_name
from ordercancel.secret import Secret

# Fields that people make up themselves: blanks belong to them. All others are keys and tokens, which are
# copied, and then a blank is a slip.
FREE_TEXT = frozenset({"password"})
DIRECTORY = "CREDENTIALS_DIRECTORY"  # systemd's variable


class Source(enum.Enum):
    """Where a field's value comes from, in the order in which they are asked."""

    ENVIRONMENT = "environment"
    DIRECTORY = "credentials directory"
    KEYRING = "keyring"
    MISSING = "missing"

    @property
    def word(self) -> str | None:
        """The record's word for it."""
        return None if self is Source.MISSING else self.name.lower()


class Keyring(Protocol):
    """What is needed of a keyring; each call raises KeyringProblem. See `config.keyring_store`."""

    def get(self, service: str, username: str) -> str | None: ...

    def set(self, service: str, username: str, text: str) -> None: ...

    def delete(self, service: str, username: str) -> bool: ...


class Found(NamedTuple):
    """What a source has for a field. `fault` says why it cannot be used, and then there is no secret."""

    source: Source
    secret: Secret | None
    fault: str = ""


class Malformed(ValueError):
    """A value that no key, token or password can be. The text is a predicate and never the value."""


def clean(field: str, text: str) -> Secret:
    """In: a value as typed, read or stored. Out: the secret, outer white space of keys and tokens removed.

    A PEM key keeps its inner line ends, a password all of its blanks. Raises Malformed for inner white
    space, for control characters and for nothing but white space.
    """
    if field not in FREE_TEXT:
        text = text.strip().strip("\ufeff")
    if not text:
        raise Malformed("holds nothing but white space")
    if "-----BEGIN" in text:
        if any(_is_control(c) for c in text if c not in "\r\n\t"):
            raise Malformed("holds a control character in its PEM text")
    elif field in FREE_TEXT:
        if any(_is_control(c) for c in text):
            raise Malformed("holds a line end or another control character")
    elif any(c.isspace() or not c.isprintable() for c in text):
        raise Malformed("holds white space or a control character inside")
    return Secret(text)


def from_environment(environ: Mapping[str, str], venue: str, field: str) -> Found | None:
    """Out: what the field's variable holds; None when it is not set. One that is set and empty is a fault."""
    variable = env_name(venue, field)
    text = environ.get(variable)
    return None if text is None else _found(Source.ENVIRONMENT, variable, field, text)


def from_directory(environ: Mapping[str, str], venue: str, field: str) -> Found | None:
    """Out: what the field's file in $CREDENTIALS_DIRECTORY holds; None when it is absent.

    An empty file is a fault, and so is, for every field, a folder that is not there.
    """
    folder = environ.get(DIRECTORY)
    if folder is None:
        return None
    path = Path(folder) / file_name(venue, field)
    try:
        if wrong := _no_folder(folder):
            return Found(Source.DIRECTORY, None, f"${DIRECTORY} {wrong}")
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except OSError as fault:
        return Found(Source.DIRECTORY, None, f"{path} cannot be read: {fault.strerror}")
    except UnicodeDecodeError:
        return Found(Source.DIRECTORY, None, f"{path} is not UTF-8 text")
    return _found(Source.DIRECTORY, str(path), field, text.removesuffix("\n").removesuffix("\r"))


def from_keyring(keyring: Keyring, venue: str, profile: str, field: str) -> Found | None:
    """Out: what the keyring holds for the field; None when nothing. Raises KeyringProblem."""
    service = service_name(venue, profile)
    text = keyring.get(service, field)
    return None if text is None else _found(Source.KEYRING, f"keyring entry {service} {field}", field, text)


def _no_folder(folder: str) -> str:
    """Out: why nothing can be read in this folder; empty when it is one."""
    if not folder:
        return "is set, and empty"
    if not Path(folder).exists():
        return f"does not exist: {folder}"
    return "" if Path(folder).is_dir() else f"is no folder: {folder}"


def _found(source: Source, place: str, field: str, text: str) -> Found:
    if not text:
        return Found(source, None, f"{place} is set, and empty")
    try:
        return Found(source, clean(field, text))
    except Malformed as fault:
        return Found(source, None, f"{place} {fault}")


def _is_control(c: str) -> bool:
    return c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff"
