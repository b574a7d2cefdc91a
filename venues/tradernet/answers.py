"""What Tradernet's answers mean: errors come with HTTP 200 too, and an acceptance has several shapes.

Sources: the official command pages; the official PHP SDK; answers seen by public clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from venues.interface import Limited, NotFound, Refused, Unauthorized, Uncertain
from venues.wire.answers import as_raw, of_another, retry_after, unreadable, wrong_address
from venues.wire.http import NOT_JSON, Reply

KEY_PHRASES = (
    "invalid signature",
    "bad sign",
    "no matching pair",
    "invalid api key",
    "user is not found",
    "access denied",
    "unknown ip",
)
KEY_CODES = ("4", "7", "8")


def raise_unless_accepted(reply: Reply, order_id: str) -> None:
    """An acceptance names our order, or says yes in `result`: `{"order_id": N}` [docs], `{"result": 1}` [kutsevol].

    In: a reply without an error in it. Raises Uncertain for anything else.
    """
    data = reply.data if isinstance(reply.data, dict) else {}
    result = data.get("result")
    places = (data, *(result if isinstance(result, list) else [result]))
    named = {str(place["order_id"]) for place in places if isinstance(place, dict) and place.get("order_id")}
    if named - {order_id}:
        raise of_another(reply, f"order ({', '.join(sorted(named))})")
    if not named and not re.fullmatch(r"true|[1-9][0-9]*", str(result).lower()):  # "0" and "false" are PHP's no
        raise unreadable(reply)


def raise_for_error(reply: Reply, now: datetime, clock_counts: bool) -> None:
    """Judge by HTTP status and text, then by `code`: the numbers changed their meaning over time.

    In: `clock_counts` when requests are signed with this machine's time. Raises a VenueError for what is an error.
    """
    data = _spoken(reply.data)
    text, code = _error_text(data), str(data.get("code"))
    if reply.ok and not text:
        return
    message, raw = text or f"the venue answered {reply.status}", as_raw(reply)
    word = message.lower()
    if code == "429":
        raise Limited(message, retry_after=retry_after(reply, now), raw=raw)
    if "bad nonce" in word:  # seen when one request was sent twice and the first copy was executed
        raise Uncertain(message, raw=raw)
    if "security session" in word:
        raise Unauthorized(message, renewable=True, raw=raw)
    if "type of security not identified" in word:  # most likely a mistranslated "security session"
        raise Refused(message, renewable=True, raw=raw)
    if reply.status in (401, 403) or any(phrase in word for phrase in KEY_PHRASES):
        clock = "; check the clock of this machine" if "sign" in word and clock_counts else ""
        raise Unauthorized(message + clock, raw=raw)
    if reply.data is NOT_JSON or reply.status == 405:
        raise wrong_address(reply)
    if any(phrase in word for phrase in ("unsupported query method", "command not found")):
        raise Refused(f"{message}: check `url` and `api_version`", raw=raw)
    if any(phrase in word for phrase in ("not found", "unknown order", "no such")):
        raise NotFound(message, raw=raw)
    if code in KEY_CODES:
        raise Unauthorized(message, raw=raw)
    if code == "2" or reply.status == 404:
        raise Refused(f"{message}: check `url` and `api_version`", raw=raw)
    raise Refused(message, about_order=True, raw=raw)


def _spoken(data: Any) -> Mapping[str, Any]:
    """Where the venue says what is wrong: at the top of the answer, else in its `result`."""
    top = data if isinstance(data, dict) else {}
    result = top.get("result")
    return result if isinstance(result, dict) and _error_text(result) and not _error_text(top) else top


def _error_text(data: Mapping[str, Any]) -> str:
    """A truthy `error`, `errMsg` or `errorMsg`, a string or a list; `false`, `null`, `""`, 0 and "0" are none."""
    for key in ("error", "errMsg", "errorMsg"):
        value = data.get(key)
        if value and value != "0":
            return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return ""
