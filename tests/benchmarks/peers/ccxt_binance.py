"""Cancel one order at Binance and read it back with ccxt, as its own manual shows it; only the address is ours.

`--trusting`: without the look, as the shortest scripts have it.
"""

import os
import sys

import ccxt

exchange = ccxt.binance(
    {
        "apiKey": "throwaway-key",
        "secret": "throwaway-secret",
        "enableRateLimit": False,
        # Kindly: of all it would load first only what this order needs.
        "options": {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False, "fetchMargins": False},
    }
)
origin = os.environ["BENCHMARK_URL"]
exchange.has["fetchCurrencies"] = False
exchange.urls["api"] = {
    name: f"{origin}/{url.split('/', 3)[3] if url.count('/') > 2 else ''}"
    for name, url in exchange.urls["api"].items()
}
order = exchange.cancel_order("28457", "BTC/USDT")
if "--trusting" not in sys.argv:
    order = exchange.fetch_order("28457", "BTC/USDT")
    sys.stdout.write(f"{order['status']}\n")
    sys.exit(order["status"] != "canceled")
