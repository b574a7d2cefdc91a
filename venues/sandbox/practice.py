"""What the practice venues share: requests, replies, orders that change with time, and a count of it all.

A practice venue is plain Python: `answer(request)` gives the reply. `venues.sandbox.server` puts it on a
loopback port. The clocks are passed in, so a test can let a cancel of 0.7 s take effect without waiting.
"""

from __future__ import annotations

import json
import re
import socket
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from threading import RLock
from time import monotonic
from time import time as wall_clock
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl

Clock = Callable[[], float]
R = TypeVar("R")
PRACTICE_HEADER = ("X-Ordercancel-Sandbox", "1")  # in every reply: no one may mistake it for the real thing
_REASONS = {int(status): status.phrase for status in HTTPStatus}
_LOG_LENGTH = 10_000  # requests kept for a test to look at; the counts go on


class Headers(Mapping[str, str]):
    """Request headers. Names are found in any case."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values = {name.lower(): value for name, value in pairs}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: `path` and `query` are not decoded, because signatures cover them as sent."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=Headers)
    body: bytes = b""

    def has_type(self, content_type: str) -> bool:
        """Out: whether the body is declared to be of this content type."""
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower() == content_type

    def form(self) -> dict[str, str]:
        """Out: the fields of a form body."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def json_object(self) -> dict[str, Any]:
        """Out: the parsed body, or an empty dict when it is no JSON object."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return parsed if isinstance(parsed, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: status, body and headers; the length is added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def json(cls, status: int, document: Any) -> Reply:
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, body, (("Content-Type", "application/json"),))

    @classmethod
    def text(cls, status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> Reply:
        return cls(status, text.encode(), (("Content-Type", content_type),))

    @classmethod
    def html(cls, status: int, text: str) -> Reply:
        return cls.text(status, f"<!doctype html>\n<h1>{text}</h1>\n", "text/html; charset=utf-8")

    @classmethod
    def redirect(cls, status: int, location: str) -> Reply:
        return cls(status, headers=(("Location", location),))

    def with_headers(self, *pairs: tuple[str, str]) -> Reply:
        return replace(self, headers=self.headers + pairs)

    def encode(self, *, close: bool = False) -> bytes:
        """Out: the HTTP/1.1 reply in one piece. `close`: say that the connection ends here."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in (*self.headers, PRACTICE_HEADER)]
        if self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        if close:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class RawReply:
    """A reply that takes over the socket, for tests of faults. The connection is closed after `send`."""

    send: Callable[[socket.socket], None]


