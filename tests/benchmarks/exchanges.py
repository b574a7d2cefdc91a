"""One cancel at an exchange beside a bare ccxt script: how fast, how large, and whom the two believe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from contenders import Contenders
from measure import Program, Server, in_turn, once, peak, serving
from table import Row, compared, note, peaks

LATENCY = 0.05  # seconds
LINE = "at binance BTC/USDT 28457 -o json"
ROOT = Path(__file__).resolve().parents[2]


def exchanges(made: Contenders, runs: int) -> Iterator[Row]:
    """Cold, the market of the symbol kept from an earlier run."""
    with serving(LATENCY) as server:
        note("at binance / a bare ccxt script ...")
        once(made.cancel(LINE, server, requests=3), server)  # which keeps the market
        ours, theirs = made.cancel(LINE, server, requests=2), _script(made, server, requests=3)
        pair = in_turn(ours, theirs, server, runs)
        yield compared("`at binance`, answers after 50 ms / a bare ccxt script", pair, "whole", 0.6)
        yield compared("the same, to the wire", pair, "arrival", None)
        yield peaks("the same, peak memory", peak(ours, server), peak(theirs, server), 0.6)
    yield from _believed(made)


def _script(made: Contenders, server: Server, *more: str, requests: int = 0) -> Program:
    program = made.peer(made.ccxt, "ccxt_binance.py", server, requests=requests)
    return Program((*program.command, *more), program.environ, requests)


def _believed(made: Contenders) -> Iterator[Row]:
    """How often each says "cancelled" where nothing was: all answers about it are nonsense, and the order lives."""
    sys.path.insert(0, str(ROOT))
    from tests.faults.server import FaultServer, always
    from tests.venues.exchange.lies import LIES
    from venues.registry import open_practice

    note("nonsense for an answer ...")
    ends = {"ours": 0, "with a look": 0, "trusting": 0}
    for lie in LIES.values():
        practice = open_practice("binance")
        practice.credentials = {"api_key": "throwaway-key", "api_secret": "throwaway-secret"}
        nonsense = always(lambda asked, lie=lie: lie)  # type: ignore[misc]
        plan = {"cancel": nonsense, "look": nonsense}
        with FaultServer(practice, plan) as faulty:
            server = Server(faulty.port, faulty.url)
            programs = {
                "ours": made.cancel(f"{LINE} --wait 2", server, requests=0),
                "with a look": _script(made, server),
                "trusting": _script(made, server, "--trusting"),
            }
            for name, program in programs.items():
                done = subprocess.run(program.command, env=program.environ, capture_output=True, check=False)
                ends[name] += done.returncode == 0
    for name in ("with a look", "trusting"):
        row = Row(
            f"false successes of {len(LIES)} answers that are nonsense / a ccxt script, {name}",
            str(ends["ours"]), str(ends[name]), ends["ours"] / max(1, ends[name]), 0.0,
        )  # fmt: skip
        yield row
