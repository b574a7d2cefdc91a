"""Which command lines are so plain that their connection may be begun before the command line is loaded.

Loading takes longer than the way to most venues and back. A line passes here only when all of it, and the settings,
are certainly well-formed; what is wrong, rare or not known yet connects once its first request is due.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from cli.cancel.ids import trimmed
from config.errors import ConfigError
from config.names import DEFAULT_PROFILE
from config.paths import config_file
from config.settings import load_settings, read_config
from venues.face import NUMBER, Verb
from venues.registry import API_VERSIONS, VERBS, face_of
from venues.wire import ahead
from venues.wire.dial import route_to

SWITCH = "_ORDERCANCEL_AHEAD"  # `off`: nothing is begun; for tests
OUTPUT, PROFILE, WAIT = "table|json|jsonl", r"[\w.][\w.-]*", r"[1-9]\d{0,3}(\.\d+)?"
# What each flag certainly takes; "" for those that take nothing.
FLAGS = {
    **dict.fromkeys(("-n", "--dry-run", "--no-wait", "-q", "--quiet", "-v", "--verbose"), ""),
    **dict.fromkeys(("-o", "--output"), OUTPUT),
    **dict.fromkeys(("-j", "--jobs"), "[1-9]|[1-5][0-9]"),
    "--wait": WAIT,
    "--profile": PROFILE,
}
ASKING = {"-y": "", "--yes": ""}  # of the verbs that ask


def begin(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Begin the connection that this line will surely want; in every other case do nothing."""
    if environ.get(SWITCH) == "off" or any(name.endswith("_COMPLETE") for name in environ):
        return
    with suppress(ConfigError, ValueError):
        if origin := destination(arguments, environ):
            ahead.begin(route_to(origin))


def destination(arguments: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Out: the origin that the line leads to, None where that is not certain. Raises ConfigError."""
    verb = VERBS.get(arguments[0]) if arguments else None
    given = verb and _read(arguments[1:], FLAGS | ASKING if verb.asks else FLAGS)
    if verb is None or given is None or not _are_ids(verb, given.pop("")):
        return None
    if "--no-wait" in given and "--wait" in given:
        return None
    if not _fits(OUTPUT, environ.get("CANCEL_OUTPUT", "table")):
        return None
    profile = given.get("--profile", [environ.get("CANCEL_PROFILE", DEFAULT_PROFILE)])[-1]
    if profile != DEFAULT_PROFILE and profile not in read_config(config_file(environ), API_VERSIONS):
        return None  # the keyring may know it, or nobody
    face = face_of(verb.name)
    return load_settings(face.name, profile, default_url=face.url, known=API_VERSIONS, environ=environ).url


def _read(arguments: Sequence[str], flags: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Out: the values of each flag, and under "" what is no flag; None where anything is not plain."""
    given: dict[str, list[str]] = {"": []}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            given[""].append(trimmed(argument))
            continue
        flag, glued, value = argument.partition("=")
        takes = flags.get(flag)
        if takes is None or (glued and not (takes and flag.startswith("--"))):
            return None
        if takes and not glued:
            value = next(rest, "")
        if not _fits(takes, value):
            return None
        given.setdefault(flag, []).append(value)
    return given


def _are_ids(verb: Verb, texts: Sequence[str]) -> bool:
    wanted = [NUMBER] * verb.in_deal
    wanted += [verb.ids] * max(1, len(texts) - len(wanted))
    return len(texts) == len(wanted) and all(map(_fits, (ids.pattern for ids in wanted), texts))


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII) is not None
