"""The matrix of `cancel all`: what goes wrong with the lists, and what a target must then come to.

An expectation is `CODE VERDICT`: the run's exit code, and `clear`, `open` (not clear) or `unread` (not listed, and so
nothing was sent). It holds for all five targets, or by target, with `*` for the others; "" leaves a target out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults import faults as f
from tests.faults.run import ORDERS
from tests.faults.server import Asked, Door, Fault, Faults, always, once
from venues.registry import face_of, open_practice
from venues.sandbox.practice import Practice, PracticeOrder

REQUESTS = {"deal-order": 2, "smart-trade": 2, "tanx": 3, "order": 1, "tradernet": 1}  # of one whole list
NEW = {
    "deal-order": "1999000{:03}", "smart-trade": "39000{:03}", "tanx": "29000{:03}",
    "order": "ord-20261126000000-{}", "tradernet": "3900000{:03}",
}  # fmt: skip
LATE = 60.0  # seconds; longer than any run
SHORT = 1.0  # seconds of a deadline that is reached
Prepared = Callable[[Practice, str], None]


def _nothing(practice: Practice, verb: str) -> None:
    """The practice venue as it comes."""


@dataclass(frozen=True)
class SweepRow:
    """One line. `prepared` changes the venue before the run; `wait` is the deadline; `says` part of the message."""

    name: str
    plan: Callable[[str], Mapping[str, Faults]]
    expected: str | Mapping[str, str]
    prepared: Prepared = _nothing
    options: tuple[str, ...] = ()
    wait: float = 5.0
    says: str = ""
    door: Door = field(default_factory=Door)


@dataclass(frozen=True)
class SweepCase:
    """One row for one target."""

    row: SweepRow
    verb: str
    code: int
    verdict: str

    @property
    def name(self) -> str:
        return f"{self.verb}: {self.row.name}"

    def practice(self) -> Practice:
        practice = open_practice(face_of(self.verb).name)
        for order in practice.orders.values():
            order.delay = 0.03
        self.row.prepared(practice, self.verb)
        return practice


def meant(practice: Practice, verb: str, *, protective: bool = False) -> list[PracticeOrder]:
    """Out: the orders that a sweep is to end, by the venue's own book."""
    return [order for order in practice.orders.values() if order.verb == verb and _goes(order, protective)]


def _goes(order: PracticeOrder, protective: bool) -> bool:
    if order.verb == "deal-order":
        return order.type == "Manual Safety"
    protects = {
        "smart-trade": bool(float(order.filled)) or order.type in ("smart_sell", "smart_buy"),
        "tradernet": order.type in ("5", "6"),
    }
    return protective or not protects.get(order.verb, False)


# --- what is done to a venue


def place(practice: Practice, verb: str, number: int, **changes: Any) -> None:
    """Somebody places an order now, like one that was there."""
    order_id, now = NEW[verb].format(number), practice.time()
    like = meant(practice, verb)[-1]
    fresh = replace(like, order_id=order_id, ended="", cancel_at=None, created=now, updated=now)
    practice.orders[order_id] = replace(fresh, **changes)


def _as_lists_begin(act: Callable[[Practice, str, int], None]) -> Prepared:
    """Out: does `act` as the n-th whole list (from 1) begins."""

    def prepared(practice: Practice, verb: str) -> None:
        def at_list(number: int) -> None:
            whole, part = divmod(number - 1, REQUESTS[verb])
            if not part:
                act(practice, verb, whole + 1)

        practice.at_list = at_list

    return prepared


def _placed(*lists: int, **changes: Any) -> Prepared:
    """An order more before each of these lists, or before every one after the first."""

    def act(practice: Practice, verb: str, number: int) -> None:
        if number in lists or (not lists and number > 1):
            place(practice, verb, number, **changes)

    return _as_lists_begin(act)


def _behind(seconds: float) -> Prepared:
    def prepared(practice: Practice, verb: str) -> None:
        practice.lists_lag = seconds

    return prepared


def _leaving(seconds: float) -> Prepared:
    """Somebody else has cancelled an order, which takes so long."""

    def prepared(practice: Practice, verb: str) -> None:
        order = next(order for order in meant(practice, verb) if practice.state(order) == "open")
        order.delay = seconds
        practice.begin_cancel(order)

    return prepared


def _stores_nothing(practice: Practice, verb: str) -> None:
    practice.keeps_cancels = False


