"""Sample weights for labels that overlap: a return shared by several labels is evidence only once.

With a horizon of h bars each return is part of h labels of its symbol, so h rows tell little more than one. The
average uniqueness of a label (Lopez de Prado 2018, section 4.4) is the mean, over the bars it spans, of 1 / the
number of labels that span the same bar.

Only labels of one symbol are held against each other: that symbols move together is not weighed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


def constant_spans(label: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Return `horizon_days` where `label` is known, NaN elsewhere: the spans of labels that never end early."""
    return label.notna().astype(float).where(label.notna()) * horizon_days


def average_uniqueness(spans: pd.DataFrame) -> pd.DataFrame:
    """Return the average uniqueness of every label, above 0 and at most 1.

    Args:
        spans: bars x symbols, the whole number s >= 1 of bars that the label of bar t spans: t+1 to t+s. NaN where
            there is no label.

    Returns:
        Bars x symbols; NaN where there is no label.

    Raises:
        ValueError: a span is below 1, not whole, or reaches past the last bar.
    """
    lengths = spans.to_numpy(dtype=float)
    row, column = np.nonzero(~np.isnan(lengths))
    known = lengths[row, column]
    first, stop = row + 1, row + 1 + known.astype(np.int64)
    if not ((known >= 1) & (known % 1 == 0) & (stop <= len(lengths))).all():
        raise ValueError("a span must be a whole number of bars, at least 1, and end at the last bar at the latest")
    edges = np.zeros((len(lengths) + 1, lengths.shape[1]))
    np.add.at(edges, (first, column), 1.0)
    np.add.at(edges, (stop, column), -1.0)
    at_once = edges.cumsum(axis=0)
    share = np.divide(1.0, at_once, out=np.zeros_like(at_once), where=at_once > 0)
    before = np.vstack([np.zeros(lengths.shape[1]), share.cumsum(axis=0)])
    result = np.full(lengths.shape, np.nan)
    result[row, column] = (before[stop, column] - before[first, column]) / known
    return pd.DataFrame(result, index=spans.index, columns=spans.columns)


@dataclass(frozen=True, slots=True, eq=False)
class Uniqueness:
    """Weighs the labels of some sessions by their average uniqueness among those sessions.

    Labels of other sessions do not count: they are not trained on, and their spans may depend on later bars.
    """

    spans: pd.DataFrame

    def __call__(self, sessions: pd.DatetimeIndex) -> pd.DataFrame:
        """Return the weights of `sessions`, bars x symbols; NaN where there is no label."""
        others = ~self.spans.index.isin(sessions)
        return average_uniqueness(self.spans.mask(pd.Series(others, self.spans.index), axis=0)).loc[sessions]
