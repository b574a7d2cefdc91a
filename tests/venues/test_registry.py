"""The registry: every verb finds its class, and the class knows its verb and its venue."""

import pytest

from venues.registry import VERBS, class_of, face_of


@pytest.mark.parametrize("verb", VERBS)
def test_a_result_names_the_venue_and_the_command_that_made_it(verb: str) -> None:
    made = class_of(verb)
    assert (made.verb, made.name, made.title) == (verb, face_of(verb).name, face_of(verb).title)
