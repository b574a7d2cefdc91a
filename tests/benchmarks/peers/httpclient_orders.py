"""Many NeuraTrade orders by hand: 16 threads, a connection each; cancel, then look what became of it."""

import json
import os
import sys
import threading
from http.client import HTTPConnection, HTTPSConnection
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

venue = urlsplit(os.environ["BENCHMARK_URL"])
kind = HTTPSConnection if venue.scheme == "https" else HTTPConnection
headers = {"Authorization": "Bearer throwaway-token", "Content-Type": "application/json"}
ids = SimpleQueue()
for line in sys.stdin:
    ids.put(line.strip())
printing = threading.Lock()


def work():
    connection = kind(venue.netloc, timeout=30)
    while True:
        try:
            order_id = ids.get_nowait()
        except Empty:
            return
        body = json.dumps({"order_id": order_id})
        connection.request("POST", "/api/v1/trading/cancel_order", body, headers)
        position_id = json.loads(connection.getresponse().read())["data"]["position_id"]
        connection.request("GET", f"/api/v1/trading/positions/{position_id}", headers=headers)
        status = json.loads(connection.getresponse().read())["data"]["status"]
        with printing:
            sys.stdout.write(json.dumps({"order_id": order_id, "status": status}) + "\n")


threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
