"""The matrix as tables: what goes wrong, and what each of the five commands must then say.

Every expectation is read off the contract and the venues' pages. It is `OUTCOME ARRIVED[/ATTEMPTS]`: how many
cancel requests arrived at the venue, and how many the record must count when that is another number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults import faults as f
from tests.faults.run import ORDERS
from tests.faults.server import Asked, Door, Fault, Faults, always, once
from venues.registry import venue_of
from venues.sandbox import open_practice
from venues.sandbox.neuratrade import PracticeNeuraTrade
from venues.sandbox.practice import Practice
from venues.sandbox.tanx import PracticeTanx, recover
from venues.sandbox.tradernet import PracticeTradernet

OTHERS = {
    "deal-order": "1123077999",
    "smart-trade": "30404999",
    "tanx": "25768999",
    "order": "ord-20260303120000-9",
    "tradernet": "2929292999",
}
VERBS = tuple(ORDERS)
Expected = str | Mapping[str, str]
Change = Callable[[Practice, str], None]


def _nothing(practice: Practice, order_id: str) -> None:
    """The practice venue as it comes."""


@dataclass(frozen=True)
class Row:
    """One line of the matrix. `expected` is for all five commands, or by verb, with `*` for the others.

    `delay` is how long a cancel takes to show (seconds); `wait` the deadline. `prepared` changes the venue
    before the run, `orders` names another order than the usual one, `options` are added to the command.
    """

    name: str
    plan: Mapping[str, Faults]
    expected: Expected
    delay: float = 0.03
    wait: float | None = None
    prepared: Change = _nothing
    orders: Mapping[str, str] = field(default_factory=lambda: {verb: args[-1] for verb, args in ORDERS.items()})
    options: tuple[str, ...] = ()
    door: Door = Door()
    says: str = ""  # a part of the message
    sent_once: tuple[str, ...] = ()  # routes that may be asked once at most
    credentials: Callable[[Practice], Mapping[str, str]] | None = None
    made: Callable[[], Practice] | None = None
    at_look: Callable[[Practice, str, int], None] | None = None  # when the n-th look (from 1) arrives


@dataclass(frozen=True)
class Case:
    """One row for one command."""

    row: Row
    verb: str
    outcome: str
    arrived: int
    attempts: int

    @property
    def name(self) -> str:
        return f"{self.verb}: {self.row.name}"

    @property
    def order_id(self) -> str:
        return self.row.orders[self.verb]

    @property
    def args(self) -> tuple[str, ...]:
        return (*ORDERS[self.verb][:-1], self.order_id)

    @property
    def wait(self) -> float:
        """Those that end by proof may take their time on a busy machine; those that end by deadline do take it."""
        by_deadline = self.outcome in ("pending", "unknown", "unavailable")
        return self.row.wait or (1.5 if by_deadline else 5.0)

    def practice(self) -> Practice:
        made = self.row.made or (lambda: open_practice(venue_of(self.verb)))
        practice = made()
        for order in practice.orders.values():
            order.delay = self.row.delay
        self.row.prepared(practice, self.order_id)
        return practice

    def plan(self) -> Mapping[str, Faults]:
        return {route: _for(self.verb, faults) for route, faults in self.row.plan.items()}


def _for(verb: str, faults: Faults) -> Faults:
    """The answers of another order need to know which one is ours."""

    def fitted(fault: Fault | None) -> Fault | None:
        if fault not in (OTHER_ACTING, OTHER_NOT_ACTING):
            return fault
        return f.of_another_order(ORDERS[verb][-1], OTHERS[verb], acting=fault is OTHER_ACTING)

    return Faults(tuple(map(fitted, faults.first)), fitted(faults.then))


def OTHER_ACTING(asked: Asked) -> f.Reply:
    raise AssertionError("stands for `of_another_order`")


def OTHER_NOT_ACTING(asked: Asked) -> f.Reply:
    raise AssertionError("stands for `of_another_order`")


def cases() -> Iterator[Case]:
    for row in ROWS:
        by_verb = row.expected if isinstance(row.expected, Mapping) else {"*": row.expected}
        for verb in VERBS:
            text = by_verb.get(verb, by_verb.get("*", ""))
            if text:
                outcome, numbers = text.split()
                arrived, _, attempts = numbers.partition("/")
                yield Case(row, verb, outcome, int(arrived), int(attempts or arrived))


def _cancel(name: str, faults: Faults, expected: Expected, **more: object) -> Row:
    return Row(f"cancel {name}", {"cancel": faults}, expected, **more)  # type: ignore[arg-type]


def _look(name: str, faults: Faults, expected: Expected, **more: object) -> Row:
    return Row(f"look {name}", {"look": faults}, expected, **more)  # type: ignore[arg-type]


# --- an answer to the cancel that tells nothing: look, and only then repeat what is still open

_LOST: dict[str, Callable[..., Fault]] = {
    "hangs": f.hang,
    "is cut off without a byte": f.close,
    "is reset in mid-body": f.reset,
    "comes byte by byte": f.trickle,
    "is 50 MB": f.huge,
    "unpacks to 50 MB": f.bomb,
    "is broken gzip": f.badly_zipped,
    "is half a JSON": f.half_json,
    "is no UTF-8": f.bad_utf8,
    "is an empty 200": lambda acting: f.answer(200, acting=acting),
    "is HTML under 200": lambda acting: f.html(200, acting=acting),
    "is null": lambda acting: f.answer(200, "null", "application/json", acting=acting),
    "is a plain 500": lambda acting: f.answer(500, "Internal Server Error", acting=acting),
    "is HTML under 502": lambda acting: f.html(502, acting=acting),
    "is HTML under 503": lambda acting: f.html(503, acting=acting),
    "is HTML under 504": lambda acting: f.html(504, acting=acting),
}


def _takes_effect(practice: Practice, order_id: str, look: int) -> None:
    """Slow cancels, without a clock: it shows at the third look."""
    if look == 3:
        practice.orders[order_id].cancel_at = practice.now()


_LATE: dict[str, Any] = {"delay": 3600.0, "at_look": _takes_effect}
_MAY_BE_DONE = {
    "hangs", "is cut off without a byte", "is reset in mid-body", "is half a JSON", "is an empty 200",
    "is HTML under 200", "is a plain 500", "is HTML under 504",
}  # fmt: skip
_NEITHER = [
    row
    for what, make in _LOST.items()
    for row in (
        _cancel(f"not done, the answer {what}", once(make(acting=False)), "cancelled 2"),
        _cancel(f"done, the answer {what}", once(make(acting=True)), "cancelled 1" if what in _MAY_BE_DONE else "",
                delay=0.0),
    )
]  # fmt: skip
_ODD = [
    # 204 is an acceptance at 3Commas; elsewhere an empty 2xx proves nothing.
    _cancel(
        "not done, the answer is 204", once(f.answer(204)),
        {"deal-order": "pending 1", "smart-trade": "pending 1", "*": "cancelled 2"}, wait=1.5,
    ),
    _cancel("done, the answer is 204", once(f.answer(204, acting=True)), "cancelled 1", delay=0.0),
    # A deal's answer is a list of its orders: without ours in it, it is an acceptance that shows nothing.
    _cancel(
        "not done, the answer is another order's", once(OTHER_NOT_ACTING),
        {"deal-order": "pending 1", "*": "cancelled 2"},
    ),
    _cancel("done, the answer is another order's", once(OTHER_ACTING), "cancelled 1", delay=0.0),
    _cancel(
        "not done, 500 that it waits for the exchange", once(f.said(500, f.WAITS_FOR_INFO)),
        {"deal-order": "pending 1", "smart-trade": "pending 1", "*": "cancelled 2"},
    ),
    _cancel("done, 500 that it waits for the exchange", once(f.said(500, f.WAITS_FOR_INFO, acting=True)),
            "cancelled 1", delay=0.0),
    _cancel("done, gzip", once(f.zipped(acting=True)), "cancelled 1"),
    _cancel("with a cookie", always(f.cookie), "cancelled 1"),
    _cancel("always lost, never done", always(f.answer(502)),
            {"order": "unknown 2", "tradernet": "unknown 2", "*": "unknown 3"}, says="look at order"),
    _cancel("always hanging, never done", always(f.hang(acting=False)),
            {"order": "unknown 2", "tradernet": "unknown 2", "*": "unknown 3"}, wait=4.0),
    _cancel("lost, done late", once(f.close(acting=True)),
            {"smart-trade": "cancelled 1", "tradernet": "cancelled 1", "*": "cancelled 2"}, **_LATE),
    _cancel("lost, done late, and the repeat is refused (409)", once(f.close(acting=True), f.CONFLICT),
            {"deal-order": "cancelled 2", "tanx": "cancelled 2", "order": "cancelled 2"}, **_LATE),
    _cancel("lost, done late, and the repeat is refused (422)", once(f.close(acting=True), f.UNPROCESSABLE),
            {"deal-order": "cancelled 2", "tanx": "cancelled 2", "order": "cancelled 2"}, **_LATE),
    _cancel("lost twice, the second was done", once(f.close(acting=False), f.close(acting=True)),
            "cancelled 2", delay=0.0),
]  # fmt: skip

# --- a definite no

_REFUSED = [
    _cancel("401, once", once(f.EXPIRED), {"tanx": "cancelled 2", "*": "unauthorized 1"}, sent_once=("refresh",)),
    _cancel("401, always", always(f.EXPIRED), {"tanx": "unauthorized 2", "*": "unauthorized 1"},
            sent_once=("refresh",)),
    _cancel("401 without fields", always(f.answer(401, '""', "application/json")),
            {"tanx": "unauthorized 2", "*": "unauthorized 1"}, sent_once=("refresh",)),
    _cancel("403", always(f.FORBIDDEN), "unauthorized 1"),
    _cancel("403 HTML", always(f.html(403)), "refused 1", says="not reached"),
    _cancel("404 as text", always(f.NO_TEXT_404), "refused 1", says="url"),
    _cancel("404 though the order is open", always(f.UNKNOWN), "refused 1", wait=1.5),
    _cancel("405", always(f.answer(405, "no")), {"tanx": "refused 1", "order": "refused 1"}),
    _cancel("409 of an open order", always(f.CONFLICT), "refused 1", wait=1.5),
    _cancel("422 of an open order", always(f.UNPROCESSABLE), "refused 1", wait=1.5),
    _cancel("418", always(f.answer(418)), "rate-limited 1"),
    _cancel("429, one second", once(f.limited("1")), "cancelled 2"),
    _cancel("429, until a date", once(f.limited(f.in_seconds(2))), "cancelled 2"),
    _cancel("429, until a date of a clock that is an hour behind", once(f.limited(f.in_seconds(-3600))),
            {"deal-order": "cancelled 2", "tradernet": "cancelled 2"}),
    _cancel("429, until a date of a clock that is an hour ahead", once(f.limited(f.in_seconds(3600))),
            {"deal-order": "rate-limited 1", "tanx": "rate-limited 1"}),
    _cancel("429, no time named", once(f.limited()),
            {"deal-order": "rate-limited 1", "smart-trade": "rate-limited 1", "*": "cancelled 2"}),
    _cancel("429, no sensible time named", once(f.limited("soon")),
            {"deal-order": "rate-limited 1", "tanx": "cancelled 2"}),
    _cancel("429, hours", always(f.limited("7200")), "rate-limited 1"),
    _cancel("429, the subscription", always(f.SUBSCRIPTION), "refused 1", says="subscription"),
    _cancel("429 in the body", once(f.said(200, {"errMsg": "Too many requests", "error": "x", "code": 429})),
            {"tradernet": "cancelled 2"}),
    _cancel("429 with retry_after in the body", once(f.said(429, {"error": "slow down", "retry_after": 1})),
            {"order": "cancelled 2"}),
    _cancel("451", always(f.answer(451)), "refused 1"),
    _cancel("302 to another server", always(f.redirect(302)), "refused 1"),
    _cancel("307 to another server", always(f.redirect(307)), "refused 1"),
    _cancel("an error in a 200", always(f.said(200, {
        "status": "error", "error": "Exec wrong", "code": 18, "message": "Exec wrong", "payload": {}})),
        {"order": "", "*": "refused 1"}),
    _cancel("400, bad parameters", always(f.said(400, {
        "error": "record_invalid", "error_description": "Invalid parameters", "status": "error",
        "message": "Invalid parameters", "payload": ""})), "refused 1"),
    _cancel("500 with the venue's own words", once(f.said(500, {
        "error": "failed to cancel order", "status": "error"})), "cancelled 2"),
    _cancel("403, bare, of an open order", always(f.said(403, {"error": "Forbidden"})),
            {"deal-order": "unauthorized 1", "smart-trade": "unauthorized 1"}),
    _cancel("403, not for this account", always(f.said(403, "Forbidden. Unavailable for this account.")),
            {"deal-order": "refused 1", "smart-trade": "refused 1"}),
]  # fmt: skip

# --- lost, and then a no: read in the light of the first try

_LOST_FIRST = [
    _cancel(f"lost, then {what}", once(f.close(acting=False), *([fault] * 3)), expected, wait=wait)
    for what, fault, expected, wait in (
        ("409 of an open order", f.CONFLICT, {"order": "unknown 2", "*": "refused 2"}, 1.5),
        ("404", f.UNKNOWN, "unknown 2", None),
        ("401", f.EXPIRED, {"tanx": "unknown 3", "*": "unknown 2"}, None),
        ("403", f.FORBIDDEN, "unknown 2", None),
        ("429, hours", f.limited("7200"), "unknown 2", None),
        ("418", f.answer(418), "unknown 2", None),
        ("302", f.redirect(302), "unknown 2", None),
    )
] + [
    _cancel("lost, then a 429 of one second", once(f.close(acting=False), f.limited("1")),
            {"deal-order": "cancelled 3", "smart-trade": "cancelled 3", "tanx": "cancelled 3"}),
    _cancel("lost, done, and the repeat would be refused", once(f.close(acting=True), f.CONFLICT),
            "cancelled 1", delay=0.0),
]  # fmt: skip


# --- the look that proves an accepted cancel

_BAD_LOOKS: dict[str, Fault] = {
    "hangs": f.hang(acting=True),
    "is cut off": f.close(acting=True),
    "is reset in mid-body": f.reset(acting=True),
    "comes byte by byte": f.trickle(acting=True),
    "is 50 MB": f.huge(acting=True),
    "is half a JSON": f.half_json(acting=True),
    "is no UTF-8": f.bad_utf8(acting=True),
    "is empty": f.answer(200),
    "is 204": f.answer(204),
    "is HTML under 200": f.html(200),
    "is null": f.answer(200, "null", "application/json"),
    "is 500": f.answer(500, "Internal Server Error"),
    "is HTML under 502": f.html(502),
    "is HTML under 504": f.html(504),
    "is another order's": OTHER_ACTING,
}
_REFUSED_LOOKS: dict[str, Fault] = {
    "is 401": f.EXPIRED,
    "is 403": f.FORBIDDEN,
    "is HTML under 403": f.html(403),
    "is 404": f.UNKNOWN,
    "is 404 as text": f.NO_TEXT_404,
    "is 409": f.CONFLICT,
    "is 418": f.answer(418),
    "is 429 for hours": f.limited("7200"),
    "is 451": f.answer(451),
    "is 302": f.redirect(302),
    "is 307": f.redirect(307),
}
_SHORT = ("hangs", "is half a JSON", "is 500", "is another order's")
# What the one transport meets alike on any look is tried at two venues: one list and one order.
_ALIKE = (
    "is reset in mid-body", "comes byte by byte", "is 50 MB", "is no UTF-8", "is empty", "is 204", "is null",
    "is HTML under 504", "is 409", "is 451", "is 307",
)  # fmt: skip
_TWO = {"tanx": "pending 1", "deal-order": "pending 1"}
_LOOKS = [
    _look(f"always {what}", always(fault), _TWO if what in _ALIKE else "pending 1")
    for what, fault in (_BAD_LOOKS | _REFUSED_LOOKS).items()
] + [
    _look(f"first {what}", once(fault), "cancelled 1")
    for what, fault in _BAD_LOOKS.items()
    if what in _SHORT
] + [
    _look("first is 401", once(f.EXPIRED), "cancelled 1", sent_once=("refresh",)),
    _look("first is 429", once(f.limited("1")), "cancelled 1"),
    _look("first is 404", once(f.UNKNOWN), "cancelled 1"),
    Row("cancel and look carry a cookie", {"cancel": always(f.cookie), "look": always(f.cookie)}, "cancelled 1"),
]  # fmt: skip

# --- the look after a lost answer: without one, the cancel must not go again

_BLIND = [
    Row(
        f"cancel lost, look always {what}",
        {"cancel": once(f.close(acting=True)), "look": always(fault)},
        # A NeuraTrade server without that route, or without that position, allows one repeat (its page, rule 3).
        {"order": "unknown 2"} | {"*": "unknown 1"} if what in ("is 404", "is 404 as text") else "unknown 1",
        delay=0.0,
        says="look at order",
    )
    for what, fault in (_BAD_LOOKS | _REFUSED_LOOKS).items()
    if what in (*_SHORT, "is 401", "is 403", "is 404", "is 404 as text", "is 429 for hours", "is 302")
] + [
    Row(f"cancel lost, look first {what}", {"cancel": once(f.close(acting=True)), "look": once(fault)},
        "cancelled 1", delay=0.0)
    for what, fault in _BAD_LOOKS.items()
    if what in _SHORT
]  # fmt: skip


# --- what becomes of the order meanwhile, and how it stood before


def _end(how: str) -> Callable[[Asked], None]:
    def change(asked: Asked) -> None:
        for order_id in {args[-1] for args in ORDERS.values()} & asked.server.practice.orders.keys():
            asked.server.practice.end(order_id, "liquidated" if asked.venue == "neuratrade" else how)

    return change


def _never_kept(practice: Practice, _: str) -> None:
    practice.keeps_cancels = False


def _no_positions(practice: Practice, _: str) -> None:
    practice.routes = tuple(route for route in practice.routes if route.name not in ("read", "list"))


def _orphaned(practice: Practice, order_id: str) -> None:
    assert isinstance(practice, PracticeNeuraTrade)
    practice.orphan(order_id)


def _pending_first(practice: Practice, order_id: str) -> None:
    assert isinstance(practice, PracticeTanx)
    practice.hold_pending(order_id, 3600.0)


def _waits_at_third(practice: Practice, order_id: str, look: int) -> None:
    assert isinstance(practice, PracticeTanx)
    if look == 3:
        practice.hold_pending(order_id, 0.0)


_CANCELLED = {
    "deal-order": "1123070204", "smart-trade": "30404498", "tanx": "25768790",
    "order": "ord-20260301090000-1", "tradernet": "2929292921",
}  # fmt: skip
_ENDED = {
    "deal-order": "1123070118", "smart-trade": "30404512", "tanx": "25768802",
    "order": "ord-20260302090000-1", "tradernet": "2929292920",
}  # fmt: skip
_PARTLY = {
    "deal-order": "1123077352", "smart-trade": "30404571", "tanx": "25768879", "order": "", "tradernet": "2929292931",
}  # fmt: skip
_OPEN_ONLY = {"order": "", "*": "cancelled 1"}
_STATES = [
    Row("nothing goes wrong", {}, "cancelled 1"),
    Row("a partly filled order", {}, _OPEN_ONLY, orders=_PARTLY, says="was filled"),
    Row("cancelled before", {}, "already-cancelled 1", orders=_CANCELLED),
    Row("ended before", {}, "too-late 1", orders=_ENDED),
    Row("an unknown order", {}, "not-found 1", orders=OTHERS),
    Row("an order of another kind", {}, {"deal-order": "refused 1"}, orders={"deal-order": "1123065576"}),
    Row("never final", {}, "pending 1", delay=3600.0),
    Row("nothing is stored", {}, "pending 1", prepared=_never_kept),
    Row("a fill wins the race", {"cancel": once(f.then(_end("filled")))}, "too-late 1", delay=3600.0),
    Row("lost, and a fill wins the race", {"cancel": once(f.lost_then(_end("filled")))}, "too-late 1"),
    Row("lost, though cancelled before", {"cancel": once(f.close(acting=False))}, "cancelled 1", orders=_CANCELLED),
    Row("lost, though ended before", {"cancel": once(f.close(acting=False))}, "too-late 1", orders=_ENDED),
    Row("refused, and the look fails", {"cancel": always(f.CONFLICT), "look": always(f.answer(502))}, "refused 1",
        wait=1.5),
    Row("cancelled before, and the first look fails", {"look": once(f.answer(502))}, "already-cancelled 1",
        orders=_CANCELLED),
    Row("a server without positions", {}, {"order": "pending 1"}, prepared=_no_positions),
    Row("lost at a server without positions", {"cancel": once(f.close(acting=False))}, {"order": "pending 2"},
        prepared=_no_positions),
    Row("lost and done at a server without positions", {"cancel": once(f.close(acting=True))},
        {"order": "unknown 2"}, prepared=_no_positions),
    Row("half cancelled", {}, {"order": "refused 1"}, prepared=_orphaned, wait=1.5),
    Row("half cancelled by a lost try", {"cancel": once(f.lost_then(
        lambda asked: _orphaned(asked.server.practice, ORDERS["order"][-1])))}, {"order": "unknown 2"},
        says="orphaned"),
    Row("dropped while it was pending", {}, {"tanx": "cancelled 2"}, prepared=_pending_first,
        at_look=_waits_at_third),
    Row("the server goes away after its answer", {"cancel": once(f.then_gone)}, "pending 1"),
]  # fmt: skip

# --- connections

_UNREACHED = [
    Row("the connection is refused", {}, "unavailable 0", door=Door("refused")),
    Row("the connection is refused at first", {}, "cancelled 1", door=Door("late")),
    Row("the connection is never made", {}, "unavailable 0", door=Door("silent")),
    Row("the server speaks no TLS", {}, "unavailable 0", door=Door("tls")),
    Row("the connection is closed unread", {}, "cancelled 1/2", door=Door(closed_unread=frozenset({1}))),
    Row("every connection is closed unread", {}, "unknown 0/1", door=Door(closed_unread=frozenset(range(1, 99)))),
]

# --- before the cancel: tokens, log-ins, the security session

_LOGIN_FAULTS: tuple[tuple[str, Faults, str], ...] = (
    ("always hangs", always(f.hang(acting=False)), "unavailable 0"),
    ("is always cut off", always(f.close(acting=False)), "unavailable 0"),
    ("is always 500", always(f.answer(500)), "unavailable 0"),
    ("is always HTML under 502", always(f.html(502)), "unavailable 0"),
    ("is always half a JSON", always(f.answer(200, '{"status":"succ', "application/json")), "unavailable 0"),
    ("is always empty", always(f.answer(200)), "unavailable 0"),
    ("is 500 once", once(f.answer(500)), "cancelled 1"),
    ("is cut off once", once(f.close(acting=False)), "cancelled 1"),
    ("is 401", always(f.EXPIRED), "unauthorized 0"),
    ("is 403", always(f.FORBIDDEN), "unauthorized 0"),
    ("is 418", always(f.answer(418)), "rate-limited 0"),
    ("is 429 for hours", always(f.limited("7200")), "rate-limited 0"),
    ("is 429 for a second", once(f.limited("1")), "cancelled 1"),
    ("is HTML under 403", always(f.html(403)), "refused 0"),  # says nothing of the credentials
    ("is 302", always(f.redirect(302)), "refused 0"),
    ("is 307", always(f.redirect(307)), "refused 0"),
)


def _tanx_expired(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    return practice.issue(lifetime=-60.0)


def _tanx_wallet(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    recover("warm-up", "0x" + "11" * 64 + "1b")  # what checks the signature takes a while to load
    return {"wallet_key": practice.wallet_key}


def _tanx_dead_refresh(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeTanx)
    access = practice.issue(lifetime=-60.0)["access_token"]
    return {"access_token": access, "refresh_token": "spent", **_tanx_wallet(practice)}


def _email(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeNeuraTrade)
    return {"email": practice.email, "password": practice.password}


def _email_and_expired(practice: Practice) -> Mapping[str, str]:
    assert isinstance(practice, PracticeNeuraTrade)
    return {"token": practice.issue(-60.0), **_email(practice)}


def _email_and_bad(practice: Practice) -> Mapping[str, str]:
    return {"token": "no.such.token", **_email(practice)}


def _session(version: str) -> Callable[[Practice], Mapping[str, str]]:
    return lambda practice: {**practice.credentials, "api_version": version}


def _needs_session() -> Practice:
    return PracticeTradernet(needs_security_session=True)


def _clock_behind(seconds: float) -> Change:
    def change(practice: Practice, _: str) -> None:
        practice.time = lambda: time.time() - seconds

    return change


def _nonce_ahead(practice: Practice, _: str) -> None:
    assert isinstance(practice, PracticeTradernet)
    practice._last_nonce = 10**18  # somebody used the key with a larger scale


_WALLET: dict[str, Any] = {"credentials": _tanx_wallet, "wait": 10.0}  # the wallet's library loads slowly
HOSTILE_TEXT = {
    "status": "success", "message": "", "payload":
    "Get started with TanX. Make sure the origin is https://trade.tanx.fi",
}  # fmt: skip
_SPENT = "the log-in was refused"
_SIGNING_IN = (
    [
        Row(f"refresh {what}", {"refresh": faults}, {"tanx": expected}, credentials=_tanx_expired)
        for what, faults, expected in _LOGIN_FAULTS
    ]
    + [
        Row(f"log-in {what}", {"login": faults}, {"order": expected}, credentials=_email)
        for what, faults, expected in _LOGIN_FAULTS
        if what not in ("is always HTML under 502", "is always empty", "is cut off once", "is 307")
    ]
    + [
        Row(f"nonce {what}", {"nonce": faults}, {"tanx": expected}, **_WALLET)
        for what, faults, expected in _LOGIN_FAULTS
        if what in ("is 500 once", "is 401", "is 429 for hours", "is 302")
    ]
    + [
        Row("expired token", {}, {"tanx": "cancelled 1"}, credentials=_tanx_expired, sent_once=("refresh",)),
        Row("refreshed, the answer lost", {"refresh": once(f.close(acting=True))}, {"tanx": "unauthorized 0"},
            credentials=_tanx_expired, says=_SPENT),
        Row("refresh spent, wallet at hand", {}, {"tanx": "cancelled 1"}, **(_WALLET | {"credentials": _tanx_dead_refresh})),
        Row("401, then the refresh is refused", {"cancel": always(f.EXPIRED), "refresh": always(f.EXPIRED)},
            {"tanx": "unauthorized 1"}),
        Row("401, then the refresh is never answered", {"cancel": always(f.EXPIRED), "refresh": always(f.answer(500))},
            {"tanx": "unauthorized 1"}),
        Row("wallet log-in", {}, {"tanx": "cancelled 1"}, **_WALLET, sent_once=("login", "nonce")),
        Row("a text that may not be signed", {"nonce": always(f.said(200, HOSTILE_TEXT))},
            {"tanx": "unauthorized 0"}, **_WALLET, says="nothing was signed"),
        Row("wallet log-in answered with an error in a 200", {"login": always(f.said(200, {
            "status": "error", "message": "Invalid Credentials or Token Expired, Kindly login again.",
            "payload": ""}))}, {"tanx": "unauthorized 0"}, **_WALLET, sent_once=("login",)),
        Row("wallet log-in always 500", {"login": always(f.answer(500))}, {"tanx": "unavailable 0"},
            credentials=_tanx_wallet, wait=4.0),
        Row("e-mail and password", {}, {"order": "cancelled 1"}, credentials=_email, sent_once=("login",)),
        Row("expired token, and a password", {}, {"order": "cancelled 1"}, credentials=_email_and_expired,
            sent_once=("login",)),
        Row("bad token, and a password", {}, {"order": "cancelled 2"}, credentials=_email_and_bad,
            sent_once=("login",)),
        Row("401 for ever, and a password", {"cancel": always(f.EXPIRED)}, {"order": "unauthorized 1"},
            credentials=_email, sent_once=("login",)),
        Row("401 for ever, a token and a password", {"cancel": always(f.EXPIRED)}, {"order": "unauthorized 2"},
            credentials=lambda practice: {**practice.credentials, **_email(practice)}, sent_once=("login",)),
        Row("log-in without a token", {"login": always(f.said(200, {"user": {}}))}, {"order": "unavailable 0"},
            credentials=_email),
        Row("log-in with a wrong password", {}, {"order": "unauthorized 0"}, says="database",
            credentials=lambda practice: {"email": "a@example.com", "password": "wrong-password"}),
        Row("security session", {}, {"tradernet": "cancelled 2"}, made=_needs_session, sent_once=("session",)),
        Row("security session, header scheme", {}, {"tradernet": "cancelled 2"}, made=_needs_session,
            credentials=_session("3"), sent_once=("session",)),
        Row("security session asked for again", {"session": always(f.said(200, {"sess_id": "x"}))},
            {"tradernet": "refused 2"}, made=_needs_session, sent_once=("session",)),
        Row("security session asked for again, header scheme", {"session": always(f.said(200, {"sess_id": "x"}))},
            {"tradernet": "unauthorized 2"}, made=_needs_session, credentials=_session("3"), sent_once=("session",)),
        *(
            Row(f"security session {what}", {"session": always(fault)}, {"tradernet": "refused 1"},
                made=_needs_session)
            for what, fault in (("hangs", f.hang(acting=False)), ("is 500", f.answer(500)), ("is 401", f.EXPIRED),
                                ("is 302", f.redirect(302)), ("is half a JSON", f.half_json(acting=False)))
        ),
        Row("security session refused, header scheme", {"session": always(f.EXPIRED)},
            {"tradernet": "unauthorized 1"}, made=_needs_session, credentials=_session("3")),
        Row("header scheme", {}, {"tradernet": "cancelled 1"}, credentials=_session("3")),
        Row("the clock is an hour off, header scheme", {}, {"tradernet": "unauthorized 1"},
            credentials=_session("3"), prepared=_clock_behind(3600.0), says="clock"),
        Row("the clock is an hour off", {}, "cancelled 1", prepared=_clock_behind(3600.0), delay=0.0),
        Row("the venue's clock is two days behind", {}, {"tanx": "cancelled 1", "order": "cancelled 1"},
            prepared=_clock_behind(2 * 86400.0), sent_once=("refresh", "login"),
            credentials=lambda practice: _email_and_expired(practice) if practice.venue == "neuratrade"
            else practice.issue()),  # type: ignore[attr-defined]
        Row("a nonce that is too small", {}, {"tradernet": "unknown 1"}, prepared=_nonce_ahead),
        Row("bad nonce, though it was done", {"cancel": once(f.said(200, {"code": 15, "errMsg": "Bad nonce."},
            acting=True))}, {"tradernet": "cancelled 1"}, delay=0.0),
    ]
)  # fmt: skip

# --- looking only, and not waiting

_DRY = ("--dry-run",)
_MODES = [
    Row("dry run", {}, "dry-run 0", options=_DRY),
    Row("dry run, cancelled before", {}, "already-cancelled 0", options=_DRY, orders=_CANCELLED),
    Row("dry run, ended before", {}, "too-late 0", options=_DRY, orders=_ENDED),
    Row("dry run, an unknown order", {}, "not-found 0", options=_DRY, orders=OTHERS),
    Row("dry run, 500 at first", {"look": once(f.answer(500))}, {"tanx": "dry-run 0"}, options=_DRY),
    Row("dry run, 401", {"look": always(f.EXPIRED)}, "unauthorized 0", options=_DRY),
    Row("dry run, 404 as text", {"look": always(f.NO_TEXT_404)}, "refused 0", options=_DRY),
    Row("dry run, 429 for hours", {"look": always(f.limited("7200"))}, {"deal-order": "rate-limited 0"}, options=_DRY),
    Row("dry run, a redirect", {"look": always(f.redirect(307))}, {"tradernet": "refused 0"}, options=_DRY),
    Row("no wait", {}, {"deal-order": "cancelled 1", "*": "requested 1"}, options=("--no-wait",),
        delay=0.0, wait=5.0, prepared=lambda practice, order_id: _slowly(practice, order_id)),
    Row("no wait, lost and done", {"cancel": once(f.close(acting=True))}, "cancelled 1", options=("--no-wait",),
        delay=0.0),
    Row("no wait, lost and not done", {"cancel": once(f.answer(502))},
        {"deal-order": "cancelled 2", "*": "requested 2"}, options=("--no-wait",), delay=0.0,
        prepared=lambda practice, order_id: _slowly(practice, order_id)),
    Row("no wait, lost and blind", {"cancel": once(f.close(acting=True)), "look": always(f.answer(500))},
        "unknown 1", options=("--no-wait",)),
    Row("no wait, cancelled before", {}, {"order": "already-cancelled 1"}, options=("--no-wait",),
        orders=_CANCELLED),
    Row("no wait, 429 for hours", {"cancel": always(f.limited("7200"))}, {"tanx": "rate-limited 1"},
        options=("--no-wait",)),
]  # fmt: skip


def _slowly(practice: Practice, order_id: str) -> None:
    """Where the reply need not show the order cancelled, it does not."""
    order = practice.orders[order_id]
    order.delay = 0.0 if order.verb == "deal-order" else 0.5


ROWS: tuple[Row, ...] = (
    *_NEITHER, *_ODD, *_REFUSED, *_LOST_FIRST, *_LOOKS, *_BLIND, *_STATES, *_UNREACHED, *_SIGNING_IN, *_MODES,
)  # fmt: skip
