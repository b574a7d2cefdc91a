"""Practice MEXC, spot: Binance's ways with codes of its own. Source: MEXC's documentation, and ccxt."""

from __future__ import annotations

from typing import Any

from venues.exchange.practice.base import Market
from venues.exchange.practice.binance import PracticeBinance
from venues.sandbox.practice import PracticeOrder, Reply, Request, Route


class PracticeMexc(PracticeBinance):
    """Ids are text. What was partly filled before it was cancelled has a word of its own."""

    venue = "mexc"
    key_header = "X-MEXC-APIKEY"
    bad_key = (400, 10072, "Api key info invalid")
    bad_signature = (400, 700002, "Signature for this request is not valid.")
    rows = (
        ("C02__443776347957968896000", "BTC/USDT", "buy", "limit", "50000", "0.01"),
        ("C02__443776347957968896001", "ETH/USDT", "sell", "limit", "3120.5", "0.4", "0.1"),
        ("C02__443776347957968896002", "BTC/USDT", "buy", "limit", "48000", "0.03"),
        ("C02__443776347957968896003", "BTC/USDT", "sell", "limit", "61250", "0.02", "0.02", "filled"),
        ("C02__443776347957968896004", "BTC/USDT", "buy", "limit", "40000", "0.05", "0.0", "cancelled"),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        contracts = Route("GET", "/api/v1/contract/detail", "markets", self._contracts)
        self.routes = (*self.routes, contracts)

    def more_id(self, number: int) -> str:
        return f"C02__99{number:05}"

    def word(self, order: PracticeOrder) -> str:
        partly = self.state(order) == "cancelled" and float(order.filled) > 0
        return "PARTIALLY_CANCELED" if partly else super().word(order)

    def _contracts(self, request: Request) -> Reply:
        return Reply.json(200, {"success": True, "code": 0, "data": []})

    def _market(self, market: Market) -> dict[str, Any]:
        return super()._market(market) | {"status": "1", "quoteAssetPrecision": 2, "makerCommission": "0"}

    def shown_id(self, order: PracticeOrder) -> int | str:
        return order.order_id
