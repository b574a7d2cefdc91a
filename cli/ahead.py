"""Where a plain command line leads: the connection is begun before the rest of the program is loaded.

Loading takes longer than the way to most venues and back. What is not certain yet connects once its first request is
due.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from cli.cancel.ids import STDIN
from cli.plain import Line
from config.errors import ConfigError
from config.names import DEFAULT_PROFILE
from config.paths import config_file
from config.settings import Settings, load_settings, read_config
from venues.exchange import is_surely_usable
from venues.registry import KINDS, face_of
from venues.wire import ahead
from venues.wire.dial import route_to

SWITCH = "_ORDERCANCEL_AHEAD"  # `off`: nothing is begun; for tests


def begin(line: Line, environ: Mapping[str, str]) -> None:
    """Begin the connection that this line will surely want; in every other case do nothing."""
    if environ.get(SWITCH) == "off":
        return
    with suppress(ConfigError, ValueError):
        if origin := destination(line, environ):
            ahead.begin(route_to(origin))


def destination(line: Line, environ: Mapping[str, str]) -> str | None:
    """Out: the origin that the line leads to, None where that is not certain. Raises ConfigError."""
    if STDIN in line.ids or line.options.sandbox:
        return None  # there may come no id; practice venues are not there yet
    profile = line.options.profile
    if profile != DEFAULT_PROFILE and profile not in read_config(config_file(environ), KINDS):
        return None  # the keyring may know it, or nobody
    face = face_of(line.target)
    settings = load_settings(face.name, profile, default_url=face.url, known=KINDS, environ=environ)
    if line.symbol is not None and not _is_certain(line.symbol, settings):
        return None
    return settings.url


def _is_certain(symbol: str, settings: Settings) -> bool:
    """Whether an exchange is asked at its usual address: contracts and practice nets have others, unless set."""
    usual = settings.url_from == "default"
    return is_surely_usable() and not settings.testnet and not (usual and ":" in symbol)
