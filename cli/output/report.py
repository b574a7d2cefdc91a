"""Prints results as they end or at the end, in the format that was asked for."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

from cli.options import Output
from cli.output.record import document, record, to_json
from cli.output.streams import write_out
from venues.result import Result


@dataclass
class Report:
    """Collects the results of one run. With `jsonl` nothing is kept once it is printed."""

    command: str
    output: Output
    quiet: bool = False
    worst: int = 0
    count: int = 0
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

    def end(self, exit_code: int) -> None:
        """The run is over: print what is still to be printed."""
        if self.quiet and exit_code == 0:
            return
        if self.output is Output.JSONL:
            self._print_held()
            return
        results = [self._kept[index] for index in sorted(self._kept)]
        if self.output is Output.JSON:
            write_out(to_json(document(self.command, exit_code, map(record, results))) + "\n")
            return
        from cli.output.render import render

        terminal = sys.stdout is not None and sys.stdout.isatty()
        render(results, console_file=sys.stdout, is_terminal=terminal, environ=os.environ)

    def _print_held(self) -> None:
        if self._held:
            write_out("".join(self._held))
            self._held.clear()
