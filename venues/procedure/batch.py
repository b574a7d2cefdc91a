"""Many orders at once over a small pool of threads, streamed in and out, and stoppable at any time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from venues.interface import OrderRef
from venues.procedure.run import Cancel
from venues.result import Result

HEARD_WITHIN = 0.5  # seconds; Python hears a signal late that comes just as the main thread begins to wait


@dataclass(frozen=True, slots=True)
class Done:
    """One order that ended: its place in the order given, its result, our own fault if there was one, and which."""

    index: int
    result: Result
    fault: BaseException | None = None
    ref: OrderRef | None = None


class Batch:
    """Runs cancels, `jobs` at a time. `stop()` may be called from a signal handler.

    `grace`: seconds that requests in flight get after a stop.
    """

    def __init__(
        self, make: Callable[[OrderRef], Cancel], jobs: int, stop: threading.Event, grace: float = 2.0
    ) -> None:
        self.grace = grace
        self._make = make
        self._jobs = jobs
        self._stop = stop
        self._news: SimpleQueue[Done | None] = SimpleQueue()  # its put() is reentrant
        self._next = threading.Lock()
        self._ending = threading.Lock()  # who ends an order reports it, in one step
        self._broken: BaseException | None = None  # what the stream of orders raised
        self._over = False  # nobody listens any more
        self._running: dict[int, Cancel] = {}

    @property
    def in_flight(self) -> int:
        """How many orders are begun and not ended."""
        return len(self._running)

    def stop(self) -> None:
        """No new request leaves from now on; what is known is reported after at most the grace."""
        self._stop.set()
        self._news.put(None)

    def run(self, refs: Iterable[OrderRef]) -> Iterator[Done]:
        """Yield each order as it ends. `refs` may be a stream: it is read only as fast as orders end.

        Raises what `refs` raised, once the orders that it gave before have ended. When it is closed, nothing new is
        begun.
        """
        try:
            yield from self._run(refs)
        finally:
            self._over = True

    def _run(self, refs: Iterable[OrderRef]) -> Iterator[Done]:
        source = enumerate(refs)
        threads = [threading.Thread(target=self._work, args=(source,), daemon=True) for _ in range(self._jobs)]
        for thread in threads:
            thread.start()
        working = len(threads)
        while working and not self._stop.is_set():
            try:
                news = self._news.get(timeout=HEARD_WITHIN)
            except Empty:
                continue
            if isinstance(news, Done):
                yield news
            elif not self._stop.is_set():
                working -= 1
        if self._stop.is_set():
            yield from self._wind_up()
        if self._broken is not None:
            raise self._broken

    def _work(self, source: Iterator[tuple[int, OrderRef]]) -> None:
        try:
            while not self._stop.is_set() and not self._over and self._one(source):
                pass
        except BaseException as fault:  # noqa: BLE001  # raised by `run`, where it can be told
            self._broken = fault
        finally:  # whatever it died of, nobody waits for it
            self._news.put(None)

    def _one(self, source: Iterator[tuple[int, OrderRef]]) -> bool:
        """One order from beginning to end. Out: False when the stream has none left."""
        index, ref = self._take(source)
        if ref is None:
            return False
        cancel = self._running[index] = self._make(ref)
        fault: BaseException | None = None
        try:
            result = cancel.run()
        except BaseException as error:  # noqa: BLE001  # our own fault: the order is still reported, then raised
            fault, result = error, _salvaged(cancel)
        with self._ending:
            if self._running.pop(index, None) is not None:
                self._news.put(Done(index, result, fault, ref))
        return True

    def _take(self, source: Iterator[tuple[int, OrderRef]]) -> tuple[int, OrderRef | None]:
        """Out: the next order and its place, or None at the end of the stream."""
        with self._next:
            try:
                return next(source, (-1, None))
            except Exception as fault:  # noqa: BLE001  # raised by `run`, where it can be told
                self._broken = fault
                return -1, None

    def _wind_up(self) -> Iterator[Done]:
        """After a stop: what ends within the grace, then what is known of the rest."""
        ends = time.monotonic() + self.grace
        while self._running and (left := ends - time.monotonic()) > 0:
            try:
                news = self._news.get(timeout=left)
            except Empty:
                break
            if isinstance(news, Done):
                yield news
        with self._ending:
            left_over, self._running = self._running, {}
        for index, cancel in left_over.items():
            yield Done(index, _salvaged(cancel), ref=cancel.ref)
        while not self._news.empty():
            news = self._news.get()
            if isinstance(news, Done):
                yield news


def _salvaged(cancel: Cancel) -> Result:
    """What is known of an order, at the least without its last reply: that may be what the program stumbled over."""
    try:
        return cancel.report()
    except Exception:  # noqa: BLE001  # the fault that led here is told; this one is most likely the same
        return cancel.report(bare=True)
