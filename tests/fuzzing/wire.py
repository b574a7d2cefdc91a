"""Faults of the wire that only the fuzzer makes: interim replies, surplus ones, deep JSON, odd framing."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.faults.server import Asked, Fault, _Listener
from venues.sandbox.practice import RawReply, Reply
from venues.sandbox.server import _Connection


@dataclass(frozen=True, slots=True)
class Wrapped(Reply):
    """A true reply on a connection that is kept, with bytes `before` and `after` it.

    `pause` seconds lie between the real reply and the rest, which then are packets of their own; 0: all in one.
    """

    before: bytes = b""
    after: bytes = b""
    pause: float = 0.0

    @property
    def real(self) -> Reply:
        return Reply(self.status, self.body, self.headers)

    def encode(self, *, close: bool = False) -> bytes:
        real = self.real.encode(close=close)
        return real if self.pause else self.before + real + self.after


class Connection(_Connection):
    """Sends in a packet of its own what is to come in one."""

    _after = b""
    _pause = 0.0

    def _serve_one(self) -> bool:
        stays = super()._serve_one()
        if self._after:
            time.sleep(self._pause)
            self.connection.sendall(self._after)
            self._after = b""
        return stays

    def _answer(self, request: Any) -> Reply | RawReply:
        reply = super()._answer(request)
        if isinstance(reply, Wrapped) and reply.pause:
            self._after, self._pause = reply.after, reply.pause
            if reply.before:
                self.connection.sendall(reply.before)
                time.sleep(reply.pause)
        return reply


class Listener(_Listener):
    """A listener whose connections can do so."""

    def __init__(self, practice: Any, port: int) -> None:
        super().__init__(practice, port)
        self.RequestHandlerClass = Connection


def wrapped(*, before: bytes = b"", after: bytes = b"", pause: float = 0.0) -> Fault:
    def fault(asked: Asked) -> Reply:
        reply = asked.act()
        return Wrapped(reply.status, reply.body, reply.headers, before, after, pause)

    return fault


def interim(status: int, times: int, pause: float) -> Fault:
    """A true answer behind so many `102 Processing` or `103 Early Hints`."""
    hint = b"Link: </style.css>; rel=preload\r\n" if status == 103 else b""
    return wrapped(before=(f"HTTP/1.1 {status} Wait\r\n".encode() + hint + b"\r\n") * times, pause=pause)


def surplus(body: bytes, pause: float) -> Fault:
    """A true answer, and one more that nobody asked for."""
    return wrapped(after=Reply(200, body, (("Content-Type", "application/json"),)).encode(), pause=pause)


def raw(head: str, body: bytes, *, acting: bool) -> Fault:
    """These very bytes, and the end of the connection."""

    def fault(asked: Asked) -> RawReply:
        if acting:
            asked.act()
        return RawReply(lambda connection: connection.sendall(head.encode() + b"\r\n\r\n" + body))

    return fault


def negative_chunk(*, acting: bool) -> Fault:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
    return raw(head, b"-5\r\n{}\r\n0\r\n\r\n", acting=acting)


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def deep_only(levels: int, *, acting: bool, status: int = 200) -> Fault:
    """JSON that is nothing but depth, or an error whose words are."""

    def fault(asked: Asked) -> Reply:
        if acting:
            asked.act()
        body = deep(levels) if status == 200 else b'{"error":"no","message":' + deep(levels) + b"}"
        return Reply(status, body, (("Content-Type", "application/json"),))

    return fault


def deep_member(levels: int) -> Fault:
    """A true answer with one member more, which is deep."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act()
        more = b'"more":' + deep(levels)
        body = reply.body.replace(b"{", b"{" + more + b",", 1)
        return Reply(reply.status, body, reply.headers)

    return fault


def clashing(order_id: str, *, first: bool) -> Fault:
    """Another order's row, cancelled, whose `id` is ours; its `order_id` is its own. For Tradernet."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act()
        document = json.loads(reply.body)
        orders = document.get("result", document).get("orders", {})
        rows = orders.get("order") or []
        if not rows:
            return reply
        theirs = {**rows[0], "id": int(order_id), "order_id": int(order_id) + 7_000_000, "stat": 31}
        orders["order"] = [theirs, *rows] if first else [*rows, theirs]
        return Reply.json(reply.status, document)

    return fault


def shown_as(order_id: str, stat: int) -> Fault:
    """Tradernet's list with another state for one order."""

    def fault(asked: Asked) -> Reply:
        reply = asked.act()
        document = json.loads(reply.body)
        orders = document.get("result", document).get("orders", {})
        for row in orders.get("order") or []:
            if str(row["order_id"]) == order_id:
                row["stat"] = stat
        return Reply.json(reply.status, document)

    return fault
