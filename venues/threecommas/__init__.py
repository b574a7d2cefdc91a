"""3Commas: a DCA deal's manual safety orders, and SmartTrades."""

from __future__ import annotations

from venues.face import Budget, Face, Field, Verb

FACE = Face(
    room=__name__,
    name="3commas",
    title="3Commas",
    url="https://api.3commas.io",
    fields=(Field("api_key", secret=False), Field("api_secret")),
    ways=(("api_key", "api_secret"),),
    permissions=(
        "BOTS_READ and BOTS_WRITE for deal orders, SMART_TRADES_READ and SMART_TRADES_WRITE for SmartTrades; "
        "not ACCOUNTS_WRITE, and no withdrawal right"
    ),
    verbs=(
        Verb(
            "deal-order",
            "deal_orders:DealOrders",
            "Cancel manual safety orders of one 3Commas DCA deal. The deal itself goes on, and so do its other "
            "orders.",
            "cancel deal-order 2345678901 1123077331",
            in_deal=True,
            viewed_by="view:deal",
        ),
        Verb(
            "smart-trade",
            "smart_trades:SmartTrades",
            "Cancel 3Commas SmartTrades. Nothing is sold: a filled position stays open, without take profit and "
            "stop loss.",
            "cancel smart-trade 30404547",
            noun="SmartTrade",
            viewed_by="view:smart_trade",
            asks=True,
        ),
    ),
    budget=Budget(per_minute=60, burst=10),  # 100 a minute are allowed; after that the venue blocks for 300 s
)
