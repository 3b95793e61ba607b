"""How much money a strategy can carry: an estimate from dollar volume and the square-root law of market impact.

Trading a value Q in a symbol that trades V dollars a day and moves by sigma a day costs impact * sigma * sqrt(Q /
V) of Q, with `impact` near 1 (Grinold and Kahn, Active Portfolio Management, 1999, ch. 16; Toth et al. 2011,
"Anomalous price impact and the critical nature of liquidity in financial markets"). With capital C and trades of
|dw| of it, a year costs K sqrt(C) of NAV, K = 252 / n * sum |dw|^1.5 * impact * sigma / sqrt(V). With a return of
a before impact:

* break-even, where impact takes all of it: (a / K)^2;
* best, where the dollars earned, C (a - K sqrt(C)), are most: (2 a / (3 K))^2 = 4/9 of break-even.

An order-of-magnitude figure: it supposes weights and volumes of the past, each day's order done within the day, and
charges the whole order the impact of its last share, which is on the safe side.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.backtest.statistics.sample import BARS_A_YEAR
from tools.kernel.errors import BadRequest
from tools.kernel.types import Fraction, Ratio, Record, Usd

WORST_TRADES = 0.05  # share of trades that may exceed the participation limit
TRADED = 1e-12  # changes up to this are rounding, not trades


class Capacity(Record):
    """Capital a strategy can carry.

    Attributes:
        participation_usd: capital at which 95 % of the trades stay within `participation` of the day's dollar
            volume.
        breakeven_usd: capital at which impact takes the whole return; 0 where there is no return to take.
        best_usd: capital at which the dollars earned are most.
        participation: the limit used, a fraction of dollar volume.
        impact: the coefficient used.
        covered: share of the traded value whose volume and volatility are known; the rest is left out.
    """

    participation_usd: Usd
    breakeven_usd: Usd
    best_usd: Usd
    participation: Fraction
    impact: Ratio
    covered: Fraction


def capacity(
    traded: pd.DataFrame,
    *,
    dollar_volume: pd.DataFrame,
    volatility: pd.DataFrame,
    annual_return: float,
    participation: float = 0.05,
    impact: float = 1.0,
) -> Capacity | None:
    """Return how much capital the trades of a run could have carried.

    Args:
        traded: change of weight at each bar, bars x symbols, fractions of NAV of either sign; NaN is none.
        dollar_volume: value traded a day, an average of the bars before, same shape; NaN or 0 is unknown.
        volatility: deviation of daily returns over the bars before, same shape; NaN is unknown.
        annual_return: mean a year before impact, as a fraction: 252 times the daily mean.
        participation: largest share of the dollar volume to be.
        impact: coefficient of the square-root law.

    Returns:
        None where no trade has a known volume and volatility, or no volatility at all.

    Raises:
        BadRequest: shapes differ, `participation` is not in (0, 1], or `impact` is not positive.
    """
    if not (0 < participation <= 1 and impact > 0):
        raise BadRequest(
            "Participation must be a fraction up to 1 and impact positive.",
            hint="Give participation as 0.05 for 5 %.",
        )
    if not traded.shape == dollar_volume.shape == volatility.shape:
        raise BadRequest("Trades, volumes and volatilities differ in shape.", hint="Reindex them to one shape.")
    size = np.abs(np.nan_to_num(traded.to_numpy(dtype=float), nan=0.0))
    volume, sigma = dollar_volume.to_numpy(dtype=float), volatility.to_numpy(dtype=float)
    usable = (size > TRADED) & (volume > 0) & (sigma >= 0)
    dw, dollars = size[usable], volume[usable]
    yearly = impact * float((dw**1.5 * sigma[usable] / np.sqrt(dollars)).sum()) * BARS_A_YEAR / max(len(size), 1)
    if yearly <= 0:
        return None
    breakeven = (max(annual_return, 0.0) / yearly) ** 2
    return Capacity(
        participation_usd=float(np.quantile(participation * dollars / dw, WORST_TRADES)),
        breakeven_usd=breakeven,
        best_usd=breakeven * 4 / 9,
        participation=participation,
        impact=impact,
        covered=float(dw.sum() / size.sum()),
    )
