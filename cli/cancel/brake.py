"""The brake: on a terminal a person is asked before a cancel costs more than its order."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable, Iterator, Sequence

from cli.account import Account
from cli.cancel.progress import Spinner, spinner_wanted
from cli.options import Options
from cli.output.streams import is_terminal, warn, write_out
from cli.output.text import clean
from venues.face import Verb
from venues.interface import Limited, NeverSent, OrderRef, Uncertain, VenueError

LONGEST_LOOK = 10.0  # seconds; a quarter of `--wait` where that is shorter
HEARD_WITHIN = 0.5  # seconds; Python hears a signal late that comes just as a read begins
YES = ("y", "yes")


def is_wanted(verb: Verb, options: Options) -> bool:
    """Out: whether there is something to ask about, and somebody to ask."""
    asks = verb.asks and not options.yes and not options.dry_run
    return asks and is_terminal(sys.stdin) and is_terminal(sys.stderr)


def is_released(account: Account, verb: Verb, refs: Sequence[OrderRef], options: Options) -> bool:
    """Look at each order, and ask once if any of them costs more, or cannot be read. Out: whether they may be sent.

    Raises KeyboardInterrupt for Ctrl-C.
    """
    wanted = spinner_wanted(sys.stderr, os.environ, quiet=options.quiet or options.verbose)
    with Spinner(sys.stderr, enabled=wanted) as spinner:
        spinner.say(lambda: f"looking at what a cancel would cost, at {account.venue.title}")
        costs = list(_costs(account, verb, refs, min(options.wait / 4, LONGEST_LOOK)))
    if not costs:
        return True
    for line in costs:
        warn(line)
    if ask(f"Cancel {f'all {len(refs)} {verb.noun}s' if len(refs) > 1 else 'it'}? [y/N] ") in YES:
        return True
    warn("Nothing was cancelled: no cancel was sent.")
    return False


def _costs(account: Account, verb: Verb, refs: Iterable[OrderRef], patience: float) -> Iterator[str]:
    """One line for each order that costs more, or that cannot be read; a silent venue is not asked for the rest."""
    silent = False
    for ref in refs:
        name = f"{verb.noun} {ref.order_id}"
        if silent:
            yield f"{name} was not looked at"
            continue
        try:
            account.venue.prepare(patience)
            order = account.venue.read(ref, patience).order
        except VenueError as fault:
            silent = isinstance(fault, (NeverSent, Uncertain, Limited))
            yield clean(f"{name} could not be read: {account.link.masks.text(fault.message)}")
        else:
            if order is not None and order.warning and not order.is_final:
                symbol = f" ({order.symbol})" if order.symbol else ""
                yield clean(account.link.masks.text(f"{name}{symbol}: {order.warning}"))


def ask(question: str) -> str:
    """Put a question to whoever types, where it can be seen: on stderr, or on the terminal of standard input.

    Out: what was typed, in lower case; empty at the end of the input, and where nothing can be written or read.
    """
    try:
        if is_terminal(sys.stderr):
            write_out(question, sys.stderr)
        else:
            with open(os.ttyname(0), "w") as terminal:
                terminal.write(question)
        while os.name == "posix" and not select.select([0], [], [], HEARD_WITHIN)[0]:
            pass
        # A file object of our own: ids may have been read there up to their Ctrl-D, which sys.stdin would remember.
        with os.fdopen(os.dup(0), "rb") as stream:
            line = stream.readline(1000)
    except OSError:
        line = b""
    if not line.endswith(b"\n"):
        warn("")  # the question stays on a line of its own
    return line.decode("utf-8", "replace").strip().lower()