def _end_all(practice: Practice, verb: str, how: str = "") -> None:
    """The market ends every order that is meant."""
    for order in meant(practice, verb):
        practice.end(order.order_id, how or ("liquidated" if verb == "order" else "filled"))


def _ended_first(asked: Asked) -> Any:
    """Between the list and the first cancel, all of them are filled."""
    for verb in ORDERS:
        if face_of(verb).name == asked.venue:
            _end_all(asked.server.practice, verb)
    return asked.act()


# --- the lines


def _on(route: str, faults: Faults) -> Callable[[str], Mapping[str, Faults]]:
    return lambda verb: {route: faults}


def _no_fault(verb: str) -> Mapping[str, Faults]:
    return {}


def _later(fault: Fault, *, for_good: bool = True) -> Callable[[str], Mapping[str, Faults]]:
    """A fault of the second whole list's first request, and of all that come then."""

    def plan(verb: str) -> Mapping[str, Faults]:
        before = (None,) * REQUESTS[verb]
        return {"list": Faults(before, fault) if for_good else Faults((*before, fault))}

    return plan


_UNREADABLE: dict[str, Fault] = {
    "hangs": f.hang(acting=True),
    "is cut off": f.close(acting=True),
    "is reset in mid-body": f.reset(acting=True),
    "is half a JSON": f.half_json(acting=True),
    "is no UTF-8": f.bad_utf8(acting=True),
    "is empty": f.answer(200),
    "is 204": f.answer(204),
    "is HTML under 200": f.html(200),
    "is null": f.answer(200, "null", "application/json"),
    "is a text": f.said(200, "none open"),
    "is an object of something else": f.said(200, {"status": "success", "result": None, "payload": {}, "data": {}}),
    "is a list of numbers": f.said(200, [1, 2]),
    "is 500": f.answer(500, "Internal Server Error"),
    "is HTML under 502": f.html(502),
}
_NO: dict[str, tuple[Fault, str]] = {
    "is 401": (f.EXPIRED, "6 unread"),
    "is 403": (f.FORBIDDEN, "6 unread"),
    "is HTML under 403": (f.html(403), "5 unread"),
    "is 404 as text": (f.answer(404, "404 page not found"), "5 unread"),
    "is 418": (f.answer(418), "7 unread"),
    "is 429 for hours": (f.limited("7200"), "7 unread"),
    "is 429 of the subscription": (f.SUBSCRIPTION, "5 unread"),
    "is 451": (f.answer(451), "5 unread"),
    "is 302": (f.redirect(302), "5 unread"),
}
# What the one transport meets alike on any request is tried at two venues.
_ALIKE = ("is cut off", "is reset in mid-body", "is no UTF-8", "is empty", "is 204", "is HTML under 502", "is a text",
          "is 418", "is 451", "is 302", "is 429 of the subscription")  # fmt: skip
_ONCE = ("hangs", "is half a JSON", "is null", "is 500")


def _told(expected: str, what: str) -> str | Mapping[str, str]:
    return {"tanx": expected, "tradernet": expected} if what in _ALIKE else expected


