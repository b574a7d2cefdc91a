"""Which requests may leave. A library that grants fees or sets a referrer before it cancels does not do it here."""

from __future__ import annotations

import enum
import re

_CANCELS = re.compile(r"cancel|stoporder|delete-?order", re.IGNORECASE)


class Aim(enum.Enum):
    """What a call of the library is for."""

    CANCEL = "cancel"
    READ = "read"


def is_cancel(method: str, path: str) -> bool:
    """In: a method, and a path of an API in ccxt's spelling, ids left open (`orders/{id}`)."""
    return _CANCELS.search(path) is not None or (method == "DELETE" and "order" in path.lower())


def may_leave(aim: Aim, method: str, path: str, *, cancels: int, posts: tuple[str, ...]) -> bool:
    """Out: whether this request may leave, in a call with this aim that has sent so many cancels before.

    In: `posts`, the paths that only read and want a POST.
    """
    if is_cancel(method, path):
        return aim is Aim.CANCEL and not cancels
    return method == "GET" or (method == "POST" and path in posts)
