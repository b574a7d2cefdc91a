"""An exchange of ccxt whose requests leave through our transport, and whose answers come back the same way.

What a call has sent, and what came of it, is known here; what ccxt then makes of it is never asked.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from venues.exchange.guard import Aim, is_cancel, may_leave
from venues.exchange.meaning import of_error, of_status
from venues.interface import NeverSent, Refused, Unauthorized, Uncertain, VenueError
from venues.wire.answers import NotTheApi, unreadable, wrong_address
from venues.wire.clock import Stopped
from venues.wire.http import NOT_JSON, Reply, Request

T = TypeVar("T")
SHORTEST = 16  # characters of a signature; a shorter text is none
MILLISECONDS = 10**11  # a time above this is in milliseconds
SIGNERS = ("hmac", "rsa", "ecdsa", "eddsa", "jwt", "hash")
# [ccxt] No request of its own accord: no fee is granted, no referrer set, no clock asked for, no warning raised.
QUIET: dict[str, Any] = {
    "approvedBuilderFee": True, "refSet": True, "builderFee": False, "adjustForTimeDifference": False,
    "warnOnFetchOpenOrdersWithoutSymbol": False, "fetchMargins": False,
}  # fmt: skip


class Wire(Protocol):
    """What sends: given by the venue."""

    def turn(self, patience: float) -> Any:
        """A context that holds one turn of the budget, and gives the seconds that are left."""

    def exchange(self, request: Request, patience: float) -> Reply:
        """Send one request. Out: the reply. Raises a VenueError, also for what means the same everywhere."""

    def hide(self, signature: str) -> None:
        """This text is never shown."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""


@dataclass
class Call:
    """One call of ccxt: what it is for, and then what was sent and heard.

    `ends`: on the monotonic clock; `most`: bytes of a reply, 0 for the usual; `unread`: ccxt only asks, and does not
    read the answer; `cancels`: how many have left; `heard`: status words, and what ccxt made of them.
    """

    aim: Aim
    ends: float
    order_id: str = ""
    most: int = 0
    unread: bool = False
    cancels: int = 0
    replies: list[Reply] = field(default_factory=list)
    fault: BaseException | None = None
    heard: list[tuple[str, str]] = field(default_factory=list)
    path: str = ""

    @classmethod
    def within(cls, patience: float, aim: Aim, **more: Any) -> Call:
        """In: seconds for all of it."""
        return cls(aim, time.monotonic() + patience, **more)

    @property
    def reply(self) -> Reply:
        """The latest."""
        return self.replies[-1]


class Answered(Exception):
    """Ends a call whose answer ccxt does not read, or that has no more to ask."""


