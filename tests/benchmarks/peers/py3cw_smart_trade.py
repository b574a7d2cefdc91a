"""Cancel one SmartTrade with py3cw, as its own README shows it; only the address is ours."""

import os
import sys

import py3cw.request

py3cw.request.API_URL = os.environ["BENCHMARK_URL"]
client = py3cw.request.Py3CW(key="throwaway-key", secret="throwaway-secret")
error, data = client.request(entity="smart_trades_v2", action="cancel", action_id="30404547")
sys.stdout.write(f"{error or data}\n")
sys.exit(bool(error))
