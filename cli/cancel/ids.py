"""Order ids: what counts as one, reading them from standard input, and sending each only once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from cli.output.text import clean
from venues.face import Ids
from venues.wire.seen import Seen

STDIN = "-"  # in place of an id: read them from standard input
_LINE_LIMIT = 1000  # bytes of a line that are looked at; an id has at most 38
_CHUNK = 65536
_BLANKS = "\ufeff \t\r\n\v\f"  # a BOM also stands in mid-stream after `cat a b`


class BadId(ValueError):
    """Text that is no order id. `expected` says in words what was wanted."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"'{clean(text, 60)}' is not an order id: expected {expected}")
        self.text = text
        self.expected = expected


def parser(ids: Ids) -> Callable[[str], str]:
    """Out: a function that gives back a text which is such an id, and raises BadId for any other."""
    pattern = re.compile(ids.pattern)

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise BadId(text, ids.expected)
        return text

    return parse


def trimmed(text: str) -> str:
    """In: an argument or a line. Out: the same without the blanks around it."""
    return text.strip(_BLANKS)


def read_ids(
    stream: IO[str] | IO[bytes] | None, parse: Callable[[str], str], report: Callable[[int, BadId], None]
) -> Iterator[str]:
    """Ids from a stream, one a line, each yielded as soon as its line has arrived.

    In: `stream`, text or binary (None when standard input is closed); `parse`, which raises BadId;
    `report`, called with a bad line's number (from 1), after which the rest is still read.
    Blank lines and `#` comments, also behind an id, are skipped. Raises OSError when reading fails.
    """
    if stream is None:
        return
    # The bytes below a text stream: no locale decides how they are read, and a bad byte raises nothing.
    source: IO[str] | IO[bytes] = getattr(stream, "buffer", stream)
    for number, (line, complete) in enumerate(_lines(source), 1):
        text, comment, _ = line.partition("#")
        text = trimmed(text)
        whole = complete or bool(comment)
        if whole and not text:
            continue
        try:
            if not whole:
                raise BadId(text, f"a line of at most {_LINE_LIMIT} bytes")
            order_id = parse(text)
        except BadId as bad:
            report(number, bad)
        else:
            yield order_id


def _lines(source: IO[str] | IO[bytes]) -> Iterator[tuple[str, bool]]:
    """Each line's beginning and whether that is all of it; never reads on past the line's end."""
    while head := source.readline(_LINE_LIMIT):
        whole = len(head) < _LINE_LIMIT or _ends(head)
        yield (head if isinstance(head, str) else head.decode("utf-8", "replace")), whole
        while not whole:  # the rest of an over-long line is read and dropped, piece by piece
            rest = source.readline(_CHUNK)
            whole = not rest or _ends(rest)


def _ends(piece: str | bytes) -> bool:
    return piece.endswith("\n") if isinstance(piece, str) else piece.endswith(b"\n")


def unique(ids: Iterable[str]) -> Iterator[str]:
    """Each id once, at its first place, as a stream."""
    seen = Seen()
    return (order_id for order_id in ids if seen.add(order_id))
