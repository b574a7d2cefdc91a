"""Which profiles there are: those in config.toml, those that `auth login` stored into, and the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from config.credentials import Credentials
from config.errors import ConfigError
from config.names import DEFAULT_PROFILE, is_profile_name, login_line
from config.paths import config_file, state_dir
from config.settings import read_toml


def profiles_in_file(environ: Mapping[str, str], path: Path | None = None) -> list[str]:
    """Out: the profiles in config.toml, in its order. Raises ConfigError when it cannot be read."""
    tables = read_toml(path or config_file(environ))
    return [name for name, table in tables.items() if isinstance(table, dict)]


def all_profiles(environ: Mapping[str, str], path: Path | None = None) -> list[str]:
    """Out: every profile we know of, the default first. Raises ConfigError as `profiles_in_file` does."""
    stored = [profile for _, profile in remembered(environ)]
    return list(dict.fromkeys([DEFAULT_PROFILE, *profiles_in_file(environ, path), *stored]))


def require_known(credentials: Credentials, *, environ: Mapping[str, str], path: Path | None = None) -> None:
    """Nothing when the profile is one that there is: the default, in config.toml, logged in to, or in the keyring.

    Raises ConfigError, with those there are: a name that nothing knows is a slip, whatever credentials lie around.
    The keyring is asked last. One that cannot be read knows nothing, and the message says so.
    """
    profile = credentials.profile
    if profile == DEFAULT_PROFILE:
        return
    known = all_profiles(environ, path)
    if profile in known or credentials.is_stored():
        return
    nowhere = f"no table in {path or config_file(environ) or 'config.toml'}, no stored login"
    problem = credentials.keyring_problem
    unseen, cure = "", f"To make it, run: {login_line(credentials.venue, profile)}"
    if problem and not problem.absent:
        unseen = f" What is stored was not seen: {problem.reason}."
        cure = f"If it is stored there, unlock the keyring and run this again. {cure}"
    raise ConfigError(f"No profile {profile} is known ({nowhere}); there are: {', '.join(known)}.{unseen}\n{cure}")


def remember(venue: str, profile: str, environ: Mapping[str, str]) -> bool:
    """Note that `auth login` stored something here; no secret. Out: False when it cannot be written."""
    return _write(list(dict.fromkeys([*remembered(environ), (venue, profile)])), environ)


def forget(venue: str, profile: str, environ: Mapping[str, str]) -> bool:
    """Undo `remember`. Out: False when it cannot be written."""
    entries = remembered(environ)
    if (venue, profile) not in entries:
        return True
    return _write([entry for entry in entries if entry != (venue, profile)], environ)


def remembered(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Out: (venue, profile) of each log-in that was remembered; empty when that cannot be read."""
    path = _file(environ)
    try:
        text = path.read_text("utf-8", errors="replace") if path else ""
    except OSError:
        return []  # a convenience for `auth status`, never worth stopping for
    pairs = [tuple(line.split()) for line in text.splitlines()]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and is_profile_name(pair[1])]


def _write(entries: list[tuple[str, str]], environ: Mapping[str, str]) -> bool:
    path = _file(environ)
    if path is None:
        return False
    # Written beside and then moved into place, so that a full disk leaves the old list whole.
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_text("".join(f"{venue} {profile}\n" for venue, profile in entries), "utf-8")
        beside.replace(path)
    except OSError:
        return False
    return True


def _file(environ: Mapping[str, str]) -> Path | None:
    folder = state_dir(environ)
    return folder / "profiles" if folder else None
