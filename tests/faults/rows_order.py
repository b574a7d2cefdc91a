"""How the order stood before and what becomes of it meanwhile; looking only, and not waiting."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults import faults as f
from tests.faults.row import Row
from tests.faults.run import ORDERS, OTHERS
from tests.faults.server import Asked, always, once
from venues.neuratrade.practice import PracticeNeuraTrade
from venues.sandbox.practice import Practice
from venues.tanx.practice import PracticeTanx

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
    Row("an order of another kind", {}, {"deal-order": "refused 0"}, orders={"deal-order": "1123065576"}),
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

# --- looking only, and not waiting


def _slowly(practice: Practice, order_id: str) -> None:
    """Where the reply need not show the order cancelled, it does not."""
    order = practice.orders[order_id]
    order.delay = 0.0 if order.verb == "deal-order" else 0.5


_DRY = ("--dry-run",)
_MODES = [
    Row("dry run", {}, "dry-run 0", options=_DRY),
    Row("dry run, cancelled before", {}, "already-cancelled 0", options=_DRY, orders=_CANCELLED),
    Row("dry run, ended before", {}, "too-late 0", options=_DRY, orders=_ENDED),
    Row("dry run, an unknown order", {}, "not-found 0", options=_DRY, orders=OTHERS),
    Row("dry run, 500 at first", {"look": once(f.answer(500))}, {"tanx": "dry-run 0"}, options=_DRY),
    Row("dry run, 401", {"look": always(f.EXPIRED)}, "unauthorized 0", options=_DRY),
    Row("dry run, 404 as text", {"look": always(f.NO_TEXT_404)}, "refused 0", options=_DRY),
    Row("dry run, 429 for hours", {"look": always(f.limited("7200"))}, {"deal-order": "rate-limited 0"},
        options=_DRY),
    Row("dry run, a redirect", {"look": always(f.redirect(307))}, {"tradernet": "refused 0"}, options=_DRY),
    Row("no wait", {}, {"deal-order": "cancelled 1", "*": "requested 1"}, options=("--no-wait",),
        delay=0.0, wait=5.0, prepared=_slowly),
    Row("no wait, lost and done", {"cancel": once(f.close(acting=True))}, "cancelled 1", options=("--no-wait",),
        delay=0.0),
    Row("no wait, lost and not done", {"cancel": once(f.answer(502))},
        {"deal-order": "cancelled 2", "*": "requested 2"}, options=("--no-wait",), delay=0.0,
        prepared=_slowly),
    Row("no wait, lost and blind", {"cancel": once(f.close(acting=True)), "look": always(f.answer(500))},
        "unknown 1", options=("--no-wait",)),
    Row("no wait, cancelled before", {}, {"order": "already-cancelled 1"}, options=("--no-wait",),
        orders=_CANCELLED),
    Row("no wait, 429 for hours", {"cancel": always(f.limited("7200"))}, {"tanx": "rate-limited 1"},
        options=("--no-wait",)),
]  # fmt: skip

ROWS = (*_STATES, *_MODES)
