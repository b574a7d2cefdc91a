"""What settings and credentials are called outside: environment, credentials directory, keyring."""

from __future__ import annotations

import re

from config.errors import ConfigError
from ordercancel.called import called

DEFAULT_PROFILE = "default"

_PROFILE = re.compile(r"[A-Za-z0-9._-]+")


def env_name(venue: str, name: str) -> str:
    """Out: the environment variable of a venue's field or setting, such as CANCEL_ACME_API_KEY."""
    return f"CANCEL_{venue}_{name}".upper()


def file_name(venue: str, field: str) -> str:
    """Out: the file in $CREDENTIALS_DIRECTORY that holds the field."""
    return env_name(venue, field).lower()


def service_name(venue: str, profile: str) -> str:
    """Out: the keyring service; the username beside it is the field."""
    return f"cancel:{venue}:{profile}"


def login_line(venue: str, profile: str) -> str:
    """Out: the command that stores the venue's fields into the keyring, under the name that was typed."""
    suffix = "" if profile == DEFAULT_PROFILE else f" --profile {profile}"
    return f"{called()} auth login {venue}{suffix}"


def is_profile_name(text: str) -> bool:
    """Out: whether this may name a profile (it becomes part of file names and keyring entries)."""
    return _PROFILE.fullmatch(text) is not None


def check_profile_name(text: str) -> str:
    """Out: the same text. Raises ConfigError when it cannot name a profile."""
    if not is_profile_name(text):
        raise ConfigError(f"{text!r} is no profile name: use letters, digits, dot, dash and underscore.")
    return text
