"""Faults of the look: the one that proves an accepted cancel, and the one after a lost answer."""

from __future__ import annotations

from tests.faults import faults as f
from tests.faults.row import Expected, Row, look_row
from tests.faults.server import Fault, always, once

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
    "is another order's": f.of_another_order(acting=True),
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
# A deal's order is looked at before its cancel is sent, and a limit that this look meets holds the cancel back.
_HELD_BACK = ("is 418", "is 429 for hours")
_TWO = {"tanx": "pending 1", "deal-order": "pending 1"}


def _told(expected: str, what: str) -> Expected:
    if what in _HELD_BACK:
        return {"deal-order": "rate-limited 0", "*": expected}
    # A NeuraTrade server without that route, or without that position, allows one repeat (its page, rule 3).
    twice = expected == "unknown 1" and what in ("is 404", "is 404 as text")
    return {"order": "unknown 2", "*": expected} if twice else expected


_LOOKS = [
    # Slow enough that a deal's answer to the cancel itself never shows it done.
    look_row(f"always {what}", always(fault), _TWO if what in _ALIKE else _told("pending 1", what), delay=0.5)
    for what, fault in (_BAD_LOOKS | _REFUSED_LOOKS).items()
] + [
    look_row(f"first {what}", once(fault), "cancelled 1")
    for what, fault in _BAD_LOOKS.items()
    if what in _SHORT
] + [
    look_row("first is 401", once(f.EXPIRED), "cancelled 1", sent_once=("refresh",)),
    look_row("first is 429", once(f.limited("1")), "cancelled 1"),
    look_row("first is 404", once(f.UNKNOWN), "cancelled 1"),
    Row("cancel and look carry a cookie", {"cancel": always(f.cookie), "look": always(f.cookie)}, "cancelled 1"),
]  # fmt: skip

# --- the look after a lost answer: without one, the cancel must not go again

_BLIND = [
    Row(
        f"cancel lost, look always {what}",
        {"cancel": once(f.close(acting=True)), "look": always(fault)},
        _told("unknown 1", what),
        delay=0.0,
        says="" if what in _HELD_BACK else "look at order",
    )
    for what, fault in (_BAD_LOOKS | _REFUSED_LOOKS).items()
    if what in (*_SHORT, "is 401", "is 403", "is 404", "is 404 as text", "is 429 for hours", "is 302")
] + [
    Row(f"cancel lost, look first {what}", {"cancel": once(f.close(acting=True)), "look": once(fault)},
        "cancelled 1", delay=0.0)
    for what, fault in _BAD_LOOKS.items()
    if what in ("hangs", "is 500")
]  # fmt: skip

ROWS = (*_LOOKS, *_BLIND)
