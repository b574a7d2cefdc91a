"""`cancel sandbox`: the practice venues served in the foreground, or a look at their book."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.flags import OutputFlag, VerboseFlag, whole
from cli.options import Output
from cli.output.streams import warn, write_out
from venues.registry import EXCHANGE_VERB, PROVEN, VENUES, VERBS, open_practice, venue

if TYPE_CHECKING:
    from cli.output.page import Page
    from venues.sandbox.practice import Practice, RawReply, Reply, Request
    from venues.sandbox.server import Running

HIGHEST_PORT = 65_536 - len(VENUES) - len(PROVEN)  # each venue takes the next one
EXAMPLE = next(iter(VERBS.values())).example

HELP = f"""Serve the practice venues (sandbox) on loopback until Ctrl-C: no account, no network.

Prints the lines that point `cancel` at them; run these in another shell and leave out --sandbox there.
Scripts and other clients can be tried in the same way. Nothing in the sandbox is real.

\b
Examples:
  cancel sandbox --list                         the orders in the book
  cancel sandbox > practice.env                 in one shell; then in another:
  . ./practice.env && {EXAMPLE}
"""

PortFlag = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="N",
        parser=whole(0, HIGHEST_PORT),
        help="The first venue's port, the others take the next ones; 0 takes free ones.",
    ),
]
ListFlag = Annotated[bool, typer.Option("--list", help="Show the book, as -o says, and serve nothing.")]
RsaFlag = Annotated[
    bool, typer.Option("--rsa", help="Give an RSA key in place of a secret, where a venue takes both.")
]


def sandbox(
    port: PortFlag = 0,
    listing: ListFlag = False,
    rsa: RsaFlag = False,
    output: OutputFlag = Output.TABLE,
    verbose: VerboseFlag = False,
) -> None:
    """The command behind `cancel sandbox`; raises typer.Exit with its exit code."""
    raise typer.Exit(show_book(output) if listing else serve(port, rsa=rsa, verbose=verbose))


def show_book(output: Output) -> int:
    """Print every order that the practice venues begin with. Out: the exit code."""
    from cli.output.record import VERSION, to_json

    books = {practice.venue: practice.book() for practice in _open_all()}
    rows = [row for book in books.values() for row in book]
    if output is Output.JSON:
        write_out(to_json({"version": VERSION, "command": "sandbox", "sandbox": True, "orders": rows}) + "\n")
    elif output is Output.JSONL:
        write_out("".join(to_json(row) + "\n" for row in rows))
    else:
        from cli.output.render import show

        terminal = sys.stdout is not None and sys.stdout.isatty()
        show(book_page(books), sys.stdout, is_terminal=terminal, environ=os.environ)
    return 0


def serve(port: int, *, rsa: bool = False, verbose: bool = False) -> int:
    """Serve all practice venues from `port` on (0: free ones) until SIGINT or SIGTERM.

    Out: the exit code: 130 or 143 once it was told to end, 2 when a port cannot be used.
    """

    from cli.cancel.interrupt import Interrupts
    from venues.sandbox.server import start

    interrupts = Interrupts(lambda: None)
    with ExitStack() as servers:
        served: list[tuple[Practice, Running]] = []
        for offset, practice in enumerate(_open_all(rsa=rsa)):
            wanted = port + offset if port else 0
            try:
                running = servers.enter_context(start(_Watched(practice, verbose), wanted))
            except OSError as error:
                warn(f"Port {wanted} for {practice.venue} cannot be used: {error.strerror}. Choose another --port.")
                return 2
            served.append((practice, running))
        write_out("\n".join([*_head(), *(line for pair in served for line in _exports(*pair))]) + "\n")
        warn("sandbox: serving on loopback until Ctrl-C")
        while interrupts.exit_code is None:
            time.sleep(0.1)
    return interrupts.exit_code or 0


class _Watched:
    """A practice venue whose faults are never silent; with `verbose` each request is a line on stderr."""

    def __init__(self, practice: Practice, verbose: bool) -> None:
        self._practice = practice
        self._verbose = verbose

    def answer(self, request: Request) -> Reply | RawReply:
        name = f"sandbox {self._practice.venue}: {request.method} {request.path}"
        try:
            reply = self._practice.answer(request)
        except Exception as fault:
            warn(f"{name}: a fault in the practice venue, please report it: {fault!r}")
            raise
        if self._verbose:
            warn(f"{name} -> {reply.status}")
        return reply


def _exchanges() -> tuple[str, ...]:
    """Out: the practice exchanges, where `cancel` could ask them."""
    from venues.exchange import is_installed

    return PROVEN if is_installed() else ()


def _open_all(*, rsa: bool = False) -> list[Practice]:
    practices = [open_practice(name) for name in (*VENUES, *_exchanges())]
    for practice in practices if rsa else ():
        practice.use_rsa()
    return practices


def _head() -> Iterator[str]:
    yield "# Practice venues (sandbox), on loopback only; nothing here is real. Ctrl-C ends them."
    yield "# Run these lines in another shell, then try there, without --sandbox:"
    for face in VENUES.values():
        yield from (f"#   {verb.example}" for verb in face.verbs)
    if _exchanges():
        yield f"#   {EXCHANGE_VERB.example}"
    yield "# `cancel sandbox --list` shows all orders, also the filled and the cancelled ones."


def _exports(practice: Practice, running: Running) -> Iterator[str]:
    """Out: the lines that point `cancel` at one served venue, and as comments the other ways to sign in."""
    from config.names import env_name

    yield ""
    yield _export(practice.venue, {"url": running.url, **practice.credentials}, "\n")
    for way in venue(practice.venue).ways:
        # A practice venue keeps the fields that are not in `credentials` under the contract's names for them.
        others = {field: str(getattr(practice, field)) for field in way if hasattr(practice, field)}
        if len(others) == len(way) and not others.keys() & practice.credentials.keys():
            unset = " ".join(env_name(practice.venue, field) for field in practice.credentials)
            yield f"# or: unset {unset}; {_export(practice.venue, others, '; ')}"
    for version in venue(practice.venue).api_versions[1:]:
        yield f"# also: {_export(practice.venue, {'api_version': str(version)}, '; ')}"


def _export(name: str, values: Mapping[str, str], between: str) -> str:
    from config.names import env_name

    # One line each: a PEM key may carry its line feeds as `\n`, and nothing in single quotes is expanded.
    lines = (value.strip().replace("\n", r"\n").replace("'", r"'\''") for value in values.values())
    return between.join(f"export {env_name(name, field)}='{line}'" for field, line in zip(values, lines, strict=True))


def book_page(books: Mapping[str, list[dict[str, str]]]) -> Page:
    """The books of some venues as a person reads them."""
    from cli.output.page import Grid, Span

    head = ("command", "symbol", "side", "type", "price", "quantity", "status", "state")
    page: Page = [(Span("The sandbox's book. Nothing in it is real; try these commands with --sandbox."),)]
    for name, book in books.items():
        cells = (_book_row(row) for row in book)
        grid = Grid(head, tuple(tuple(map(Span, row)) for row in cells), right=frozenset({4, 5}))
        page += [(), (Span(venue(name).title, "bold"),), grid]
    return page


def _book_row(row: Mapping[str, str]) -> tuple[str, ...]:
    """Side and type in the words of the venue's view; the status as it came, since the state has a word beside it."""
    from venues.registry import view_of
    from venues.result import Outcome, Result

    now, verb = datetime.now(UTC), row["command"]
    shown = Result(
        row["venue"], verb, row["arguments"], None, Outcome.DRY_RUN, None, "", 0, now, now,
        side=row["side"], type=row["type"],
    )  # fmt: skip
    side, kind = (view_of(shown).fields[name] for name in ("side", "type"))
    rest = (row[name] for name in ("price", "quantity", "status", "state"))
    return f"cancel {verb} {row['arguments']}", row["symbol"], side.lower(), kind, *rest
