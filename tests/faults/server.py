"""A practice venue whose every request can be made to go wrong, while it keeps what is really true.

A `Fault` is asked in place of the venue: it may let the venue act first, and it gives the reply or takes over
the socket. `Faults` says which occurrence of a request meets which fault. Connections that never become a
request (refused, closed unread, no answer to the handshake) are made by the listener; see `Door`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from venues.sandbox.practice import Practice, PracticeOrder, RawReply, Reply, Request
from venues.sandbox.server import Running, start

LOOKS = {"read": "look", "history": "look"}  # one look at Tradernet may take two requests
LATE = 0.9  # seconds; a process has started and was refused by then


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fault gets to work with: the server, the request, and the venue's own way to answer it."""

    server: FaultServer
    request: Request

    @property
    def venue(self) -> str:
        return self.server.practice.venue

    def act(self) -> Reply:
        """Let the venue do what the request asks. Out: its true reply."""
        return self.server.practice.answer(self.request)

    def pretend(self) -> Reply:
        """Out: the reply that acting would give, with no cancellation stored."""
        practice = self.server.practice
        with practice.lock:
            kept, practice.keeps_cancels = practice.keeps_cancels, False
            try:
                return self.act()
            finally:
                practice.keeps_cancels = kept


Fault = Callable[[Asked], Reply | RawReply]


@dataclass(frozen=True, slots=True)
class Faults:
    """`first`: the fault of the first, second, ... occurrence, None for none. `then`: of all later ones."""

    first: tuple[Fault | None, ...] = ()
    then: Fault | None = None

    def at(self, occurrence: int) -> Fault | None:
        return self.first[occurrence] if occurrence < len(self.first) else self.then


def once(*faults: Fault | None) -> Faults:
    return Faults(faults)


def always(fault: Fault) -> Faults:
    return Faults((), fault)


@dataclass(frozen=True, slots=True)
class Door:
    """What happens before a request: `open`, `refused`, `late` (refused for a while), `silent`, `tls`.

    `closed_unread` are the numbers of the connections, from 1, that are closed before anything is read.
    """

    kind: str = "open"
    closed_unread: frozenset[int] = frozenset()


class FaultServer:
    """Serves `practice` with faults by route: cancel, look, check, login, refresh, nonce, session.

    `arrived` counts what arrived by route, `sequence` has the routes in their order, `log` the requests.
    """

    def __init__(
        self, practice: Practice, plan: Mapping[str, Faults] | None = None, door: Door | None = None
    ) -> None:
        self.practice = practice
        self.plan = dict(plan or {})
        self.door = door or Door()
        self.arrived: Counter[str] = Counter()
        self.sequence: list[str] = []
        self.log: list[Request] = []
        self.elsewhere = Elsewhere()
        self.at_look: Callable[[int], None] = lambda number: None
        self._lock = threading.Lock()
        self._opened: list[Any] = []
        self._timer = threading.Timer(0.0, lambda: None)

    @property
    def listener(self) -> type[_Listener]:
        return _Listener

    # --- answering

    def answer(self, request: Request) -> Reply | RawReply:
        route = self.practice.route(request)
        route = LOOKS.get(route, route)
        with self._lock:
            fault = self.fault_for(route, request)
            self.arrived[route] += 1
            self.sequence.append(route)
            self.log.append(request)
            if route == "look":
                self.at_look(self.arrived[route])
        if "Cookie" in request.headers:
            return self._as_somebody_else()
        asked = Asked(self, request)
        return fault(asked) if fault else asked.act()

    def fault_for(self, route: str, request: Request) -> Fault | None:
        """Out: what this request meets. `arrived` does not count it yet."""
        return self.plan.get(route, Faults()).at(self.arrived[route])

    def _as_somebody_else(self) -> Reply:
        """A cookie that came back switches the identity: another account, which has no such order."""
        return Reply.json(200, {"status": "error", "error": "User is not found", "message": "User is not found"})

    # --- the truth

    def order(self, order_id: str) -> PracticeOrder | None:
        return self.practice.orders.get(order_id)

    def is_cancelled(self, order_id: str) -> bool:
        """Out: whether the order is in truth cancelled now."""
        return self.order(order_id) is not None and self.practice.true_state(order_id) == "cancelled"

    def was_cancelled_by_us(self, order_id: str) -> bool:
        """Out: whether a request of this run cancelled it, or will have once it has taken effect."""
        order = self.order(order_id)
        return order is not None and order.cancel_at is not None and not order.ended

    # --- being there

    def __enter__(self) -> Self:
        self.elsewhere.open()
        kind = self.door.kind
        if kind in ("open", "tls"):
            self._listen(0)
        else:
            self._shut(kind)
        return self

    @property
    def url(self) -> str:
        return f"{'https' if self.door.kind == 'tls' else 'http'}://127.0.0.1:{self.port}"

    def _listen(self, port: int) -> None:
        running = self.listener(self, port)
        self.port, self.faults = running.port, running.faults
        self._opened.append(running)

    def _shut(self, kind: str) -> None:
        """A port that is ours and refuses (bound, not listening) or never completes a handshake (full queue)."""
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        self.port, self.faults = taken.getsockname()[1], []
        self._opened.append(taken)
        if kind == "silent":
            taken.listen(0)
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
                self._opened.append(filler)
        if kind == "late":
            self._timer = threading.Timer(LATE, self._come_up)
            self._timer.start()

    def _come_up(self) -> None:
        self._opened.pop().close()
        self._listen(self.port)

    def close(self) -> None:
        """Stop listening and cut all connections; also in the middle of a run."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()
        while self._opened:
            self._opened.pop().close()

    def __exit__(self, *_: object) -> None:
        self.close()
        self.elsewhere.close()


class _Listener(Running):
    """Counts connections, and closes those that are to be closed unread."""

    practice: FaultServer
    met = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.met += 1
        unread = self.met in self.practice.door.closed_unread
        return not unread and super().verify_request(request, client_address)


@dataclass
class Elsewhere:
    """Another server, to which redirects lead. It says yes to everything and remembers what reached it."""

    log: list[Request] = field(default_factory=list)
    _running: Running | None = None

    def answer(self, request: Request) -> Reply:
        self.log.append(request)
        return Reply.json(200, {"status": "success", "result": 1})

    def open(self) -> None:
        self._running = start(self)

    @property
    def url(self) -> str:
        assert self._running is not None
        return self._running.url

    def close(self) -> None:
        if self._running is not None:
            self._running.close()


def hold(connection: socket.socket, longest: float = 20.0) -> None:
    """Say nothing until the client hangs up."""
    connection.settimeout(longest)
    ends = time.monotonic() + longest
    while time.monotonic() < ends and connection.recv(65536):
        pass
