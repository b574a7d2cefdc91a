"""What one writes by hand in a hurry: sign and cancel one SmartTrade, with nothing but the standard library."""

import hashlib
import hmac
import os
import sys
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

path = "/public/api/v2/smart_trades/30404547"
signature = hmac.new(b"throwaway-secret", path.encode(), hashlib.sha256).hexdigest()
venue = urlsplit(os.environ["BENCHMARK_URL"])
kind = HTTPSConnection if venue.scheme == "https" else HTTPConnection
connection = kind(venue.netloc, timeout=30)
connection.request("DELETE", path, headers={"Apikey": "throwaway-key", "Signature": signature})
reply = connection.getresponse()
sys.stdout.write(f"{reply.read().decode()}\n")
sys.exit(reply.status != 200)
