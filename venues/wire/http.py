"""One HTTP request and one reply, as the venues see them. Light: nothing heavy is imported here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any, NoReturn

NOT_JSON = object()  # in place of what was parsed
DEEPEST = 64  # levels of brackets; no real answer has ten
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]
_PLAIN = bytes(byte for byte, step in enumerate(_STEPS) if not step and byte != ord('"'))


@dataclass(frozen=True)
class Request:
    """What leaves: the path begins with `/` and holds the query; `body` are the very bytes that were signed."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: bytes | None = field(repr=False, default=None)
    hold: bool = False  # nobody hangs up on it: the server would stop in the middle of its work
    everything: bool = False  # the answer may be all that there is, larger than any other
    most: int = 0  # bytes of the answer, where neither limit is right
    origin: str = ""  # where to, without a trailing slash; "" is the link's own: a venue may speak to several


@dataclass(frozen=True)
class Reply:
    """What came back, whole. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    origin: str = ""  # of the server that sent it
    reader: Any = field(default=None, repr=False, compare=False)  # of its connection

    def distrust(self) -> None:
        """It may not be the answer to its request: its connection is not used again.

        A reply that nobody asked for may have come in its place; the true one would then answer the next request.
        """
        if self.reader is not None:
            self.reader.clean = False

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def data(self) -> Any:
        """The body as parsed JSON with exact numbers (int, Decimal), or NOT_JSON."""
        return parse_json(self.body)

    @property
    def is_html(self) -> bool:
        """A page for people: a firewall, a proxy or a login form answered, not the API.

        JSON stays JSON under any content type: PHP says text/html unless it is told otherwise.
        """
        declared = "text/html" in self.headers.get("content-type", "").lower()
        return self.data is NOT_JSON and (declared or self.body.lstrip()[:1] == b"<")

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def no_constant(name: str) -> NoReturn:
    """For a parser: refuse NaN and the infinities."""
    raise ValueError(f"{name} is not JSON")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=no_constant)


def parse_json(body: bytes) -> Any:
    """In: a body. Out: parsed JSON, where numbers are int or Decimal, or NOT_JSON for anything else."""
    if is_deep(body):
        return NOT_JSON
    try:
        return DECODER.decode(body.decode("utf-8"))
    except (ValueError, ArithmeticError):  # also bytes that are no UTF-8, and absurd numbers
        return NOT_JSON


def is_deep(body: bytes) -> bool:
    """Whether the brackets outside strings nest deeper than any real answer's.

    Found before the parser, and all that walks through the answer later, recurses into it: the recursion limit
    may come too early (in the middle of a report) or, where a library has raised it, after the stack's end.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    if b"\\" in body:
        body = _ESCAPED.sub(b"", body)  # an escaped quotation mark ends no string
    # Strings without a bracket go first, as pairs of quotation marks: millions of pieces would fill the memory.
    brackets = b"".join(body.translate(None, _PLAIN).replace(b'""', b"").split(b'"')[::2])
    return any(depth > DEEPEST for depth in accumulate(map(_STEPS.__getitem__, brackets)))
