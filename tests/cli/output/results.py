"""Results of each kind, as the procedure gives them to be printed."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from venues.result import Evidence, Outcome, Result

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
TANX = Result(
    venue="tanx",
    command="tanx",
    order_id="25768879",
    deal_id=None,
    outcome=Outcome.CANCELLED,
    evidence=Evidence.READ_BACK,
    message="tanX shows the order cancelled.",
    attempts=1,
    started_at=NOW,
    finished_at=NOW,
    status="cancel",
    symbol="btcusdc",
    side="buy",
    type="limit",
    price="68733.81",
    quantity="0.0425",
    filled="0.009000000000000001",
)
BARE = Result(
    venue="tanx",
    command="tanx",
    order_id="99",
    deal_id=None,
    outcome=Outcome.NOT_FOUND,
    evidence=None,
    message="tanX knows no such order.",
    attempts=1,
    started_at=NOW,
    finished_at=NOW,
)
DEAL_ROW = {
    "order_id": "1123077331",
    "order_type": "BUY",
    "deal_order_type": "Manual Safety",
    "status_string": "Cancelled",
    "created_at": "2024-11-14T14:29:49.936Z",
    "quantity": "0.1773",
    "quantity_remaining": "0.1700",
    "rate": "3116.81",
}
DEAL = TANX._replace(
    venue="3commas",
    command="deal-order",
    order_id="1123077331",
    deal_id="2345678901",
    symbol="USDT_ETH",
    raw=[
        DEAL_ROW,
        {**DEAL_ROW, "order_id": "1119135765", "deal_order_type": "Base", "quantity_remaining": "0.1773",
         "status_string": "Filled", "created_at": "2024-11-13T15:17:25.398Z"},
    ],
)  # fmt: skip
SMART = TANX._replace(
    venue="3commas",
    command="smart-trade",
    order_id="30404547",
    raw=json.loads(
        """{"id": 30404547, "pair": "USDT_DOGE", "status": {"type": "cancellation_pending"},
        "position": {"type": "buy", "order_type": "market", "units": {"value": "14.91"},
        "price": {"value": "0.10622"}, "status": {"type": "finished"}}, "take_profit": {"enabled": true, "steps": [
        {"order_type": "limit", "units": {"value": "14.0"}, "price": {"value": "0.11627"},
        "volume": "100.0", "status": {"type": "order_placed"}}, {"order_type": "limit", "units": {"value": 0.91},
        "price": {"value": "0.2"}}]}, "stop_loss": {"enabled": false}}""",
        parse_float=Decimal,
    ),
)
