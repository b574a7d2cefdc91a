"""The venues there are: one line each. Light, so that `--help` and the command line can read it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from venues import exchange as at
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
_FACES: dict[str, Face] = {verb.name: face for face in VENUES.values() for verb in face.verbs}
AT = at.VERB.name  # the command for any exchange of ccxt
EXCHANGE_VERB = at.VERB
PROVEN = at.PROVEN
exchange, exchanges = at.face_of, at.names


def face_of(target: str) -> Face:
    """In: a target: a cancel command's verb, or an exchange. Out: its venue. Raises KeyError."""
    return _among(_FACES, target)


def verb_of(target: str) -> Verb:
    """In: a target. Out: the command that cancels there."""
    return VERBS.get(target) or face_of(target).verbs[0]


def target_of(shown: Shown) -> str:
    """Out: the target of an order."""
    return shown.venue if shown.command == AT else shown.command


def venue(name: str) -> Face:
    """In: a venue's name, or an exchange's id. Out: its face. Raises KeyError."""
    return _among(VENUES, name)


def _among(faces: dict[str, Face], name: str) -> Face:
    """Out: one of these, or an exchange. Raises KeyError."""
    face = faces.get(name) or exchange(name)
    if face is None:
        raise KeyError(name)
    return face


class _Kinds(dict[str, tuple[int | str, ...]]):
    """What settings each venue has; those of an exchange are looked up when they are asked for."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and exchange(name) is not None)

    def __missing__(self, name: str) -> tuple[int | str, ...]:
        return _kinds(venue(name))


def _kinds(face: Face) -> tuple[int | str, ...]:
    return (*face.api_versions, *(["testnet"] if face.verbs[0].by_symbol else []))


KINDS = _Kinds({name: _kinds(face) for name, face in VENUES.items()})


def class_of(target: str) -> type[HttpVenue]:
    """The class that does the target's work. Imports the venue's room and the HTTP stack."""
    made: type[HttpVenue] = _named(target, verb_of(target).made_by)
    return made


def build(target: str, link: Link) -> HttpVenue:
    """The venue that does the target's work over `link`. Raises Unusable."""
    return class_of(target)(link._replace(venue=face_of(target).name))


def view_of(result: Shown) -> View:
    """How a person reads the order of a result. Imports the room's `view`, if it has one."""
    from venues.view import plain

    where = VERBS[result.command].viewed_by if result.command in VERBS else ""
    seen: View = _named(result.command, where)(result) if where else plain(result)
    return seen


def open_practice(name: str, **options: Any) -> Practice:
    """In: a venue's name; options of its practice venue. Out: a fresh one with fresh credentials."""
    if name not in VENUES:
        options["exchange"] = name
    made: Practice = _part(venue(name), "practice").open_practice(**options)
    return made


def _named(target: str, where: str) -> Any:
    """Out: what `where`, as `module:name`, names in the target's room."""
    module, _, name = where.partition(":")
    return getattr(_part(face_of(target), module), name)


def _part(face: Face, module: str) -> Any:
    return import_module(f"{face.room}.{module}")
