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
from venues.exchange import SYMBOL
from venues.face import NUMBER, Verb
from venues.registry import AT, EXCHANGE_VERB, VERBS, exchange

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
AT_EXCHANGES = dict.fromkeys(("--trigger", "--untested"), "")
SHORT = {"-n": "--dry-run", "-q": "--quiet", "-v": "--verbose", "-o": "--output", "-j": "--jobs", "-y": "--yes"}
# What stands in the environment where the flag is missing, else this.
DEFAULTS = {"--output": ("CANCEL_OUTPUT", USUAL.output.value), "--profile": ("CANCEL_PROFILE", USUAL.profile)}


class Line(NamedTuple):
    """A command line that was read."""

    target: str  # a verb, or an exchange
    deal_id: str | None
    ids: list[str]
    options: Options
    symbol: str | None = None


def read(arguments: Sequence[str], environ: Mapping[str, str]) -> Line | None:
    """Out: what the line says, exactly as typer would read it; None where it is not plain."""
    verb = {**VERBS, AT: EXCHANGE_VERB}.get(arguments[0]) if arguments else None
    if verb is None or any(name.endswith("_COMPLETE") for name in environ):
        return None
    given = _given(arguments[1:], FLAGS | (ASKING if verb.asks else {}) | (AT_EXCHANGES if verb.by_symbol else {}))
    if given is None or {"--wait", "--no-wait"} <= given.keys():
        return None
    words, options = given.pop(""), _options(given, environ)
    target = words.pop(0) if verb.by_symbol and words else verb.name
    if options is None or not _is_usable(verb, target, options) or not _are_ids(verb, words):
        return None
    symbol, deal_id = words.pop(0) if verb.by_symbol else None, words.pop(0) if verb.in_deal else None
    return Line(target, deal_id, words, options, symbol)


def _is_usable(verb: Verb, target: str, options: Options) -> bool:
    """Whether the exchange, if it is one, is certainly one that may be used so."""
    if not verb.by_symbol:
        return True
    face = exchange(target)
    return face is not None and not face.why_not and (face.proven or (options.untested and not options.sandbox))


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
    wanted = [NUMBER.pattern] * verb.in_deal + [SYMBOL] * verb.by_symbol
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
        trigger="--trigger" in given,
        untested="--untested" in given,
    )


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII) is not None
