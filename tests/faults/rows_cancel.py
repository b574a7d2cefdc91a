"""Faults of the cancel request itself, and of the connections that should carry it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults import faults as f
from tests.faults.row import Row, cancel_row
from tests.faults.server import Door, Fault, always, once
from venues.sandbox.practice import Practice

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
    "hangs", "is cut off without a byte", "is reset in mid-body", "is half a JSON", "is a plain 500",
    "is HTML under 504",
}  # fmt: skip
# What the one transport meets alike everywhere is tried at two venues.
_ALIKE = ("unpacks to 50 MB", "is broken gzip", "is null", "is HTML under 503")
_NEITHER = [
    cancel_row(
        f"not done, the answer {what}", once(make(acting=False)),
        {"smart-trade": "cancelled 2", "tradernet": "cancelled 2"} if what in _ALIKE else "cancelled 2",
    )
    for what, make in _LOST.items()
] + [
    cancel_row(f"done, the answer {what}", once(make(acting=True)), "cancelled 1", delay=0.0)
    for what, make in _LOST.items()
    if what in _MAY_BE_DONE
]  # fmt: skip
_ODD = [
    # 204 is an acceptance at 3Commas; elsewhere an empty 2xx proves nothing.
    cancel_row(
        "not done, the answer is 204", once(f.answer(204)),
        {"deal-order": "pending 1", "smart-trade": "pending 1", "*": "cancelled 2"},
    ),
    cancel_row("done, the answer is 204", once(f.answer(204, acting=True)), "cancelled 1", delay=0.0),
    # A deal's answer is a list of its orders: without ours in it, it is an acceptance that shows nothing.
    cancel_row(
        "not done, the answer is another order's", once(f.of_another_order(acting=False)),
        {"deal-order": "pending 1", "*": "cancelled 2"},
    ),
    cancel_row("done, the answer is another order's", once(f.of_another_order(acting=True)), "cancelled 1",
               delay=0.0),
    cancel_row(
        "not done, 500 that it waits for the exchange", once(f.said(500, f.WAITS_FOR_INFO)),
        {"deal-order": "pending 1", "smart-trade": "pending 1", "*": "cancelled 2"},
    ),
    cancel_row("done, 500 that it waits for the exchange", once(f.said(500, f.WAITS_FOR_INFO, acting=True)),
            "cancelled 1", delay=0.0),
    cancel_row("done, gzip", once(f.zipped(acting=True)), "cancelled 1"),
    cancel_row("with a cookie", always(f.cookie), "cancelled 1"),
    cancel_row("always lost, never done", always(f.answer(502)),
            {"order": "unknown 2", "tradernet": "unknown 2", "*": "unknown 3"}, says="look at order"),
    cancel_row("always hanging, never done", always(f.hang(acting=False)),
            {"order": "unknown 2", "tradernet": "unknown 2", "*": "unknown 3"}, wait=4.0),
    cancel_row("lost, done late", once(f.close(acting=True)),
            {"smart-trade": "cancelled 1", "tradernet": "cancelled 1", "*": "cancelled 2"}, **_LATE),
    cancel_row("lost, done late, and the repeat is refused (409)", once(f.close(acting=True), f.CONFLICT),
            {"deal-order": "cancelled 2", "tanx": "cancelled 2", "order": "cancelled 2"}, **_LATE),
    cancel_row("lost, done late, and the repeat is refused (422)", once(f.close(acting=True), f.UNPROCESSABLE),
            {"deal-order": "cancelled 2", "tanx": "cancelled 2", "order": "cancelled 2"}, **_LATE),
    cancel_row("lost twice, the second was done", once(f.close(acting=False), f.close(acting=True)),
            "cancelled 2", delay=0.0),
]  # fmt: skip

# --- a definite no

_REFUSED = [
    cancel_row("401, once", once(f.EXPIRED), {"tanx": "cancelled 2", "*": "unauthorized 1"}, sent_once=("refresh",)),
    cancel_row("401, always", always(f.EXPIRED), {"tanx": "unauthorized 2", "*": "unauthorized 1"},
            sent_once=("refresh",)),
    cancel_row("401 without fields", always(f.answer(401, '""', "application/json")),
            {"tanx": "unauthorized 2", "*": "unauthorized 1"}, sent_once=("refresh",)),
    cancel_row("403", always(f.FORBIDDEN), "unauthorized 1"),
    cancel_row("403 HTML", always(f.html(403)), "refused 1", says="not reached"),
    cancel_row("404 as text", always(f.NO_TEXT_404), "refused 1", says="url"),
    cancel_row("404 though the order is open", always(f.UNKNOWN), "refused 1", wait=1.5),
    cancel_row("405", always(f.answer(405, "no")), {"tanx": "refused 1", "order": "refused 1"}),
    cancel_row("409 of an open order", always(f.CONFLICT), "refused 1", wait=1.5),
    cancel_row("422 of an open order", always(f.UNPROCESSABLE), "refused 1", wait=1.5),
    cancel_row("418", always(f.answer(418)), "rate-limited 1"),
    cancel_row("429, one second", once(f.limited("1")), "cancelled 2"),
    cancel_row("429, until a date", once(f.limited(f.in_seconds(2))), "cancelled 2"),
    cancel_row("429, until a date of a clock that is an hour behind", once(f.limited(f.in_seconds(-3600))),
            {"deal-order": "cancelled 2", "tradernet": "cancelled 2"}),
    cancel_row("429, until a date of a clock that is an hour ahead", once(f.limited(f.in_seconds(3600))),
            {"deal-order": "rate-limited 1", "tanx": "rate-limited 1"}),
    cancel_row("429, no time named", once(f.limited()),
            {"deal-order": "rate-limited 1", "smart-trade": "rate-limited 1", "*": "cancelled 2"}),
    cancel_row("429, no sensible time named", once(f.limited("soon")),
            {"deal-order": "rate-limited 1", "tanx": "cancelled 2"}),
    cancel_row("429, hours", always(f.limited("7200")), "rate-limited 1"),
    cancel_row("429, the subscription", always(f.SUBSCRIPTION), "refused 1", says="subscription"),
    cancel_row("429 in the body", once(f.said(200, {"errMsg": "Too many requests", "error": "x", "code": 429})),
            {"tradernet": "cancelled 2"}),
    cancel_row("429 with retry_after in the body", once(f.said(429, {"error": "slow down", "retry_after": 1})),
            {"order": "cancelled 2"}),
    cancel_row("451", always(f.answer(451)), "refused 1"),
    cancel_row("302 to another server", always(f.redirect(302)), "refused 1"),
    cancel_row("307 to another server", always(f.redirect(307)), "refused 1"),
    cancel_row("an error in a 200", always(f.said(200, {
        "status": "error", "error": "Exec wrong", "code": 18, "message": "Exec wrong", "payload": {}})),
        {"order": "", "*": "refused 1"}),
    cancel_row("400, bad parameters", always(f.said(400, {
        "error": "record_invalid", "error_description": "Invalid parameters", "status": "error",
        "message": "Invalid parameters", "payload": ""})), "refused 1"),
    cancel_row("500 with the venue's own words", once(f.said(500, {
        "error": "failed to cancel order", "status": "error"})), "cancelled 2"),
    cancel_row("403, bare, of an open order", always(f.said(403, {"error": "Forbidden"})),
            {"deal-order": "unauthorized 1", "smart-trade": "unauthorized 1"}),
    cancel_row("403, not for this account", always(f.said(403, "Forbidden. Unavailable for this account.")),
            {"deal-order": "refused 1", "smart-trade": "refused 1"}),
]  # fmt: skip

# --- lost, and then a no: read in the light of the first try

_LOST_FIRST = [
    cancel_row(f"lost, then {what}", once(f.close(acting=False), *([fault] * 3)), expected, wait=wait)
    for what, fault, expected, wait in (
        ("409 of an open order", f.CONFLICT, "unknown 2", 3.0),
        ("404", f.UNKNOWN, "unknown 2", None),
        ("401", f.EXPIRED, {"tanx": "unknown 3", "*": "unknown 2"}, None),
        ("403", f.FORBIDDEN, "unknown 2", None),
        ("429, hours", f.limited("7200"), "unknown 2", None),
        ("418", f.answer(418), "unknown 2", None),
        ("302", f.redirect(302), "unknown 2", None),
    )
] + [
    cancel_row("lost, then a 429 of one second", once(f.close(acting=False), f.limited("1")),
            {"deal-order": "cancelled 3", "smart-trade": "cancelled 3", "tanx": "cancelled 3"}),
    cancel_row("lost, done, and the repeat would be refused", once(f.close(acting=True), f.CONFLICT),
            "cancelled 1", delay=0.0),
]  # fmt: skip

# --- connections

_UNREACHED = [
    Row("the connection is refused", {}, "unavailable 0", door=Door("refused")),
    Row("the connection is refused at first", {}, "cancelled 1", door=Door("late")),
    Row("the connection is never made", {}, "unavailable 0", door=Door("silent")),
    Row("the server speaks no TLS", {}, "unavailable 0", door=Door("tls")),
    Row(
        "the connection is closed unread",
        {},
        {"deal-order": "cancelled 1", "*": "cancelled 1/2"},
        door=Door(closed_unread=frozenset({1})),
        ahead=False,  # one that was made ahead is noticed to be closed, and never used
    ),  # a deal's order is looked at first, over that connection
    Row("every connection is closed unread", {}, "unknown 0/1", door=Door(closed_unread=frozenset(range(1, 99)))),
]

ROWS = (*_NEITHER, *_ODD, *_REFUSED, *_LOST_FIRST, *_UNREACHED)
