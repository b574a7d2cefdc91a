"""Random runs of the real command against practice venues that misbehave: `python tests/fuzz.py --seed 1`.

Each seed is one scenario, always the same; what is true at the practice venue judges what the command said. With
`--sweeps` these are runs of `cancel list` and `cancel all`, else of single cancels.
Ends with 1 when a law was broken, and says by which seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.faults.nursery import nursery
from tests.faults.run import SCALED
from tests.fuzzing.play import Player
from tests.fuzzing.stories import STORIES, scenario
from tests.fuzzing.sweep_play import SweepPlayer
from tests.fuzzing.sweep_stories import STORIES as SWEEPS
from tests.fuzzing.sweep_stories import sweep


def main() -> int:
    asked = _arguments()
    kinds: Counter[str] = Counter()
    made_by: Any = sweep if asked.sweeps else scenario
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = asked.script.resolve() == SCALED.resolve()
        made = stack.enter_context(nursery()) if own and not asked.fresh else None
        more = {"MUTANT": asked.mutant} if asked.mutant else None
        player: Any = (SweepPlayer if asked.sweeps else Player)(folder, made, asked.script, more)
        pool = stack.enter_context(ThreadPoolExecutor(asked.jobs))
        seeds = [seed for seed in range(asked.seed, asked.seed + asked.runs)
                 if asked.story in ("", made_by(seed).story)]  # fmt: skip
        for ended in as_completed([pool.submit(_play, player, made_by, seed) for seed in seeds]):
            seed, laws = ended.result()
            kinds.update({law.partition(":")[0] for law in laws})
            if laws:
                _tell("\n  ! ".join([made_by(seed).describe(), *laws]))
    _tell(f"{len(seeds)} runs from seed {asked.seed}: {sum(kinds.values())} broken laws {dict(kinds) or ''}")
    return 1 if kinds else 0


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _play(player: Any, made_by: Any, seed: int) -> tuple[int, list[str]]:
    return seed, player.play(made_by(seed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--runs", type=int, default=300, help="how many seeds from there on")
    parser.add_argument("--jobs", type=int, default=12, help="runs at a time; they mostly wait")
    parser.add_argument("--script", type=Path, default=SCALED, help="what runs the command, for an older tree")
    parser.add_argument("--fresh", action="store_true", help="an interpreter of its own for each run")
    parser.add_argument("--sweeps", action="store_true", help="runs of `list` and `all`")
    parser.add_argument("--mutant", default="", help="a rule to be broken, by its name in `tests/faults`")
    parser.add_argument("--story", default="", choices=["", *STORIES, *SWEEPS], help="only the seeds of this story")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
