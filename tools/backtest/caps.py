"""Limits on target weights: per position and per sector. What they cut off becomes cash, and is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.clamps import Clamps
from tools.backtest.fills import ORDER_SIZE
from tools.kernel.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Caps:
    """The limits; None leaves one out.

    Attributes:
        position: the most of NAV in one symbol, long or short.
        sector: the most of NAV in the symbols of one sector, longs and shorts added up.

    Raises BadRequest where a limit is not positive.
    """

    position: float | None = None
    sector: float | None = None

    def __post_init__(self) -> None:
        """Reject limits without meaning."""
        if any(each is not None and not each > 0 for each in (self.position, self.sector)):
            raise BadRequest("A cap on weights is positive.", hint="0.1 means 10 % of the portfolio.")


def cap_weights(
    targets: pd.DataFrame, caps: Caps, sectors: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut weights down to the caps, first each position, then each sector in proportion.

    Args:
        targets: weights, bars x symbols; NaN stays NaN.
        caps: the limits.
        sectors: symbol -> sector; needed for a cap on sectors.

    Returns:
        The weights allowed; and what was cut, in the columns of `Ledger.clamps`: `ts` is the bar of the decision,
        `symbol` the symbol or the sector.

    Raises:
        BadRequest: there is a cap on sectors and a symbol has none.
    """
    values = targets.to_numpy(dtype=float, copy=True)
    positions, groups = Clamps(), Clamps()
    if caps.position is not None:
        row, column = np.nonzero(np.abs(values) > caps.position * (1 + ORDER_SIZE))
        wanted = values[row, column]
        values[row, column] = np.sign(wanted) * caps.position
        positions.add("max_position", row, column, wanted, values[row, column])
    names: list[str] = []
    if caps.sector is not None:
        codes, names = _codes(targets.columns, sectors or {})
        for code in range(len(names)):
            members = codes == code
            gross = np.nansum(np.abs(values[:, members]), axis=1)
            row = np.flatnonzero(gross > caps.sector * (1 + ORDER_SIZE))
            values[np.ix_(row, members)] *= (caps.sector / gross[row])[:, None]
            groups.add("max_sector", row, code, gross[row], caps.sector)
    labels = [str(column) for column in targets.columns]
    found = [positions.frame(targets.index, labels), groups.frame(targets.index, names)]
    cut = pd.concat(found, ignore_index=True).sort_values("ts", kind="stable", ignore_index=True)
    return pd.DataFrame(values, index=targets.index, columns=targets.columns), cut


def _codes(symbols: pd.Index, sectors: Mapping[str, str]) -> tuple[np.ndarray, list[str]]:
    missing = [str(symbol) for symbol in symbols if symbol not in sectors]
    if missing:
        raise BadRequest(
            f"There is no sector for {', '.join(missing)}.", hint="Give every symbol one, or leave the cap out."
        )
    codes, names = pd.factorize(np.array([sectors[symbol] for symbol in symbols], dtype=object))
    return codes, [str(name) for name in names]
