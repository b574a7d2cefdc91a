"""Where an exchange lists what is open, and how all of it is read: the pages, and the shape of each.

Only for exchanges whose lists are known for sure: ccxt asks for one page, whatever there is, and takes `{}` for an
empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Params = dict[str, Any]


class Lists(NamedTuple):
    """One exchange's.

    `asks`: what ccxt is asked with, a list each. `rows`: a page's rows, None where it is none. `following`: what asks
    for the page behind one with these rows, which was asked for so; None where that was the last. `kinds`: of
    markets; `slim`: leaves out of their list what is not needed; `apart`: stop and algo orders are in none of these.
    """

    rows: Callable[[Any], list[Any] | None]
    asks: tuple[Params, ...] = ({},)
    following: Callable[[Any, list[Any], Params], Params | None] = lambda data, rows, asked: None
    kinds: tuple[str, ...] = ()
    slim: Params | None = None
    apart: bool = False


def _of_kraken(data: Any) -> list[Any] | None:
    """`{"error": [], "result": {"open": {id: order}}}` [docs]"""
    shown = data["result"].get("open") if isinstance(data, dict) and isinstance(data.get("result"), dict) else None
    if not isinstance(shown, dict) or _objects(list(shown.values())) is None:
        return None
    return [{"id": order_id, **order} for order_id, order in shown.items()]


def _of_okx(data: Any) -> list[Any] | None:
    return _objects(data.get("data")) if isinstance(data, dict) and data.get("code") == "0" else None


def _of_bybit(data: Any) -> list[Any] | None:
    result = data.get("result") if isinstance(data, dict) and data.get("retCode") == 0 else None
    return _objects(result.get("list")) if isinstance(result, dict) else None


def _objects(rows: Any) -> list[Any] | None:
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None


def _behind_okx(data: Any, rows: list[Any], asked: Params) -> Params | None:
    """ "Pagination of data to return records earlier than the requested ordId"; 100 a page at the most [docs]."""
    return {"after": str(rows[-1].get("ordId"))} if rows else None


def _behind_bybit(data: Any, rows: list[Any], asked: Params) -> Params | None:
    cursor = data["result"].get("nextPageCursor")
    return {"cursor": str(cursor)} if cursor and rows else None


def _of_coinbase(data: Any) -> list[Any] | None:
    return _objects(data.get("orders")) if isinstance(data, dict) else None


def _behind_coinbase(data: Any, rows: list[Any], asked: Params) -> Params | None:
    cursor = data.get("cursor")
    return {"cursor": str(cursor)} if cursor and data.get("has_next") is not False and rows else None


def _of_gate(data: Any) -> list[Any] | None:
    """A group for each pair, with its `orders` [docs]."""
    groups = _objects(data)
    if groups is None:
        return None
    parts = [_objects(group.get("orders")) for group in groups]
    return None if None in parts else [order for part in parts for order in part or ()]


def _behind_gate(data: Any, rows: list[Any], asked: Params) -> Params | None:
    """ "Maximum number of records returned in one page in each currency pair" [docs]"""
    is_full = any(len(group["orders"]) >= GATE_PAGE for group in data)
    return {"page": int(asked.get("page", 1)) + 1} if is_full else None


def _in_data(data: Any) -> list[Any] | None:
    return _objects(data.get("data")) if isinstance(data, dict) and data.get("code") == "00000" else None


def _behind_bitget(data: Any, rows: list[Any], asked: Params) -> Params | None:
    """ "Requests the content on the page before this ID (older data)" [docs]"""
    return {"idLessThan": str(rows[-1].get("orderId"))} if rows else None


GATE_PAGE = 100
BYBIT = Lists(
    _of_bybit,
    asks=(
        {"type": "spot", "limit": 50},
        {"type": "swap", "subType": "linear", "settleCoin": "USDT", "limit": 50},
        {"type": "swap", "subType": "linear", "settleCoin": "USDC", "limit": 50},
        {"type": "swap", "subType": "inverse", "limit": 50},
    ),
    following=_behind_bybit,
    kinds=("spot", "linear", "inverse"),
    apart=True,
)
OKX = Lists(_of_okx, following=_behind_okx, apart=True)
LISTS = {
    "binance": Lists(_objects, kinds=("spot",), slim={"showPermissionSets": False}),
    "binanceusdm": Lists(_objects, kinds=("linear",), apart=True),
    "bitget": Lists(_in_data, asks=({"limit": 100},), following=_behind_bitget, kinds=("spot",), apart=True),
    "bybit": BYBIT,
    "coinbase": Lists(_of_coinbase, following=_behind_coinbase),
    "gate": Lists(_of_gate, asks=({"limit": GATE_PAGE},), following=_behind_gate, kinds=("spot",), apart=True),
    "kraken": Lists(_of_kraken),
    "okx": OKX,
}
