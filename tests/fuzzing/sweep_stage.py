"""The practice venue of a sweep: what its lists show, what somebody else does meanwhile, and when."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace

from tests.faults.server import Fault
from tests.fuzzing.market import protects
from tests.fuzzing.menu import YES, Trick
from tests.fuzzing.stage import LOGINS, Stage
from tests.fuzzing.sweeps import Day, Event
from venues.sandbox.practice import Practice, Reply, Request, Route

SLOW = 0.03  # seconds that a cancel of the venue's usual orders takes
FIRST_PAGE = {
    "deal-order": r"GET .*/deals\?.*offset=0\b|GET .*/deals/[0-9]+/show\?",
    "smart-trade": r"GET .*/smart_trades\?.*\bpage=1&",
    "tanx": r"GET .*/orders/\?.*\bpage=1&state=pending",
    "order": r"GET .*/positions\?",
    "tradernet": r"POST .*getNotifyOrderJson\?",
}
OF_A_LIST = FIRST_PAGE | {
    "deal-order": r"GET .*/deals\b.*", "smart-trade": r"GET .*/smart_trades\?", "tanx": r"GET .*/orders/\?",
}  # fmt: skip


class SweepStage(Stage):
    """Moments are numbers of requests: 5 is before the sixth arrived.

    `born`: when orders were placed that were not there at first; `theirs`: when somebody else cancelled one;
    `protected`: since when one protects a position; `moved`: when anybody did anything. `opened`: in unix seconds.
    """

    def __init__(self, practice: Practice, day: Day) -> None:
        self.day = day
        self.born: dict[str, int] = {}
        self.theirs: dict[str, int] = {}
        self.protected: dict[str, int] = {}
        self.moved: list[int] = []
        self.opened = practice.time()
        self._timers: list[threading.Timer] = []
        _furnish(practice, day)
        super().__init__(practice, day)
        self._note_protection(-1)

    # --- answering

    def fault_for(self, route: str, request: Request) -> Fault | None:
        for event in self.day.events:
            if event.route in (route, "any") and event.count == 1 + self._arrived(event.route):
                self._begin(event)
        return super().fault_for(route, request)

    def _arrived(self, route: str) -> int:
        return len(self.journal) if route == "any" else self.arrived[route]

    def _trick(self, route: str, order_id: str | None) -> Trick | None:
        if order_id in self.parts or route in (*LOGINS, "cancel"):
            return super()._trick(route, order_id)
        plan = self.day.lists if route in ("list", "show") else self.day.looks
        number, self._met[route, None] = self._met[route, None], self._met[route, None] + 1
        return plan.at(number)

    # --- what somebody else does

    def _begin(self, event: Event) -> None:
        if not event.after:
            return self._happen(event)
        timer = threading.Timer(event.after, self._happen, [event])
        self._timers.append(timer)
        return timer.start()

    def _happen(self, event: Event) -> None:
        practice, now = self.practice, len(self.journal)
        with practice.lock:
            order = practice.orders.get(event.order_id)
            if event.placed is not None:
                practice.orders[event.order_id] = event.placed.placed(practice.time())
                self.born[event.order_id] = now
            elif order is None or practice.state(order) != "open":
                return
            elif event.act == "fill":
                practice.end(order.order_id, "liquidated" if order.verb == "order" else "filled")
            elif event.act == "cancel":
                order.delay = event.delay
                self.theirs[order.order_id] = now
                self._begin_cancel(order)
            else:
                order.filled, order.updated = "1", practice.time()
            self.moved.append(now)
            self._note_protection(now)

    def _note_protection(self, now: int) -> None:
        for order in self.practice.orders.values():
            if protects(order):
                self.protected.setdefault(order.order_id, now)

    def was_cancelled_by_us(self, order_id: str) -> bool:
        ours = order_id in self.accepted and order_id not in self.theirs
        return ours and super().was_cancelled_by_us(order_id)

    def settle(self) -> None:
        for timer in self._timers:
            timer.cancel()
            timer.join()
        super().settle()

    # --- what arrived

    def met(self, patterns: dict[str, str], verb: str) -> list[int]:
        """Out: the moments of the requests of a verb's lists."""
        words = (f"{request.method} {request.path}?{request.query}" for request in list(self.log))
        found = [moment for moment, text in enumerate(words) if re.match(patterns[verb], text)]
        is_list = {"tradernet": ("list",), "deal-order": ("list", "show", "look")}.get(verb, ("list",))
        return [moment for moment in found if self.journal[moment].route in is_list]

    def lists(self, verb: str) -> list[int]:
        """Out: when lists of a verb began whose first page was surely answered."""
        journal = self.journal
        return [each for each in self.met(FIRST_PAGE, verb) if journal[each].told == YES and not journal[each].trick]

    def cancels(self, verb: str) -> list[tuple[int, str]]:
        """Out: when which order of a verb was sent a cancel."""
        return [
            (moment, entry.order_id) for moment, entry in enumerate(self.journal)
            if entry.route == "cancel" and entry.order_id and self._is_of(entry.order_id, verb)
        ]  # fmt: skip

    def _is_of(self, order_id: str, verb: str) -> bool:
        order = self.order(order_id)
        return order is None or order.verb == verb


def _furnish(practice: Practice, day: Day) -> None:
    if day.is_bare:
        practice.orders.clear()
    for order in practice.orders.values():
        order.delay = SLOW
    for made in day.book:
        practice.orders[made.order_id] = order = made.placed(practice.time())
        if made.pending:
            practice.hold_pending(made.order_id, made.pending)  # type: ignore[attr-defined]
        if made.orphaned:
            practice.orphan(made.order_id)  # type: ignore[attr-defined]
            order.updated = order.created
    practice.lists_lag = day.lag
    practice.at_list = lambda number: None  # a practice venue that is watched keeps no page for the next
    if day.rows and day.venue == "3commas":
        practice.routes = tuple(
            _capped(route, day.rows) if route.name == "list" else route for route in practice.routes
        )
    elif day.rows:
        practice.most_rows = day.rows  # type: ignore[attr-defined]


def _capped(route: Route, rows: int) -> Route:
    """A list of 3Commas with smaller pages than are asked for, and no word of it."""
    whole: Callable[..., Reply] = route.handler

    def cut(request: Request, *ids: str) -> Reply:
        query = re.sub(r"\b(limit|per_page)=[0-9]+", lambda found: f"{found[1]}={rows}", request.query)
        return whole(replace(request, query=query), *ids)

    return replace(route, handler=cut)
