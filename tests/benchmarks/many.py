"""How fast and how large are many orders in one run?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from contenders import Contenders
from known import known
from measure import in_turn, middle, peak, serving
from table import Row, note, peaks

MANY, JOBS, LATENCY = 2_000, 16, 0.02  # seconds; in a shorter run the start weighs more than what is measured
CROWD, FEW = 100_000, 1_000


def batches(made: Contenders, runs: int) -> Iterator[Row]:
    """2,000 orders with read-back, from the start of the process to its end, plain and over TLS."""
    local = known(made.folder, Path(made.ours.authorities()), "127.0.0.1", "127.0.0.1")
    ids = order_ids(made.folder, MANY)
    for way, secured in (("plain HTTP", None), ("TLS", local)):
        note(f"{MANY:,} orders, {way} ...")
        with serving(LATENCY, known=secured) as server:
            ours = made.cancel(f"order - -j {JOBS} -o jsonl", server, requests=2 * MANY, stdin=ids)
            by_hand = made.peer(made.ours, "httpclient_orders.py", server, requests=2 * MANY, stdin=ids)
            pair = in_turn(ours, by_hand, server, runs)
        taken, other = (middle(each, "whole") for each in pair)
        figures = f"{MANY / taken:.0f} a second", f"{MANY / other:.0f} a second"
        measure = f"{MANY:,} NeuraTrade orders, 20 ms, `-j {JOBS}`, {way}: throughput / http.client by hand"
        yield Row(measure, *figures, other / taken, 0.95, at_least=True)
        ideal = JOBS / (2 * LATENCY)
        yield Row("the same / no overhead at all", figures[0], f"{ideal:.0f} a second", MANY / taken / ideal, None)
        most = max(run.connections for run in pair[0])
        yield Row("connections opened / jobs, the most of all runs", str(most), str(JOBS), most / JOBS, 1)


def memory(made: Contenders) -> Iterator[Row]:
    """The most memory the process ever held, which must not grow with the number of ids."""
    note(f"memory of {CROWD:,} orders, the long one ...")
    with serving(0.0) as server:
        held = {}
        for count in (FEW, CROWD):
            ids = order_ids(made.folder, count)
            program = made.cancel(f"order - -j {JOBS} -o jsonl", server, requests=2 * count, stdin=ids)
            held[count] = median(peak(program, server) for _ in range(3 if count == FEW else 1))
    yield peaks(f"peak memory, {CROWD:,} / {FEW:,} ids as `jsonl`", held[CROWD], held[FEW], 1.15)


def order_ids(folder: Path, count: int) -> Path:
    """Out: a file of so many NeuraTrade ids."""
    file = folder / f"{count}.ids"
    file.write_text("".join(f"ord-20260101000000-{number}\n" for number in range(1, count + 1)))
    return file
