"""Exchanges through ccxt, which signs, names paths and parses; it sends nothing here, and its word is no evidence.

Light: the table of exchanges loads when one is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from venues.face import Budget, Face, Field, Ids, Verb

# With a practice venue and contract tests of our own; the others that can be read back need `--untested`.
PROVEN = ("binance", "binanceusdm", "kraken", "bybit", "okx")
OPEN_FIELDS = ("api_key", "uid", "account_id")  # no secrets
BURST = 2  # requests: a look may follow its cancel at once
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
    from importlib.util import find_spec

    return find_spec("ccxt") is not None


def names() -> Sequence[str]:
    """Out: the ids of all exchanges that may be used."""
    from venues.exchange.table import TABLE

    return [name for name, row in TABLE.items() if not row.why]
