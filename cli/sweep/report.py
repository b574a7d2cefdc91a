"""Prints what `list` and `all` found and did: a line as it comes, or all of it in the end, by target."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cli.options import Output
from cli.output.record import record, row_record, sweep_document, target_record, to_json
from cli.output.streams import is_terminal, write_out
from venues.listed import Listed, TargetResult
from venues.result import Result

Place = tuple[int, int]  # of the target in the run, and of the order in the target


@dataclass
class SweepReport:
    """One run's rows or results. With `jsonl` nothing is kept once it is printed. Any thread may add to it.

    `quiet`: nothing is printed while the exit code is 0.
    """

    command: str
    output: Output
    quiet: bool = False
    worst: int = 0
    _rows: dict[Place, Listed] = field(default_factory=dict)
    _results: dict[Place, Result] = field(default_factory=dict)
    _held: list[str] = field(default_factory=list)
    _ended: bool = False  # what still comes, from threads that were left behind, comes too late
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add_row(self, place: Place, row: Listed) -> None:
        """An open order was listed."""
        with self._lock:
            if self._ended:
                return
            if self.output is Output.JSONL:
                self._print(row_record(row))
            else:
                self._rows[place] = row

    def add_result(self, place: Place, result: Result) -> None:
        """One order ended."""
        with self._lock:
            if self._ended:
                return
            self.worst = max(self.worst, result.outcome.exit_code)
            if self.output is Output.JSONL:
                self._print(record(result))
            else:
                self._results[place] = result

    def end(self, targets: Sequence[TargetResult], exit_code: Callable[[], int]) -> None:
        """The run is over: print what is still to be printed. In: tells the exit code, which a signal may change."""
        with self._lock:
            self._ended = True
        self.worst = max([self.worst, *(target.outcome.exit_code for target in targets)])
        if self.quiet and exit_code() == 0:
            return
        if self.output is Output.JSONL:
            for target in targets:
                self._print(target_record(target))
            write_out("".join(self._held))
        elif self.output is Output.JSON:
            write_out(self._document(targets, exit_code))
        else:
            self._draw(targets)

    def _print(self, line: Mapping[str, object]) -> None:
        self._held.append(to_json(line) + "\n")
        if not self.quiet or self.worst:
            write_out("".join(self._held))
            self._held.clear()

    def _document(self, targets: Sequence[TargetResult], exit_code: Callable[[], int]) -> str:
        rows = [row_record(self._rows[place]) for place in sorted(self._rows)]
        results = [record(self._results[place]) for place in sorted(self._results)]
        ends = [target_record(target) for target in targets]
        while True:
            code = exit_code()
            text = to_json(sweep_document(self.command, code, rows or results, ends)) + "\n"
            if exit_code() == code:  # else a signal came while the text was made
                return text

    def _draw(self, targets: Sequence[TargetResult]) -> None:
        from cli.output.render import show
        from cli.output.sweep_page import list_page, sweep_page

        rows = [self._rows[place] for place in sorted(self._rows)]
        results = [self._results[place] for place in sorted(self._results)]
        page = sweep_page(results, targets) if self.command == "all" else list_page(rows, targets, datetime.now(UTC))
        show(page, sys.stdout, is_terminal=is_terminal(sys.stdout), environ=os.environ)
