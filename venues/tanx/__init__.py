"""tanX: limit orders, whose cancels are only queued at first."""

from __future__ import annotations

from venues.face import Budget, Face, Field, Verb

FACE = Face(
    room=__name__,
    name="tanx",
    title="tanX",
    url="https://api.tanx.fi",
    fields=(Field("access_token"), Field("refresh_token"), Field("wallet_key")),
    ways=(("access_token", "refresh_token"), ("wallet_key",)),
    permissions="tanX keys have no permissions: a wallet key can do anything, so prefer the two tokens",
    verbs=(
        Verb(
            "tanx",
            "orders:Tanx",
            "Cancel tanX orders. The venue only queues a cancel, so it is read back until the order shows it. "
            "Retail trading at tanX stopped in August 2026.",
            "cancel tanx 25768879",
        ),
    ),
    budget=Budget(per_minute=120, burst=6),  # the venue publishes none; the habit of a careful client
)
