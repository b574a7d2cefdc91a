"""What a trader writes by hand with requests: cancel one NeuraTrade order, then look what became of it."""

import json
import os
import sys

import requests

api = os.environ["BENCHMARK_URL"] + "/api/v1/trading"
session = requests.Session()
session.headers["Authorization"] = "Bearer throwaway-token"

reply = session.post(f"{api}/cancel_order", json={"order_id": "ord-20260303120000-1"}, timeout=30)
reply.raise_for_status()
position = session.get(f"{api}/positions/{reply.json()['data']['position_id']}", timeout=30)
position.raise_for_status()
sys.stdout.write(json.dumps(position.json()) + "\n")
sys.exit(position.json()["data"]["status"] != "CLOSED")
