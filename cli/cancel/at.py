"""What is checked of `at` before anything is sent: the exchange, and the form of the symbol."""

from __future__ import annotations

import re
from difflib import get_close_matches

import typer

from cli.options import Options
from cli.output.streams import warn
from cli.output.text import clean
from ordercancel.called import called
from venues.exchange import SYMBOL
from venues.exchange.gone import DROPPED, RENAMED
from venues.face import Face
from venues.registry import exchange, exchanges

QUOTES = ("USDT", "USDC", "USD", "EUR", "BTC", "ETH", "GBP", "JPY")


def check(name: str, symbol: str, options: Options) -> str:
    """In: an exchange and a symbol as typed. Out: the exchange's id. Raises typer.BadParameter for what cannot be."""
    face = _exchange(name.strip())
    if face.why_not:
        raise typer.BadParameter(f"no cancel can be proven at {face.title}: {face.why_not}")
    if not face.proven and not options.untested:
        raise typer.BadParameter(
            f"{face.title} is read back by what ccxt says of it, and has no practice venue and no tests here\n"
            "To use it all the same, add --untested."
        )
    if options.sandbox and not face.proven:
        raise typer.BadParameter(f"there is no practice venue of {face.title}")
    if not re.fullmatch(SYMBOL, symbol):
        raise typer.BadParameter(_no_symbol(symbol))
    return face.name


def announce(face: Face) -> None:
    """Say what is not proven here."""
    if not face.proven:
        warn(f"{face.title} is untested: its words are read as ccxt has them")


def _exchange(name: str) -> Face:
    """Out: the exchange of that id, in any case. Raises typer.BadParameter."""
    face = exchange(name) or exchange(name.lower())
    if face is not None:
        return face
    if name.lower() in RENAMED:
        raise typer.BadParameter(f"ccxt has renamed {name.lower()}: type {RENAMED[name.lower()]}")
    if name.lower() in DROPPED:
        raise typer.BadParameter(f"ccxt has dropped {name.lower()}: it is no exchange of its newest versions")
    near = get_close_matches(name.lower(), exchanges(), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "exchanges are named by their ccxt ids, such as binance"
    raise typer.BadParameter(f"there is no exchange '{clean(name, 60)}'; {hint}")


def _no_symbol(text: str) -> str:
    fault = (
        f"'{clean(text, 60)}' is no symbol: expected ccxt's spelling, such as BTC/USDT, or BTC/USDT:USDT for a swap"
    )
    plain = re.sub(r"[-_]", "", text).upper()
    quote = next((quote for quote in QUOTES if plain.endswith(quote) and plain != quote), None)
    if not plain.isalnum() or quote is None:
        return fault
    return f"{fault}\nDid you mean {plain.removesuffix(quote)}/{quote}? As in: {called()} at EXCHANGE SYMBOL ORDER_ID"
