"""Seeded random runs of the real command, judged by the truth; and that a broken rule does not get past them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.nursery import Nursery
from tests.faults.sweep_mutants import MUTANTS as SWEEP_MUTANTS
from tests.fuzzing.found import FOUND
from tests.fuzzing.laws import OWN_FAULT
from tests.fuzzing.play import Player
from tests.fuzzing.stories import scenario
from tests.fuzzing.sweep_play import SweepPlayer
from tests.fuzzing.sweep_stories import sweep
from tests.telling import Tell

AT_A_TIME = 6  # they mostly wait
CHUNK = 44  # seeds a test, so that several workers share them
SEEDS = (*range(1, 175), 212, 282)  # the last two are there for what they once found
SWEEPS = range(1, 81)
FROM = {"any look shows it open": 45}  # seen on a calm day only: this one waits out one deadline, 7 six of them
SHOWN_BY = {  # quick sweeps that show a broken rule; `tests/fuzz.py --sweeps --mutant RULE` finds others
    "one list proves it clear": (43, 55),
    "two lists without a pause prove it clear": (123, 207),
    "an unread list is an empty one": (94, 22),
    "only the first page is read": (118, 38),
    "rows that vanish hide none": (1649,),
    "filters mean everything": (131, 19),
    "protection goes as well": (7, 26),
    "what came later goes as well": (4, 12),
    "what came later is not in the way": (73, 123),
    "what stands is not in the way": (99, 498),
    "what leaves is not in the way": (514, 474),
    "what leaves is sent a cancel": (249, 72),
    "what no cancel may be sent for goes as well": (90, 66),
    "what is listed for longer is sent a second cancel": (80, 50),
    "an order in doubt is none": (467, 39),
    "a dry run sends": (131, 25),
    "only orders have a code": (102, 128),
}


class Played(Protocol):
    """A scenario."""

    def describe(self) -> str: ...


P = TypeVar("P", bound=Played)


def broken_laws(play: Callable[[P], list[str]], scenarios: Iterable[P]) -> Iterator[str]:
    """Play them, some at a time. Yields what each one that broke a law did."""
    played = list(scenarios)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for each, laws in zip(played, pool.map(play, played), strict=True):
            if laws:
                yield "\n  ! ".join([each.describe(), *laws])


@pytest.mark.parametrize("first", range(0, len(SEEDS), CHUNK))
def test_the_truth_is_told_in_every_run(nest: Nursery, tmp_path: Path, tell: Tell, first: int) -> None:
    seeds = SEEDS[first : first + CHUNK]
    broken = list(broken_laws(Player(tmp_path, nest).play, map(scenario, seeds)))
    tell.count("fuzzer", {"runs": len(seeds), "that broke a law": len(broken)})
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("first", SWEEPS[::20])
def test_the_truth_is_told_in_every_sweep(nest: Nursery, tmp_path: Path, tell: Tell, first: int) -> None:
    seeds = range(first, first + 20)
    broken = list(broken_laws(SweepPlayer(tmp_path, nest).play, map(sweep, seeds)))
    tell.count("fuzzer of sweeps", {"runs": len(seeds), "that broke a law": len(broken)})
    assert not broken, "\n".join(broken)


def without_crashes(play: Callable[[P], list[str]]) -> Callable[[P], list[str]]:
    """A run of a mutant that crashes shows nothing of the rule."""

    def kept(played: P) -> list[str]:
        laws = play(played)
        return [] if any(law.startswith(OWN_FAULT) for law in laws) else laws

    return kept


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_caught(nest: Nursery, tmp_path: Path, mutant: str) -> None:
    """Within the normal runs, from the first on, or from the one that shows it soonest."""
    play = without_crashes(Player(tmp_path, nest, more={"MUTANT": mutant}).play)
    seeds = SEEDS[FROM.get(mutant, 1) - 1 :]
    chunks = (map(scenario, seeds[at : at + AT_A_TIME]) for at in range(0, len(seeds), AT_A_TIME))
    assert any(any(True for _ in broken_laws(play, chunk)) for chunk in chunks)


@pytest.mark.parametrize("mutant", SWEEP_MUTANTS)
def test_a_broken_rule_of_a_sweep_is_caught(nest: Nursery, tmp_path: Path, mutant: str) -> None:
    play = without_crashes(SweepPlayer(tmp_path, nest, more={"MUTANT": mutant}).play)
    assert any(play(sweep(seed)) for seed in SHOWN_BY[mutant])


def test_a_seed_is_a_scenario() -> None:
    assert [scenario(seed) for seed in SEEDS] == [scenario(seed) for seed in SEEDS]
    assert len({scenario(seed).describe() for seed in SEEDS}) == len(SEEDS)
    assert [sweep(seed) for seed in SWEEPS] == [sweep(seed) for seed in SWEEPS]
    assert len({sweep(seed).describe() for seed in SWEEPS}) == len(SWEEPS)


@pytest.mark.parametrize("fault", FOUND)
def test_what_broke_an_earlier_release_is_in_the_normal_runs(fault: str) -> None:
    """Each such fault by the seeds that found it, so that a change of the stories does not lose it."""
    story, seeds = FOUND[fault]
    assert seeds[0] in SEEDS, "give this story more weight, or find a seed below"
    assert {scenario(seed).story for seed in seeds} == {story}
