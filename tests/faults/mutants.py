"""Rules broken on purpose, in the words that a venue and the procedure share: the fuzzer must catch each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from venues.interface import Answer, NeverSent, NotFound, Order, OrderRef, Refused, State, Uncertain

Mutant = Callable[[Any], None]


def _on_answer(verb: str, change: Callable[[Answer], Answer]) -> Mutant:
    """In: `request_cancel` or `read`, and what is made of its good answer."""

    def mutate(venue: Any) -> None:
        true = getattr(venue, verb)

        def changed(self: Any, ref: OrderRef, patience: float) -> Answer:
            return change(true(self, ref, patience))

        setattr(venue, verb, changed)

    return mutate


def _on_error(verb: str, kind: type[Exception], change: Callable[[Any], Exception | Answer]) -> Mutant:
    """The same for one kind of error. `change` gives another error, or an answer in its place."""

    def mutate(venue: Any) -> None:
        true = getattr(venue, verb)

        def changed(self: Any, ref: OrderRef, patience: float) -> Answer:
            try:
                found: Answer = true(self, ref, patience)
            except kind as error:
                made = change(error)
                if isinstance(made, Answer):
                    return made
                raise made from None
            return found

        setattr(venue, verb, changed)

    return mutate


def _in_state(state: State) -> Callable[[Answer], Answer]:
    return lambda answer: answer._replace(order=(answer.order or Order(state))._replace(state=state))


def _sent_twice(venue: Any) -> None:
    true = venue.request_cancel

    def twice(self: Any, ref: OrderRef, patience: float) -> Answer:
        true(self, ref, patience)
        found: Answer = true(self, ref, patience)
        return found

    venue.request_cancel = twice


OPEN = Answer(Order(State.OPEN))
MUTANTS: dict[str, Mutant] = {
    "a 200 is cancelled": _on_answer("request_cancel", _in_state(State.CANCELLED)),
    "an accepted cancel is too late": _on_answer("request_cancel", _in_state(State.ENDED)),
    "any look shows it cancelled": _on_answer("read", _in_state(State.CANCELLED)),
    "any look shows it open": _on_answer("read", _in_state(State.OPEN)),
    "a lost cancel was never sent": _on_error("request_cancel", Uncertain, lambda no: NeverSent(no.message)),
    "a lost cancel is refused": _on_error("request_cancel", Uncertain, lambda no: Refused(no.message)),
    "a lost cancel is accepted": _on_error("request_cancel", Uncertain, lambda no: Answer(None)),
    "a refused cancel is accepted": _on_error("request_cancel", Refused, lambda no: Answer(None)),
    "a lost look shows it open": _on_error("read", Uncertain, lambda no: OPEN),
    "a lost look shows no such order": _on_error("read", Uncertain, lambda no: NotFound(no.message)),
    "a cancel is sent twice": _sent_twice,
}
