"""How fast and how large are `cancel list` and `cancel all`?"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from contenders import Contenders
from measure import in_turn, middle, once, peak, serving
from table import Row, compared, note, peaks

LATENCY = 0.05  # seconds; a venue that is near
HANDFUL = 20  # open orders at each venue
SWEPT, SWEPT_JOBS, SWEPT_LATENCY = 1_000, 16, 0.02
PAUSE = 0.2  # seconds between the two lists that prove it clear, at NeuraTrade
CROWD, FEW = 100_000, 1_000

# The requests of a list: of deals a page, the end, and each of the two by itself; of SmartTrades a page of 100 and
# the end; of tanX what is pending, a page of 50 and the end; NeuraTrade and Tradernet tell all at once.
SLOWEST, ITS_REQUESTS, ALL_REQUESTS = "deal-order", 4, 4 + 2 + 3 + 1 + 1


def listing(made: Contenders, runs: int) -> Iterator[Row]:
    """All targets, side by side, against the slowest of them."""
    note("list at all targets against the slowest alone ...")
    with serving(LATENCY, HANDFUL) as server:
        every = made.cancel("list -o json", server, requests=ALL_REQUESTS)
        slowest = made.cancel(f"list {SLOWEST} -o json", server, requests=ITS_REQUESTS)
        pair = in_turn(every, slowest, server, runs)
    yield compared("`list`, all five targets at four venues / the slowest of them", pair, "whole", 1.2)


def sweeping(made: Contenders, runs: int) -> Iterator[Row]:
    """1,000 orders found, cancelled and proven gone, from the start of the process to its end, against the ideal.

    The ideal has no overhead at all: two requests an order with all jobs in flight, the list before and the two
    lists after, which nothing can shorten, and the pause between those two.
    """
    note(f"all of {SWEPT:,} orders ...")
    with serving(SWEPT_LATENCY, SWEPT) as server:
        program = made.cancel(f"all order --yes -j {SWEPT_JOBS} -o jsonl", server, requests=2 * SWEPT + 3)
        once(program, server)
        taken = [once(program, server) for _ in range(runs)]
    seconds, ideal = middle(taken, "whole"), 2 * SWEPT * SWEPT_LATENCY / SWEPT_JOBS + 3 * SWEPT_LATENCY + PAUSE
    measure = f"`all` over {SWEPT:,} NeuraTrade orders, 20 ms, `-j {SWEPT_JOBS}`, its lists too: throughput / ideal"
    figures = f"{SWEPT / seconds:.0f} a second", f"{SWEPT / ideal:.0f} a second"
    yield Row(measure, *figures, ideal / seconds, 0.8, at_least=True)


def memory(made: Contenders) -> Iterator[Row]:
    """The most memory the process ever held, which must not grow with the number of open orders."""
    tanx, trades = {rows: rows // 50 + 2 for rows in (FEW, CROWD)}, {rows: rows // 100 + 1 for rows in (FEW, CROWD)}
    whole = dict.fromkeys((FEW, CROWD), 1)
    for arguments, requests, goal in (
        ("list tanx -o jsonl", tanx, 1.2),
        ("list tanx -q", tanx, 1.2),
        ("all tanx --dry-run -o jsonl", tanx, 1.2),
        ("list smart-trade -o jsonl", trades, 1.2),
        ("list order -o jsonl", whole, None),  # one answer, which is proven whole before a row of it counts
        ("all order --dry-run -o jsonl", whole, None),
    ):
        note(f"memory of {arguments} over {CROWD:,} orders ...")
        held = {rows: _peak(made, arguments, rows, requests[rows]) for rows in (FEW, CROWD)}
        yield peaks(f"peak memory, `{arguments}`, {CROWD:,} / {FEW:,} open", held[CROWD], held[FEW], goal)


def _peak(made: Contenders, arguments: str, rows: int, requests: int) -> float:
    """Out: kilobytes."""
    with serving(0.0, rows) as server:
        program = made.cancel(f"{arguments} --wait 3600", server, requests=requests, unlimited=True)
        return median(peak(program, server) for _ in range(3 if rows == FEW else 1))
