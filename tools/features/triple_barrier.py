"""The triple-barrier label: which comes first, a gain, a loss, or the end of the horizon.

Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapter 3. A trade decided at the close of
bar t opens at open[t+1], as in `tools.features.label`, and ends at open[t+1+h] unless a bar before then reaches a
barrier. Barriers are set in units of the volatility known at t, so a calm and a wild symbol are asked alike.

Choices made on purpose:
* The path is judged by high and low. A bar that reaches both barriers counts as the loss: which came first is not
  in the data. A bar that opens beyond a barrier ends the trade at its open, not at the barrier.
* Volatility is per bar and is scaled by sqrt(h) to the horizon, so a multiple means the same at any horizon.
* A label is unknown wherever `forward_return` is, though a touched barrier may have settled it sooner. Otherwise
  the newest known labels would be those of quick moves only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.features.label import forward_return
from tools.features.panel import Panel

Floats = npt.NDArray[np.float64]

VOLATILITY_BARS = 20


@dataclass(frozen=True, slots=True, eq=False)
class TripleBarrier:
    """How each trade would end. Three frames, bars x symbols, NaN where the outcome is unknown.

    Attributes:
        side: 1 the gain came first, -1 the loss, 0 neither before the horizon ended.
        outcome: return of the trade as a fraction, before costs.
        spans: bars from its entry at the open to its exit, 1 to the horizon; the bar of a touch counts whole.
    """

    side: pd.DataFrame
    outcome: pd.DataFrame
    spans: pd.DataFrame

    @property
    def up(self) -> pd.DataFrame:
        """1 where the trade earns something, 0 where it does not: labels for a model that learns `up_down`."""
        return (self.outcome > 0).astype(float).where(self.outcome.notna())


def trailing_volatility(panel: Panel, window: int = VOLATILITY_BARS) -> pd.DataFrame:
    """Return the standard deviation (ddof 1) of the last `window` close-to-close returns, known at the close of t.

    Bars x symbols, a fraction per bar. NaN where fewer than half of those returns are known.
    """
    returns = panel.close.pct_change(fill_method=None)
    return returns.rolling(window, min_periods=max(2, window // 2)).std()


def triple_barrier(
    panel: Panel,
    horizon_days: int,
    *,
    gain: float = 1.0,
    loss: float = 1.0,
    window: int = VOLATILITY_BARS,
) -> TripleBarrier:
    """Follow every trade to its first barrier.

    Args:
        panel: prices.
        horizon_days: h, the bars after which a trade ends at the latest.
        gain: distance of the upper barrier from the entry, in units of volatility * sqrt(h).
        loss: distance of the lower barrier, likewise.
        window: returns that the volatility is estimated from.

    Returns:
        Unknown (NaN) where `forward_return` or the volatility is, or the volatility is 0.

    Raises:
        ValueError: `horizon_days` is below 1, `window` below 2, or a barrier is not above the entry's distance 0.
    """
    if not (gain > 0 and loss > 0 and window > 1):
        raise ValueError("gain and loss must be above 0, window at least 2")
    ended = forward_return(panel, horizon_days)
    width = trailing_volatility(panel, window) * horizon_days**0.5
    known = (ended.notna() & (width > 0)).to_numpy()
    entry = panel.open.shift(-1).to_numpy(dtype=float)
    step = width.to_numpy(dtype=float)
    upper, lower = entry * (1 + gain * step), entry * (1 - loss * step)
    side = np.where(known, 0.0, np.nan)
    outcome = np.where(known, ended.to_numpy(dtype=float), np.nan)
    spans = np.where(known, float(horizon_days), np.nan)
    running = known.copy()
    for after in range(1, horizon_days + 1):
        exit_price, came = _first_touch(panel, after, upper, lower)
        ends = running & (came != 0)
        side[ends] = came[ends]
        outcome[ends] = exit_price[ends] / entry[ends] - 1
        spans[ends] = after
        running &= ~ends
    index, columns = panel.close.index, panel.close.columns
    return TripleBarrier(*(pd.DataFrame(values, index, columns) for values in (side, outcome, spans)))


def _first_touch(panel: Panel, after: int, upper: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Return the price at which the bar `after` bars later ends a trade, and 1, -1 or 0 for no touch."""
    opened, high, low = (frame.shift(-after).to_numpy(dtype=float) for frame in (panel.open, panel.high, panel.low))
    above, below = opened >= upper, opened <= lower
    fell, rose = low <= lower, high >= upper
    came = np.select([above, below, fell, rose], [1.0, -1.0, -1.0, 1.0], default=0.0)
    return np.select([above | below, fell, rose], [opened, lower, upper], default=np.nan), came
