"""From target weights to whole shares that the capital can pay for, costs included.

Money is computed in decimals, so that invested + costs + cash equals the capital. Each position has its own budget,
capital times weight, which pays for its costs too; so the sum cannot exceed the capital.

On purpose: with `max_positions`, the kept positions keep their weights and the rest stays cash. Scaling the kept
ones up would put on bets larger than any that were backtested. Sizing starts from cash and knows nothing of
holdings. Long only: the strategies that exist hold no shorts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_UP, Decimal

from tools.backtest.record import Target
from tools.kernel.errors import BadRequest
from tools.trade.ticket import Position

CENT = Decimal("0.01")
BPS = Decimal(10_000)
WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Sizing:
    """What the capital buys. `too_small` names targets whose budget does not pay for one share."""

    positions: tuple[Position, ...]
    invested_usd: float
    cost_usd: float
    cash_usd: float
    dropped: tuple[str, ...]
    too_small: tuple[str, ...]


def _decimal(value: float) -> Decimal:
    """Return the decimal a person would read: 0.1 is one tenth."""
    return Decimal(repr(float(value)))


def best_first(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets with a weight, best score first, ties by symbol."""
    return tuple(sorted((each for each in targets if each.weight > 0), key=lambda each: (-each.score, each.symbol)))


def _check(targets: Sequence[Target], capital_usd: float) -> None:
    """Refuse what cannot be sized honestly."""
    if not 0 < capital_usd < float("inf"):
        raise BadRequest("The capital must be a positive amount of money.", hint="For example 50000.")
    if any(not each.weight >= 0 for each in targets) or sum(each.weight for each in targets) > 1 + WEIGHT_TOLERANCE:
        raise BadRequest(
            "The target weights are negative or sum to more than 1.",
            hint="Only long strategies without leverage can be sized.",
        )


def _price(prices: Mapping[str, float], symbol: str) -> Decimal:
    """Return the price of `symbol`. Raises BadRequest where there is none."""
    price = prices.get(symbol, 0.0)
    if not 0 < price < float("inf"):
        raise BadRequest(f"There is no usable price for {symbol}.", hint="Load its bars again with ingest_data.")
    return _decimal(price)


def _shares(budget: Decimal, price: Decimal, rate: Decimal) -> tuple[int, Decimal, Decimal]:
    """Return (shares, value, cost) of the most whole shares that `budget` pays for."""
    shares = int((budget / (price * (1 + rate))).to_integral_value(ROUND_FLOOR))
    while shares > 0:
        value = shares * price
        cost = (value * rate).quantize(CENT, ROUND_UP)
        if value + cost <= budget:  # rounding the cost up to a cent can tip an exact fit
            return shares, value, cost
        shares -= 1
    return 0, Decimal(0), Decimal(0)


def _position(
    symbol: str, shares: int, *, price: Decimal, value: Decimal, cost: Decimal, capital: Decimal
) -> Position:
    return Position(
        symbol=symbol,
        side="buy",
        shares=shares,
        price_usd=float(price),
        value_usd=float(value),
        weight=float(value / capital),
        cost_usd=float(cost),
    )


def size_positions(
    targets: Sequence[Target],
    prices: Mapping[str, float],
    *,
    capital_usd: float,
    cost_bps: float,
    max_positions: int | None = None,
) -> Sizing:
    """Return the whole-share positions for `capital_usd`, with what they cost and the cash that stays.

    Args:
        targets: weights in [0, 1] that sum to at most 1; zero weights are left out.
        prices: raw (unadjusted) close by symbol, in USD: what a share costs on the screen.
        capital_usd: all the money there is; costs are paid out of it.
        cost_bps: commission plus slippage, in basis points of traded value; rounded up to the cent per position.
        max_positions: keep the best-scored targets only; the others' money stays cash.

    Raises:
        BadRequest: negative weights, leverage, no capital, or a missing price.
    """
    _check(targets, capital_usd)
    held = best_first(targets)
    kept = held[:max_positions]
    capital, rate = _decimal(capital_usd), _decimal(cost_bps) / BPS
    positions, too_small = [], []
    invested = costs = Decimal(0)
    for target in kept:
        price = _price(prices, target.symbol)
        budget = min(capital * _decimal(target.weight), capital - invested - costs)
        shares, value, cost = _shares(budget, price, rate)
        if not shares:
            too_small.append(target.symbol)
            continue
        invested, costs = invested + value, costs + cost
        positions.append(_position(target.symbol, shares, price=price, value=value, cost=cost, capital=capital))
    return Sizing(
        positions=tuple(positions),
        invested_usd=float(invested),
        cost_usd=float(costs),
        cash_usd=float(capital - invested - costs),
        dropped=tuple(each.symbol for each in held[len(kept) :]),
        too_small=tuple(too_small),
    )
