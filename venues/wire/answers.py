"""The answers that mean the same at every HTTP venue, and what else all of them read in a reply."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from venues.interface import Limited, Refused, Uncertain
from venues.wire.http import NOT_JSON, Reply

CHECK_URL = "check `url`"


def raise_for_shared_answers(reply: Reply, now: datetime) -> None:
    """The answers that mean the same at every venue (contract, "Edges")."""
    status = reply.status
    if status == 418:
        raise Limited("the venue banned this address for too many requests (418)", banned=True)
    if status == 429:
        if "subscription" in reply.text.lower():
            raise Refused(said(reply, "the subscription does not allow this request"), raw=as_raw(reply))
        wait = retry_after(reply, now)
        asked = f"; it asks to wait {wait:.0f} s" if wait else ""
        raise Limited(f"the venue's rate limit (429{_quoted(reply)}){asked}", retry_after=wait, raw=as_raw(reply))
    if status == 451:
        raise NotTheApi(said(reply, "the venue does not serve this region (451)"), raw=as_raw(reply))
    if status == 403 and reply.is_html:
        raise NotTheApi("a firewall's page came back (403 HTML): the API itself was not reached")
    if 300 <= status < 400:
        raise NotTheApi(f"{_server(reply)} redirects elsewhere ({status}), which is not followed: {CHECK_URL}")
    if status == 408:  # it gave up waiting for a request, ours or none
        reply.distrust()
    if status >= 500 or status < 200 or status == 408:
        raise Uncertain(f"the venue answered {status}{_quoted(reply)}", raw=as_raw(reply))


def unreadable(reply: Reply) -> Uncertain:
    """A 2xx that proves nothing, perhaps not the answer to its request."""
    reply.distrust()
    kind = "an empty answer" if not reply.body.strip() else "an answer that cannot be read"
    return Uncertain(f"the venue sent {kind} ({reply.status})", raw=as_raw(reply))


def of_another(reply: Reply, what: str) -> Uncertain:
    """An answer that names another order than ours, `what` it is."""
    reply.distrust()
    return Uncertain(f"the venue answered about another {what}", raw=as_raw(reply))


class NotTheApi(Refused):
    """What answered is not the venue's API, or not for us: a firewall, a redirect, another server."""


class NoSuchRoute(NotTheApi):
    """The server has no such path."""


def wrong_address(reply: Reply) -> NotTheApi:
    """An answer that the API itself never gives: some other server, or a wrong `url`."""
    kind = NoSuchRoute if reply.status in (404, 405) else NotTheApi
    return kind(f"{_server(reply)} has no such path ({reply.status}{_quoted(reply)}): {CHECK_URL}")


def _server(reply: Reply) -> str:
    return reply.origin or "the server"


def as_raw(reply: Reply) -> Any:
    """The parsed body for the record: an object or an array, else None."""
    return reply.data if isinstance(reply.data, (dict, list)) else None


def said(reply: Reply, otherwise: str) -> str:
    """The venue's own words: the first text under the usual keys, with its explanation."""
    if not isinstance(reply.data, dict):
        return str(reply.data) if isinstance(reply.data, str) and reply.data else otherwise
    found: list[str] = []
    for key in ("error", "errMsg", "errorMsg", "message", "error_description", "error_attributes"):
        value = reply.data.get(key)
        for item in value if isinstance(value, list) else [value]:
            text = str(item) if isinstance(item, (str, dict)) and item else ""
            if text and text not in found:
                found.append(text)
    return ": ".join(found) or otherwise


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds to wait: `Retry-After` as seconds or as a date, else a `retry_after` in the body."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if text:
        moment = date_in(text)
        return max(0.0, (moment - now).total_seconds()) if moment else None
    value = reply.data.get("retry_after") if isinstance(reply.data, dict) else None
    return float(value) if isinstance(value, (int, Decimal)) and 0 <= value < 10**9 else None


def date_in(text: str) -> datetime | None:
    """In: a date as headers have it. Out: it in UTC, or None when it is none."""
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # also an offset or a year beyond all calendars
        return None


def _quoted(reply: Reply) -> str:
    words = said(reply, "")
    if not words and reply.data is NOT_JSON and not reply.is_html:
        words = reply.text[:80].strip()
    return f": {words}" if words else ""
