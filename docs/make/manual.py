"""The man page, in mdoc, from what `--help` says and from README's table of outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import Any

import typer

from cli.app import build
from config.names import env_name, file_name
from venues.registry import VENUES

ROOT = Path(__file__).parent.parent.parent
NAME = "ordercancel"
WIDTH = 78  # mandoc finds fault with longer lines
FILES = (
    ("~/.config/cancel/config.toml", "Settings, a table a profile and venue."),
    ("$CREDENTIALS_DIRECTORY/" + file_name("VENUE", "FIELD"), "One credential field a file."),
    ("~/.local/state/cancel/", "The names of profiles, and a lock file. No secret."),
    ("~/.cache/cancel/", "The market of a symbol at an exchange, for a day."),
)


def manual() -> str:
    """Out: the whole page. Its day is that of the newest version in the changelog."""
    root = typer.main.get_command(build("whole"))
    return "\n".join(_page(root)) + "\n"


def _page(root: Any) -> Iterator[str]:
    yield f".Dd {_day():%B} {_day().day}, {_day().year}"
    yield f".Dt {NAME.upper()} 1"
    yield ".Os"
    yield from (".Sh NAME", f".Nm {NAME} ,", ".Nm cancel", ".Nd cancel an order, and know that it is cancelled")
    yield from (".Sh SYNOPSIS", f".Nm {NAME}", ".Ar command", ".Op Ar option ...", ".Op Ar argument ...")
    yield ".Sh DESCRIPTION"
    yield from _help(root.help)
    yield ".Pp"
    yield "The options of the command itself:"
    yield from _options(root)
    yield ".Sh COMMANDS"
    for words, command in _commands(root):
        yield f".Ss {words}"
        yield from _synopsis(words, command)
        yield from _help(command.help)
        yield from _options(command)
    yield ".Sh ENVIRONMENT"
    yield from _list((f"Ev {name}", text) for name, text in _variables())
    yield ".Sh FILES"
    yield from _list((f"Pa {name}", text) for name, text in FILES)
    yield ".Sh EXIT STATUS"
    yield "The largest code of all orders and targets:"
    yield from _list(_codes())
    yield from (".Sh SEE ALSO", "The documentation in the source, README.md and docs/.")


def _day() -> date:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = re.search(r"^## \[[0-9.]+\] - (\S+)$", text, re.MULTILINE)
    assert found, "the changelog has no version"
    return date.fromisoformat(found[1])


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        words = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from _commands(command, f"{words} ")
        else:
            yield words, command


def _synopsis(words: str, command: Any) -> Iterator[str]:
    arguments = [param.metavar for param in command.params if not param.opts[0].startswith("-")]
    yield f".Nm {NAME} {words}"
    yield ".Op Ar option ..."
    for name in arguments:
        bare = name.replace("]...", " ...").replace("...", " ...").strip("[]").replace("  ", " ")
        yield f".Op Ar {bare}" if name[0] == "[" else f".Ar {bare}"
    yield ".Pp"


def _help(text: str) -> Iterator[str]:
    """Paragraphs of help; one that begins with \\b stands as it is."""
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        yield from [".Pp"] * (number > 0)
        lines = paragraph.strip().splitlines()
        if lines[0] == "\b":
            title = [line for line in lines[1:] if not line.startswith(" ")]
            yield from _text(" ".join(title))
            yield ".Bd -literal -offset indent"
            yield from (_plain(line.strip()) for line in lines[1:] if line.startswith(" "))
            yield ".Ed"
        else:
            yield from _text(" ".join(lines))


def _options(command: Any) -> Iterator[str]:
    shown = [param for param in _params(command) if param.opts[0].startswith("-")]
    yield from _list((_flags(param), _says(param)) for param in shown)


def _params(command: Any) -> list[Any]:
    context = command.context_class(command, **{"help_option_names": ["-h", "--help"]})
    return list(command.get_params(context))


def _flags(param: Any) -> str:
    names = sorted(param.opts, key=len)
    value = "" if param.is_flag else f" Ar {_plain(param.metavar or '|'.join(param.type.choices))}"
    return " , ".join(f"Fl {name[1:]}" for name in names) + value


def _says(param: Any) -> str:
    more = [] if param.is_flag or param.default is None else [f"Default: {_default(param.default)}."]
    more += [f"Environment: {param.envvar}."] if param.envvar else []
    return " ".join([param.help or "", *more])


def _default(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def _variables() -> Iterator[tuple[str, str]]:
    yield "CANCEL_OUTPUT", "Stands for --output."
    yield "CANCEL_PROFILE", "Stands for --profile, and leaves the order of the sources."
    yield "CREDENTIALS_DIRECTORY", "A folder with files of credentials."
    for venue, face in VENUES.items():
        for field in face.fields:
            yield env_name(venue, field.name), f"A credential of {face.title}."
        yield env_name(venue, "url"), f"The origin of {face.title}."


def _codes() -> Iterator[tuple[str, str]]:
    readme = (ROOT / "README.md").read_text("utf-8")
    for word, code, when in re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (.*) \|$", readme, re.MULTILINE):
        yield code, f"{word}: {when.replace('`', '')}."
    found = re.search(r"^1 is .*SIGTERM\.$", readme, re.MULTILINE)
    assert found, "README has no line of the other codes"
    for part in found[0].rstrip(".").split(", "):
        code, _, when = part.partition(" ")
        yield code, f"{when.removeprefix('is ')}."


def _list(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield ".Bl -tag -width Ds"
    for head, text in items:
        yield f".It {head}"
        yield from _text(text)
    yield ".El"


def _text(text: str) -> Iterator[str]:
    """Each sentence on a line of its own, as mdoc wants it."""
    for sentence in re.split(r"(?<=[.:;?!]) ", text):
        yield from (_plain(line) for line in wrap(sentence, WIDTH, break_on_hyphens=False))


def _plain(text: str) -> str:
    text = text.replace("\\", "\\e")
    return f"\\&{text}" if text[:1] in ".'" else text
