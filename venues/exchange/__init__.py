"""Exchanges through ccxt, which signs, names paths and parses; it sends nothing here, and its word is no evidence.

Light: the table of exchanges loads when one is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from venues.face import Budget, Face, Field, Ids, Verb

# With a practice venue and contract tests of our own; the others that can be read back need `--untested`.
PROVEN = ("binance", "binanceusdm", "kraken", "bybit", "okx", "coinbase", "kucoin", "gate", "bitget", "mexc")
OPEN_FIELDS = ("api_key", "uid", "account_id")  # no secrets
OF_THE_RANGE = "4.5."  # what the versions begin with that can be used
BURST = 2  # requests: a look may follow its cancel at once
SYMBOL = r"[^\s/:]+/[^\s/:]+(:[^\s/:]+)?"  # ccxt's spelling: BTC/USDT, BTC/USDT:USDT
VERB = Verb(
    "at",
    "orders:Exchange",
    "Cancel orders at an exchange, through ccxt. The symbol is spelled as ccxt has it.",
    "cancel at kraken BTC/USD OQCLML-BW3P3-BUCMWZ",
    ids=Ids("[!-~]{1,100}", "without blanks", "printable characters without blanks, at most 100 of them"),
    by_symbol=True,
)


def face_of(name: str) -> Face | None:
    """In: an exchange's ccxt id. Out: what must be known of it; None where the table has none of that id."""
    from venues.exchange.table import TABLE

    row = TABLE.get(name)
    if row is None:
        return None
    return Face(
        room=__name__,
        name=name,
        title=row.title,
        url=row.url,
        fields=tuple(Field(field, secret=field not in OPEN_FIELDS) for field in row.fields),
        ways=(row.fields,),
        permissions="let it read and trade; withdrawals and transfers are never needed",
        verbs=(VERB._replace(where=name),),
        budget=Budget(row.per_minute, BURST),
        proven=name in PROVEN,
        why_not=row.why,
        has_testnet=row.testnet,
    )


def is_installed() -> bool:
    """Whether there is ccxt, of whatever version. It is not loaded."""
    return bool(_folders())


def is_surely_usable() -> bool:
    """Whether ccxt is there in a version of the range, as far as the folder beside it tells."""
    import os

    return any(
        found.startswith(f"ccxt-{OF_THE_RANGE}") and found.endswith(".dist-info")
        for folder in _folders()
        for found in os.listdir(os.path.dirname(folder))
    )


def _folders() -> Sequence[str]:
    from importlib.util import find_spec

    spec = find_spec("ccxt")
    return list(spec.submodule_search_locations or ()) if spec else []


def names() -> Sequence[str]:
    """Out: the ids of all exchanges that may be used."""
    from venues.exchange.table import TABLE

    return [name for name, row in TABLE.items() if not row.why]
