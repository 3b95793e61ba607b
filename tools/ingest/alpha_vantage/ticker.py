"""Symbols as this project writes them, and as the vendor does; and which series of the API serves one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SUFFIXES = {"L": "LON", "TO": "TRT", "V": "TRV", "DE": "DEX", "SS": "SHH", "SZ": "SHZ", "BO": "BSE"}
"""Exchange suffixes that differ: Yahoo's, which this project uses, and the vendor's."""

CURRENCY_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Ticker:
    """What to ask for: a stock or fund, a pair of currencies, or a coin in a currency."""

    kind: Literal["stock", "currency", "coin"]
    symbol: str
    quote: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the parameters of a series that name it."""
        if self.kind == "currency":
            return {"from_symbol": self.symbol, "to_symbol": self.quote}
        return {"symbol": self.symbol, "market": self.quote} if self.kind == "coin" else {"symbol": self.symbol}

    def news_name(self) -> str:
        """Return the name that the news endpoint knows it by."""
        return {"stock": "", "currency": "FOREX:", "coin": "CRYPTO:"}[self.kind] + self.symbol


def ticker_of(symbol: str) -> Ticker | None:
    """Return the vendor's name of a symbol, or None for an index or a future, which it does not have.

    "EURUSD=X" is EUR in USD, "JPY=X" is USD in JPY, "BTC-USD" is BTC in USD, "AZN.L" is AZN.LON.
    """
    if symbol.startswith("^") or symbol.endswith("=F"):
        return None
    if symbol.endswith("=X"):
        pair = symbol.removesuffix("=X")
        if len(pair) == CURRENCY_LETTERS:
            return Ticker("currency", "USD", pair)
        first, then = pair[:CURRENCY_LETTERS], pair[CURRENCY_LETTERS:]
        return Ticker("currency", first, then) if len(then) == CURRENCY_LETTERS else None
    base, _, quote = symbol.rpartition("-")
    if base and quote in ("USD", "EUR", "GBP", "JPY"):
        return Ticker("coin", base, quote)
    stem, _, exchange = symbol.rpartition(".")
    return Ticker("stock", f"{stem}.{SUFFIXES[exchange]}" if stem and exchange in SUFFIXES else symbol)
