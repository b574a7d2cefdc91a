"""3Commas' replies: a deal's orders and a SmartTrade."""

from __future__ import annotations

from typing import Annotated

from venues.wire.replies import AsObject, Flag, Model, Text


class DealOrder(Model):
    """One row of a deal's orders (documentation: Get Trades of Deal)."""

    order_id: Text = None
    order_type: Text = None
    deal_order_type: Text = None
    status_string: Text = None
    created_at: Text = None
    quantity: Text = None
    quantity_remaining: Text = None
    rate: Text = None


class Status(Model):
    type: Text = None
    basic_type: Text = None


class Amount(Model):
    value: Text = None


class Position(Model):
    type: Text = None
    units: Annotated[Amount, AsObject] = Amount()
    price: Annotated[Amount, AsObject] = Amount()


class TradeData(Model):
    type: Text = None
    entered_amount: Text = None
    closed_amount: Text = None
    created_at: Text = None
    cancel_available: Flag = None


class SmartTrade(Model):
    """A SmartTrade, as far as a cancel needs it (documentation: SmartTrade entity)."""

    id: Text = None
    pair: Text = None
    status: Annotated[Status, AsObject] = Status()
    position: Annotated[Position, AsObject] = Position()
    data: Annotated[TradeData, AsObject] = TradeData()
    is_position_not_filled: Flag = None
