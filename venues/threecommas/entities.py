"""The practice venue's entities: a deal's order and a SmartTrade, with the fields of the documentation's examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from venues.sandbox.practice import PracticeOrder, amount, iso

ON_HAND = ("smart_sell", "smart_buy")  # what these sell or buy back is there from the beginning


def deal_entity(
    deal: str, first: PracticeOrder, orders: Sequence[tuple[str, str]], *, completed: bool
) -> dict[str, Any]:
    """Out: a deal as the list of deals shows it. In: its first order, and the kind and word of each order."""
    active = [kind for kind, word in orders if word == "Active"]
    manual = [word for kind, word in orders if kind == "Manual Safety"]
    return {
        "id": int(deal),
        "type": "Deal",
        "bot_id": 23456789,
        "bot_name": "My practice bot",
        "account_id": 32402783,
        "account_name": "My Binance US",
        "pair": first.symbol,
        "status": "completed" if completed else "bought",
        "localized_status": "Completed" if completed else "Active",
        "created_at": iso(first.created) + "Z",
        "updated_at": iso(first.updated) + "Z",
        "closed_at": iso(first.updated) + "Z" if completed else None,
        "finished?": completed,
        "cancellable?": not completed,
        "active_manual_safety_orders": manual.count("Active"),
        "current_active_safety_orders_count": sum("Safety" in kind for kind in active),
        "completed_manual_safety_orders_count": manual.count("Filled"),
        "active_safety_orders_count": 3,
        "market_type": "spot",
        "strategy": "long",
        "note": None,
        "bot_events": [{"message": "Placing base order", "created_at": iso(first.created) + "Z"}],
    }


def deal_row(order: PracticeOrder, word: str) -> dict[str, Any]:
    """Out: one row of the deal's orders as `cancel_order` and `market_orders` show it."""
    price = Decimal(order.price)
    return {
        "order_id": order.order_id,
        "order_type": order.side,
        "deal_order_type": order.type,
        "cancellable": word == "Active",
        "status_string": word,
        "created_at": iso(order.created) + "Z",
        "updated_at": iso(order.updated) + "Z",
        "quantity": order.quantity,
        "quantity_remaining": amount(Decimal(order.quantity) - Decimal(order.filled)),
        "total": amount(price * Decimal(order.filled)),
        "rate": order.price,
        "average_price": order.price if Decimal(order.filled) else "0.0",
    }


def smart_trade(order: PracticeOrder, word: str) -> dict[str, Any]:
    """Out: the SmartTrade entity, with the fields of the documentation's example."""
    entered = bool(Decimal(order.filled))
    return {
        "id": int(order.order_id),
        "version": 2,
        "account": {
            "id": 32402783, "type": "binance_us", "name": "My Binance US", "market": "Binance US Spot",
            "link": "/accounts/32402783",
        },
        "pair": order.symbol,
        "instant": False,
        "status": _status(word),
        "leverage": {"enabled": False},
        "position": {
            "type": order.side,
            "editable": False,
            "units": {"value": order.quantity, "editable": False},
            "price": {"value": order.price, "editable": False},
            "total": {"value": _total(order)},
            "order_type": "market" if entered else "limit",
            "status": _status("finished" if entered else "order_placed"),
        },
        "take_profit": {"enabled": True, "price_type": "value", "steps": [_step(order, word)]},
        "stop_loss": {"enabled": False},
        "reduce_funds": {"steps": []},
        "market_close": {},
        "note": "practice",
        "note_raw": None,
        "skip_enter_step": order.type in ON_HAND,
        "data": _data(order, word),
        "profit": {"volume": "-0.0030340983", "usd": "-0.0030340983", "percent": "-0.19", "roe": None},
        "margin": {"amount": None, "total": None},
        "is_position_not_filled": not (entered or order.type in ON_HAND),
    }  # fmt: skip


def _status(word: str) -> Mapping[str, str]:
    title = "Cancelling" if word == "cancellation_pending" else word.replace("_", " ").title()
    return {"type": word, "basic_type": word, "title": title}


def _total(order: PracticeOrder) -> str:
    return amount(Decimal(order.price) * Decimal(order.quantity))


def _step(order: PracticeOrder, word: str) -> dict[str, Any]:
    live = word not in ("finished", "cancelled")
    return {
        "id": 1000000000 + int(order.order_id),
        "order_type": "limit",
        "editable": live,
        "units": {"value": order.quantity},
        "price": {"type": "last", "value": amount(Decimal(order.price) * 2), "percent": None},
        "volume": "100.0",
        "total": amount(Decimal(_total(order)) * 2),
        "trailing": {"enabled": False, "percent": None},
        "status": _status("order_placed" if live else word),
        "data": {"cancelable": live, "panic_sell_available": live},
        "position": 1,
    }


def _data(order: PracticeOrder, word: str) -> dict[str, Any]:
    finished = word == "finished"  # of a cancelled SmartTrade the venue says finished: false
    data: dict[str, Any] = {
        "editable": False,
        "current_price": {"bid": "0.10613", "ask": "0.10637", "last": "0.10636"},
        "target_price_type": "price",
        "orderbook_price_currency": order.symbol.partition("_")[0],
        "base_order_finished": bool(Decimal(order.filled)),
        "missing_funds_to_close": "0.0",
        "liquidation_price": None,
        "average_enter_price": order.price if Decimal(order.filled) else None,
        "average_close_price": None,
        "cancel_available": word.startswith("waiting"),
        "finished": finished,
        "entered_amount": order.filled,
        "closed_amount": order.quantity if finished else "0.0",
        "commission": 0.001,
        "created_at": iso(order.created) + "Z",
        "updated_at": iso(order.updated) + "Z",
        "type": order.type,
    }
    return data | ({"closed_at": iso(order.updated) + "Z"} if word in ("cancelled", "finished") else {})
