"""`cancel list`: what is open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import typer

from cli.options import Options
from cli.output.streams import warn, write_out
from cli.sweep.run import Run
from cli.sweep.targets import Target
from cli.sweep.wanted import Wanted
from venues.interface import OpenOrder
from venues.procedure.clear import Sort
from venues.procedure.rows import listed
from venues.registry import verb_of

TOGETHER = 1000  # ids in one write


def list_open(wanted: Wanted, options: Options) -> int:
    """Show what is open, with `quiet` only ids. Out: the exit code. Raises typer.BadParameter."""
    if options.quiet:
        _check_ids(wanted)
        return _Ids(wanted, options).run()
    return _List(wanted, options).run()


class _List(Run):
    command = "list"

    def _work(self) -> None:
        self._on_board(self._list)

    def _found(self, target: Target, number: int, row: OpenOrder, sort: Sort) -> None:
        access = target.account.access
        shown = listed(target.account.venue, row, target.account.link.masks)
        shown = shown._replace(profile=access.profile, sandbox=access.is_sandbox)
        self._report.add_row((target.index, number), shown)


class _Ids(_List):
    """The ids that `all` would cancel, for `cancel TARGET -`: all of them or, where the list is not whole, none."""

    def _found(self, target: Target, number: int, row: OpenOrder, sort: Sort) -> None:
        """The sweep keeps the ids."""

    def _end(self) -> None:
        results = self._results()
        self._report.worst = max((result.outcome.exit_code for result in results), default=0)
        told = [self._result_of(target).message for target in self._targets]
        for text in filter(None, (*told, *self._faults)):
            warn(text)
        if not self.exit_code:
            ids = self._ids()
            while (part := "".join(f"{order_id}\n" for order_id in islice(ids, TOGETHER))) and write_out(part):
                pass

    def _ids(self) -> Iterator[str]:
        for target in self._targets:
            yield from (ref.order_id for ref in target.sweep.next_refs())


def _check_ids(wanted: Wanted) -> None:
    """Raises typer.BadParameter where the ids could not be read by one command."""
    if len(wanted.targets) != 1:
        raise typer.BadParameter("-q prints ids for `cancel TARGET -`: name one target")
    verb = verb_of(wanted.targets[0])
    if verb.by_symbol and len(wanted.symbols) != 1:
        raise typer.BadParameter("-q: ids are read together with their symbol: name it, with --symbol")
    if verb.in_deal and wanted.deal_id is None:
        raise typer.BadParameter("-q: ids are read together with their deal's id: name the deal, with --deal ID")
