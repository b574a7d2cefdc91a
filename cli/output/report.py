"""Prints results as they end or at the end, in the format that was asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cli.options import Output
from cli.output.record import Record, document, record, skipped_line, to_json
from cli.output.streams import is_terminal, write_out
from venues.result import Result


@dataclass
class Report:
    """Collects the results of one run. With `jsonl` nothing is kept once it is printed."""

    command: str
    output: Output
    quiet: bool = False
    worst: int = 0
    count: int = 0
    symbol: str = ""  # of the orders that come without one
    _skipped: list[dict[str, Any]] = field(default_factory=list)
    _kept: dict[int, Result] = field(default_factory=dict)
    _held: list[str] = field(default_factory=list)  # lines that `--quiet` prints only if the run goes wrong

    def add(self, index: int, result: Result) -> None:
        """One order ended. `index` is its place in the order given."""
        self.worst = max(self.worst, result.outcome.exit_code)
        self.count += 1
        if self.output is not Output.JSONL:
            self._kept[index] = result
            return
        self._held.append(to_json(record(result)) + "\n")
        if not self.quiet or self.worst:
            self._print_held()

    def nameless(self) -> Result | None:
        """An order whose symbol a person at a terminal would miss."""
        if self.output is not Output.TABLE or self.quiet or not is_terminal(sys.stdout):
            return None
        return next((result for result in self._kept.values() if result.status and not result.symbol), None)

    def skip(self, number: int, text: str) -> None:
        """A line of standard input was no id: the document counts it."""
        if self.output is Output.JSON:
            self._skipped.append(skipped_line(number, text))

    def end(self, exit_code: Callable[[], int]) -> None:
        """The run is over: print what is still to be printed. In: tells the exit code, which a signal may change."""
        if self.quiet and exit_code() == 0:
            return
        if self.output is Output.JSONL:
            self._print_held()
            return
        results = [self._kept[index] for index in sorted(self._kept)]
        if self.output is Output.JSON:
            write_out(self._document([record(result) for result in results], exit_code))
            return
        from cli.output.render import render

        named = [result if result.symbol else result._replace(symbol=self.symbol) for result in results]
        render(named, console_file=sys.stdout, is_terminal=is_terminal(sys.stdout), environ=os.environ)

    def _document(self, records: list[Record], exit_code: Callable[[], int]) -> str:
        while True:
            code = exit_code()
            text = to_json(document(self.command, code, records, self._skipped)) + "\n"
            if exit_code() == code:  # else a signal came while the text was made
                return text

    def _print_held(self) -> None:
        if self._held:
            write_out("".join(self._held))
            self._held.clear()
