"""Practice exchanges: each checks its signatures with a few lines of its own, and keeps a true state."""

from __future__ import annotations

from typing import Any

from venues.exchange.practice.base import PracticeExchange


def open_practice(*, exchange: str, **options: Any) -> PracticeExchange:
    """In: an exchange's ccxt id. Out: its practice venue. Raises KeyError where there is none."""
    from venues.exchange.practice import binance, bitget, bybit, coinbase, gate, kraken, kucoin, mexc, okx

    made: dict[str, type[PracticeExchange]] = {
        "binance": binance.PracticeBinance,
        "binanceusdm": binance.PracticeBinanceFutures,
        "bitget": bitget.PracticeBitget,
        "bybit": bybit.PracticeBybit,
        "coinbase": coinbase.PracticeCoinbase,
        "gate": gate.PracticeGate,
        "kraken": kraken.PracticeKraken,
        "kucoin": kucoin.PracticeKucoin,
        "mexc": mexc.PracticeMexc,
        "okx": okx.PracticeOkx,
    }
    return made[exchange](**options)