_TWO = {"tanx": "0 clear", "order": "0 clear"}
_PAGED = ("deal-order", "smart-trade", "tanx")
FIRST_LIST = (
    *(
        SweepRow(f"the list {what}, always", _on("list", always(fault)), _told("8 unread", what), wait=SHORT)
        for what, fault in _UNREADABLE.items()
    ),
    *(
        SweepRow(f"the list {what}, once", _on("list", once(_UNREADABLE[what])), _TWO)
        for what in _ONCE
    ),
    *(
        SweepRow(f"the list {what}", _on("list", always(fault)), _told(expected, what))
        for what, (fault, expected) in _NO.items()
    ),
    *(
        SweepRow(f"page {page} {what}, always", _on("list", Faults((None,) * (page - 1), _UNREADABLE[what])),
                 dict.fromkeys(verbs, "8 unread"), wait=SHORT)
        for page, verbs in ((2, _PAGED), (3, ("tanx",)))
        for what in ("is 500", "is half a JSON")
    ),
    SweepRow("page 2 is 401 once", _on("list", once(None, f.EXPIRED)), {"tanx": "0 clear"}),
    SweepRow("page 2 is limited for a moment", _on("list", once(None, f.limited("0"))),
             dict.fromkeys(_PAGED, "0 clear")),
    SweepRow("the second deal's orders fail", _on("look", Faults((None,), f.answer(500))), {"deal-order": "8 unread"},
             wait=SHORT),
    SweepRow("the second deal is not found", _on("look", Faults((None,), f.UNKNOWN)), {"deal-order": "5 unread"}),
    SweepRow("a row more is counted than there is",
             _on("list", always(f.changed(lambda body: body.replace(b'"count":', b'"count":1'), acting=True))),
             {"order": "8 unread"}, wait=SHORT),
    SweepRow("nobody listens", _no_fault, "8 unread", wait=SHORT, door=Door("refused")),
)  # fmt: skip
LATER_LISTS = (
    SweepRow("the next list is 500, always", _later(f.answer(500)), "9 open", wait=2.0, says="could not be read"),
    SweepRow("the next list is half a JSON, always", _later(f.half_json(acting=True)), "9 open", wait=2.0),
    SweepRow("the next list is null, always", _later(f.said(200, None)), "9 open", wait=2.0),
    SweepRow("the next list is 500, once", _later(f.answer(500), for_good=False), "0 clear"),
    SweepRow("the next list is a firewall's", _later(f.html(403)), "9 open", says="could not be read"),
    SweepRow("the next list is a ban", _later(f.answer(418)), {"order": "9 open", "smart-trade": "9 open"}),
)
STALE_AND_NEW = (
    SweepRow("nothing is wrong", _no_fault, "0 clear"),
    SweepRow("the lists are a little behind", _no_fault, "0 clear", _behind(0.15)),
    SweepRow("the lists show ended orders for good", _no_fault,
             {"deal-order": "0 clear", "*": "9 open"},  # what a deal shows of its orders is not behind
             _behind(LATE), wait=SHORT),
    SweepRow("one is placed meanwhile", _no_fault, "9 open", _placed(2), says="came meanwhile"),
    SweepRow("one is placed meanwhile, until clear", _no_fault, "0 clear", _placed(2), ("--until-clear",)),
    SweepRow("one before each proof, until clear", _no_fault, "0 clear", _placed(2, 3, 5), ("--until-clear",)),
    SweepRow("one before every list, until clear", _no_fault, "9 open", _placed(), ("--until-clear",),
             says="after 5 rounds"),
    SweepRow("one that protects is placed meanwhile", _no_fault, {"tradernet": "0 clear"}, _placed(2, type="5")),
    SweepRow("one with a position comes meanwhile", _no_fault, {"smart-trade": "0 clear"}, _placed(2, filled="1")),
    SweepRow("all are filled before their cancels", _on("cancel", once(_ended_first)), "3 clear"),
    SweepRow("somebody else cancels one", _no_fault, dict.fromkeys(("smart-trade", "tradernet"), "0 clear"),
             _leaving(0.2)),
    SweepRow("somebody else's cancel takes for ever", _no_fault,
             dict.fromkeys(("smart-trade", "tradernet"), "9 open"), _leaving(LATE), wait=SHORT,
             says="on the way out"),
    SweepRow("nothing is open", _no_fault, "0 clear", _end_all),
    SweepRow("nothing is open, then one is placed", _no_fault, "9 open",
             lambda practice, verb: (_end_all(practice, verb), _placed(2)(practice, verb))[0], says="came meanwhile"),
)  # fmt: skip
CANCELS = (
    SweepRow("no cancel is stored", _no_fault, "9 open", _stores_nothing, wait=SHORT),
    SweepRow("all cancels are lost", _on("cancel", always(f.close(acting=False))), "10 open", wait=SHORT),
    SweepRow("all cancels act and are lost", _on("cancel", always(f.close(acting=True))), "0 clear"),
    SweepRow("the first cancel is refused", _on("cancel", once(f.CONFLICT)), {"order": "", "*": "5 open"}),
    SweepRow("cancels are forbidden", _on("cancel", always(f.FORBIDDEN)), "6 open"),
    SweepRow("cancels are limited for hours", _on("cancel", always(f.limited("7200"))), {"tanx": "9 open"}),
)
ROWS = (*FIRST_LIST, *LATER_LISTS, *STALE_AND_NEW, *CANCELS)


def cases() -> Iterator[SweepCase]:
    for row in ROWS:
        by_verb = row.expected if isinstance(row.expected, Mapping) else {"*": row.expected}
        for verb in ORDERS:
            if text := by_verb.get(verb, by_verb.get("*", "")):
                code, verdict = text.split()
                yield SweepCase(row, verb, int(code), verdict)
