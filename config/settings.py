"""Settings: config.toml, and the environment, which wins. The whole file is checked, not only our table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.errors import ConfigError
from config.names import check_profile_name, env_name, is_profile_name
from config.origin import is_plain_and_far, parse_origin
from config.paths import config_file

SWITCHES = ("testnet",)
_YES_NO = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Settings(NamedTuple):
    """Where one venue is and how to speak to it.

    `url_from` is `environment`, `config.toml` or `default`. `api_version` is None where the venue has only one;
    `requests_per_minute` is None when the venue's own careful figure applies.
    """

    url: str
    url_from: str
    api_version: int | None = None
    requests_per_minute: int | None = None
    testnet: bool = False


Kinds = tuple[int | str, ...]  # API versions, the default first, and the switches that a venue has besides


def load_settings(
    venue: str,
    profile: str,
    *,
    default_url: str | None,
    known: Mapping[str, Kinds],
    environ: Mapping[str, str],
    path: Path | None = None,
) -> Settings:
    """Out: the settings of one venue in one profile.

    In: `known` names every venue there is with its API versions and switches (none: no such setting); `path` stands
    in for the platform's config.toml. Raises ConfigError, naming file or variable, key and what was expected, for
    anything wrong anywhere in the file.
    """
    check_profile_name(profile)
    path = path or config_file(environ)
    table = read_config(path, known).get(profile, {}).get(venue, {})
    given = _from_environment(venue, known[venue], environ)
    values = {**table, **given}
    url = values.get("url", default_url)
    if url is None:
        raise ConfigError(_no_url(venue, profile, path))
    source = "environment" if "url" in given else "config.toml" if "url" in table else "default"
    if is_plain_and_far(url) and not values.get("allow_http", False):
        place = env_name(venue, "url") if source == "environment" else f"{path}: {profile}.{venue}.url"
        raise ConfigError(
            f"{place}: plain http to another machine would show keys and orders to the network; use https.\n"
            f"To allow it all the same: {env_name(venue, 'allow_http')}=true, or allow_http = true by the url."
        )
    versions = _versions(known[venue])
    return Settings(
        url=url,
        url_from=source,
        api_version=values.get("api_version", versions[0] if versions else None),
        requests_per_minute=values.get("requests_per_minute"),
        testnet=values.get("testnet", False),
    )


def read_config(path: Path | None, known: Mapping[str, Kinds]) -> dict[str, dict[str, dict[str, Any]]]:
    """Out: profile -> venue -> key -> value, all checked; empty when there is no file. Raises ConfigError."""
    checked: dict[str, dict[str, dict[str, Any]]] = {}
    for profile, venues in read_toml(path).items():
        if not is_profile_name(profile):
            raise _wrong(path, profile, "a profile's name has only letters, digits, dot, dash and underscore")
        _check_is_table(path, profile, venues, f"a table for a profile and a venue, as [default.{next(iter(known))}]")
        checked[profile] = {}
        for venue, table in venues.items():
            where = f"{profile}.{venue}"
            if venue not in known:
                hint = f"; did you mean [default.{profile}]?" if profile in known else ""
                raise _wrong(path, where, f"no such venue; there are {', '.join(known)}{hint}")
            _check_is_table(path, where, table, f"a table, [{where}]")
            checked[profile][venue] = _checked_table(table, known[venue], f"{path}: {where}.{{}}".format)
    return checked


def read_toml(path: Path | None) -> dict[str, Any]:
    """Out: the file as parsed, unchecked; empty when there is none. Raises ConfigError."""
    if path is None:
        return {}
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as fault:
        raise ConfigError(f"{path} cannot be read: {fault.strerror}.") from None
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not valid TOML: it is not UTF-8 text.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise ConfigError(f"{path} is not valid TOML: {fault}.") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise ConfigError(f"{path} cannot be used: a number in it is too long.") from None


def _check_is_table(path: Path | None, where: str, value: object, expected: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(path, where, f"expected {expected}")


def _from_environment(venue: str, kinds: Kinds, environ: Mapping[str, str]) -> dict[str, Any]:
    texts = {key: environ.get(env_name(venue, key), "").strip() for key in _keys(kinds)}
    given = {key: _typed(key, text) for key, text in texts.items() if text}
    return _checked_table(given, kinds, lambda key: env_name(venue, key))


def _checked_table(table: Mapping[str, Any], kinds: Kinds, name: Callable[[str], str]) -> dict[str, Any]:
    """Out: the table, checked. In: `name` says of a key what it is called where it stands. Raises ConfigError."""
    keys, checked = _keys(kinds), {}
    for key, value in table.items():
        if key not in keys:
            raise ConfigError(f"{name(key)}: unknown key; there are {', '.join(keys)}.")
        try:
            checked[key] = _checked(key, value, kinds)
        except ValueError as fault:
            raise ConfigError(f"{name(key)}: {fault}.") from None
    return checked


def _typed(key: str, text: str) -> object:
    """In: text from the environment. Out: what config.toml would have held, or the text if it is no such."""
    if key in ("allow_http", *SWITCHES):
        return _YES_NO.get(text.lower(), text)
    if key != "url" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return text


def _keys(kinds: Kinds) -> tuple[str, ...]:
    """Out: the keys that a venue has."""
    switches = (kind for kind in kinds if isinstance(kind, str))
    return ("url", *(["api_version"] if _versions(kinds) else []), *switches, "allow_http", "requests_per_minute")


def _versions(kinds: Kinds) -> list[int]:
    return [kind for kind in kinds if isinstance(kind, int)]


def _checked(key: str, value: Any, kinds: Kinds) -> Any:
    """Out: a foreign value as ours. Raises ValueError, saying what was expected."""
    if key == "url" and isinstance(value, str):
        return parse_origin(value)
    versions, yes_or_no = _versions(kinds), isinstance(value, bool)
    whole = isinstance(value, int) and not isinstance(value, bool)
    good, expected = {
        "url": (False, "text, an origin such as https://venue.example"),
        "api_version": (whole and value in versions, f"{' or '.join(map(str, versions))}, a whole number"),
        "allow_http": (yes_or_no, "true or false"),
        "testnet": (yes_or_no, "true or false"),
        "requests_per_minute": (whole and value >= 1, "a whole number above 0"),
    }[key]
    if not good:
        raise ValueError(f"expected {expected}")
    return value


def _wrong(path: Path | None, key: str, what: str) -> ConfigError:
    return ConfigError(f"{path}: {key}: {what}.")


def _no_url(venue: str, profile: str, path: Path | None) -> str:
    there = [name for name in read_toml(path) if name != profile]
    others = f" The file has the profiles: {', '.join(there)}." if there else ""
    return (
        f"{venue} has no default address, and profile {profile} sets none.{others}\n"
        f"Set {env_name(venue, 'url')}, or url under [{profile}.{venue}] in {path or 'config.toml'}."
    )
