"""What the tests of 3Commas' lists declare: deals, rows and SmartTrades as the documentation has them."""

from __future__ import annotations

from typing import Any

from tests.venues.declared import ORIGIN, Wire
from tests.venues.fakes import FakeClock
from venues.interface import OpenOrder
from venues.procedure.reading import Reading
from venues.wire.link import HttpVenue

API = "/public/api"


def listed(venue: HttpVenue, clock: FakeClock, deal_id: str | None = None) -> list[OpenOrder]:
    look = Reading(venue, clock, venue._link.pace, clock.monotonic() + 30.0)
    return list(venue.open_orders(look, deal_id))


def asked(wire: Wire) -> list[str]:
    """Out: the paths of all requests, with their queries, in their order."""
    return [str(request.url).removeprefix(ORIGIN + API) for request in wire.requests]


def deals_at(offset: int) -> str:
    return f"{API}/ver1/deals?limit=200&offset={offset}&scope=active"


def orders_of(deal: int) -> str:
    return f"{API}/ver1/deals/{deal}/market_orders"


def trades_on(page: int) -> str:
    return f"{API}/v2/smart_trades?order_by=created_at&page={page}&per_page=100&status=active"


def deal(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "type": "Deal", "bot_name": "my bot", "account_name": "my account", "pair": f"USDT_X{number}",
        "status": "bought", "created_at": "2024-10-30T06:17:22.363Z", "closed_at": None, "finished?": False,
        "active_manual_safety_orders": 0, "current_active_safety_orders_count": 0, "note": None, **more,
    }  # fmt: skip


def row(number: int, kind: str = "Manual Safety", word: str = "Active", **more: Any) -> dict[str, Any]:
    return {
        "order_id": str(number), "order_type": "BUY", "deal_order_type": kind, "cancellable": word == "Active",
        "status_string": word, "created_at": "2024-11-14T14:29:49.936Z", "quantity": "0.1773",
        "quantity_remaining": "0.1773", "rate": "3116.81", **more,
    }  # fmt: skip


def trade(number: int, word: str = "waiting_position", **more: Any) -> dict[str, Any]:
    """A SmartTrade that waits for its position. `data` of `more` is added to its data."""
    data = {
        "cancel_available": True, "finished": False, "entered_amount": "0.0", "closed_amount": "0.0",
        "created_at": "2024-08-12T14:47:43.782Z", "type": "smart_trade",
    }  # fmt: skip
    return {
        "id": number, "pair": "USDT_DOGE", "status": {"type": word, "basic_type": word, "title": "Titel"},
        "account": {"id": 1, "type": "binance", "name": "my account", "link": "/accounts/1"},
        "position": {"type": "buy", "units": {"value": "14.91"}, "price": {"value": "0.10622"}},
        "note": "mine", "note_raw": "mine", "is_position_not_filled": True, **more,
        "data": data | (more.get("data") or {}),
    }  # fmt: skip
