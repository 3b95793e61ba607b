"""Against the index: how a symbol moves with the market. These features read `panel.market`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel


def beta(panel: Panel, window: int) -> pd.DataFrame:
    """Return cov(return, index return) / var(index return) over `window` bars: 1 moves like the index.

    Source: W. F. Sharpe, Capital Asset Prices, Journal of Finance 19, 1964; by least squares on the window.
    NaN: where a return of either is missing in the window, or the index did not move. Warm-up: `window` bars.

    Raises:
        NoData: the panel has no index.
    """
    from tools.features.library.arrays import divide, growth, products, total
    from tools.features.library.blocks import per_symbol

    returns, usual, squares = _index(panel, window)

    def slope(close: Array) -> Array:
        own = growth(close, 1)
        return divide(products(own, returns, total(own, window), usual, window), squares)

    return per_symbol(slope, panel.close)


def correlation(panel: Panel, window: int) -> pd.DataFrame:
    """Return the correlation of the return with the index return over `window` bars, from -1 to 1.

    Source: K. Pearson, 1896: the product-moment correlation.
    NaN: where a return of either is missing in the window, or one of the two did not move. Warm-up: `window` bars.

    Raises:
        NoData: the panel has no index.
    """
    import numpy as np

    from tools.features.library.arrays import divide, growth, products, spread, total
    from tools.features.library.blocks import per_symbol

    returns, usual, squares = _index(panel, window)

    def pearson(close: Array) -> Array:
        own = growth(close, 1)
        own_total = total(own, window)
        together = products(own, returns, own_total, usual, window)
        own_total /= window
        sizes = np.sqrt(spread(own, own_total, window))
        sizes *= np.sqrt(squares)
        share = divide(together, sizes)
        return np.clip(share, -1, 1, out=share)

    return per_symbol(pearson, panel.close)


def _index(panel: Panel, window: int) -> tuple[Array, Array, Array]:
    """Return the returns of the index, their moving average and squared deviations from it, each as one row."""
    import numpy as np

    from tools.features.library.arrays import growth, mean, spread

    market = panel.index_closes("This feature").to_numpy(dtype=float)
    with np.errstate(all="ignore"):
        returns = growth(market[None], 1)
        average = mean(returns, window)
        return returns, average, spread(returns, average, window)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "beta",
        (Parameter("window", 63, minimum=3),),
        "Slope of the returns on those of the index",
        ("rolling beta", "market beta", "beta to the index", "beta to the market", "index beta"),
        beta,
        warmup.window_before,
        needs_market=True,
        everyday_word=True,
    ),
    Feature(
        "correlation",
        (Parameter("window", 63, minimum=3),),
        "Correlation of the returns with those of the index",
        (
            "rolling correlation",
            "market correlation",
            "correlation to the index",
            "correlation with the index",
            "correlation with the market",
            "index correlation",
        ),
        correlation,
        warmup.window_before,
        needs_market=True,
        everyday_word=True,
    ),
)
