"""What tanX's answers mean. Those for unknown or finished ids are published nowhere: reading the order back decides.

Sources: docs.tanx.fi; the official Node connector's tests; djangorestframework-simplejwt for the texts of a 401.
"""

from __future__ import annotations

from venues.interface import NotFound, Refused, Unauthorized
from venues.wire.answers import as_raw, said, unreadable, wrong_address
from venues.wire.http import Reply

NOT_FOUND_WORDS = ("not found", "does not exist", "no such")


def raise_for_error(reply: Reply) -> None:
    """Everything that is no `status: "success"`; "error" comes with HTTP 200 too. [node test]"""
    data, raw = reply.data, as_raw(reply)
    status = data.get("status") if isinstance(data, dict) else None
    message = said(reply, f"the venue answered {reply.status}")
    if reply.status in (401, 403):
        raise Unauthorized(message, renewable=reply.status == 401, raw=raw)
    if reply.ok and status != "error":
        if status != "success":
            raise unreadable(reply)
        return
    if reply.status in (404, 405) and status is None:
        raise wrong_address(reply)
    if reply.status == 404 or any(word in message.lower() for word in NOT_FOUND_WORDS):
        raise NotFound(message, raw=raw)
    raise Refused(message, about_order=not reply.is_html, raw=raw)
