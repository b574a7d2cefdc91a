"""3Commas' replies to lists, in which a row must tell what it is. Apart: a single cancel need not wait for them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from venues.threecommas.replies import DealOrder, SmartTrade, Status
from venues.wire.replies import Flag, Model, Text

Id = Annotated[str, Field(pattern="^[0-9]+$", coerce_numbers_to_str=True)]  # it goes into paths
Word = Annotated[str, Field(min_length=1)]


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
