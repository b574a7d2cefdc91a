"""The practice venue of one scenario: orders that live in time, tricks by order, and a journal of all of it."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.faults.server import Fault, FaultServer, _Listener
from tests.fuzzing.menu import LIMIT, LOST, NO, RENEW, YES, Trick
from tests.fuzzing.scenario import Part, Plan, Signal
from tests.fuzzing.wire import Listener
from venues.sandbox.practice import Practice, PracticeOrder, RawReply, Reply, Request
from venues.sandbox.server import Running

LOGINS = {"login", "refresh", "session", "nonce"}
SETTLED = 3.0  # seconds in which what a run that has ended left behind is read


def order_in(request: Request) -> str | None:
    """Out: the order that a request names, None for a list."""
    found = re.search(r"(smart_trades/|sapi/v1/orders/|positions/pos-)([0-9][0-9-]*)", request.path)
    if found:
        return ("ord-" if "pos-" in found[1] else "") + found[2]
    fields = request.form() if request.has_type("application/x-www-form-urlencoded") else request.json_object()
    given = fields.get("order_id") or fields.get("params[order_id]")
    return None if given is None else str(given)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that arrived, and what was told with the answer."""

    route: str
    order_id: str | None
    told: str
    trick: str


class Set(Protocol):
    """What a stage needs to know of a scenario; see `Scenario`."""

    @property
    def parts(self) -> tuple[Part, ...]: ...
    @property
    def lists(self) -> Plan: ...
    @property
    def logins(self) -> Plan: ...
    @property
    def signal(self) -> Signal | None: ...


class Stage(FaultServer):
    """`accepted` are the orders whose cancel the venue took, `journal` what arrived, in its order."""

    def __init__(self, practice: Practice, scenario: Set) -> None:
        super().__init__(practice)
        self.scenario = scenario
        self.parts: dict[str, Part] = {part.order_id: part for part in scenario.parts}
        self.journal: list[Entry] = []
        self.accepted: set[str] = set()
        self.cut = 0  # connections that the venue ended, each of which may swallow one more request
        self.on_signal: Callable[[], None] = lambda: None
        self._met: Counter[tuple[str, str | None]] = Counter()
        self._fills: dict[str, float] = {}
        self._begin_cancel = practice.begin_cancel
        practice.begin_cancel = self._take_cancel  # type: ignore[method-assign]
        for part in scenario.parts:
            self._prepare(part)

    @property
    def listener(self) -> type[_Listener]:
        return Listener

    def _prepare(self, part: Part) -> None:
        if part.life.before == "unknown":
            self.practice.orders.pop(part.order_id, None)
            return
        order = self.practice.orders[part.order_id]
        order.ended, order.delay = part.life.before, part.life.delay
        if order.ended == "filled":
            order.filled = order.quantity

    def _take_cancel(self, order: PracticeOrder) -> None:
        """The venue accepts a cancel."""
        part = self.parts.get(order.order_id)
        if self.practice.keeps_cancels:
            self.accepted.add(order.order_id)
        if part is None or not part.life.dropped:
            self._begin_cancel(order)

    # --- answering

    def answer(self, request: Request) -> Reply | RawReply:
        self._let_the_market_act()
        reply = super().answer(request)
        with self._lock:
            self.cut += isinstance(reply, RawReply)
        return reply

    def fault_for(self, route: str, request: Request) -> Fault | None:
        """Called for each request, in its turn."""
        order_id = order_in(request)
        trick = self._trick(route, order_id)
        if route == "cancel" and order_id in self.parts:
            self._begin_life(order_id)
        place = len(self.journal)
        self.journal.append(Entry(route, order_id, trick.told if trick else YES, trick.name if trick else ""))
        signal = self.scenario.signal
        if signal and signal.route in (route, "any") and self._count(signal.route) == signal.count:
            threading.Timer(signal.after, self.on_signal).start()
        return trick.fault if trick else self._true(place)

    def _trick(self, route: str, order_id: str | None) -> Trick | None:
        key = (route, order_id)
        number, self._met[key] = self._met[key], self._met[key] + 1
        if route in LOGINS:
            return self.scenario.logins.at(number)
        part = self.parts.get(order_id or "")
        if route == "cancel":
            return part.cancels.at(number) if part else None
        return part.looks.at(number) if part else self.scenario.lists.at(number)

    def _true(self, place: int) -> Fault:
        """The venue's own answer; the journal notes what it told."""

        def fault(asked: object) -> Reply:
            entry = self.journal[place]
            reply = self.practice.answer(asked.request)  # type: ignore[attr-defined]
            self.journal[place] = Entry(entry.route, entry.order_id, told(reply), entry.trick)
            return reply

        return fault

    def _count(self, route: str) -> int:
        return sum(1 for entry in self.journal if route in (entry.route, "any"))

    # --- time

    def _begin_life(self, order_id: str) -> None:
        fills = self.parts[order_id].life.fills
        if fills is not None:
            self._fills.setdefault(order_id, time.monotonic() + fills)

    def _let_the_market_act(self) -> None:
        now = time.monotonic()
        for order_id, fills_at in list(self._fills.items()):
            if now >= fills_at:
                self.practice.end(order_id)

    # --- the truth, once the run has ended

    def settle(self) -> None:
        """Wait until every request that the run had sent has been read."""
        server = self._opened[-1] if self._opened else None
        if not isinstance(server, Running):
            return
        with socket.create_connection(("127.0.0.1", self.port), timeout=SETTLED):
            pass  # accepted after all those of the run
        ends = time.monotonic() + SETTLED
        while server._open and time.monotonic() < ends:
            time.sleep(0.005)

    def truth(self, order_id: str) -> str:
        """Out: open, cancelling, cancelled, filled, ...; `unknown` for no such order."""
        return self.practice.true_state(order_id) if self.order(order_id) else "unknown"


def told(reply: Reply) -> str:
    """Out: what a true answer tells."""
    words = reply.body[:300].lower()
    if reply.status == 401 or b"security session" in words or b"type of security" in words:
        return RENEW
    if reply.status == 429:
        return LIMIT
    if reply.status >= 500:
        return LOST
    return NO if reply.status >= 400 or b'"error"' in words else YES
