"""How fast is it? `python tests/benchmarks/run.py` measures and prints one table; it takes some minutes.

Every figure is a ratio of medians from one run on one machine, the two programs run in turn. Each program
has an environment of its own, made for the occasion; all requests go to a server on loopback, with throwaway
keys, or over a slow line (`line.py`). The table says what was aimed at; a figure that misses it fails nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import exchanges
import many
import single
import sweeps
from contenders import Contenders
from table import table

GROUPS = ("near", "far", "batches", "sweeps", "memory", "exchanges")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="runs of each program (default 15)")
    parser.add_argument("--only", choices=GROUPS, action="append", help="measure this group alone; may be repeated")
    parser.add_argument("--environments", type=Path, metavar="FOLDER", help="keep the programs there")
    options = parser.parse_args()
    runs, few, wanted = options.runs, max(3, options.runs // 5), options.only or GROUPS
    with ExitStack() as until_the_end:
        folder = options.environments or Path(until_the_end.enter_context(TemporaryDirectory()))
        made = Contenders.installed(folder)
        rows = [*(single.near(made, runs) if "near" in wanted else ())]
        rows += single.far(made, runs) if "far" in wanted else ()
        rows += many.batches(made, runs) if "batches" in wanted else ()
        rows += [*sweeps.listing(made, runs), *sweeps.sweeping(made, few)] if "sweeps" in wanted else ()
        rows += [*many.memory(made), *sweeps.memory(made)] if "memory" in wanted else ()
        rows += exchanges.exchanges(made, runs) if "exchanges" in wanted else ()
        sys.stdout.write(table(rows) + "\n\n")
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
        sys.stdout.write(f"Medians of {runs} runs; {made.versions()}; {machine}.\n")


if __name__ == "__main__":
    main()
