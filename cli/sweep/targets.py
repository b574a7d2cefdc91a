"""The targets of one run: which there are, their accounts, and each one's sweep. Several work side by side."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

import typer

from cli.account import Access, Account, access_with, known_credentials, open_account, practice_access
from cli.options import Options
from venues.face import Verb
from venues.interface import OrderRef
from venues.listed import TargetResult
from venues.procedure.run import Cancel
from venues.procedure.sweep import Aims, Sweep
from venues.procedure.terms import Terms
from venues.registry import VERBS, exchange, face_of
from venues.result import Outcome
from venues.wire.clock import Clock
from venues.wire.masks import Masks
from venues.wire.pace import Pace

HEARD_WITHIN = 0.5  # seconds; Python hears a signal late that comes just as the main thread begins to wait
SETTLES_WITHIN = 0.2  # seconds; what a thread has in hand is taken
T = TypeVar("T")


def target_named(text: str) -> str:
    """In: a target as typed. Out: its verb, or the exchange. Raises typer.BadParameter for one that there is not."""
    name = text.strip().lower()
    if name in VERBS or ((face := exchange(name)) and face.proven):
        return name
    from cli.mistakes import no_target

    raise typer.BadParameter(no_target(text))


@dataclass
class Target:
    """One target whose account is open. `index`: its place in the run; `failed`: why it could not be listed.

    `row`: its place on the board; `broken`: a fault of our own ended its sweep; `protecting`: how many of the orders
    that are to go protect a position.
    """

    index: int
    verb: Verb
    account: Account
    sweep: Sweep
    failed: TargetResult | None = None
    row: int = 0
    broken: bool = False
    protecting: int = 0

    def fail(self, outcome: Outcome, message: str) -> TargetResult:
        self.failed = signed(not_listed(self.verb, outcome, message), self.account.access)
        return self.failed


class Opener:
    """Opens targets: credentials, settings, connection. One request budget a venue, whatever its targets.

    `lenient`: a target without any credentials is none. What is opened is closed with `until_the_end`.
    """

    def __init__(
        self,
        options: Options,
        aims: Aims,
        clock: Clock,
        stop: threading.Event,
        until_the_end: ExitStack,
        log: Callable[[str], None] | None,
        *,
        lenient: bool,
    ) -> None:
        self._options = options
        self._aims = aims
        self._clock = clock
        self._stop = stop
        self._until_the_end = until_the_end
        self._log = log
        self._lenient = lenient
        self._paces: dict[tuple[str, str], Pace] = {}
        self._lock = threading.Lock()

    def open(self, index: int, verb: Verb) -> Target | None:
        """Out: None where no credentials are known and that is no fault. Raises ConfigError and CredentialsError."""
        where = self._access(verb)
        if where is None:
            return None
        name = face_of(verb.target).name
        with self._lock:
            pace = self._paces.setdefault((name, where.url), Pace(where.budget, self._clock))
        jobs, log = self._options.jobs, self._log
        opened = open_account(verb.target, where, clock=self._clock, masks=Masks(), jobs=jobs, log=log, pace=pace)
        account = self._until_the_end.enter_context(opened)
        terms = Terms(wait=self._options.wait)

        def make(ref: OrderRef) -> Cancel:
            return account.cancel(ref, terms)

        return Target(
            index, verb, account, Sweep(account.venue, self._clock, pace, self._aims, make, self._stop)
        )  # fmt: skip

    def _access(self, verb: Verb) -> Access | None:
        options = self._options
        if options.sandbox:
            return self._until_the_end.enter_context(practice_access(verb.target, options.profile))
        credentials = known_credentials(verb.target, options.profile, named=options.named)
        if self._lenient and credentials.is_empty:
            return None
        credentials.complete()  # first: without an account nobody needs an address, and the other targets go
        return access_with(credentials)


def not_listed(verb: Verb, outcome: Outcome, message: str, credentials: str | None = None) -> TargetResult:
    """The result of a target whose list could not be read."""
    return TargetResult(verb.target, face_of(verb.target).name, outcome, message, credentials=credentials)


def signed(result: TargetResult, access: Access) -> TargetResult:
    """The result of a target with whose account it was, and what to do where the venue refuses its credentials."""
    advice = access.advice() if result.outcome is Outcome.UNAUTHORIZED else ""
    return result._replace(
        sandbox=access.is_sandbox,
        profile=access.profile,
        credentials=access.source,
        message=f"{result.message}; {advice}" if advice else result.message,
    )


def side_by_side(
    many: Iterable[T], work: Callable[[T], None], stop: threading.Event, grace: Callable[[], float] = float
) -> list[BaseException]:
    """Do the work of each in a thread of its own, and wait for all. Out: our own faults, if there were any.

    Once `stop` is set, for the seconds that `grace` gives then: what waits for an answer is left behind after that.
    """
    faults: list[BaseException] = []

    def guarded(one: T) -> None:
        try:
            work(one)
        except BaseException as fault:  # noqa: BLE001  # told by the caller; the others go on
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(one,), daemon=True) for one in many]
    for thread in threads:
        thread.start()
    ends = math.inf
    for thread in threads:
        while thread.is_alive() and time.monotonic() < ends:
            thread.join(HEARD_WITHIN)
            if stop.is_set() and ends == math.inf:
                ends = time.monotonic() + grace() + SETTLES_WITHIN
    return list(faults)