@dataclass(slots=True)
class PracticeOrder:
    """The truth about one order. Amounts are decimals as text, `delay` seconds, dates unix seconds."""

    verb: str
    order_id: str
    symbol: str
    side: str
    type: str
    price: str
    quantity: str
    filled: str = "0.0"
    ended: str = ""  # cancelled, filled, liquidated, expired, ...; empty while it lives
    _: KW_ONLY
    delay: float = 0.0  # how long a cancel takes
    cancel_at: float | None = None  # monotonic time at which a cancel under way takes effect
    created: float = 0.0
    updated: float = 0.0
    facts: dict[str, str] = field(default_factory=dict)  # what only this venue knows of it

    def state(self, now: float) -> str:
        """Out: `open`, `cancelling`, or how it ended."""
        if self.ended or self.cancel_at is None:
            return self.ended or "open"
        return "cancelled" if now >= self.cancel_at else "cancelling"


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `pattern` matches the whole path; its groups are handed to `handler`."""

    method: str
    pattern: str
    name: str
    handler: Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Found:
    """The endpoint that a request met, and the ids in its path."""

    route: Route
    ids: tuple[str, ...]


class Practice(ABC):
    """One practice venue: its book, its credentials, and what was asked of it. Safe from several threads."""

    venue: ClassVar[str]

    def __init__(self, *, now: Clock = monotonic, time: Clock = wall_clock) -> None:
        self.now = now
        self.time = time
        self.lock = RLock()
        self.credentials: Mapping[str, str] = {}  # the cheapest complete set of the contract's fields
        self.settings: Mapping[str, str] = {}
        self.routes: tuple[Route, ...] = ()
        self.orders: dict[str, PracticeOrder] = {}
        self.counts: Counter[str] = Counter()  # requests by route name
        self.log: deque[tuple[str, Request]] = deque(maxlen=_LOG_LENGTH)
        self.dangers: list[str] = []  # requests for paths that close or sell: none may ever come
        self.keeps_cancels = True  # False: cancels are answered as always, and nothing is stored
        self.lists_lag = 0.0  # seconds by which the lists are behind: ended orders still in them, new ones not yet
        self.at_list: Callable[[int], None] = lambda number: None  # as the n-th list request (from 1) arrives
        self._behind = 0.0

    def use_rsa(self) -> None:  # noqa: B027  # most venues know no RSA keys
        """Take an RSA key in place of the secret, where the venue takes both."""

    def answer(self, request: Request) -> Reply:
        """Out: what this venue answers. Counts the request under its route's name."""
        with self.lock:
            found = self.find(request)
            name = found.route.name if found else "other"
            self.counts[name] += 1
            self.log.append((name, request))
            if name == "list":
                self.at_list(self.counts[name])
            if name == "danger":
                self.dangers.append(f"{request.method} {request.path}")
            reply = self.respond(request, found)
        return reply.with_headers(("Date", _http_date(self.time())))

    @abstractmethod
    def respond(self, request: Request, found: Found | None) -> Reply:
        """Check the credentials and answer; `found` is None for a path or method that does not exist."""

    @abstractmethod
    def word(self, order: PracticeOrder) -> str:
        """Out: the venue's own status word for the order as it now is."""

    def find(self, request: Request) -> Found | None:
        """Out: the endpoint for this method and path."""
        for route in self.routes:
            match = re.fullmatch(route.pattern, request.path)
            if match and route.method == request.method:
                return Found(route, match.groups())
        return None

    def route(self, request: Request) -> str:
        """Out: cancel, read, list, history, check, session, nonce, login, refresh, danger or other."""
        found = self.find(request)
        return found.route.name if found else "other"

    def book(self) -> list[dict[str, str]]:
        """Out: every order as it now is, for `cancel sandbox --list`, in the order of the book.

        `command` and `arguments` cancel it, `status` is the venue's own word, `state` the truth.
        """
        with self.lock:
            return [self._row(order) for order in self.orders.values()]

    def _row(self, order: PracticeOrder) -> dict[str, str]:
        return {
            "venue": self.venue, "command": order.verb,
            "arguments": " ".join(filter(None, (order.facts.get("deal"), order.order_id))),
            "symbol": order.symbol, "side": order.side, "type": order.type, "price": order.price,
            "quantity": order.quantity, "status": self.word(order), "state": self.state(order),
        }  # fmt: skip

    def state(self, order: PracticeOrder) -> str:
        if self._behind and self.time() - self._behind < order.updated:  # what is shown is from before that
            order = replace(order, ended="", cancel_at=None)
        return order.state(self.now() - self._behind)

    def open_rows(self, verb: str, row: Callable[[PracticeOrder], R]) -> list[R]:
        """Out: a row for each order that a list of `verb`'s open orders shows, in the order of the book."""
        with self.lock:
            self._behind, placed_by = self.lists_lag, self.time() - self.lists_lag
            try:
                known = (order for order in self.orders.values() if order.verb == verb and order.created <= placed_by)
                return [row(order) for order in known if self.state(order) in ("open", "cancelling")]
            finally:
                self._behind = 0.0

    def true_state(self, order_id: str) -> str:
        """Out: what really is the case with an order: open, cancelling, cancelled, filled, ..."""
        with self.lock:
            return self.state(self.orders[order_id])

    def end(self, order_id: str, how: str = "filled") -> bool:
        """Let the market act: the order ends now, also while it is being cancelled. Out: False, too late."""
        with self.lock:
            order = self.orders[order_id]
            if self.state(order) not in ("open", "cancelling"):
                return False
            order.ended, order.updated = how, self.time()
            if how == "filled":
                order.filled = order.quantity
            return True

    def begin_cancel(self, order: PracticeOrder) -> None:
        """Start a cancellation, which takes effect after the order's delay."""
        if self.keeps_cancels and order.cancel_at is None:
            order.cancel_at, order.updated = self.now() + order.delay, self.time()

    def fill(
        self, verb: str, rows: Iterable[Iterable[str]], *, delay: float = 0.0, age: float = 3600.0, **facts: str
    ) -> None:
        """Put orders into the book. In: their first fields after the verb, from `order_id` on."""
        for row in rows:
            self.add(PracticeOrder(verb, *row, delay=delay, facts=dict(facts)), age=age)

    def add(self, order: PracticeOrder, *, age: float = 3600.0) -> None:
        """Put an order into the book that was placed `age` seconds ago."""
        order.created = self.time() - age
        order.updated = order.created + 1.0
        self.orders[order.order_id] = order


def iso(seconds: float, timespec: str = "milliseconds") -> str:
    """In: unix seconds. Out: ISO 8601 in UTC without a zone, so that each venue adds its own."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec=timespec)


def amount(value: Decimal) -> str:
    """Out: the decimal in plain digits, always with a fraction: `0.01`, `12.0`."""
    text = f"{value.normalize():f}"
    return text if "." in text else text + ".0"


def _http_date(seconds: float) -> str:
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)
