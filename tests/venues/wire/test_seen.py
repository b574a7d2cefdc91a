"""Ids that were met: exact, in order, and small."""

from __future__ import annotations

import random
from sys import getsizeof

import pytest

from venues.wire.seen import Seen


def test_nothing_was_met() -> None:
    seen = Seen()
    assert (len(seen), list(seen), "1" in seen) == (0, [], False)


def test_an_id_is_new_once() -> None:
    seen = Seen()
    assert [seen.add(one) for one in ("1", "2", "1", "3", "2")] == [True, True, False, True, False]
    assert (len(seen), list(seen)) == (3, ["1", "2", "3"])


def test_only_the_whole_id_counts() -> None:
    seen = Seen()
    assert all(seen.add(one) for one in ("12", "1", "2", "123", "", "21", "ord-1", "rd-1", "8 12", "é"))
    assert [one in seen for one in ("12", "", "é", "8 12", "3", "ord", "8", "1\n2")] == [True] * 4 + [False] * 4


def test_it_behaves_as_a_set_that_keeps_the_order() -> None:
    chance = random.Random(7)
    seen, known = Seen(), dict[str, None]()
    for number in (chance.randrange(3_000) for _ in range(9_000)):  # it grows twice meanwhile
        assert (str(number) in seen) is (str(number) in known)
        assert seen.add(str(number)) is (str(number) not in known)
        known[str(number)] = None
    assert (len(seen), list(seen)) == (len(known), list(known))
    assert not any(str(number) in seen for number in range(3_000, 6_000))


def test_equal_hashes_are_not_taken_for_equal_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("venues.wire.seen.hash", lambda _: 7, raising=False)
    seen, ids = Seen(), [str(number) for number in range(1, 700)]
    assert all(map(seen.add, ids))
    assert not any(map(seen.add, ids))
    assert list(seen) == ids


def test_what_is_added_meanwhile_comes_as_well() -> None:
    seen = Seen()
    seen.add("1")
    given = []
    for one in seen:
        given.append(one)
        if len(given) < 3:
            seen.add(str(len(given) + 1))
    assert given == ["1", "2", "3"]


def test_a_hundred_thousand_ids_are_small() -> None:
    seen = Seen()
    for number in range(10**12, 10**12 + 100_000):
        seen.add(str(number))
    assert (len(seen), str(10**12 + 99_999) in seen, str(10**12 - 1) in seen) == (100_000, True, False)
    assert sum(map(getsizeof, vars(seen).values())) < 2_700_000
