"""The practice venue's book: the first fields of each order, after its verb."""

from __future__ import annotations

DEAL = "2345678901"
_ETH, _BTC, _SOL = "USDT_ETH", "USDT_BTC", "USDT_SOL"

# By deal: how many seconds ago it began, and its orders; these do not tell their pair.
DEALS = {
    DEAL: (3600.0, (
        ("1123065540", _ETH, "BUY", "Base", "3287.15", "0.0305", "0.0305", "filled"),
        ("1123065576", _ETH, "SELL", "Take Profit", "3391.9", "0.0305"),
        ("1123065601", _ETH, "BUY", "Safety", "3256.9", "0.0047"),
        ("1123065620", _ETH, "BUY", "Safety", "0.0", "0.0", "0.0", "inactive"),
        ("1123077331", _ETH, "BUY", "Manual Safety", "3116.81", "0.1773"),
        ("1123077345", _ETH, "BUY", "Manual Safety", "3050.0", "0.09"),
        ("1123077352", _ETH, "BUY", "Manual Safety", "2990.5", "0.045", "0.015"),
        ("1123070118", _ETH, "BUY", "Manual Safety", "3201.1", "0.03", "0.03", "filled"),
        ("1123070204", _ETH, "BUY", "Manual Safety", "3180.0", "0.06", "0.0", "cancelled"),
    )),
    "2345677310": (86400.0, (
        ("1122910027", _BTC, "BUY", "Base", "61840.0", "0.0016", "0.0016", "filled"),
        ("1122910033", _BTC, "SELL", "Take Profit", "63076.8", "0.0016"),
        ("1122958812", _BTC, "BUY", "Manual Safety", "60500.0", "0.0033"),
        ("1122958840", _BTC, "BUY", "Manual Safety", "59000.0", "0.0051"),
    )),
    "2345671044": (700000.0, (
        ("1121004418", _SOL, "BUY", "Base", "151.2", "0.66", "0.66", "filled"),
        ("1121004425", _SOL, "SELL", "Take Profit", "154.22", "0.66", "0.66", "filled"),
    )),
}  # fmt: skip
COMPLETED = frozenset({"2345671044"})  # the others are bought, with or without an open order

SMART_TRADES = (
    ("30404547", "USDT_DOGE", "buy", "smart_trade", "0.10622", "14.91", "14.91"),
    ("30404560", "USDT_BTC", "buy", "smart_trade", "58200.5", "0.002"),
    ("30404571", "USDT_ETH", "buy", "smart_trade", "2990.1", "0.25", "0.1"),
    ("30404512", "USDT_SOL", "buy", "smart_trade", "142.07", "3.0", "3.0", "filled"),
    ("30404498", "USDT_ADA", "buy", "smart_trade", "0.3391", "120.0", "0.0", "cancelled"),
    ("30404583", "USDT_LTC", "buy", "smart_trade", "61.8", "2.4"),
    ("30404590", "USDT_XRP", "sell", "smart_cover", "0.6215", "900.0"),
    ("30404602", "USDT_ETH", "buy", "smart_sell", "3420.0", "0.5"),
)
