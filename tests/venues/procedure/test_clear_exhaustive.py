"""The judge for clear, checked whole: every state of a small model, once; each law is seen red without its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.venues.procedure import clear_explorer, clear_laws
from tests.venues.procedure.clear_explorer import Broken, Explorer
from tests.venues.procedure.clear_world import PAUSE, Kind, Life, One
from venues.interface import OpenOrder
from venues.procedure import clear
from venues.procedure.clear import Do, Sort, Swept, Tally
from venues.result import Outcome

MEANT = One()
TO_COME = One(Life.UNPLACED)
ONE_AFTER_THE_OTHER = One(Life.UNPLACED, slot=True)
LEAVING = One(Life.LEAVING)
LEFT_ALONE = tuple(One(kind=kind, still=True) for kind in (Kind.PROTECTIVE, Kind.FIXED, Kind.OTHER))
CHANGING = {
    f"one turns {kind.name.lower()}": (One(turns=kind),) for kind in (Kind.PROTECTIVE, Kind.FIXED, Kind.OTHER)
}
ORDERS = {
    "new ones": (MEANT, ONE_AFTER_THE_OTHER, *LEFT_ALONE),
    "one leaving": (MEANT, LEAVING),
    "one leaving, one to come": (LEAVING, TO_COME),
    "nothing meant": LEFT_ALONE,
    **CHANGING,
    **{f"one {one.kind.name.lower()} at first": (one._replace(still=False, turns=Kind.PLAIN),) for one in LEFT_ALONE},
}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    clear_explorer.forget()
    yield
    clear_explorer.forget()


def test_every_state(tell: Callable[[str], None]) -> None:
    states = sum(Explorer(orders, until_clear=until).run() for orders in ORDERS.values() for until in (False, True))
    tell(f"exhaustive check of clear: {states:,} states")
    assert states > 40_000


def test_every_bad_outcome_is_of_one_kind() -> None:
    """The model has one or two of each; too late is no such outcome, since the order has ended."""
    bad = {outcome for outcome in Outcome if outcome.exit_code} - {Outcome.TOO_LATE}
    assert bad == clear.HANGING | clear.STANDING
    assert not clear.HANGING & clear.STANDING


# --- one rule broken at a time


@dataclass(frozen=True)
class Mutant:
    """What is put in the place of a rule, and the law that must then be seen broken."""

    law: str
    owner: Any
    name: str
    put: Any
    orders: str = "new ones"
    until_clear: bool = False


def in_the_way(*without: str, more: str = "") -> dict[str, Any]:
    """In: what no longer stands in the way, and what does instead."""
    names = [name for name in ("leaving", "stale", "standing", "new", more) if name and name not in without]
    count = property(lambda tally: sum(getattr(tally, name) for name in names))
    return {"owner": Tally, "name": "in_the_way", "put": count}


def sorts(put: Callable[..., Sort]) -> dict[str, Any]:
    return {"owner": clear, "name": "sort_of", "put": put}


def step(put: Callable[..., tuple[Do, float]]) -> dict[str, Any]:
    return {"owner": clear, "name": "next_step", "put": put}


def _swept_too(*swept: Sort) -> Callable[..., Sort]:
    def sort_of(row: OpenOrder, **more: bool) -> Sort:
        return Sort.NEW if (sort := _SORT(row, **more)) in swept else sort

    return sort_of


def _by_its_row_alone(row: OpenOrder, *, sent: bool = False, **more: bool) -> Sort:
    """One that was sent for is held against the filters once more."""
    sort = _SORT(row, **more)
    return _SORT(row, sent=sent, **more) if sort in (Sort.NEW, Sort.LEAVING) else sort


def _no_pause(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(swept, 0.0, until_clear=until_clear)


def _unasked(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(swept, pause, until_clear=True)


def _never_new(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(swept, pause, until_clear=False)


def _without_a_deadline(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(replace(swept, ends=99.0), pause, until_clear=until_clear)


def _ends_with_the_deadline(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    do, at = _STEP(swept, pause, until_clear=until_clear)
    return (Do.END, swept.at) if do is Do.LIST and at >= swept.ends else (do, at)


def _ends_after_the_cancels(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return (Do.END, swept.at) if swept.last is None else _STEP(swept, pause, until_clear=until_clear)


def _gives_up_early(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(replace(swept, stuck=2 * swept.stuck), pause, until_clear=until_clear)


def _goes_on_unread(swept: Swept, pause: float, *, until_clear: bool) -> tuple[Do, float]:
    return _STEP(replace(swept, unread=False), pause, until_clear=until_clear)


def _clean_once_is_kept(self: Swept, tally: Tally, at: float) -> Swept:
    after = _LISTED(self, tally, at)
    return replace(after, clean=max(self.clean, after.clean))


def _the_first_does_not_count(self: Swept, tally: Tally, at: float) -> Swept:
    after = _LISTED(self, tally, at)
    return after if self.rounds or self.last else replace(after, clean=0)


def _hangs_for_a_round(self: Swept, *, hanging: bool, at: float, ends: float) -> Swept:
    return replace(_CANCELLED(self, hanging=hanging, at=at, ends=ends), hanging=hanging)


def _an_empty_list(swept: Swept) -> Swept:
    return swept.after_list(Tally(), swept.at + PAUSE)


def _always_pending(swept: Swept, worst: Outcome | None) -> Outcome:
    return Outcome.CANCELLED if swept.is_clear else Outcome.PENDING


def _clear_unless_an_order_is_bad(swept: Swept, worst: Outcome | None) -> Outcome:
    return worst or Outcome.CANCELLED


_SORT, _STEP, _OUTCOME = clear.sort_of, clear.next_step, clear.outcome
_LISTED, _CANCELLED = Swept.after_list, Swept.after_cancels

MUTANTS = {
    "one list is enough": Mutant(clear_laws.CLEAR_EARLY, clear, "AGREEING", 1),
    "two lists without a pause": Mutant(clear_laws.CLEAR_EARLY, **step(_no_pause)),
    "what is new is not in the way": Mutant(clear_laws.CLEAR_EARLY, **in_the_way("new")),
    "what was refused is not in the way": Mutant(clear_laws.CLEAR_EARLY, **in_the_way("standing")),
    "what is leaving is not in the way": Mutant(
        clear_laws.CLEAR_EARLY, **in_the_way("leaving"), orders="one leaving"
    ),
    **{
        f"what was sent a cancel is left alone once {what}": Mutant(
            clear_laws.CLEAR_EARLY, **sorts(_by_its_row_alone), orders=what
        )
        for what in CHANGING
    },
    "a stale row counts as gone": Mutant(clear_laws.TWO_LISTS, **in_the_way("stale")),
    "a clean list counts later": Mutant(clear_laws.TWO_LISTS, Swept, "after_list", _clean_once_is_kept),
    "what hangs is forgotten": Mutant(
        clear_laws.HANGS, Swept, "after_cancels", _hangs_for_a_round, until_clear=True
    ),
    "what hangs is passed over": Mutant(clear_laws.HANGS, clear, "HANGING", frozenset()),
    "an unread list counts as empty": Mutant(clear_laws.UNREAD, clear_explorer, "unread_after", _an_empty_list),
    "it goes on after an unread list": Mutant(clear_laws.UNREAD, **step(_goes_on_unread)),
    "protection is in the way": Mutant(clear_laws.PROVEN, **in_the_way(more="protective")),
    "what may not be cancelled is in the way": Mutant(clear_laws.PROVEN, **in_the_way(more="fixed")),
    "what is not meant is in the way": Mutant(clear_laws.PROVEN, **in_the_way(more="other")),
    "the first list never counts": Mutant(
        clear_laws.PROVEN, Swept, "after_list", _the_first_does_not_count, orders="nothing meant"
    ),
    "three lists are needed": Mutant(clear_laws.PROVEN, clear, "AGREEING", 3),
    "nothing is listed after the cancels": Mutant(clear_laws.GIVEN_UP, **step(_ends_after_the_cancels)),
    "one list without hope is the end": Mutant(clear_laws.GIVEN_UP, **step(_gives_up_early)),
    "what is found clean late is not confirmed": Mutant(clear_laws.GIVEN_UP, **step(_ends_with_the_deadline)),
    "protection is sent a cancel": Mutant(clear_laws.SENDS, **sorts(_swept_too(Sort.PROTECTIVE))),
    "what may not be cancelled is sent one": Mutant(clear_laws.SENDS, **sorts(_swept_too(Sort.FIXED))),
    "what is leaving is sent one": Mutant(
        clear_laws.SENDS, **sorts(_swept_too(Sort.LEAVING)), orders="one leaving"
    ),
    "what is not meant is sent one": Mutant(clear_laws.SENDS, **sorts(_swept_too(Sort.OTHER))),
    "a stale row is sent one": Mutant(clear_laws.TWICE, **sorts(_swept_too(Sort.STALE)), until_clear=True),
    "what was refused is sent another": Mutant(
        clear_laws.TWICE, **sorts(_swept_too(Sort.STANDING)), until_clear=True
    ),
    "what is new is sent one unasked": Mutant(clear_laws.UNASKED, **step(_unasked)),
    "what is new is not sent one": Mutant(clear_laws.NEW_TOO, **step(_never_new), until_clear=True),
    "a sixth round": Mutant(clear_laws.MANY_ROUNDS, clear, "MOST_ROUNDS", 6, until_clear=True),
    "no deadline": Mutant(clear_laws.LATE, **step(_without_a_deadline), orders="one leaving"),
    "a target of refused orders is pending": Mutant(clear_laws.CODE, clear, "outcome", _always_pending),
    "what stands in the way is told by nobody": Mutant(
        clear_laws.CODE, clear, "outcome", _clear_unless_an_order_is_bad
    ),
    "an unread list has the code of an order": Mutant(
        clear_laws.CODE, clear, "outcome", lambda swept, worst: _OUTCOME(replace(swept, unread=False), worst)
    ),
}  # fmt: skip


@pytest.mark.parametrize("broken", MUTANTS)
def test_a_broken_rule_is_caught(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[broken]
    monkeypatch.setattr(mutant.owner, mutant.name, mutant.put)
    with pytest.raises(Broken) as caught:
        Explorer(ORDERS[mutant.orders], until_clear=mutant.until_clear, law=mutant.law).run()
    assert caught.value.law == mutant.law


def test_every_law_is_seen_red() -> None:
    assert {mutant.law for mutant in MUTANTS.values()} == set(clear_laws.LAWS)
