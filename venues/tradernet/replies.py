"""Tradernet's replies: an order row. Numbers come as numbers or as strings; both stay text."""

from __future__ import annotations

from pydantic import Field as PydanticField

from venues.wire.replies import Model, Text


class OrderRow(Model):
    id: Text = None
    order_id: Text = None
    stat: Text = None
    instr: Text = None
    oper: Text = None
    type: Text = None
    p: Text = None
    q: Text = None
    leaves_qty: Text = None
    date: Text = None
    stop_activated: Text = None
    login: Text = None
    owner_login: Text = None
    reason: Text = PydanticField(default=None, alias="@text")
