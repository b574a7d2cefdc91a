"""What `cancel list` and `cancel all` share: open the targets, list them side by side, report."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from cli.account import exchanges_in_use
from cli.cancel.interrupt import Interrupts
from cli.cancel.progress import spinner_wanted
from cli.options import Options
from cli.output.closing import name
from cli.output.fault import report_of
from cli.output.streams import warn
from cli.sweep import telling
from cli.sweep.progress import Board
from cli.sweep.report import SweepReport
from cli.sweep.targets import Opener, Target, not_listed, side_by_side
from cli.sweep.wanted import Wanted
from config.errors import ConfigError, CredentialsError
from ordercancel.called import called
from venues.face import Unusable, Verb
from venues.interface import OpenOrder, VenueError
from venues.listed import TargetResult
from venues.procedure.clear import Sort
from venues.procedure.sweep import Aims
from venues.registry import PROVEN, VERBS, verb_of
from venues.result import Outcome
from venues.wire.clock import Stopped, SystemClock

SAID_EVERY = 50  # rows


class Run:
    """One run. Subclasses say what is done with the rows, and after the lists."""

    command: str
    _is_sent = False  # a cancel, perhaps

    def __init__(self, wanted: Wanted, options: Options) -> None:
        self.options = options
        self._wanted = wanted
        self._verbs = [verb_of(name) for name in wanted.targets or self._usual()]
        self._targets: list[Target] = []
        self._unopened: dict[int, TargetResult] = {}  # by the target's place, as the next two
        self._wrong: dict[int, str] = {}  # what is misconfigured
        self._lacks: dict[int, str] = {}  # which credentials are no use
        self._stop = threading.Event()
        self._asking = False  # a person is asked, and nothing has been sent
        self._board: Board | None = None
        self._code = 0  # of what kept the run from its end
        self._faults: list[str] = []
        self._report = SweepReport(self.command, options.output, options.quiet)
        self._interrupts = Interrupts(self._stopped)

    def _usual(self) -> list[str]:
        """Every target that may have credentials; practice exchanges are named, since each loads ccxt."""
        if self.options.sandbox:
            return list(VERBS)
        return [*VERBS, *(name for name in exchanges_in_use() if name in PROVEN)]

    def run(self) -> int:
        """Do it all and print it. Out: the exit code."""
        with ExitStack() as until_the_end:
            try:
                if self._opens(until_the_end):
                    self._work()
            except KeyboardInterrupt:  # at the question
                warn("")  # which stays on a line of its own
            if self._stop.is_set() and not self._is_sent:
                warn("interrupted: nothing was sent")
            self._end()
        return self.exit_code

    @property
    def exit_code(self) -> int:
        """The run's exit code as of now."""
        return self._interrupts.exit_code or self._code or (1 if self._faults else self._report.worst)

    def _stopped(self) -> None:
        """A signal came: nothing new leaves. Called from its handler."""
        self._stop.set()
        if self._asking:
            raise KeyboardInterrupt

    def _work(self) -> None:
        """What is done once the targets are open."""
        raise NotImplementedError

    def _result_of(self, target: Target) -> TargetResult:
        return telling.result_of(target, swept=False, stopped=self._stop.is_set())

    def _results(self) -> list[TargetResult]:
        """What became of each target, in the order in which they were named."""
        ends = self._unopened | {target.index: self._result_of(target) for target in self._targets}
        return [ends[index] for index in sorted(ends)]

    def _end(self) -> None:
        self._report.end(self._results(), lambda: self.exit_code)
        for text in self._faults:
            warn(text)

    def _on_board(self, work: Callable[[Target, Board], None]) -> None:
        """Do the work of every target that has not failed, side by side, with a row for each."""
        options, able = self.options, self._able
        for row, target in enumerate(able):
            target.row = row
        enabled = spinner_wanted(sys.stderr, os.environ, quiet=options.quiet or options.verbose)

        def marked(target: Target) -> None:
            try:
                work(target, board)
            except Exception:
                target.broken = True
                raise

        with Board(sys.stderr, [name(target.verb.target) for target in able], enabled) as board:
            self._board = board
            self._faults += map(report_of, side_by_side(able, marked, self._stop, lambda: self._grace))

    @property
    def _grace(self) -> float:
        """Seconds that requests in flight get after a signal, as of now."""
        return 0.0

    @property
    def _able(self) -> list[Target]:
        return [target for target in self._targets if target.failed is None]

    # --- opening

    def _opens(self, until_the_end: ExitStack) -> bool:
        """Find the credentials and settings of every target, before anything is asked. Out: whether to go on."""
        options, wanted = self.options, self._wanted
        aims = Aims(wanted.filters(datetime.now(UTC)), options.wait, options.jobs, wanted.until_clear)
        clock, log = SystemClock(self._stop), warn if options.verbose else None
        opener = Opener(options, aims, clock, self._stop, until_the_end, log, lenient=not wanted.targets)
        faults = side_by_side(enumerate(self._verbs), lambda which: self._open(opener, *which), self._stop)
        self._faults += map(report_of, faults)
        self._targets.sort(key=lambda target: target.index)
        if self._stop.is_set():
            return False
        if self._wrong:
            warn(self._wrong[min(self._wrong)])
            self._code = ConfigError.exit_code
            self._targets, self._unopened = [], {}  # nothing was asked, so nothing is told of any
            return False
        for text in dict.fromkeys(self._lacks[index] for index in sorted(self._lacks)):
            warn(text)  # once, also where two targets share an account
        self._say_who_is_passed_over()
        return bool(self._targets)

    def _open(self, opener: Opener, index: int, verb: Verb) -> None:
        try:
            if target := opener.open(index, verb):
                self._targets.append(target)
        except ConfigError as error:
            self._wrong[index] = error.message
        except Unusable as error:
            if self._wanted.targets:
                self._wrong[index] = str(error)
            else:  # the other targets go
                self._unopened[index] = not_listed(verb, Outcome.REFUSED, str(error))
        except CredentialsError as error:
            self._lacks[index] = error.message
            first, *_ = error.message.splitlines()
            self._unopened[index] = not_listed(verb, Outcome.UNAUTHORIZED, first, error.source)
        except Exception:
            self._unopened[index] = not_listed(verb, Outcome.UNAVAILABLE, telling.OUR_FAULT)
            raise

    def _say_who_is_passed_over(self) -> None:
        known = {target.index for target in self._targets} | set(self._unopened)
        over = [verb.target for index, verb in enumerate(self._verbs) if index not in known]
        if over and not known:
            warn(
                f"no venue has credentials; `{called()} auth login VENUE` stores some. Name a target to be told more"
            )
            self._code = CredentialsError.exit_code
        elif over and not self.options.quiet:
            warn(f"without credentials, passed over: {', '.join(over)}")

    # --- listing

    def _list(self, target: Target, board: Board) -> None:
        board.say(target.row, "reading what is open")
        try:
            for number, (row, sort) in enumerate(target.sweep.find(), 1):
                if self._stop.is_set():
                    raise Stopped
                self._found(target, number, row, sort)
                if not number % SAID_EVERY:
                    board.say(target.row, f"reading what is open: {number}")
        except VenueError as fault:
            target.fail(telling.why(fault), telling.unread(target.account, fault))
        except Stopped:
            target.fail(Outcome.UNAVAILABLE, telling.HALF_READ)
        except Exception:
            target.fail(Outcome.UNAVAILABLE, telling.OUR_FAULT)
            raise
        board.end(target.row, target.failed.outcome.word if target.failed else "read")

    def _found(self, target: Target, number: int, row: OpenOrder, sort: Sort) -> None:
        """The `number`th row that is meant was listed."""
