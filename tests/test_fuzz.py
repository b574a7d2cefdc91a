"""Seeded random runs of the real command, judged by the truth; and that a broken rule does not get past them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.nursery import Nursery
from tests.fuzzing.found import FOUND
from tests.fuzzing.play import Player
from tests.fuzzing.stories import scenario
from tests.telling import Tell

RUNS = 300
AT_A_TIME = 6  # they mostly wait
CHUNK = 50  # seeds a test, so that several workers share them
SEEDS = range(1, RUNS + 1)
FROM = {"any look shows it open": 45}  # seen on a calm day only: this one waits out one deadline, 7 six of them


def broken_laws(player: Player, seeds: range) -> Iterator[str]:
    """Play the seeds, some at a time. Yields what each one that broke a law did."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for seed, laws in zip(seeds, pool.map(lambda seed: player.play(scenario(seed)), seeds), strict=True):
            if laws:
                yield "\n  ! ".join([scenario(seed).describe(), *laws])


@pytest.mark.parametrize("first", SEEDS[::CHUNK])
def test_the_truth_is_told_in_every_run(nest: Nursery, tmp_path: Path, tell: Tell, first: int) -> None:
    seeds = range(first, first + CHUNK)
    broken = list(broken_laws(Player(tmp_path, nest), seeds))
    tell.count("fuzzer", {"runs": len(seeds), "that broke a law": len(broken)})
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_caught(nest: Nursery, tmp_path: Path, mutant: str) -> None:
    """Within the normal runs, from the first on, or from the one that shows it soonest."""
    player = Player(tmp_path, nest, more={"MUTANT": mutant})
    chunks = (range(first, first + AT_A_TIME) for first in range(FROM.get(mutant, 1), RUNS, AT_A_TIME))
    assert any(any(True for _ in broken_laws(player, seeds)) for seeds in chunks)


def test_a_seed_is_a_scenario() -> None:
    assert [scenario(seed) for seed in SEEDS] == [scenario(seed) for seed in SEEDS]
    assert len({scenario(seed).describe() for seed in SEEDS}) == RUNS


@pytest.mark.parametrize("fault", FOUND)
def test_what_broke_an_earlier_release_is_in_the_normal_runs(fault: str) -> None:
    """Each such fault by the seeds that found it, so that a change of the stories does not lose it."""
    story, seeds = FOUND[fault]
    assert seeds[0] in SEEDS, "give this story more weight, or find a seed below"
    assert {scenario(seed).story for seed in seeds} == {story}
