"""NeuraTrade's replies: a cancelled order, a position, a log-in."""

from __future__ import annotations

from typing import Annotated

from venues.wire.replies import AsObject, Model, Text


class OrderRecord(Model):
    """`data` of a cancel's answer; all fields are strings."""

    order_id: Text = None
    position_id: Text = None
    symbol: Text = None
    side: Text = None
    type: Text = None
    amount: Text = None
    price: Text = None
    status: Text = None
    created_at: Text = None


class CancelReply(Model):
    status: Text = None
    data: Annotated[OrderRecord, AsObject] = OrderRecord()


class Position(Model):
    position_id: Text = None
    order_id: Text = None
    symbol: Text = None
    side: Text = None
    size: Text = None
    entry_price: Text = None
    status: Text = None
    opened_at: Text = None


class PositionReply(Model):
    status: Text = None
    data: Annotated[Position, AsObject] = Position()


class Login(Model):
    token: Text = None
