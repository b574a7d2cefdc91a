"""Tradernet / Freedom24: orders at a broker, where a cancel may wait for the market to open."""

from __future__ import annotations

from venues.face import Budget, Face, Field, Verb

FACE = Face(
    room=__name__,
    name="tradernet",
    title="Tradernet",
    url="https://tradernet.com",
    fields=(Field("public_key", secret=False), Field("private_key")),
    ways=(("public_key", "private_key"),),
    permissions="a key that may trade; no right to withdraw. A key belongs to one of the brand's sites: set `url`",
    verbs=(
        Verb(
            "tradernet",
            "orders:Tradernet",
            "Cancel Tradernet / Freedom24 orders. While the market is closed an accepted cancel may wait for it "
            "to open: that is `pending`, exit 9.",
            "cancel tradernet 2929292929",
            viewed_by="view:order",
        ),
    ),
    budget=Budget(per_minute=240, at_once=1),  # the venue publishes none; the habit of a careful client
    api_versions=(2, 3),
    aliases=("freedom24", "freedom"),
)
