"""The first connection of a run, made while the rest of the program still loads.

It is used only by a request that would take exactly this route, and only once. What goes wrong meanwhile is told to
that request, as if it had tried for itself.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from venues.wire.dial import CONNECT_TIMEOUT, dial, trusting
from venues.wire.route import Route

if TYPE_CHECKING:
    from venues.wire.connection import Connection

_begun: list[Ahead] = []


def begin(route: Route) -> None:
    """Begin to connect, unless a proxy is on the way. Nothing is raised."""
    if not route.proxy:
        _begun.append(Ahead(route))


def take(route: Route, seconds: float) -> Connection | None:
    """Out: the connection that was made ahead by this route, if it may still be used; waited for so long at most.

    Raises what connecting raised, once, or TimeoutError.
    """
    for ahead in _begun:
        if ahead.route == route:
            _begun.remove(ahead)
            return ahead.connection(seconds)
    return None


class Ahead:
    """One connection that is being made in a thread of its own."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self._done = threading.Event()
        self._made: Connection | None = None
        self._fault: Exception | None = None
        self._is_late = False
        threading.Thread(target=self._dial, daemon=True).start()

    def _dial(self) -> None:
        if self.route.is_secure:  # the authorities load while TCP's first packets are on their way
            threading.Thread(target=self._load, daemon=True).start()
        try:
            line = dial(self.route, CONNECT_TIMEOUT)
            from venues.wire.connection import Connection

            self._made = Connection(line, self.route.called)
            if self._is_late:
                self._made.close()
        except Exception as fault:  # noqa: BLE001  # raised again where the connection is asked for
            self._fault = fault
        self._done.set()

    def _load(self) -> None:
        try:
            trusting(self.route.bundle)
        except Exception:  # noqa: BLE001  # `dial` meets it too, and tells
            return

    def connection(self, seconds: float) -> Connection | None:
        """See `take`."""
        if not self._done.wait(seconds):
            self._is_late = True
            raise TimeoutError("no connection was made in time")
        if self._fault is not None:
            raise self._fault
        if self._made is None or self._made.is_usable:
            return self._made
        self._made.close()
        return None
