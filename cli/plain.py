"""Plain command lines: a cancel of ids, with flags written the usual way and nothing wrong anywhere.

Typer takes longer to load than most venues are away, so such a line is read here. Whatever is wrong, rare or not
certain is left to typer, and to its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cli.cancel.ids import STDIN, trimmed
from cli.options import USUAL, Options, Output
from venues.face import NUMBER, Verb
from venues.registry import VERBS

OUTPUT, PROFILE, WAIT = "table|json|jsonl", r"[\w.][\w.-]*", r"[1-9]\d{0,3}(\.\d+)?"
# What each flag certainly takes; "" for those that take nothing.
FLAGS = {
    **dict.fromkeys(("--dry-run", "--no-wait", "--quiet", "--sandbox", "--verbose"), ""),
    "--output": OUTPUT,
    "--jobs": "[1-9]|[1-5][0-9]",
    "--wait": WAIT,
    "--profile": PROFILE,
}
ASKING = {"--yes": ""}  # of the verbs that ask
SHORT = {"-n": "--dry-run", "-q": "--quiet", "-v": "--verbose", "-o": "--output", "-j": "--jobs", "-y": "--yes"}
# What stands in the environment where the flag is missing, else this.
DEFAULTS = {"--output": ("CANCEL_OUTPUT", USUAL.output.value), "--profile": ("CANCEL_PROFILE", USUAL.profile)}


class Line(NamedTuple):
    """A command line that was read."""

    verb: str
    deal_id: str | None
    ids: list[str]
    options: Options


def read(arguments: Sequence[str], environ: Mapping[str, str]) -> Line | None:
    """Out: what the line says, exactly as typer would read it; None where it is not plain."""
    verb = VERBS.get(arguments[0]) if arguments else None
    if verb is None or any(name.endswith("_COMPLETE") for name in environ):
        return None
    given = _given(arguments[1:], FLAGS | ASKING if verb.asks else FLAGS)
    if given is None or not _are_ids(verb, ids := given.pop("")) or {"--wait", "--no-wait"} <= given.keys():
        return None
    deal_id = ids.pop(0) if verb.in_deal else None
    options = _options(given, environ)
    return options and Line(verb.name, deal_id, ids, options)


def _given(arguments: Sequence[str], flags: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Out: the values of each flag, and under "" what is no flag; None where anything is not plain."""
    given: dict[str, list[str]] = {"": []}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-") or argument == STDIN:
            given[""].append(trimmed(argument))
            continue
        flag, glued, value = argument.partition("=")
        flag, is_long = SHORT.get(flag, flag), flag.startswith("--")
        takes = flags.get(flag)
        if takes is None or (glued and not (takes and is_long)):
            return None
        if takes and not glued:
            value = next(rest, "")
        if not _fits(takes, value):
            return None
        given.setdefault(flag, []).append(value)
    return given


def _are_ids(verb: Verb, texts: Sequence[str]) -> bool:
    wanted = [NUMBER.pattern] * verb.in_deal
    wanted += [f"{STDIN}|{verb.ids.pattern}"] * max(1, len(texts) - len(wanted))
    return len(texts) == len(wanted) and all(map(_fits, wanted, texts))


def _options(given: Mapping[str, Sequence[str]], environ: Mapping[str, str]) -> Options | None:
    """Out: the flags; None where the environment holds a value that is not plain."""
    values = {flag: environ.get(variable, usual) for flag, (variable, usual) in DEFAULTS.items()}
    values |= {flag: texts[-1] for flag, texts in given.items()}  # as everywhere, the last one counts
    if not all(_fits(FLAGS[flag], values[flag]) for flag in DEFAULTS):
        return None
    return Options(
        output=Output(values["--output"]),
        dry_run="--dry-run" in given,
        wait=float(values.get("--wait", USUAL.wait)),
        no_wait="--no-wait" in given,
        profile=values["--profile"],
        sandbox="--sandbox" in given,
        jobs=int(values.get("--jobs", USUAL.jobs)),
        quiet="--quiet" in given,
        verbose="--verbose" in given,
        named="--profile" in given,
        yes="--yes" in given,
    )


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII) is not None
