"""What the practice venue shows of its orders: an order's fields, and the pages of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from venues.sandbox.practice import PracticeOrder, amount, iso

Shown = tuple[PracticeOrder, str]  # an order and the word that the list shows for it


def entity(order: PracticeOrder, word: str) -> dict[str, Any]:
    """Out: the order as every answer shows it, `word` as its `state`."""
    partly = bool(Decimal(order.filled))
    return {
        "id": int(order.order_id),
        "uuid": str(UUID(int=int(order.order_id))),
        "side": order.side,
        "ord_type": order.type,
        "price": order.price,
        "stop_price": order.facts.get("stop_price"),
        "avg_price": order.price if partly else "0.0",
        "state": word,
        "market": order.symbol,
        "created_at": iso(order.created, "seconds") + "+00:00",
        "updated_at": iso(order.updated, "seconds") + "+00:00",
        "origin_volume": order.quantity,
        "remaining_volume": amount(round(Decimal(order.quantity) - Decimal(order.filled), 8)),
        "executed_volume": order.filled,
        "maker_fee": "0.0004",
        "taker_fee": "0.0004",
        "trades_count": 2 if partly else 0,
        "cancel_reason": "Order cancelled by user" if word == "cancel" else None,
    }


class Pages:
    """A list, page by page; what was filtered and sorted for one page serves the next while `same` says so.

    Without that, 100,000 orders would be gone through once for each of 2,000 pages.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str | None, ...], list[Shown]] = {}
        self._at: object = None

    def page(
        self, query: Mapping[str, str], most: int, same: object, shown: Callable[[], Iterable[Shown]]
    ) -> list[dict[str, Any]] | None:
        """Out: one page's rows, latest update first [peatio]; None where `limit` or `page` is no such number.

        In: `most` rows come, whatever `limit` says; `shown` gives all that there is to choose from. From one page to
        the next nothing has changed there while `same` is equal; None is never equal.
        """
        limit, page = query.get("limit", "50"), query.get("page", "1")
        if not (limit.isdecimal() and page.isdecimal() and 0 < int(limit) <= 1000 and int(page)):
            return None
        if same is None or same != self._at or int(page) == 1:
            self._rows, self._at = {}, same
        wanted = tuple(map(query.get, ("state", "market", "side", "ord_type")))
        if wanted not in self._rows:
            self._rows[wanted] = sorted(_chosen(shown(), wanted), key=lambda row: -row[0].updated)
        size = min(int(limit), most)
        start = (int(page) - 1) * size
        return [entity(order, word) for order, word in self._rows[wanted][start : start + size]]


def _chosen(rows: Iterable[Shown], wanted: tuple[str | None, ...]) -> Iterable[Shown]:
    for order, word in rows:
        own = (word, order.symbol, order.side, order.type)
        if all(want is None or want == has for want, has in zip(wanted, own, strict=True)):
            yield order, word
