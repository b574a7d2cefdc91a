"""Makes the table of exchanges out of the ccxt that is installed: `python -m venues.exchange.survey > table.py`.

Nothing is sent: each exchange is asked for a cancel, a look and its lists with made-up keys, and what it would send
first is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from venues.exchange.guard import is_cancel
from venues.exchange.row import Row

WALLET = {"privateKey", "walletAddress"}
# [ccxt] What these ask for besides an id and a symbol.
NEEDS_MORE = {
    "bitvavo": "operatorId",
    "coinone": "side, price and amount",
    "derive": "subaccount",
    "dydx": "place in the chain",
    "indodax": "side",
}
MOST_A_MINUTE = 600.0  # requests; where ccxt allows more, a request may count several times
NO_CANCEL = "ccxt cannot cancel there"
NO_LOOK = "it shows no order by its id alone, so that a cancel there cannot be proven"
SIGNS_WITH_A_WALLET = "it wants orders signed with the key of a wallet, which can do more than trade"
OTHER_FIRST = "what it sends before a cancel is a request of another kind"
FAKES = {
    "apiKey": "a" * 32, "secret": "b" * 44, "uid": "1", "password": "p", "login": "l", "token": "t", "accountId": "1",
    "twofa": "a", "enableRateLimit": False,
}  # fmt: skip
NAMES = {
    "apiKey": "api_key", "secret": "api_secret", "accountId": "account_id", "privateKey": "private_key",
    "walletAddress": "wallet_address",
}  # fmt: skip
SYMBOLS = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}


class _Seen(BaseException):
    """A request would have left."""


def rows() -> Iterator[tuple[str, Row]]:
    """Every exchange of the ccxt that is installed, by its id."""
    import ccxt

    for name in ccxt.exchanges:
        yield name, _row(name, getattr(ccxt, name))


def _row(name: str, kind: Any) -> Row:
    exchange = _watched(kind)
    needed = tuple(field for field, is_needed in exchange.requiredCredentials.items() if is_needed)
    if WALLET & set(needed) or not needed:
        return Row(exchange.name, "", _named(needed), why=SIGNS_WITH_A_WALLET)
    cancels, reads, url = _surveyed(exchange)
    posts = sorted({path for method, path in reads if method == "POST"})
    plain, apart = (_surveyed(exchange, trigger=trigger)[:2] for trigger in (False, True))
    return Row(
        exchange.name,
        url or _origin(next(_texts(exchange, exchange.urls["api"]))),
        _named(needed),
        min(MOST_A_MINUTE, round(60_000 / exchange.rateLimit, 1)),
        bool(exchange.urls.get("test")),
        bool((apart[0] - plain[0]) | (apart[1] - plain[1])),
        tuple(posts),
        _why(name, exchange, cancels),
    )


def _named(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(NAMES.get(field, field) for field in fields)


def _why(name: str, exchange: Any, cancels: set[tuple[str, str]]) -> str:
    """Out: why no cancel can be proven there; empty where one can."""
    if exchange.has.get("cancelOrder") is not True:
        return NO_CANCEL
    if exchange.has.get("fetchOrder") is not True or not _looks(exchange):
        return NO_LOOK
    if name in NEEDS_MORE:
        return f"its cancel needs more than an id and a symbol: {NEEDS_MORE[name]}"
    sent = [request for request in cancels if request[0] != "GET"]
    if sent and not any(is_cancel(*request) for request in sent):
        return OTHER_FIRST
    return ""


def _looks(exchange: Any) -> bool:
    """Whether it has a look of its own: `has` claims one for some that only say that there is none."""
    from ccxt.base.exchange import Exchange

    return bool(type(exchange).fetch_order is not Exchange.fetch_order)


def _watched(kind: Any) -> Any:
    """Out: the exchange, whose requests are noted in `seen`, and none leaves."""

    class Watched(kind):  # type: ignore[misc]
        def request(
            self, path: str, api: Any = "public", method: str = "GET", params: Any = None, config: Any = None
        ) -> Any:  # as ccxt has it
            self.seen.append((method, path))
            return super().request(path, api, method, params or {}, config or {})

        def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
            self.urls_seen.append(url)
            if method != "GET" or self.urls_seen[1:]:
                raise _Seen
            return {}  # it may only ask what kind of account this is

    return Watched(FAKES)


def _surveyed(exchange: Any, *, trigger: bool | None = None) -> tuple[set[Any], set[Any], str]:
    """Out: the first requests of its cancels, those of its reads, and where its first cancel goes."""
    exchange.seen, url = [], ""
    for kind, wanted in product(SYMBOLS, (False, True) if trigger is None else (trigger,)):
        exchange.set_markets([market(kind)])
        params = {"trigger": True} if wanted else {}
        _attempted(exchange, "cancel_order", "123456789", SYMBOLS[kind], dict(params))
        url = url or next(map(_origin, exchange.urls_seen), "")
    cancels, exchange.seen = set(exchange.seen), []
    for kind, wanted in product(SYMBOLS, (False, True) if trigger is None else (trigger,)):
        exchange.set_markets([market(kind)])
        params = {"trigger": True} if wanted else {}
        _attempted(exchange, "fetch_order", "123456789", SYMBOLS[kind], dict(params))
        _attempted(exchange, "fetch_open_orders", SYMBOLS[kind], None, None, dict(params))
    if trigger is None:
        _attempted(exchange, "fetch_balance")
        _attempted(exchange, "fetch_markets")
    return cancels, set(exchange.seen), url


def _attempted(exchange: Any, call: str, *arguments: Any) -> None:
    exchange.urls_seen = []
    try:
        getattr(exchange, call)(*arguments)
    except (_Seen, Exception):  # noqa: BLE001  # whatever made-up keys and a made-up market come to
        return


def market(kind: str) -> dict[str, Any]:
    """Out: a market that there could be, `spot` or `swap`."""
    spot = kind == "spot"
    return {
        "id": "BTCUSDT", "symbol": SYMBOLS[kind], "base": "BTC", "quote": "USDT", "settle": None if spot else "USDT",
        "baseId": "BTC", "quoteId": "USDT", "settleId": None if spot else "USDT", "type": kind, "spot": spot,
        "margin": False, "swap": not spot, "future": False, "option": False, "contract": not spot,
        "linear": None if spot else True, "inverse": None if spot else False, "active": True,
        "contractSize": None if spot else 1, "precision": {"amount": 1e-8, "price": 1e-8}, "limits": {},
        "numericId": 1, "uppercaseId": "BTCUSDT", "info": {},
    }  # fmt: skip


def _texts(exchange: Any, urls: Any) -> Iterator[str]:
    if isinstance(urls, str):
        yield exchange.implode_hostname(urls)
    for inner in urls.values() if isinstance(urls, dict) else ():
        yield from _texts(exchange, inner)


def _origin(url: str) -> str:
    found = re.match(r"https?://[^/?]+", url)
    return found[0] if found else ""


def as_python(name: str, row: Row) -> str:
    """Out: the line of the table."""
    usual = Row("", "")._asdict()
    told = [repr(row.title), repr(row.url)]
    told += [f"{field}={value!r}" for field, value in list(row._asdict().items())[2:] if value != usual[field]]
    return f"    {name!r}: Row({', '.join(told)}),".replace("'", '"')


def main() -> None:
    """Print the table."""
    from importlib.metadata import version

    print(HEAD.format(version=version("ccxt")))  # noqa: T201  # it is a file
    for name, row in rows():
        print(as_python(name, row))  # noqa: T201
    print("}")  # noqa: T201


HEAD = '''"""Every exchange of ccxt {version}, by its id. Made by `survey.py`: see there."""

# ruff: noqa: E501
# fmt: off
from venues.exchange.row import Row

TABLE = {{'''

if __name__ == "__main__":
    main()
