"""Asking a person on the terminal: questions on stderr, secrets unseen, a PEM key over several lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.output.streams import warn, write_out
from config.errors import ConfigError, CredentialsError
from config.login import clean_field
from ordercancel.secret import Secret
from venues.face import Face, Field

PEM_BEGINS, PEM_ENDS = "-----BEGIN", "-----END"


def on_terminal() -> bool:
    """Out: whether somebody is there to be asked."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def ask_fields(spec: Face) -> dict[str, Secret]:
    """Ask for each field of one complete set, and for the set when there are several.

    Raises ConfigError when the input ends.
    """
    way = spec.ways[0] if len(spec.ways) == 1 else _ask_way(spec)
    fields = {field.name: field for field in spec.fields}
    return {name: _ask_field(fields[name]) for name in way}


def _ask_way(spec: Face) -> tuple[str, ...]:
    for number, way in enumerate(spec.ways, 1):
        warn(f"  {number}  {' and '.join(way)}")
    while True:
        answer = _read_line("Which of these? [1] ").strip() or "1"
        if answer.isascii() and answer.isdigit() and 0 < int(answer[:4]) <= len(spec.ways):
            return spec.ways[int(answer) - 1]
        warn(f"Type a number from 1 to {len(spec.ways)}.")


def _ask_field(field: Field) -> Secret:
    if not field.secret:
        return _until_good(field.name, lambda: _read_line(f"{field.name}: "))
    with _no_echo():  # also between two tries: what was pasted may have more lines than one
        return _until_good(field.name, lambda: _unseen(field.name))


def _until_good(name: str, read: Callable[[], str]) -> Secret:
    while True:
        try:
            return clean_field(name, read())
        except CredentialsError as fault:
            warn(fault.message)
        except UnicodeDecodeError:
            warn(f"{name} is not text in this terminal's encoding.")


def _read_line(prompt: str) -> str:
    write_out(prompt, sys.stderr)
    line = sys.stdin.readline()
    if not line:
        raise ConfigError("\nThe input ended; nothing was stored.")
    return line.rstrip("\r\n")


def _unseen(name: str) -> str:
    """A line, or all lines of a PEM text up to the one that ends it."""
    lines = [_unseen_line(f"{name} (not shown): ")]
    if PEM_BEGINS in lines[0]:
        while PEM_ENDS not in lines[-1]:
            lines.append(_unseen_line(""))
    return "\n".join(lines)


def _unseen_line(prompt: str) -> str:
    if sys.platform == "win32":
        import getpass

        return getpass.getpass(prompt)
    line = _read_line(prompt)
    if prompt:
        write_out("\n", sys.stderr)  # the one that was typed was not shown either
    return line


@contextmanager
def _no_echo() -> Iterator[None]:
    """The terminal does not show what is typed. Not getpass: between two lines it throws away what was pasted."""
    if sys.platform == "win32":
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
