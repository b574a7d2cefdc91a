"""`cancel all`: what is open goes, and it is proven that nothing is left."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime

import typer

from cli.cancel.linger import linger
from cli.options import Options, Output
from cli.output.fault import report_of
from cli.output.streams import is_terminal, warn, warn_at_once
from cli.output.text import counted
from cli.sweep import telling
from cli.sweep.progress import Board
from cli.sweep.question import REQUESTS, announced, is_agreed
from cli.sweep.run import Run
from cli.sweep.targets import Target
from cli.sweep.wanted import Wanted
from venues.interface import OpenOrder
from venues.listed import TargetResult
from venues.procedure.clear import Sort
from venues.procedure.rows import would_cancel

LOOKING = "checking that it is clear"
NO = "nothing was sent: the answer was no"


def cancel_all(wanted: Wanted, options: Options) -> int:
    """Cancel all that is open. Out: the exit code. Raises typer.BadParameter; nothing has been sent then."""
    asks = not (options.yes or options.dry_run)
    if asks and not is_terminal(sys.stdin):
        raise typer.BadParameter("nobody can be asked here: add --yes to cancel, or --dry-run to see what would go")
    return _All(wanted, options).run()


class _All(Run):
    command = "all"
    _said_no = False  # a person, to the question

    def _work(self) -> None:
        options = self.options
        if options.yes and not options.dry_run:
            self._on_board(self._list_and_sweep)
            return
        self._on_board(self._list)
        if options.dry_run or self._stop.is_set():
            return
        if self._is_agreed():
            self._on_board(self._sweep)
        else:
            self._said_no, self._code = True, 2

    def _is_agreed(self) -> bool:
        self._asking = True
        try:
            return is_agreed(self._targets)
        finally:
            self._asking = False

    def _found(self, target: Target, number: int, row: OpenOrder, sort: Sort) -> None:
        target.protecting += row.protective and sort is Sort.NEW
        if self.options.dry_run and sort is Sort.NEW:
            would = would_cancel(target.account.venue, row, target.account.link.masks, datetime.now(UTC))
            self._report.add_result((target.index, number), target.account.access.signed(would))

    def _list_and_sweep(self, target: Target, board: Board) -> None:
        """Where nobody is asked no target waits for the others: a dead venue holds up none."""
        self._list(target, board)
        if target.failed is not None:
            return
        for line in () if self.options.quiet else announced([target]):
            if not board.tell(line):
                warn(line)
        self._sweep(target, board)

    def _sweep(self, target: Target, board: Board) -> None:
        """Cancel what was found at one target, and look again until it is clear."""
        if self._stop.is_set():
            return
        self._is_sent = True
        total = len(target.sweep.next_round)
        board.say(target.row, LOOKING)
        board.count(target.row, total)
        board.rate(target.row, target.account.budget.per_minute, REQUESTS * total)
        with closing(target.sweep.cancel()) as ends:  # after a fault of ours nothing new is begun
            for number, done in enumerate(ends, 1):
                self._report.add_result((target.index, done.index), target.account.access.signed(done.result))
                board.advance(target.row)
                if number >= total:
                    board.say(target.row, LOOKING)
                if done.fault is not None:
                    self._faults.append(report_of(done.fault))
        board.end(target.row, "clear" if target.sweep.swept.is_clear else "not clear")

    @property
    def _grace(self) -> float:
        graces = (target.account.venue.habits.grace for target in self._targets if target.sweep.in_flight)
        return max(graces, default=0.0)

    def _stopped(self) -> None:
        super()._stopped()
        if not self._is_sent:
            return
        for target in self._targets:
            target.sweep.stop()
        count = sum(target.sweep.in_flight for target in self._targets)
        words = "stopping: nothing new is sent"
        words += f"; waiting up to {self._grace:g} s for {counted(count, 'order')} in flight" if count else ""
        if self._board is None or not self._board.tell(words):
            warn_at_once(words)

    def _result_of(self, target: Target) -> TargetResult:
        swept = not (self.options.dry_run or self._said_no)
        result = telling.result_of(target, swept=swept, stopped=self._stop.is_set())
        return result._replace(message="; ".join(filter(None, (NO, result.message)))) if self._said_no else result

    def _results(self) -> list[TargetResult]:
        """What was not swept is not clear, unless nobody wanted it to be."""
        if self._said_no and self.options.output is Output.TABLE:
            return []  # whoever said no knows
        results = super()._results()
        return results if self.options.dry_run else [each._replace(clear=bool(each.clear)) for each in results]

    def _end(self) -> None:
        super()._end()
        for target in self._targets if self._is_sent else ():
            linger(target.account.venue, self._interrupts)
