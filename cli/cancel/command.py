"""One cancel command from ids to exit code: who and where, the work, the report."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from cli.account import Account, access, open_account, practice_access
from cli.cancel import brake
from cli.cancel.ids import STDIN, BadId, parser, read_ids, trimmed, unique
from cli.cancel.interrupt import Interrupts
from cli.cancel.linger import linger
from cli.cancel.watch import Watch
from cli.options import Options, Output
from cli.output.report import Report
from cli.output.streams import is_terminal, warn
from cli.output.text import duration
from config.errors import ConfigError, CredentialsError
from venues.face import NUMBER, Unusable
from venues.interface import OrderRef, VenueError
from venues.procedure.batch import Batch, Done
from venues.procedure.terms import Terms
from venues.registry import face_of, verb_of
from venues.result import Outcome, Result
from venues.wire.answers import CHECK_URL
from venues.wire.clock import Stopped, SystemClock
from venues.wire.masks import Masks

ABOUT = 3.0  # seconds for what only the table shows
LONG_RUN = 60.0  # seconds; a run that its budget makes longer says so before it begins


def run(target: str, deal_id: str | None, ids: Sequence[str], options: Options, symbol: str | None = None) -> int:
    """Cancel the orders and print what became of them. In: a verb, or an exchange. Out: the exit code.

    Raises typer.BadParameter when an id is no id; nothing has been sent then.
    """
    command = Command(target, deal_id, tuple(ids), options, symbol)
    command.check_arguments()
    return command.run()


@dataclass
class Command:
    """One run of a cancel command."""

    target: str  # a verb, or an exchange
    deal_id: str | None
    ids: tuple[str, ...]
    options: Options
    symbol: str | None = None
    bad_lines: int = 0  # lines of standard input that were skipped, or its end that could not be read

    def __post_init__(self) -> None:
        self.ids = tuple(map(trimmed, self.ids))
        self.deal_id = None if self.deal_id is None else trimmed(self.deal_id)
        self._verb = verb_of(self.target)
        self._parse = parser(self._verb.ids)
        self._report = Report(self._verb.name, self.options.output, self.options.quiet)
        self._masks = Masks()
        self._stop = threading.Event()
        self._interrupts: Interrupts | None = None
        self._faults: list[str] = []
        self._interrupted = 0
        self._astray = False  # an order did not reach the venue's API

    def check_arguments(self) -> None:
        """Raises typer.BadParameter, naming the first id that is none."""
        ids = self._verb.ids
        given = [(text, ids, self.target) for text in self.ids if text != STDIN]
        if self.deal_id is not None:
            given.insert(0, (self.deal_id, NUMBER, ""))
        for text, wanted, verb in given:
            try:
                parser(wanted)(text)
            except BadId:
                from typer import BadParameter

                from cli.mistakes import no_id

                raise BadParameter(no_id(text, wanted, verb)) from None

    def run(self) -> int:
        with ExitStack() as until_the_end:
            code = self._work(until_the_end)
            if not self._report.count and not self._exit_code(code) and not self.options.quiet:
                warn("nothing to do: there was no order id on standard input")
            self._report.end(lambda: self._exit_code(code))
            if self._astray and not self.options.sandbox:
                from cli.cancel.address import where_set

                warn(where_set(face_of(self.target), self.options.profile))
            for text in self._faults:
                warn(text)
        return self._exit_code(code)  # asked for again: a signal may have come while the report was printed

    def _work(self, until_the_end: ExitStack) -> int:
        """Everything but the report. Out: the code of what kept it from beginning, or 0."""
        try:
            account = self._account(until_the_end)
            if not self._is_released(account):
                return 2
            until_the_end.callback(self._linger, account)
            self._cancel_all(account)
        except ConfigError as error:
            warn(error.message)
            return 2
        except Unusable as error:
            warn(str(error))
            return 2
        except KeyboardInterrupt:  # before the first order was begun: at the question, or at the look before it
            warn("interrupted: nothing was sent")
            self._interrupted = 130
        except CredentialsError as error:
            warn(error.message)
            return self._without_credentials(error)
        return 0

    def _linger(self, account: Account) -> None:
        if self._interrupts is not None:
            linger(account.venue, self._interrupts)

    def _account(self, until_the_end: ExitStack) -> Account:
        if not (face := face_of(self.target)).proven:
            from cli.cancel.at import announce

            announce(face)
        options, clock = self.options, SystemClock(self._stop)
        log = warn if options.verbose else None
        if options.sandbox:
            where = until_the_end.enter_context(practice_access(self.target, options.profile))
        else:
            where = access(self.target, options.profile, named=options.named)
        opened = open_account(self.target, where, clock=clock, masks=self._masks, jobs=options.jobs, log=log)
        return until_the_end.enter_context(opened)

    def _cancel_all(self, account: Account) -> None:
        options = self.options
        terms = Terms(wait=options.wait, no_wait=options.no_wait, dry_run=options.dry_run)
        jobs = options.jobs if STDIN in self.ids else min(options.jobs, len(self.ids))
        watch = Watch(account, self.ids, options)
        grace = account.venue.habits.grace
        batch = Batch(lambda ref: watch.begun(account.cancel(ref, terms)), jobs, self._stop, grace)
        self._announce(account)
        seen: set[int] = set()
        self._interrupts = Interrupts(lambda: watch.stop(batch))
        with watch.spinner as spinner:
            for done in batch.run(self._refs()):
                self._astray |= self._is_astray(account, done.result)
                seen.add(done.index) if STDIN not in self.ids else None
                self._take(account, done)
                spinner.advance()
            self._find_symbol(account)
        if self._stop.is_set():
            self._add_unsent(account, terms, seen)

    def _is_released(self, account: Account) -> bool:
        """Ask a person where the verb wants that. Ids that are typed are read to their end before."""
        verb = self._verb
        if not brake.is_wanted(verb, self.options):
            return True
        refs = tuple(self._refs())
        self.ids = tuple(ref.order_id for ref in refs)
        return brake.is_released(account, verb, refs, self.options)

    def _is_astray(self, account: Account, result: Result) -> bool:
        """Whether the venue's address may be wrong: nothing answers there, or what does is not its API."""
        unreached = result.outcome is Outcome.UNAVAILABLE and account.venue.last_reply is None
        return (unreached and not self._stop.is_set()) or CHECK_URL in result.message

    def _take(self, account: Account, done: Done) -> None:
        self._report.add(done.index, account.access.signed(done.result))
        if done.fault is not None:
            from cli.output.fault import report_of

            self._faults.append(report_of(done.fault))

    def _find_symbol(self, account: Account) -> None:
        """For a person: what the answers about the order do not tell. That it fails is no matter."""
        if (result := self._report.nameless()) and not self._stop.is_set():
            with suppress(VenueError, Stopped):
                self._report.symbol = account.venue.about(self._ref(result.order_id), ABOUT)

    def _exit_code(self, failed: int) -> int:
        """Out: the run's exit code as of now. In: the code of what kept it from beginning, or 0."""
        if self._interrupts is not None and self._interrupts.exit_code is not None:
            return self._interrupts.exit_code
        if self._interrupted:
            return self._interrupted
        if self._faults:
            return 1
        if self.bad_lines:
            return 2  # an order that was never sent must not hide behind a code that is fine for somebody
        return failed or self._report.worst

    def _add_unsent(self, account: Account, terms: Terms, seen: set[int]) -> None:
        """After a stop: the orders named as arguments that were not begun are in the report too."""
        if STDIN in self.ids:
            return
        for index, ref in enumerate(self._refs()):
            if index not in seen:
                self._take(account, Done(index, account.cancel(ref, terms).report()))

    def _without_credentials(self, error: CredentialsError) -> int:
        """Every order as unauthorized in the record; for a person the line on stderr says it all."""
        if self.options.output is Output.TABLE:
            return Outcome.UNAUTHORIZED.exit_code
        now = datetime.now(UTC)
        for index, ref in enumerate(self._refs()):
            result = Result(
                venue=face_of(self.target).name,
                command=self._verb.name,
                order_id=ref.order_id,
                deal_id=ref.deal_id,
                outcome=Outcome.UNAUTHORIZED,
                evidence=None,
                message=error.message,
                attempts=0,
                started_at=now,
                finished_at=now,
                profile=self.options.profile,
                credentials=error.source,
            )
            self._report.add(index, result)
        return Outcome.UNAUTHORIZED.exit_code

    def _refs(self) -> Iterator[OrderRef]:
        """The orders, each once, in the order given; standard input is read line by line as they are taken."""
        sources: Iterable[Iterable[str]] = (self._stdin_ids() if text == STDIN else (text,) for text in self.ids)
        return map(self._ref, unique(chain.from_iterable(sources)))

    def _ref(self, order_id: str) -> OrderRef:
        return OrderRef(order_id, self.deal_id, self.symbol, self.options.trigger)

    def _stdin_ids(self) -> Iterator[str]:
        if is_terminal(sys.stdin):
            warn("type ids, one a line, then Ctrl-D")
        # A file object of our own: the interpreter may not end while a thread waits inside sys.stdin.
        try:
            with os.fdopen(os.dup(0), "rb") as stream:
                yield from read_ids(stream, self._parse, self._report_line)
        except OSError as error:  # what was read before is cancelled and reported all the same
            self.bad_lines += 1
            warn(f"standard input broke off: {error.strerror}; what would have come after it is not cancelled")

    def _report_line(self, number: int, bad: BadId) -> None:
        self.bad_lines += 1
        self._report.skip(number, bad.text)
        warn(f"standard input, line {number}: {bad}; skipped")

    def _announce(self, account: Account) -> None:
        """Say beforehand when the venue's request budget makes the run a long one."""
        budget, orders = account.budget, len(set(self.ids))
        if not budget.per_minute or STDIN in self.ids or self.options.quiet:
            return
        requests = orders * (1 if self.options.no_wait or self.options.dry_run else 2)
        seconds = 60 * (requests - budget.burst) / budget.per_minute
        if seconds > LONG_RUN:
            warn(f"{orders} orders at {budget.per_minute:g} requests a minute take about {duration(seconds)}")