class Wired:
    """One exchange. One call at a time: an instance is not made for threads, and some nonces must rise."""

    def __init__(self, kind: Any, wire: Wire, posts: tuple[str, ...], options: dict[str, Any]) -> None:
        self._wire = wire
        self._posts = posts
        self._lock = threading.Lock()
        self._call: Call | None = None
        self._nonce = 0
        self.ccxt: Any = self._made(kind, options)

    def _made(self, kind: Any, options: dict[str, Any]) -> Any:
        wired = self

        class Ours(kind):  # type: ignore[misc]
            def request(
                self, path: str, api: Any = "public", method: str = "GET", params: Any = None, config: Any = None
            ) -> Any:  # as ccxt has it
                asked = wired._encoded(path, params or {})
                return wired._request(
                    lambda: super(Ours, self).request(path, api, method, asked, config or {}), method, path
                )

            def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
                return wired._fetch(url, method, headers, body)

            def nonce(self) -> float:
                return wired._rising(super().nonce())

        made = Ours({"enableRateLimit": False, "options": QUIET, **options})
        made.number = str
        for unit, name in ((1, "seconds"), (1000, "milliseconds"), (1_000_000, "microseconds")):
            setattr(made, name, lambda unit=unit: int(self._wire.now() * unit))
        made.session = None
        made.enableLastHttpResponse = True
        for signer in SIGNERS:
            if hasattr(made, signer):
                setattr(made, signer, self._hiding(getattr(made, signer)))
        for name in dir(kind):
            if (name.startswith("parse_") and "status" in name and "_order" in name) or name == "parse_status":
                setattr(made, name, self._hearing(getattr(made, name)))
        return made

    def _rising(self, nonce: float) -> float:
        """Two requests of one millisecond need two of them; one in seconds is only the time."""
        if nonce < MILLISECONDS:
            return nonce
        self._nonce = max(self._nonce + 1, int(nonce))
        return self._nonce

    def _hiding(self, sign: Callable[..., Any]) -> Callable[..., Any]:
        def signed(*args: Any, **more: Any) -> Any:
            made = sign(*args, **more)
            if isinstance(made, str) and len(made) >= SHORTEST:
                self._wire.hide(made)
            return made

        return signed

    def _hearing(self, parse: Callable[..., Any]) -> Callable[..., Any]:
        def parsed(raw: Any, *more: Any) -> Any:
            made = parse(raw, *more)
            if self._call is not None and isinstance(raw, (str, int)) and made is not None:
                self._call.heard.append((str(raw), str(made)))
            return made

        return parsed

    # --- one call

    @contextmanager
    def _alone(self, patience: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(0.0, patience)):
            raise NeverSent("the requests of other orders took all the time: one at a time is sent to an exchange")
        try:
            yield
        finally:
            self._lock.release()

    def call(self, call: Call, ask: Callable[[Any], T]) -> T:
        """Let ccxt do one thing, and note in `call` what was sent and heard. In: `ask` gets its exchange.

        Out: what it made of the answer. Raises a VenueError, whose `sent` tells of a cancel whether that has left,
        and Answered where that ends it.
        """
        with self._alone(call.ends - time.monotonic()):
            self._call = call
            self.ccxt.last_http_response = None  # [ccxt] kraken reads an error of an earlier order there
            try:
                return ask(self.ccxt)
            except Answered:
                raise
            except (VenueError, Stopped) as fault:
                raise self._judged(call, fault) from None
            except Exception as fault:  # noqa: BLE001  # anything that foreign bytes can make a parser raise
                raise self._judged(call, self._meant(call, fault)) from None
            finally:
                self._call = None

    def _meant(self, call: Call, fault: Exception) -> BaseException:
        """What a fault of ccxt means."""
        from ccxt.base import errors

        if call.fault is not None:
            return call.fault
        if call.replies:
            return of_error(fault, call.reply)
        if isinstance(fault, (errors.BadSymbol, errors.ArgumentsRequired, errors.NotSupported, errors.InvalidOrder)):
            return Refused(f"{self.ccxt.name} cannot be asked for that: {fault}", sent=False)
        return Unauthorized(
            "the request could not be signed: is every credential complete, and in its place?", sent=False
        )

    @staticmethod
    def _judged(call: Call, fault: BaseException) -> BaseException:
        """A fault before the cancel itself has left is none of the cancel."""
        fault = call.fault or fault
        if call.aim is Aim.READ or call.cancels or not isinstance(fault, VenueError):
            return fault
        if isinstance(fault, Uncertain):
            return NeverSent(f"what comes before the cancel was not answered ({fault.message})", raw=fault.raw)
        fault.sent = False
        return fault

    # --- what ccxt calls

    def _encoded(self, path: str, params: Any) -> Any:
        """[ccxt] It puts what belongs into a path there as it is: an id with a slash would name another place."""
        order_id = self._current().order_id
        if "{" not in path or not isinstance(params, dict):
            return params
        return {
            name: quote(order_id, safe="") if value == order_id and f"{{{name}}}" in path else value
            for name, value in params.items()
        }

    def _request(self, go_on: Callable[[], Any], method: str, path: str) -> Any:
        """Before anything is signed: whether it may leave, and its turn."""
        call = self._current()
        if call.fault is not None:  # ccxt would go on after it
            raise call.fault
        if call.cancels:  # what becomes of the cancel is read from its own answer, and then looked up
            raise Answered
        if not may_leave(call.aim, method, path, cancels=call.cancels, posts=self._posts):
            call.fault = Refused(
                f"a request that is no part of this was kept from leaving ({method} {path})", sent=False
            )
            raise call.fault
        call.path = path
        try:
            with self._wire.turn(call.ends - time.monotonic()):
                return go_on()
        except (VenueError, Stopped) as fault:
            if not _may_go_on(fault, is_cancel(method, path)):
                call.fault = call.fault or fault
            raise

    def _fetch(self, url: str, method: str, headers: Any, body: Any) -> Any:
        call = self._current()
        if not (body is None or isinstance(body, str)):
            raise Refused(f"{self.ccxt.name} wants a body of a kind that is not sent here", sent=False)
        cancels = is_cancel(method, call.path)
        call.cancels += cancels
        headers = {**(self.ccxt.headers or {}), **(headers or {})}
        try:
            reply = self._wire.exchange(
                _as_request(url, method, headers, body, call.most), call.ends - time.monotonic()
            )
        except VenueError as fault:
            call.cancels -= cancels and not fault.sent
            raise
        call.replies.append(reply)
        self._raise_for_error(reply, url, method, headers, body)
        if call.unread:
            raise Answered
        return as_ccxt_has_it(reply)

    def _raise_for_error(self, reply: Reply, url: str, method: str, headers: Any, body: Any) -> None:
        """Our reading of the status first; then the exchange's own errors, which may come with a 200."""
        if reply.data is NOT_JSON or not isinstance(reply.data, (dict, list)):
            raise unreadable(reply) if reply.ok else _no_json(reply)
        ours = self.ccxt
        ours.last_http_response, ours.last_response_headers = reply.text, dict(reply.headers)
        try:
            ours.handle_errors(
                reply.status, "", url, method, dict(reply.headers), reply.text, as_ccxt_has_it(reply), headers, body
            )
        except Exception as error:  # noqa: BLE001  # what foreign bytes can make a parser raise
            raise of_error(error, reply) from None
        if not reply.ok:
            raise of_status(reply)

    def _current(self) -> Call:
        assert self._call is not None, "ccxt asked for something on its own"
        return self._call


def _may_go_on(fault: BaseException, cancelling: bool) -> bool:
    """Whether ccxt may live with it: a no to a look at what kind of account this is."""
    return isinstance(fault, Refused) and fault.sent and not cancelling and not isinstance(fault, NotTheApi)


def _no_json(reply: Reply) -> VenueError:
    if reply.status == 401:
        return Unauthorized("the exchange answered 401")
    if reply.status == 403:
        return NotTheApi("a firewall's answer came back (403): the API itself was not reached")
    return wrong_address(reply)


def _as_request(url: str, method: str, headers: Any, body: Any, most: int) -> Request:
    parts = urlsplit(url)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    data = body.encode() if body else None
    told = {str(name): str(value) for name, value in headers.items() if value is not None}
    return Request(method, path, told, data, most=most, origin=f"{parts.scheme}://{parts.netloc}")


def as_ccxt_has_it(reply: Reply) -> Any:
    """The reply as parsed for ccxt, which knows no Decimal: a number with a point is its own text."""
    return json.loads(reply.body, parse_float=str, parse_constant=str)
