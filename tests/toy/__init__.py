"""Toy: the smallest venue there can be, and how to add one. A test puts this folder beside the real venues."""

from __future__ import annotations

from venues.face import Face, Field, Verb

FACE = Face(
    room=__name__,
    name="toy",
    title="Toy",
    url="https://toy.example",
    fields=(Field("key"),),
    ways=(("key",),),
    permissions="a toy's key may do anything",
    verbs=(Verb("toy", "orders:Toy", "Cancel Toy orders. Nobody trades there.", "cancel toy 7"),),
)
