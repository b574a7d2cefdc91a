"""The real command line with every limit of time divided by `SCALE`: run as `python scaled.py tanx ID ...`.

Nothing is skipped: the venues' habits are replaced by the same habits in shorter time. The variables SCALE
(1: as it is), ROWS (the most that a page of a list has), GRACE (seconds after a signal), BREAK (a function that is to
fail, see `break_inside`) and MUTANT (a rule that is to be broken, see `mutants.py` and `sweep_mutants.py`) are for
single tests.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

USUAL = "10" if "CANCEL_TANX_WALLET_KEY" in os.environ else "20"  # a wallet's signature is worked out in Python
SCALE = float(os.environ.get("SCALE", USUAL))
ROOT = Path(__file__).resolve().parents[2]


def shorten() -> None:
    from venues.procedure import judge
    from venues.registry import VERBS, class_of

    judge.SHORTEST_LIMITED_WAIT /= SCALE
    judge.LONGEST_BACK_OFF /= SCALE
    exchange = sys.argv[2:3] if sys.argv[1:2] == ["at"] else []
    for name in [*VERBS, *exchange]:
        venue = class_of(name)
        habits = venue.habits
        if name in sys.argv[1:3]:
            import_module(venue.replies)  # loading takes as long as ever, so it is done beforehand
        venue.habits = habits._replace(
            first_looks=tuple(seconds / SCALE for seconds in habits.first_looks),
            then_every=habits.then_every / SCALE,
            most_looks=habits.most_looks * int(SCALE),
            cancel_timeout=habits.cancel_timeout / SCALE,
            read_timeout=habits.read_timeout / SCALE,
            limited_waits=tuple(seconds / SCALE for seconds in habits.limited_waits),
            list_pause=habits.list_pause / SCALE,
            grace=float(os.environ.get("GRACE", habits.grace)),
            linger=habits.linger / SCALE,
        )


def shrink(rows: int) -> None:
    """Pages of so many rows at the most, as the practice venue then has them."""
    import_module("venues.tanx.orders").PAGE = rows
    import_module("venues.threecommas.smart_trades").USUAL = rows


def take_any_wait() -> None:
    """`--wait` beside `--no-wait` is refused; here every run needs a deadline that fits its shortened time."""
    import cli.app

    typed = cli.app.is_typed
    cli.app.is_typed = lambda context, flag="profile": flag != "wait" and typed(context, flag)


def break_inside(where: str, told: str) -> None:
    """Make the function `module:name` fail with a message that holds `told`, as a programming error could."""
    module, _, name = where.partition(":")
    owner: Any = import_module(module)
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)

    whole = getattr(owner, last)

    def fail(*args: object, **kwargs: object) -> NoReturn:
        raise RuntimeError(f"unexpected {told} in {args!r}")

    setattr(owner, last, fail)
    for other in list(sys.modules.values()):  # those that have imported it by name
        for held in [each for each, value in vars(other).items() if value is whole]:
            setattr(other, held, fail)


def mutate(rule: str) -> None:
    """Break a rule of cancels, or of sweeps."""
    from tests.faults import mutants, sweep_mutants
    from venues.registry import class_of

    if rule in sweep_mutants.MUTANTS:
        sweep_mutants.MUTANTS[rule]()
    else:
        mutants.MUTANTS[rule](class_of(sys.argv[1]))


def main() -> None:
    sys.path.insert(0, str(ROOT))
    if "CANCEL_TANX_WALLET_KEY" in os.environ:
        import_module("eth_account.messages")  # loads for longer than a shortened log-in may take
    shorten()
    take_any_wait()
    if "ROWS" in os.environ:
        shrink(int(os.environ["ROWS"]))
    if "BREAK" in os.environ:
        break_inside(os.environ["BREAK"], os.environ["TOLD"])
    if "MUTANT" in os.environ:
        mutate(os.environ["MUTANT"])
    from ordercancel.__main__ import main as run

    run()


if __name__ == "__main__":
    main()
