"""The venues there are: one line each. Light, so that `--help` and the command line can read it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from venues.face import Face, Verb

if TYPE_CHECKING:
    from venues.listed import Shown
    from venues.sandbox.practice import Practice
    from venues.view import View
    from venues.wire.link import HttpVenue, Link

ROOMS = (
    "threecommas",
    "tanx",
    "neuratrade",
    "tradernet",
)
VENUES: dict[str, Face] = {face.name: face for face in (import_module(f"venues.{room}").FACE for room in ROOMS)}
VERBS: dict[str, Verb] = {verb.name: verb for face in VENUES.values() for verb in face.verbs}
API_VERSIONS = {name: face.api_versions for name, face in VENUES.items()}  # the default first
_FACES: dict[str, Face] = {verb.name: face for face in VENUES.values() for verb in face.verbs}


def face_of(verb: str) -> Face:
    """In: a cancel command's verb. Out: its venue."""
    return _FACES[verb]


def class_of(verb: str) -> type[HttpVenue]:
    """The class that does the verb's work. Imports the venue's room and the HTTP stack."""
    made: type[HttpVenue] = _named(verb, VERBS[verb].made_by)
    return made


def build(verb: str, link: Link) -> HttpVenue:
    """The venue that does the verb's work over `link`."""
    return class_of(verb)(link)


def view_of(result: Shown) -> View:
    """How a person reads the order of a result. Imports the room's `view`, if it has one."""
    from venues.view import plain

    where = VERBS[result.command].viewed_by
    seen: View = _named(result.command, where)(result) if where else plain(result)
    return seen


def open_practice(venue: str, **options: Any) -> Practice:
    """In: a venue's name; options of its practice venue. Out: a fresh one with fresh credentials."""
    made: Practice = _part(VENUES[venue], "practice").open_practice(**options)
    return made


def _named(verb: str, where: str) -> Any:
    """Out: what `where`, as `module:name`, names in the verb's room."""
    module, _, name = where.partition(":")
    return getattr(_part(face_of(verb), module), name)


def _part(face: Face, module: str) -> Any:
    return import_module(f"{face.room}.{module}")
