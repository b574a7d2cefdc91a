"""How fast is it? `python tests/benchmarks/run.py` measures and prints one table; it takes some minutes.

Every figure is a ratio of medians from one run on one machine, the two programs run in turn. Each program
has an environment of its own, made for the occasion; all requests go to a server on loopback, with throwaway
keys. The table says what was aimed at; a figure that misses it fails nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import sweeps
from contenders import Contenders
from measure import in_turn, middle, once, serving
from table import Row, compared, note, peaks, table

LATENCY = 0.05  # seconds; a venue that is near
MANY, MANY_JOBS, MANY_LATENCY = 1_000, 16, 0.02
CROWD, FEW = 100_000, 1_000


def cold_starts(made: Contenders, runs: int) -> Iterator[Row]:
    """From nothing to the end of the process, and for one also to the moment the cancel reaches the server."""
    with serving(LATENCY) as server:
        note("cold: smart-trade against py3cw ...")
        ours = made.cancel("smart-trade 30404547 --no-wait -o json", server, requests=1)
        pair = in_turn(ours, made.peer(made.py3cw, "py3cw_smart_trade.py", server, requests=1), server, runs)
        yield compared("cold `smart-trade --no-wait` / py3cw, whole process", pair, "whole", 1.15)
        yield compared("the same, start of the process to arrival of the cancel", pair, "arrival", 1.4)
        note("cold: tradernet against tradernet-sdk ...")
        ours = made.cancel("tradernet 2929292929 --no-wait -o json", server, requests=1)
        pair = in_turn(ours, made.peer(made.tradernet, "tradernet_order.py", server, requests=1), server, runs)
        yield compared("cold `tradernet --no-wait` / tradernet-sdk", pair, "whole", 0.55)
        note("cold: order and read-back against a script with requests ...")
        ours = made.cancel("order ord-20260303120000-1 -o json", server, requests=2)
        pair = in_turn(ours, made.peer(made.requests, "requests_order.py", server, requests=2), server, runs)
        yield compared("cold `order`, cancel and read-back / requests script", pair, "whole", 1.15)
        note("help against a bare interpreter ...")
        pair = in_turn(made.cancel("--help", server, requests=0), made.bare(server), server, runs)
        yield compared("`cancel --help` / bare interpreter", pair, "whole", 6)


def many_orders(made: Contenders, runs: int) -> Iterator[Row]:
    """1,000 orders with read-back, from the start of the process to its end, against no overhead at all."""
    note(f"{MANY:,} orders ...")
    with serving(MANY_LATENCY) as server:
        ids = order_ids(made.folder, MANY)
        program = made.cancel(f"order - -j {MANY_JOBS} -o jsonl", server, requests=2 * MANY, stdin=ids)
        once(program, server)
        taken = [once(program, server) for _ in range(runs)]
    reached, ideal = MANY / middle(taken, "whole"), MANY_JOBS / (2 * MANY_LATENCY)
    measure = f"{MANY:,} NeuraTrade orders, 20 ms, `-j {MANY_JOBS}`: throughput / ideal"
    yield Row(measure, f"{reached:.0f} a second", f"{ideal:.0f} a second", reached / ideal, 0.85, at_least=True)
    most = max(run.connections for run in taken)
    yield Row("connections opened / jobs, the most of all runs", str(most), str(MANY_JOBS), most / MANY_JOBS, 1)


def memory(made: Contenders) -> Iterator[Row]:
    """The most memory the process ever held, which must not grow with the number of ids."""
    note(f"memory of {CROWD:,} orders, the long one ...")
    with serving(0.0) as server:
        held = {}
        for count in (FEW, CROWD):
            ids = order_ids(made.folder, count)
            program = made.cancel(f"order - -j {MANY_JOBS} -o jsonl", server, requests=2 * count, stdin=ids)
            held[count] = middle([once(program, server) for _ in range(3 if count == FEW else 1)], "peak")
    yield peaks(f"peak memory, {CROWD:,} / {FEW:,} ids as `jsonl`", held[CROWD], held[FEW])


def order_ids(folder: Path, count: int) -> Path:
    """Out: a file of so many NeuraTrade ids."""
    file = folder / f"{count}.ids"
    file.write_text("".join(f"ord-20260101000000-{number}\n" for number in range(1, count + 1)))
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="runs of each program (default 15)")
    parser.add_argument("--quick", action="store_true", help="leave out the memory of 100,000 orders")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        made = Contenders.installed(Path(folder))
        few = max(3, options.runs // 5)
        rows = [*cold_starts(made, options.runs), *many_orders(made, few)]
        rows += [*sweeps.listing(made, options.runs), *sweeps.sweeping(made, few)]
        if not options.quick:
            rows += [*memory(made), *sweeps.memory(made)]
        sys.stdout.write(table(rows) + "\n\n")
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
        sys.stdout.write(f"Medians of {options.runs} runs; {made.versions()}; {machine}.\n")


if __name__ == "__main__":
    main()
