"""Memory of the price: how much of its movement is a cycle, and the price with only part of its memory removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel

PERCENT = 100


def fourier(panel: Panel, period: int, cycles: int) -> pd.DataFrame:
    """Return the share of the variance of log returns that a cycle of `period` bars explains, 0 to 1.

    2 |sum(r[t-k] exp(-2 pi i k / period))|^2 / (n * sum((r - mean)^2)) over the last n = period * cycles returns:
    one ordinate of the periodogram, at a frequency that fits the window, so the sine and cosine are orthogonal to
    each other and to the mean. Of white noise it is 2 / (n - 1) on average.
    Source: A. Schuster, On the Investigation of Hidden Periodicities, Terrestrial Magnetism 3, 1898.
    NaN: where a return of the window is missing or all are equal. Warm-up: n bars.
    """
    from tools.features.library.arrays import cycle, divide, log_growth, moments
    from tools.features.library.blocks import per_symbol

    window = period * cycles

    def share(close: Array) -> Array:
        returns = log_growth(close, 1)
        real, imaginary = cycle(returns, period, cycles)
        return 2 * divide(real * real + imaginary * imaginary, window * moments(returns, window)[1])

    return per_symbol(share, panel.close)


def fractional_difference(panel: Panel, order_percent: int, window: int) -> pd.DataFrame:
    """Return the log price differenced `order_percent` / 100 times: between its level (0) and its return (100).

    sum(v[k] * r[t-k]) over the last `window` log returns r, v[0] = 1, v[k] = v[k-1] * (k - d) / k. It is the
    fixed-width window sum(w[k] * ln(close[t-k])), w[k] = -w[k-1] * (d - k + 1) / k, with the weight that the window
    cuts off put on its oldest close. The weights then add up to 0, so a later split does not move the past.
    Source: M. Lopez de Prado, Advances in Financial Machine Learning, 2018, chapter 5.
    NaN: where a close of the window is missing or not positive. Warm-up: `window` bars.
    """
    import numpy as np

    from tools.features.library.arrays import log_growth
    from tools.features.library.blocks import per_symbol

    steps = np.arange(1, window)
    weights = np.cumprod(np.concatenate([[1.0], (steps - order_percent / PERCENT) / steps]))

    def difference(close: Array) -> Array:
        returns = log_growth(close, 1)
        count = max(0, returns.shape[1] - window + 1)
        out = np.zeros((returns.shape[0], count))
        for lag, weight in enumerate(weights[: returns.shape[1]]):
            first = window - 1 - lag
            out += weight * returns[:, first : first + count]
        return out

    return per_symbol(difference, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "fourier",
        (Parameter("period", 21, minimum=3, maximum=252), Parameter("cycles", 3, maximum=10)),
        "Share of the variance of returns that a cycle of this period explains",
        ("fourier power", "spectral power", "cycle strength", "cyclicality"),
        fourier,
        warmup.cycles,
    ),
    Feature(
        "fractional_difference",
        (Parameter("order_percent", 40, maximum=99), Parameter("window", 100, minimum=2, maximum=504)),
        "Log price with part of its memory removed",
        ("fracdiff", "fractional differencing", "fractionally differenced price", "frac diff"),
        fractional_difference,
        warmup.second,
    ),
)
