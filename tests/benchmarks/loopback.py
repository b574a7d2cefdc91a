"""The server of the benchmarks, in a process of its own: three venues' answers after a fixed time, and a count.

It prints its port, then serves until it is killed. `GET /seen` gives what came since the last such request:
requests, connections, and when the first request arrived, in nanoseconds of the monotonic clock, which on
Linux and macOS all processes share.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

NEURATRADE = "/api/v1/trading"


@dataclass
class Count:
    """What came since somebody asked. `first` is 0 until a request comes."""

    requests: int = 0
    connections: int = 0
    first: int = 0

    def taken(self) -> dict[str, int]:
        """Out: the count so far; it begins anew."""
        taken = asdict(self)
        self.requests = self.connections = self.first = 0
        return taken


class Connection(asyncio.Protocol):
    """One client: requests in, each answered `latency` seconds after it was complete."""

    def __init__(self, latency: float, count: Count) -> None:
        self._latency = latency
        self._count = count
        self._counted = False
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next()) is not None:
            self._serve(*request)

    def _next(self) -> tuple[str, bytes] | None:
        """Out: the path and body of a request that is complete."""
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        size = int(length[1]) if length else 0
        if not end or len(rest) < size:
            return None
        self._buffer = rest[size:]
        return head.split(b" ", 2)[1].decode(), rest[:size]

    def _serve(self, path: str, body: bytes) -> None:
        if path == "/seen":
            self._transport.write(encoded(self._count.taken()))
            return
        self._count.first = self._count.first or time.monotonic_ns()
        self._count.requests += 1
        self._count.connections += not self._counted
        self._counted = True
        reply = encoded(answer(path, body))
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, reply)
        else:
            self._transport.write(reply)


def encoded(document: Any) -> bytes:
    """Out: the whole HTTP reply."""
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answer(path: str, body: bytes) -> Any:
    """Out: what the venue says. Signatures and tokens are not checked: the client is measured, not the server."""
    if "/smart_trades/" in path:
        return smart_trade(int(path.rpartition("/")[2]))
    if path == f"{NEURATRADE}/cancel_order":
        return {"data": order(json.loads(body)["order_id"]), "status": "success"}
    if path.startswith(f"{NEURATRADE}/positions/"):
        return {"data": position(path.rpartition("/")[2]), "status": "success"}
    if path.endswith("/delTradeOrder"):
        return {"order_id": 2929292929}
    return {"error": "no such path"}


def smart_trade(trade_id: int) -> dict[str, Any]:
    pending = {"type": "cancellation_pending", "basic_type": "cancellation_pending", "title": "Cancelling"}
    return {
        "id": trade_id, "version": 2, "pair": "USDT_DOGE", "instant": False, "status": pending,
        "account": {"id": 32402783, "type": "binance_us", "name": "Practice", "market": "Binance US Spot"},
        "position": {"type": "buy", "units": {"value": "14.91"}, "price": {"value": "0.10622"},
                     "total": {"value": "1.58385"}, "order_type": "market", "status": {"type": "finished"}},
        "take_profit": {"enabled": True, "steps": []}, "stop_loss": {"enabled": False}, "note": "",
        "data": {"finished": False, "entered_amount": "14.91", "closed_amount": "0.0", "type": "smart_trade"},
        "is_position_not_filled": False,
    }  # fmt: skip


def order(order_id: str) -> dict[str, str]:
    return {
        "order_id": order_id, "position_id": order_id.replace("ord-", "pos-", 1), "exchange": "binance",
        "symbol": "BTC/USDT", "side": "BUY", "type": "LIMIT", "amount": "0.001", "price": "42000",
        "status": "CANCELED",
    }  # fmt: skip


def position(position_id: str) -> dict[str, str]:
    return {
        "position_id": position_id, "order_id": position_id.replace("pos-", "ord-", 1), "exchange": "binance",
        "symbol": "BTC/USDT", "side": "BUY", "size": "0.001", "entry_price": "42000", "status": "CLOSED",
    }  # fmt: skip


async def serve(latency: float) -> None:
    count = Count()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(latency, count), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds from a request to its answer")
    asyncio.run(serve(parser.parse_args().latency))
