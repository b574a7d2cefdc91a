"""Exchanges that ccxt had, under another name or none by now. From 4.5.0 to 4.5.90."""

RENAMED = {
    "coinbaseadvanced": "coinbase",
    "coinbasepro": "coinbaseexchange",
    "gateio": "gate",
    "huobi": "htx",
    "okex": "okx",
}
DROPPED = (
    "ascendex", "bitmart", "bitmex", "btcalpha", "coincatch", "coinex", "coinmetro", "defx", "ellipx", "exmo",
    "novadax", "oceanex", "okcoin", "oxfun", "probit", "timex", "tradeogre", "vertex", "wavesexchange", "yobit",
    "zonda",
)  # fmt: skip
