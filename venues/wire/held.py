"""Connections on which the answer to a cancel is still awaited: nobody hangs up on them while the run lives.

A server may stop in the middle of its work when its client goes away (NeuraTrade's does). So the order is looked at
over another connection meanwhile, and an answer that comes late is taken as the answer.
"""

from __future__ import annotations

import socket
import threading
import time

from venues.interface import Uncertain
from venues.wire.connection import FOREIGN, Reader, bounds, is_readable, read_answer
from venues.wire.http import Reply

READ_WITHIN = 2.0  # seconds for the whole of a late answer once it stirs


class Held:
    """One such connection. `untouched`: nothing of the answer was read before, so it can still be read."""

    def __init__(self, sock: socket.socket, *, untouched: bool) -> None:
        self._sock = sock
        self._untouched = untouched

    def stirs(self, seconds: float = 0.0) -> bool:
        """Wait so long at most. Out: whether an answer has come, or the connection's end."""
        try:
            return is_readable(self._sock, seconds)
        except (OSError, ValueError):  # another thread has hung up
            return True

    def reply(self) -> Reply:
        """Read what has come, and hang up. Raises Uncertain when that is no whole answer."""
        try:
            if not self._untouched:
                raise EOFError
            late = read_answer(Reader(self._sock, bounds(READ_WITHIN)))
            return Reply(late.status, late.headers, late.body)
        except FOREIGN:
            raise Uncertain("the late answer was not complete") from None
        finally:
            self.close()

    def close(self) -> None:
        self._sock.close()


class StillOut(Uncertain):
    """The request was sent and not answered in time; its connection is held."""

    def __init__(self, message: str, held: Held) -> None:
        super().__init__(message)
        self.held = held


class Waiting:
    """The held connections of a run, by what they are about. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[tuple[str, Held]] = []
        self._left: dict[str, float] = {}  # until when, for those whose order has ended

    def __len__(self) -> int:
        return len(self._held)

    def add(self, about: str, held: Held) -> None:
        self._drop_what_is_over()
        with self._lock:
            self._held.append((about, held))

    def leave(self, about: str, seconds: float) -> None:
        """Nobody asks for this answer any more, but its connection is held for so long."""
        if any(one[0] == about for one in list(self._held)):
            self._left[about] = time.monotonic() + seconds

    def _drop_what_is_over(self) -> None:
        """Standard input may go on for hours: what is answered, or was held long enough, is not kept till the end."""
        for one in list(self._held):
            until = self._left.get(one[0])
            if until is not None and (time.monotonic() > until or one[1].stirs()):
                self._drop(one)

    def take(self, about: str, seconds: float) -> Held | None:
        """Wait so long at most. Out: one on which something has come; it is not waited for any more."""
        ends = time.monotonic() + seconds
        for one in [one for one in self._held if one[0] == about]:
            if one[1].stirs(max(0.0, ends - time.monotonic())) and self._forgotten(one):
                return one[1]
        return None

    def forget(self, about: str) -> None:
        """What these do no longer matters."""
        for one in [one for one in self._held if one[0] == about]:
            self._drop(one)

    def close(self) -> None:
        """Hang up on all."""
        for one in list(self._held):
            self._drop(one)

    def wait(self, seconds: float) -> None:
        """Wait so long for any of them, and forget those on which something has come."""
        ends = time.monotonic() + seconds
        for one in list(self._held):
            if one[1].stirs(max(0.0, ends - time.monotonic())):
                self._drop(one)

    def _drop(self, one: tuple[str, Held]) -> None:
        if self._forgotten(one):
            one[1].close()

    def _forgotten(self, one: tuple[str, Held]) -> bool:
        """Out: False when somebody else was faster."""
        with self._lock:
            known = one in self._held
            if known:
                self._held.remove(one)
        return known
