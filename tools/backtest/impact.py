"""Square-root market impact: large orders move the price against themselves.

Trading the value Q of a symbol costs Q * coefficient * sigma * sqrt(Q / D), with sigma its daily volatility and D
its daily dollar volume. The form of Almgren, Thum, Hauptmann and Li (2005), "Direct Estimation of Equity Market
Impact", with the usual exponent 1/2 where they fit 3/5. The cost falls on the order that causes it; there is no
lasting effect on the price, no schedule over the day, and no impact of one symbol on another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.costs import MAX_RATE
from tools.backtest.fills import CONVERGED, MAX_STEPS, Floats
from tools.kernel.errors import BadRequest

WINDOW = 20


@dataclass(frozen=True, eq=False)
class Impact:
    """What impact is computed from.

    Attributes:
        capital_usd: the starting capital.
        volatility: daily volatility of each symbol, a fraction, bars x symbols, known at that bar's close.
        dollar_volume: dollars traded a day, likewise. The engine uses the bar of the decision, never of the fill;
            where either is unknown or the volume is zero the order is refused.
        coefficient: multiple of volatility paid for trading a whole day's volume; about 1 in the literature.

    Raises BadRequest where capital is not positive or the coefficient is negative.
    """

    capital_usd: float
    volatility: pd.DataFrame
    dollar_volume: pd.DataFrame
    coefficient: float = 1.0

    def __post_init__(self) -> None:
        """Reject a capital or a coefficient without meaning."""
        if not (0 < self.capital_usd < np.inf and 0 <= self.coefficient < np.inf):
            raise BadRequest(
                "Market impact needs the capital in dollars and a coefficient of zero or more.",
                hint="Give capital_usd, such as 100000, and a coefficient near 1.",
            )

    def per_root_value(self, index: pd.Index, columns: pd.Index) -> Floats:
        """Return k, bars x symbols, such that trading the value v (in starting capitals) costs k * v^1.5.

        NaN where it is unknown. Raises BadRequest where the frames have other bars or symbols than the run.
        """
        for frame in (self.volatility, self.dollar_volume):
            if not (frame.index.equals(index) and frame.columns.equals(columns)):
                raise BadRequest("Impact and prices have different bars or symbols.", hint="Reindex them.")
        volume = self.dollar_volume.to_numpy(dtype=float)
        sigma = self.volatility.to_numpy(dtype=float)
        known = np.isfinite(sigma) & np.isfinite(volume) & (volume > 0)
        root = np.sqrt(self.capital_usd / np.where(known, volume, 1.0))
        return np.where(known, self.coefficient * sigma * root, np.nan)


def liquidity(close: pd.DataFrame, volume: pd.DataFrame, *, capital_usd: float, coefficient: float = 1.0) -> Impact:
    """Return the impact of a capital in markets with these closes (dollars) and volumes (shares).

    Volatility is the standard deviation (ddof 1) of the last 20 daily returns, dollar volume the mean of the last
    20 bars; both trailing. Adjusted prices with raw share counts misstate the volume before a split: adjust both.
    """
    returns = close.pct_change(fill_method=None)
    return Impact(
        capital_usd,
        volatility=returns.rolling(WINDOW).std(),
        dollar_volume=(close * volume).rolling(WINDOW).mean(),
        coefficient=coefficient,
    )


def kept_after_impact(weights: Floats, before: Floats, rate: float, per_root_weight: Floats) -> float:
    """Solve x = 1 - sum(rate * d + k * d^1.5), d = |weights x - before|, for one row.

    Newton's method on a convex function, from x = 1. `per_root_weight` is k at the present NAV, one a symbol.

    Raises:
        BadRequest: it would cost half of the value traded or more: the capital is too large for the volumes.
    """
    kept = 1.0
    for _ in range(MAX_STEPS):
        change = weights * kept - before
        size = np.abs(change)
        unit = per_root_weight * np.sqrt(size)
        gap = kept - 1.0 + float(((rate + unit) * size).sum())
        slope = 1.0 + float((weights * np.sign(change) * (rate + 1.5 * unit)).sum())
        if slope <= 0:
            break
        step = gap / slope
        kept -= step
        if abs(step) <= CONVERGED:
            break
    if slope <= 0 or 1.0 - kept > MAX_RATE * float(np.abs(weights * kept - before).sum()) + CONVERGED:
        raise BadRequest(
            "The capital is too large for these markets: trading would cost half of what is traded, or more.",
            hint="Lower capital_usd, or trade symbols with more volume.",
        )
    return kept
