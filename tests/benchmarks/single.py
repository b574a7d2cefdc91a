"""How long does one cancel take, cold: from nothing to the end of the process, and until it reaches the venue?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contenders import Contenders
from known import known
from line import HERE, THERE, NoLine, delayed, in_a_namespace
from measure import Program, Server, in_turn, serving
from table import Row, compared, note

LATENCY = 0.05  # seconds; a venue that is near
ROUND_TRIPS = (0.05, 0.15)  # seconds; the same continent, and another one

# By what is compared: the goals for the whole process and for the arrival at the venue, near and far.
GOALS: dict[str, dict[float, tuple[float | None, float | None]]] = {
    "smart-trade / py3cw": {0.05: (0.82, 0.80), 0.15: (0.88, 0.88)},
    "order / requests by hand": {0.05: (0.88, None), 0.15: (0.92, None)},
    "tradernet / tradernet-sdk": {0.05: (0.48, None), 0.15: (0.68, None)},
    "smart-trade / http.client by hand": {0.05: (None, None), 0.15: (1.0, None)},
    "smart-trade / curl, the physical limit": {0.05: (None, None), 0.15: (None, None)},
}


def near(made: Contenders, runs: int) -> Iterator[Row]:
    """Plain HTTP on this machine, each request answered after a while."""
    with serving(LATENCY) as server:
        pairs = _pairs(made, server)
        for name, goal in zip(list(GOALS)[:3], (1.10, 1.12, 0.52), strict=True):
            note(f"plain HTTP: {name} ...")
            pair = in_turn(*pairs[name], server, runs)
            yield compared(f"plain HTTP, answers after 50 ms: {name}", pair, "whole", goal)
            yield compared("the same, to the wire", pair, "arrival", None)
        note("help against a bare interpreter ...")
        pair = in_turn(made.cancel("--help", server, requests=0), made.bare(server), server, runs)
        yield compared("`cancel --help` / bare interpreter", pair, "whole", 5.5)


def far(made: Contenders, runs: int) -> Iterator[Row]:
    """TLS over a line that takes its time; left out, with a word, where there can be no such line."""
    authorities = Path(made.ours.authorities())
    for round_trip in ROUND_TRIPS:
        try:
            yield from in_a_namespace(_over_the_line, made, runs, round_trip, authorities)
        except NoLine as why:
            note(f"not measured, the delayed line: {why}")
            return


def _over_the_line(made: Contenders, runs: int, round_trip: float, authorities: Path) -> list[Row]:
    rows = []
    with delayed(round_trip), serving(0.0, known=known(made.folder, authorities, HERE, THERE)) as server:
        for name, pair in _pairs(made, server).items():
            note(f"TLS, {1000 * round_trip:.0f} ms: {name} ...")
            whole, arrival = GOALS[name][round_trip]
            taken = in_turn(*pair, server, runs)
            rows.append(compared(f"TLS, round trip {1000 * round_trip:.0f} ms: {name}", taken, "whole", whole))
            rows.append(compared("the same, to the wire", taken, "arrival", arrival))
    return rows


def _pairs(made: Contenders, server: Server) -> dict[str, tuple[Program, Program]]:
    smart_trade = made.cancel("smart-trade 30404547 --no-wait -o json", server, requests=1)
    order = made.cancel("order ord-20260303120000-1 -o json", server, requests=2)
    tradernet = made.cancel("tradernet 2929292929 --no-wait -o json", server, requests=1)
    peers = (
        made.peer(made.py3cw, "py3cw_smart_trade.py", server, requests=1),
        made.peer(made.requests, "requests_order.py", server, requests=2),
        made.peer(made.tradernet, "tradernet_order.py", server, requests=1),
        made.peer(made.ours, "httpclient_smart_trade.py", server, requests=1),
        made.curl(server),
    )
    ours = (smart_trade, order, tradernet, smart_trade, smart_trade)
    return dict(zip(GOALS, zip(ours, peers, strict=True), strict=True))
