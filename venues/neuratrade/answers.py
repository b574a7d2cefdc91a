"""What NeuraTrade's answers mean. Source: services/backend-api of irfndi/NeuraTrade, and answers of that server."""

from __future__ import annotations

from venues.interface import NotFound, Refused, Unauthorized
from venues.wire.answers import as_raw, said, wrong_address
from venues.wire.http import NOT_JSON, Reply


def raise_for_error(reply: Reply) -> None:
    """A 401 has no `status` in its body; a text 404 is no answer of the API. [source]"""
    if reply.ok:
        return
    message, raw = said(reply, f"the server answered {reply.status}"), as_raw(reply)
    if reply.status in (401, 403):
        raise Unauthorized(message, renewable=reply.status == 401, raw=raw)
    if reply.data is NOT_JSON or reply.status == 405:
        raise wrong_address(reply)  # `404 page not found`: wrong base URL, path or method
    if reply.status == 404 and "not found" in message.lower():
        raise NotFound(message, raw=raw)
    raise Refused(message, about_order=reply.status in (409, 422), raw=raw)
