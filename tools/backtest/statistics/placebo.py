"""How often chance does as well: the strategy's figure among those of placebos, which have the signal destroyed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def placebo_p_value(observed: float, placebos: Sequence[float]) -> float | None:
    """Return (1 + number of placebos at least as good) / (1 + number of placebos).

    Phipson and Smyth (2010), "Permutation P-values Should Never Be Zero": it holds for any number of placebos,
    and 19 are the fewest that can reach 5 %.

    Args:
        observed: figure of the strategy, larger being better.
        placebos: the same figure for runs with the signals shuffled or moved in time; NaN counts as at least as
            good.

    Returns:
        A fraction in (0, 1]; None without placebos or where `observed` is NaN.
    """
    if not len(placebos) or np.isnan(observed):
        return None
    values = np.nan_to_num(np.asarray(placebos, dtype=float), nan=np.inf)
    as_good = int((values >= observed).sum())
    return (1 + as_good) / (1 + int(values.size))
