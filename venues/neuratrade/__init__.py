"""NeuraTrade: orders in the records of a self-hosted server, which calls no exchange."""

from __future__ import annotations

from venues.face import Face, Field, Ids, Verb

FACE = Face(
    room=__name__,
    name="neuratrade",
    title="NeuraTrade",
    url=None,
    fields=(Field("token"), Field("email", secret=False), Field("password")),
    ways=(("token",), ("email", "password")),
    permissions="NeuraTrade has no permissions: any valid token of the server cancels any order on it",
    verbs=(
        Verb(
            "order",
            "orders:NeuraTrade",
            "Cancel NeuraTrade orders in the server's own records. No exchange is called.",
            "cancel order ord-20260303120000-1",
            ids=Ids(
                r"ord-[0-9]{14}-[1-9][0-9]{0,18}",
                "ord-YYYYMMDDHHMMSS-n",
                "ord-YYYYMMDDHHMMSS-n, such as ord-20260303120000-1",
            ),
        ),
    ),
)
