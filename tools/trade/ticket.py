"""A decision ticket: a proposal that is nothing until a human types its id.

States: pending -> confirmed | rejected | expired. A confirmed ticket becomes an order file for manual entry.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from tools.backtest.record import Metrics
from tools.kernel.types import Days, Fraction, Record, Result, Usd

State = Literal["pending", "confirmed", "rejected", "expired"]


class Position(Record):
    """One line of the ticket: whole shares at the last raw close."""

    symbol: str
    side: Literal["buy", "sell"]
    shares: int
    price_usd: Usd
    value_usd: Usd
    weight: Fraction
    cost_usd: Usd


class Ticket(Result):
    """Positions, cash, costs, the evidence for them, and how long they hold good."""

    ticket: str
    state: State
    experiment: str
    created_at: datetime
    expires_at: datetime
    capital_usd: Usd
    positions: tuple[Position, ...]
    invested_usd: Usd
    cash_usd: Usd
    cost_usd: Usd
    signal_date: date
    price_date: date
    data_age_days: Days
    evidence: Metrics
    benchmark: Metrics | None
    warnings: tuple[str, ...]
