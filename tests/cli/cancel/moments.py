"""Runs a command once for each moment of its main thread, and sends it a signal just there.

Usage: `python moments.py FOLDER SIGNAL BEGIN END ARGUMENT...`. A moment is the first call of a function of ours,
or the first return from it, between the first call of BEGIN and the return of END (both qualified names). Each
run is a fork of this process; its output goes to `FOLDER/N.out` and `N.err`. Prints one JSON line a run: its
moment, and its exit code (null when it hung).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
OURS = tuple(str(ROOT / folder) for folder in ("cli", "venues", "ordercancel"))
LONGEST = 10.0  # seconds, after which a run is taken for hung

Moment = str


def watch(begin: str, end: str, at: Callable[[Moment], None]) -> None:
    """From now on tell `at` of each new moment in this thread."""
    seen: set[Moment] | None = None
    over = False

    def profile(frame: FrameType, event: str, _: Any) -> None:
        nonlocal seen, over
        moment = f"{event} {frame.f_code.co_qualname}"
        if seen is None and moment == f"call {begin}":
            seen = set()
        ours = event in ("call", "return") and frame.f_code.co_filename.startswith(OURS)
        if seen is None or over or moment in seen or not ours:
            return
        seen.add(moment)
        over = moment == f"return {end}"
        at(moment)

    sys.setprofile(profile)


def forked(folder: Path, number: int, begin: str, end: str, at: Callable[[Moment], None]) -> int | None:
    """Run the command in a fork. Out: its exit code, or None when it hung."""
    child = os.fork()
    if child == 0:
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / f"{number}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        from ordercancel.__main__ import main

        watch(begin, end, at)
        main()
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return None


def main() -> None:
    sys.path.insert(0, str(ROOT))
    place, number, begin, end, *arguments = sys.argv[1:]
    folder, sent = Path(place), int(number)
    sys.argv = ["cancel", *arguments]
    import cli.cancel.command
    import cli.output.render  # noqa: F401  # loaded once, for all runs
    import venues.neuratrade.orders
    import venues.neuratrade.practice
    import venues.neuratrade.replies
    import venues.sandbox.server
    import venues.wire.transport  # noqa: F401

    # First only to learn the moments: the signal comes when END returns.
    noted = os.open(folder / "moments", os.O_RDWR | os.O_CREAT)

    def note(moment: Moment) -> None:
        os.write(noted, moment.encode() + b"\n")
        if moment == f"return {end}":
            os.kill(os.getpid(), sent)

    forked(folder, 0, begin, end, note)
    *moments, last = (folder / "moments").read_text().splitlines()
    assert last == f"return {end}"
    for index, wanted in enumerate(moments, 1):

        def at(moment: Moment, wanted: Moment = wanted) -> None:
            if moment == wanted:
                os.kill(os.getpid(), sent)

        sys.stdout.write(json.dumps([wanted, forked(folder, index, begin, end, at)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
