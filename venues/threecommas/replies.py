"""3Commas' replies: a deal's orders and a SmartTrade."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from venues.wire.replies import AsObject, Flag, Model, Text

Id = Annotated[str, Field(pattern="^[0-9]+$", coerce_numbers_to_str=True)]  # it goes into paths
Word = Annotated[str, Field(min_length=1)]


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


class ListedDeal(Model):
    """A deal among those of a list (documentation: Deal entity)."""

    id: Id
    pair: Word
    closed_at: Text = None
    finished: Flag = Field(default=None, alias="finished?")
    active_manual_safety_orders: Text = None


class ListedDealOrder(DealOrder):
    """A row of which nothing else was known before: it must tell whether it is open, and whose."""

    order_id: Id
    deal_order_type: Word
    status_string: Word


class ListedStatus(Status):
    @model_validator(mode="after")
    def _told(self) -> Self:
        if not (self.type or self.basic_type):
            raise ValueError("no status")
        return self


class ListedSmartTrade(SmartTrade):
    id: Id
    pair: Word
    status: ListedStatus
