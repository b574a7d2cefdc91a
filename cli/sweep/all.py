"""`cancel all`: what is open goes, and it is proven that nothing is left."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import typer

from cli.cancel.interrupt import Interrupts
from cli.cancel.linger import linger
from cli.options import Options
from cli.output.fault import report_of
from cli.output.streams import is_terminal, warn, warn_at_once
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

LOOKING = "looking whether it is clear"


def cancel_all(wanted: Wanted, options: Options) -> int:
    """Cancel all that is open. Out: the exit code. Raises typer.BadParameter; nothing has been sent then."""
    asks = not (options.yes or options.dry_run)
    if asks and not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise typer.BadParameter("nobody can be asked here: add --yes to cancel, or --dry-run to see what would go")
    return _All(wanted, options).run()


class _All(Run):
    command = "all"
    _interrupts: Interrupts | None = None
    _board_now: Board | None = None

    @property
    def exit_code(self) -> int:
        stopped = self._interrupts.exit_code if self._interrupts is not None else None
        return super().exit_code if stopped is None else stopped

    def _work(self) -> None:
        self._list_all()
        if self.options.dry_run or self._faults:
            return
        if self.options.yes:
            for line in () if self.options.quiet else announced(self._able):
                warn(line)
        elif not is_agreed(self._targets):
            self._code = 2
            return
        self._sweep_all()

    def _found(self, target: Target, number: int, row: OpenOrder, sort: Sort) -> None:
        if self.options.dry_run and sort is Sort.NEW:
            would = would_cancel(target.account.venue, row, target.account.link.masks, datetime.now(UTC))
            self._report.add_result((target.index, number), target.account.access.signed(would))

    def _sweep_all(self) -> None:
        self._interrupts = Interrupts(self._stop_all)
        with self._board() as board:
            self._board_now = board
            self._side_by_side(lambda target: self._sweep(target, board))

    def _sweep(self, target: Target, board: Board) -> None:
        """Cancel what was found at one target, and look again until it is clear."""
        total = len(target.sweep.next_round)
        board.say(target.row, LOOKING)
        board.count(target.row, total)
        board.rate(target.row, target.account.budget.per_minute, REQUESTS * total)
        for number, done in enumerate(target.sweep.cancel(), 1):
            self._report.add_result((target.index, done.index), target.account.access.signed(done.result))
            board.advance(target.row)
            if number >= total:
                board.say(target.row, LOOKING)
            if done.fault is not None:
                self._faults.append(report_of(done.fault))
        board.end(target.row, "clear" if target.sweep.swept.is_clear else "not clear")

    def _stop_all(self) -> None:
        """A signal came: nothing new leaves, and what is still waited for is told at once."""
        self._stop.set()
        for target in self._targets:
            target.sweep.stop()
        count = sum(target.sweep.in_flight for target in self._targets)
        grace = max((target.account.venue.habits.grace for target in self._targets), default=0.0)
        orders = "1 order" if count == 1 else f"{count} orders"
        words = "stopping: nothing new is sent"
        words += f"; waiting up to {grace:g} s for {orders} in flight" if count else ""
        if self._board_now is None or not self._board_now.tell(words):
            warn_at_once(words)

    def _result_of(self, target: Target) -> TargetResult:
        return telling.result_of(target, swept=self._interrupts is not None)

    def _results(self) -> list[TargetResult]:
        """What was not swept is not clear, unless nobody wanted it to be."""
        results = super()._results()
        return results if self.options.dry_run else [replace(each, clear=bool(each.clear)) for each in results]

    def _end(self) -> None:
        super()._end()
        for target in self._targets if self._interrupts is not None else ():
            linger(target.account.venue, self._interrupts)  # type: ignore[arg-type]
