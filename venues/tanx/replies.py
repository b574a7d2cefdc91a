"""tanX's replies: the envelope, tokens, and an order."""

from __future__ import annotations

from typing import Annotated, Any

from venues.wire.replies import AsObject, Model, Text


class Envelope(Model):
    """`{"status", "message", "payload"}`; `status` is "error" under HTTP 200 too. A log-in adds `token`."""

    status: Text = None
    message: Text = None
    payload: Any = None
    token: Any = None


class Tokens(Model):
    access: Text = None
    refresh: Text = None


class TanxOrder(Model):
    """An order; older answers name it `order_id` instead of `id`, some are empty. [connectors' tests]"""

    id: Text = None
    order_id: Text = None
    state: Text = None
    market: Text = None
    side: Text = None
    ord_type: Text = None
    price: Text = None
    origin_volume: Text = None
    executed_volume: Text = None
    created_at: Text = None
    cancel_reason: Text = None


class OrderEnvelope(Model):
    payload: Annotated[TanxOrder, AsObject] = TanxOrder()
