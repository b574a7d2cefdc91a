"""What an error of ccxt means, once our transport has said what was sent. The first line that fits counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from venues.interface import Limited, NotFound, Refused, Unauthorized, Uncertain, VenueError
from venues.wire.answers import as_raw, said, unreadable
from venues.wire.http import NOT_JSON, Reply

ABOUT_KEYS = re.compile(
    r"api[ -_]?key|signature|permission|unauthori[sz]ed|not authori[sz]ed|passphrase|invalid key|whitelist",
    re.IGNORECASE,
)
CLOCK = " (is the clock of this machine right?)"
NOT_THERE = re.compile(r"order.{0,20}(does not|doesn.t|not) (exist|found)|(unknown|no such) order", re.IGNORECASE)
MAYBE_ENDED = re.compile(r"fill|cancel+ed|too late|complete|already|closed", re.IGNORECASE)
UNDECIDED = re.compile(r"busy|unknown|time[d -]*out|system", re.IGNORECASE)
TEXTS = ("sMsg", "failure_reason", "msg", "retMsg", "message", "err_msg", "reason", "detail", "error")
CODES = ("sCode", "code", "retCode", "label")
INSIDE = ("data", "result", "results", "error", "errors")  # where an answer may keep the words for one order
DEEPEST, MOST = 3, 3


def of_error(error: Exception, reply: Reply) -> VenueError:
    """In: what ccxt raised for an answer, and that answer. Out: what it means for the order that was asked about."""
    from ccxt.base import errors

    message, raw = words_in(reply), as_raw(reply)
    means: tuple[tuple[Any, Callable[[], VenueError]], ...] = (
        (errors.OrderNotFound, lambda: _not_found(reply)),
        (errors.RateLimitExceeded, lambda: Limited(f"the exchange's rate limit: {message}", raw=raw)),
        (errors.DDoSProtection, lambda: Limited(f"the exchange's rate limit: {message}", raw=raw)),
        (errors.AuthenticationError, lambda: Unauthorized(message, raw=raw)),
        (errors.InvalidNonce, lambda: Refused(f"{message}{CLOCK}", raw=raw)),
        (errors.CancelPending, lambda: Refused(message, about_order=True, raw=raw)),
        (errors.OperationFailed, lambda: Uncertain(f"the exchange answered: {message}", raw=raw)),
        (errors.ExchangeError, lambda: _refused(error, message, reply.status, raw)),
        (Exception, lambda: unreadable(reply)),
    )
    return next(made() for kind, made in means if isinstance(error, kind))


def _not_found(reply: Reply) -> VenueError:
    """Many say in one sentence that an order is filled, cancelled or unknown: that is no "not found"."""
    message, raw = words_in(reply, "it shows no order of that id"), as_raw(reply)
    return Refused(message, about_order=True, raw=raw) if MAYBE_ENDED.search(message) else NotFound(message, raw=raw)


def _refused(error: Exception, message: str, status: int, raw: Any) -> VenueError:
    """ccxt has no class of its own for every no."""
    from ccxt.base import errors

    if isinstance(error, errors.BadSymbol):
        return Refused(message, renewable=True, raw=raw)
    plain = type(error) in (errors.ExchangeError, errors.BadRequest)
    if plain and (status in (401, 403) or ABOUT_KEYS.search(message)):
        return Unauthorized(message, raw=raw)
    if NOT_THERE.search(message) and not MAYBE_ENDED.search(message):  # many have no class for it in ccxt
        return NotFound(message, raw=raw)
    if type(error) is errors.ExchangeError and UNDECIDED.search(message):
        return Uncertain(f"the exchange answered: {message}", raw=raw)
    return Refused(message, about_order=True, raw=raw)


def of_status(reply: Reply) -> VenueError:
    """What an answer means whose status is an error, and of which ccxt says nothing."""
    message, raw = words_in(reply), as_raw(reply)
    if reply.status in (401, 403):
        return Unauthorized(message, raw=raw)
    if reply.status == 404 and NOT_THERE.search(message):  # else it may be the path that is not there
        return NotFound(message, raw=raw)
    return Refused(message, about_order=True, raw=raw)


def words_in(reply: Reply, otherwise: str = "") -> str:
    """Out: the exchange's own words, each with its number for them."""
    words = ": ".join(dict.fromkeys(_words(reply.data))) or said(reply, "")
    if not words and reply.data is NOT_JSON and not reply.is_html:
        words = reply.text[:80].strip()
    return words or otherwise or f"the exchange answered {reply.status}"


def _words(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:MOST]:
            yield from [item] if isinstance(item, str) and depth else _words(item, depth + 1)
    if isinstance(value, dict):
        text = next((item for key in TEXTS if isinstance(item := value.get(key), str) and item), "")
        code = next((str(item) for key in CODES if isinstance(item := value.get(key), (str, int)) and item), "")
        if text:
            yield f"{text} ({code})" if code and code not in text else text
        for key in INSIDE:
            yield from _words(value.get(key), depth + 1)
