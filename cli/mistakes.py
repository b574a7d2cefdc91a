"""What was typed wrong, and what to type instead: one or two lines. Loaded only when something is wrong."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from shlex import join
from typing import Any

from cli.options import Output
from cli.output.streams import colour_wanted, is_terminal, warn, write_out
from cli.output.text import clean
from ordercancel.called import called
from venues.face import Face, Ids
from venues.registry import AT, EXCHANGE_VERB, PROVEN, VENUES, VERBS, exchange, face_of

LISTING = ("ls", "open", "orders", "show", "--list", "--open", "-l")
SWEEPING = ("everything", "sweep", "--all", "-a")
SWEEPS = ("list", "all")  # the commands for several targets
COMMANDS = {**VERBS, AT: EXCHANGE_VERB}
INSTEAD = {
    "login": "auth login VENUE",
    "logout": "auth logout VENUE",
    "status": "auth status",
    "help": "--help",
    "version": "--version",
    "-V": "--version",
    "-?": "--help",
}
_SECRET = re.compile(r"--?[a-z0-9-]*(key|secret|token|pass|pem|wallet|credential)", re.IGNORECASE)
UNLISTED = "how many pages its list has is not known for sure"
_LIMIT = 500  # characters of a line


def report(error: Any) -> int:
    """Print what is wrong with a command line, and with `-o json` also an empty document. Out: the exit code.

    In: typer's UsageError, or one of its kinds.
    """
    context = error.ctx
    if type(error).__name__ == "NoArgsIsHelpError":
        warn(error.format_message())
        return 2
    fault, *hint = (clean(line, _LIMIT) for line in explained(error))
    red = "\x1b[31mError:\x1b[0m" if colour_wanted(is_terminal(sys.stderr), os.environ) else "Error:"
    warn("\n".join([f"{red} {fault}", *hint]))
    name = context.command.name if context is not None else ""
    if name in (*COMMANDS, *SWEEPS) and _output(context) == Output.JSON.value:
        from cli.output.record import document, sweep_document, to_json

        empty = sweep_document(name, 2, [], []) if name in SWEEPS else document(name, 2, [])
        write_out(to_json(empty) + "\n")
    return 2


def _output(context: Any) -> str | None:
    """What `-o` or CANCEL_OUTPUT says, as far as the command line can be read."""
    lenient: dict[str, Any] = {"resilient_parsing": True, "ignore_unknown_options": True, "allow_extra_args": True}
    read = context.command.make_context(context.info_name, sys.argv[2:], parent=context.parent, **lenient)
    found: str | None = read.params.get("output")
    return found


def explained(error: Any) -> Iterable[str]:
    """Out: what is wrong, then perhaps what to type instead."""
    context = error.ctx
    if context is None:
        return _said(error)
    words, kind = sys.argv[1:], type(error).__name__
    option = getattr(error, "option_name", "")
    if _may_hold_a_secret(error, context):
        return _no_secrets(words)
    if context.parent is None:
        return _before_the_command(option, words) if option else _no_command(words[0])
    if kind == "NoSuchOption":
        return _no_option(error, context)
    if kind == "MissingParameter":
        return _missing(error, context)
    return _said(error)


def _said(error: Any) -> list[str]:
    """The error's own words, without typer's "Invalid value:" before a whole sentence of ours."""
    return str(error.format_message()).removeprefix("Invalid value: ").splitlines()


# --- no command


def _no_command(typed: str) -> list[str]:
    word = typed.strip()
    if word in LISTING or word in SWEEPING:
        return _sweep_instead(word)
    if word in INSTEAD:
        return [f"there is no command {word}; type: {called()} {INSTEAD[word]}"]
    if (face := exchange(word.lower())) and not _venue(word):
        return [f"{face.title} is an exchange; type: {called()} {AT} {face.name} SYMBOL ORDER_ID"]
    if face := _venue(word):
        return [f"{face.title} is a venue; what to cancel there:", *(_lines(verb.name for verb in face.verbs))]
    if any(re.fullmatch(verb.ids.pattern, word) for verb in VERBS.values()):
        return [f"{word} is no command; to cancel it, name what it is: {called()} COMMAND {word}", _commands()]
    near = get_close_matches(word.lower(), [*COMMANDS, *SWEEPS, "auth", "sandbox"], n=1)
    return [f"there is no command '{word}'" + (f"; did you mean {near[0]}?" if near else ""), _commands()]


def _commands() -> str:
    shown = ", ".join(f"{' or '.join(verb.name for verb in face.verbs)} ({face.title})" for face in VENUES.values())
    return f"COMMAND is {shown}."


def _venue(word: str) -> Face | None:
    names = {name.lower(): face for face in VENUES.values() for name in (face.name, face.title, *face.aliases)}
    return names.get(word.lower())


def _lines(verbs: Iterable[str]) -> list[str]:
    return ["; ".join(_as_typed(VERBS[verb].example) for verb in verbs)]


def _as_typed(example: str) -> str:
    """An example of the help, under the name that was typed."""
    return f"{called()} {example.partition(' ')[2]}"


def _sweep_instead(word: str, target: str = "") -> list[str]:
    command = "list" if word in LISTING else "all"
    return [f"there is no {word}; type: {' '.join(filter(None, (called(), command, target)))}"]


# --- no target


def no_target(typed: str) -> str:
    """What to say of a target of `list` or `all` that there is not."""
    word = clean(typed.strip(), 60)
    if face := _venue(word):
        return f"'{word}' is a venue; its targets: {', '.join(verb.name for verb in face.verbs)}"
    if any(re.fullmatch(verb.ids.pattern, word) for verb in VERBS.values()):
        return (
            f"'{word}' is no target; to cancel one order, name what it is: {called()} COMMAND {word}\n{_commands()}"
        )
    if face := exchange(word.lower()):
        return f"what is open at {face.title} is not listed: {face.why_not or UNLISTED}"
    near = get_close_matches(word.lower(), (*VERBS, *PROVEN), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join((*VERBS, *PROVEN))}"
    return f"there is no target '{word}'; {hint}"


# --- options


def _before_the_command(option: str, words: list[str]) -> list[str]:
    if option in LISTING or option in SWEEPING:
        return _sweep_instead(option)
    if option in INSTEAD:
        return [f"there is no {option}; type: {called()} {INSTEAD[option]}"]
    place = next((index for index, word in enumerate(words) if word in (*COMMANDS, *SWEEPS)), None)
    if place is None:
        example = _as_typed(next(iter(VERBS.values())).example)
        return [f"no such option before a command: {option}", f"Flags go after the command: {example} {option}"]
    return [f"flags go after the command: {join([called(), *words[place:], *words[:place]])}"]


def _no_option(error: Any, context: Any) -> list[str]:
    option = error.option_name
    command = context.command.name
    if (option in LISTING or option in SWEEPING) and command in VERBS:
        return _sweep_instead(option, command)
    if option.removeprefix("--") in [output.value for output in Output]:
        return [f"there is no {option}; type: -o {option.removeprefix('--')}"]
    if re.fullmatch(r"-[0-9]", option) and command in VERBS:
        return [f"an order id has no sign: expected {VERBS[command].ids.expected}"]
    near = " or ".join(error.possibilities or ())
    hint = f"did you mean {near}?" if near else f"see {context.command_path} --help"
    return [f"there is no option {option}; {hint}"]


def _missing(error: Any, context: Any) -> list[str]:
    verb = COMMANDS.get(context.command.name)
    what = (error.param.metavar or error.param.name).removesuffix("...").replace("_", " ").lower()
    if error.param.param_type_name != "argument":
        return _said(error)
    example = _as_typed(verb.example) if verb else f"{context.command_path} --help"
    return [f"no {what} was given; {'as in' if verb else 'see'}: {example}"]


# --- secrets


def _may_hold_a_secret(error: Any, context: Any) -> bool:
    """Whether somebody tries to give a secret on the command line: it is not shown again."""
    option = getattr(error, "option_name", "")
    fields = {field.name for face in VENUES.values() for field in face.fields}
    if _SECRET.match(option) or option.removeprefix("--").replace("-", "_") in fields:
        return True
    return context.command.name == "login" and "unexpected extra argument" in error.message


def _no_secrets(words: list[str]) -> list[str]:
    venue = next((face.name for word in words if (face := _venue(word))), None)
    venue = venue or next((face_of(word).name for word in words if word in VERBS), "VENUE")
    return [
        "secrets are never taken on the command line, where other users can read them",
        f"Type them when asked, or give JSON on standard input: {called()} auth login {venue}",
    ]


# --- ids


def no_id(text: str, ids: Ids, verb: str = "") -> str:
    """What to say of an argument that is no id. In: what was wanted; the verb, if it is an order's id."""
    parts = re.split(r"[\s,;]+", text.strip(" ,;"))
    if len(parts) > 1 and all(re.fullmatch(ids.pattern, part) for part in parts):
        return f"'{text}' is several ids in one: put blanks between them: {' '.join(parts)}"
    fault = f"'{clean(text, 60)}' is not an order id: expected {ids.expected}"
    if not verb:
        return fault.replace("an order id", "a deal id")
    takers = [other.name for other in VERBS.values() if re.fullmatch(other.ids.pattern, text)]
    if not takers:
        return fault
    theirs = ", ".join(f"{called()} {name} ({face_of(name).title})" for name in takers)
    return f"'{text}' is no id of {face_of(verb).title}, which takes {ids.form}\nSuch ids are taken by: {theirs}"
