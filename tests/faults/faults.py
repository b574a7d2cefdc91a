"""The faults: each in place of one reply. `acting` says whether the venue does what it was asked to first."""

from __future__ import annotations

import gzip
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from tests.faults.run import ORDERS, OTHERS
from tests.faults.server import Asked, Fault, hold
from venues.sandbox.practice import RawReply, Reply

HUGE = 50 * 1024 * 1024  # bytes
BYTE_EVERY = 0.2  # seconds; a second, shortened like all times here


def _first(acting: bool, asked: Asked) -> None:
    if acting:
        asked.act()


# --- the connection


def hang(*, acting: bool) -> Fault:
    """The request is read and never answered."""

    def fault(asked: Asked) -> RawReply:
        _first(acting, asked)
        return RawReply(hold)

    return fault


def locked(seconds: float) -> Fault:
    """NeuraTrade with the position's row locked by another session, from the first cancel on.

    The handler has made the first of its two updates and waits. When the client hangs up it stops there: the order
    is cancelled, its position open for good. Another cancel finds the order not open.
    """
    free_at: list[float] = []

    def fault(asked: Asked) -> Reply | RawReply:
        if free_at:
            return CONFLICT(asked)
        free_at.append(time.monotonic() + seconds)

        def send(connection: socket.socket) -> None:
            while (left := free_at[0] - time.monotonic()) > 0:
                if select.select([connection], [], [], left)[0]:
                    asked.server.practice.orphan(asked.request.json_object()["order_id"])
                    return
            connection.sendall(asked.act().encode(close=True))

        return RawReply(send)

    return fault


def close(*, acting: bool) -> Fault:
    """The connection ends without a byte."""

    def fault(asked: Asked) -> RawReply:
        _first(acting, asked)
        return RawReply(lambda connection: None)

    return fault


def reset(*, acting: bool) -> Fault:
    """A reset in the middle of the body."""

    def fault(asked: Asked) -> RawReply:
        whole = (asked.act() if acting else asked.pretend()).encode()

        def send(connection: socket.socket) -> None:
            connection.sendall(whole[:-10])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        return RawReply(send)

    return fault


def trickle(*, acting: bool) -> Fault:
    """The headers at once, then the body byte by byte."""

    def fault(asked: Asked) -> RawReply:
        reply = asked.act() if acting else asked.pretend()
        whole = reply.encode()

        def send(connection: socket.socket) -> None:
            head = len(whole) - len(reply.body)
            connection.sendall(whole[:head])
            for at in range(head, len(whole)):
                time.sleep(BYTE_EVERY)
                connection.sendall(whole[at : at + 1])

        return RawReply(send)

    return fault


