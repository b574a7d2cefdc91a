"""How a venue has answered a run's orders so far, so that the rest is not sent into one that only errs."""

from __future__ import annotations

import threading

from venues.wire.clock import Clock

SILENT_ORDERS = 2  # in a row, none of whose requests got an answer, after which the next ones look before they send
SILENT_PROBES = 3  # such looks in vain, after which nothing more is sent
PROBE_AGAIN = 30.0  # seconds after which one order looks again: standard input may go on for hours


class Health:
    """Shared by every thread of a run. A 5xx, a loss, and what cannot be read are no answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._orders = 0
        self._probes = 0
        self._probed_at = float("-inf")
        self.unreachable = False  # an order's whole deadline passed without the venue being reached

    @property
    def is_silent(self) -> bool:
        """Whether the latest orders got no answer at all."""
        return self._orders >= SILENT_ORDERS

    def gives_up(self) -> bool:
        """Whether nothing is sent for an order that begins now. Now and then one may look all the same."""
        with self._lock:
            if self._probes < SILENT_PROBES:
                return False
            now = self._clock.monotonic()
            if now < self._probed_at + PROBE_AGAIN:
                return True
            self._probed_at = now
            return False

    def answered(self) -> None:
        """The venue answered: nothing that was before counts."""
        with self._lock:
            self._orders = self._probes = 0

    def order_unanswered(self) -> None:
        """An order has ended without one answer, though its requests were sent."""
        with self._lock:
            self._orders += 1

    def probe_unanswered(self) -> None:
        """A look that should have shown whether the venue answers again came to nothing."""
        with self._lock:
            self._probes += 1
            self._probed_at = self._clock.monotonic()
