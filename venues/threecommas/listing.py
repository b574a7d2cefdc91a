"""3Commas' lists: bare arrays, of which every row must be understood."""

from __future__ import annotations

from typing import Any, TypeVar

from venues.wire.answers import unreadable
from venues.wire.http import Reply
from venues.wire.replies import Model, parse

M = TypeVar("M", bound=Model)


def rows(reply: Reply, model: type[M]) -> list[tuple[M, Any]]:
    """Out: every row of an answer, as the model and as parsed.

    Raises Uncertain when the answer is no list or one of its rows is odd: what cannot be read may be open.
    """
    if not isinstance(reply.data, list):
        raise unreadable(reply)
    found = []
    for item in reply.data:
        row = parse(model, item)
        if row is None:
            raise unreadable(reply)
        found.append((row, item))
    return found