def huge(*, acting: bool) -> Fault:
    """A body of 50 MB, white space around the true answer."""

    def fault(asked: Asked) -> RawReply:
        body = (asked.act() if acting else asked.pretend()).body
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {HUGE + len(body)}\r\n\r\n"

        def send(connection: socket.socket) -> None:
            connection.sendall(head.encode())
            for _ in range(HUGE // 65536):
                connection.sendall(b" " * 65536)
            connection.sendall(body)

        return RawReply(send)

    return fault


def then_gone(asked: Asked) -> RawReply:
    """A true answer, after which the server is there no more."""
    reply = asked.act().encode(close=True)

    def send(connection: socket.socket) -> None:
        connection.sendall(reply)
        asked.server.close()

    return RawReply(send)


# --- the reply


def answer(status: int, body: bytes | str = b"", kind: str = "text/plain", *, acting: bool = False,
           headers: tuple[tuple[str, str], ...] = ()) -> Fault:  # fmt: skip
    """A fixed reply."""
    content = body.encode() if isinstance(body, str) else body

    def fault(asked: Asked) -> Reply:
        _first(acting, asked)
        return Reply(status, content, (("Content-Type", kind), *headers))

    return fault


def html(status: int, *, acting: bool = False) -> Fault:
    page = "<!doctype html><html><head><title>Attention</title></head><body>One moment, please</body></html>"
    return answer(status, page, "text/html; charset=utf-8", acting=acting)


def said(status: int, document: Any, *, acting: bool = False, headers: tuple[tuple[str, str], ...] = ()) -> Fault:
    """A JSON reply; `document` may be a dict from the venue's name to its document."""

    def fault(asked: Asked) -> Reply:
        _first(acting, asked)
        return Reply.json(status, document).with_headers(*headers)

    return fault


def by_venue(**documents: tuple[int, Any]) -> Fault:
    """Each venue's own answer, as its page shows it; `threecommas` stands for 3commas."""

    def fault(asked: Asked) -> Reply:
        status, document = documents["threecommas" if asked.venue == "3commas" else asked.venue]
        return Reply.json(status, document)

    return fault


def changed(change: Callable[[bytes], bytes], *, acting: bool, **headers: str) -> Fault:
    """The true reply with its body changed."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act() if acting else asked.pretend()
        more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return replace(reply, body=change(reply.body), headers=reply.headers + more)

    return fault


def half_json(*, acting: bool) -> Fault:
    return changed(lambda body: body[: len(body) // 2], acting=acting)


def bad_utf8(*, acting: bool) -> Fault:
    return changed(lambda body: body.replace(b'"', b'"\xff\xfe', 1), acting=acting)


def zipped(*, acting: bool) -> Fault:
    return changed(gzip.compress, acting=acting, Content_Encoding="gzip")


def badly_zipped(*, acting: bool) -> Fault:
    return changed(lambda body: gzip.compress(body)[:-20], acting=acting, Content_Encoding="gzip")


def bomb(*, acting: bool) -> Fault:
    """50 KB that unpack to 50 MB."""
    return changed(lambda body: gzip.compress(b" " * HUGE + body), acting=acting, Content_Encoding="gzip")


def of_another_order(*, acting: bool) -> Fault:
    """The answer of another order, which is cancelled."""

    def swap(body: bytes) -> bytes:
        for verb, (*_, ours) in ORDERS.items():
            body = body.replace(ours.removeprefix("ord-").encode(), OTHERS[verb].removeprefix("ord-").encode())
        for word, cancelled in CANCELLED_WORDS:
            body = body.replace(word, cancelled)
        return body

    return changed(swap, acting=acting)


CANCELLED_WORDS = (
    (b'"Active"', b'"Cancelled"'),
    (b'"waiting_position"', b'"cancelled"'),
    (b'"cancellation_pending"', b'"cancelled"'),
    (b'"wait"', b'"cancel"'),
    (b'"OPEN"', b'"CLOSED"'),
    (b'"stat":10', b'"stat":31'),
    (b'"stat":2,', b'"stat":31,'),
)


def redirect(status: int) -> Fault:
    """To another server, which would say yes."""
    return lambda asked: Reply.redirect(status, asked.server.elsewhere.url + asked.request.path)


def cookie(asked: Asked) -> Reply:
    """A true answer with a cookie that would switch the identity, were it ever to come back."""
    return asked.act().with_headers(("Set-Cookie", "SID=somebody-else; Path=/"))


def limited(retry_after: str | Callable[[], str] | None = None) -> Fault:
    """429. `retry_after` is the header, a function when it tells the time."""

    def fault(_: Asked) -> Reply:
        value = retry_after() if callable(retry_after) else retry_after
        return Reply.text(429, "Retry later").with_headers(*([("Retry-After", value)] if value else []))

    return fault


def in_seconds(seconds: float) -> Callable[[], str]:
    """Out: that moment as an HTTP date."""
    return lambda: formatdate(time.time() + seconds, usegmt=True)


SUBSCRIPTION = said(429, {
    "error": "The request type 'write' is not available with your current subscription plan. "
    "Please upgrade your plan to use this type of request."
})  # fmt: skip
WAITS_FOR_INFO = {
    "error": "unknown_error",
    "error_description": "Unknown error occurred#Exceptions::OrderCancellingNeedsToWaitForInfo",
}


def then(change: Callable[[Asked], None]) -> Fault:
    """The venue acts and answers truly, and then something else happens to the order."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act()
        change(asked)
        return reply

    return fault


def lost_then(change: Callable[[Asked], None]) -> Fault:
    """The cancel gets lost before the venue acts, and something else happens to the order."""

    def fault(asked: Asked) -> RawReply:
        change(asked)
        return RawReply(lambda connection: None)

    return fault


def _refusal(threecommas: Any, tanx: str, neuratrade: Any, tradernet: Any) -> dict[str, Any]:
    envelope = {"status": "error", "message": tanx, "payload": ""}
    return {"threecommas": threecommas, "tanx": envelope, "neuratrade": neuratrade, "tradernet": tradernet}


def _each(status: int, documents: dict[str, Any]) -> Fault:
    return by_venue(**{venue: (status, document) for venue, document in documents.items()})


EXPIRED = _each(401, _refusal(
    {"error": "api_key_invalid_or_expired", "error_description": "Unauthorized. Invalid or expired api key."},
    "Given token not valid for any token type", {"error": "Token expired"}, {"error": "Access denied"},
))  # fmt: skip
FORBIDDEN = _each(403, _refusal(
    {"error": "Forbidden", "error_description": "Api key not authorized for this action"},
    "You do not have permission to perform this action.", {"error": "forbidden"},
    {"error": "Invalid api key provided"},
))  # fmt: skip
_NOT_OPEN = _refusal(
    {"error": "Cant be cancelled"}, "Order can not be cancelled in its current state",
    {"error": "order is not open", "status": "error"},
    {"code": 12, "error": "This order may only be cancelled by a Cancellation Order or through traders"},
)  # fmt: skip
NOT_OPEN = _each(400, _NOT_OPEN)
CONFLICT = _each(409, _NOT_OPEN)
UNPROCESSABLE = _each(422, _NOT_OPEN)
UNKNOWN = _each(404, _refusal(
    {"error": "not_found", "error_description": "Not Found"}, "Order not found",
    {"error": "order not found", "status": "error"}, {"error": "Order not found", "code": 5},
))  # fmt: skip
BAD_NONCE = said(200, {"code": 15, "errMsg": "Bad nonce."})
NO_TEXT_404 = answer(404, "404 page not found", "text/plain")
