"""The venues there are: one line each. Light, so that `--help` and the command line can read it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from venues.face import Face, Verb

if TYPE_CHECKING:
    from venues.sandbox.practice import Practice
    from venues.wire.link import HttpVenue, Link

ROOMS = (
    "threecommas",
    "tanx",
    "neuratrade",
    "tradernet",
)
VENUES: dict[str, Face] = {face.name: face for face in (import_module(f"venues.{room}").FACE for room in ROOMS)}
VERBS: dict[str, Verb] = {verb.name: verb for face in VENUES.values() for verb in face.verbs}
_FACES: dict[str, Face] = {verb.name: face for face in VENUES.values() for verb in face.verbs}


def face_of(verb: str) -> Face:
    """In: a cancel command's verb. Out: its venue."""
    return _FACES[verb]


def class_of(verb: str) -> type[HttpVenue]:
    """The class that does the verb's work. Imports the venue's room and the HTTP stack."""
    module, _, name = VERBS[verb].made_by.partition(":")
    made: type[HttpVenue] = getattr(_part(face_of(verb), module), name)
    return made


def build(verb: str, link: Link) -> HttpVenue:
    """The venue that does the verb's work over `link`."""
    return class_of(verb)(link)


def open_practice(venue: str, **options: Any) -> Practice:
    """In: a venue's name; options of its practice venue. Out: a fresh one with fresh credentials."""
    made: Practice = _part(VENUES[venue], "practice").open_practice(**options)
    return made


def _part(face: Face, module: str) -> Any:
    return import_module(f"{face.room}.{module}")
