"""Reading a recorded run back: the bars it read, and the tables it wrote.

The bars are those of a snapshot, sealed as it was then. That they are the same ones is for the caller to see: their
fingerprint has to be the one on record.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tools.backtest.record import Experiment
from tools.features.bars import Bars, read_bars
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace

TRADES_FILE = "trades.csv"
EQUITY_FILE = "equity.parquet"


def reread_bars(workspace: Workspace, record: Experiment, *, as_of: int | None) -> Bars:
    """Read the universe and the period of a run again, at the snapshot `as_of`; None: as the lake is now.

    Raises:
        BadRequest: there is no such snapshot any more.
        NoData: a symbol or the period is not there.
    """
    config = record.config
    return read_bars(workspace, config.symbols, start=config.start, end=config.end, as_of=as_of)


def reread_fills(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Return the fills and the equity of the strategy. Raises WorkspaceError where a file is unusable."""
    try:
        trades = pd.read_csv(folder / TRADES_FILE, parse_dates=["ts"])
        equity = pd.read_parquet(folder / EQUITY_FILE, columns=["ts", "strategy"])
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"The trades or the equity curve of {folder.name} cannot be read.",
            hint=f"Run the experiment again; {TRADES_FILE} or {EQUITY_FILE} is missing or damaged.",
        ) from error
    return trades, equity.set_index("ts")["strategy"]
