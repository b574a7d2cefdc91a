"""The sentence that goes with each outcome. The venue's own words are kept in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from venues.interface import Limited, NotFound, Order, OrderRef, Refused

WOULD = "a cancel would be sent"


def cancelled(order: Order) -> str:
    """With what was filled before, and what the venue's page says a person must know."""
    return _join(f"the venue shows it cancelled{_filled(order)}", order.note)


def already_cancelled(order: Order) -> str:
    when = f"by the venue, which shows {_shown(order)}" if order.by_venue else "before this request"
    return _join(f"it was cancelled {when}{_filled(order)}", order.note)


def too_late(order: Order) -> str:
    return _join(f"it has already ended in another way: the venue shows {_shown(order)}{_filled(order)}", order.note)


def requested(order: Order | None) -> str:
    return _join("the venue accepted the request; it was not read back", order.note if order else "")


def dry_run(order: Order) -> str:
    return _join(f"it is open ({_shown(order)}); {WOULD}", order.note)


def not_sendable(order: Order) -> str:
    return _join(f"it is {_shown(order)}; no cancel is sent", order.note)


def cancel_failed(order: Order) -> str:
    return _join(f"the venue could not cancel it: it shows {_shown(order)}, the order may be live", order.note)


def not_found(no: Refused) -> str:
    if isinstance(no, NotFound):
        return f"the venue knows no such order: {no.message}"
    return f"the venue shows no such order, and refused the cancel: {no.message}"


def refused(no: Refused, trouble: str) -> str:
    """`trouble`: why fresh credentials or a look did not help."""
    return _join(no.message, "" if trouble in no.message else trouble)


def limited(no: Limited) -> str:
    return f"not cancelled: {no.message}; run it again later"


def pending(order: Order | None, trouble: str, *, looked: bool) -> str:
    """Accepted, and not final at the deadline; `trouble` says why when the last look failed."""
    shown = f"the venue still shows {_shown(order)}" if order else "the venue has not shown the order yet"
    if not looked:
        shown = "there was no time left to read the order back"
    return _join(f"the request was accepted, but {trouble or shown}", order.note if order else "")


def unknown(order: Order | None, sent_at: datetime | None, trouble: str) -> str:
    """What was sent, and when."""
    when = f" at {sent_at:%H:%M:%S} UTC" if sent_at else ""
    shown = f"; last seen {_shown(order)}" if order else ""
    why = f" ({trouble})" if trouble else ""
    return f"a cancel was sent{when} and what became of it is not known{why}{shown}"


def how_to_check(place: str, ref: OrderRef) -> str:
    """What to do about an unknown one. In: where a person can look, such as `on the Acme site`."""
    deal = f" of deal {ref.deal_id}" if ref.deal_id else ""
    return f"look at order {ref.order_id}{deal} {place}, or run again with --dry-run"


def unavailable(trouble: str, stopped: bool = False) -> str:
    if stopped:
        return "stopped before anything was sent: it is safe to run again"
    return f"{trouble or 'the venue was not reached'}; no cancel was sent, it is safe to run again"


def silent(trouble: str) -> str:
    """Why nothing more is sent to a venue that did not answer the orders before. In: what the last look came to."""
    return "the venue gave no answer to the orders before" + (
        f", nor to a look at this one: {trouble}" if trouble else ""
    )


def _shown(order: Order) -> str:
    if not order.status:
        return f"it {order.state.value}"
    return f"status {order.status}" + (f", {order.said}" if order.said else "")


def _filled(order: Order) -> str:
    amount = positive(order.filled)
    if amount is None:
        return ""
    return f", after {order.filled}" + (f" of {order.quantity}" if order.quantity else "") + " was filled"


def positive(amount: str | None) -> Decimal | None:
    """In: a decimal text. Out: its value when it is a number above zero, else None."""
    try:
        value = Decimal(amount or "0")
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > 0 else None


def _join(sentence: str, more: str) -> str:
    return f"{sentence}; {more}" if more else sentence
