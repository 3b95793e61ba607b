"""A feature given as Python source: computed in the sandbox, never in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.features.panel import FIELDS, Panel
from tools.kernel.confined import run_feature
from tools.kernel.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """Python source that defines `feature(bars)`; a `Signal`.

    `bars` is a dict of frames, bars x symbols: open, high, low, close, volume, and where the panel has an index
    market, a series. The function returns a frame of the same shape.

    Attributes:
        id: its name.
        source: the code.
        warmup: as measured by the leak firewall; 0 before that.
    """

    id: str
    source: str = field(repr=False)
    settings: Settings = field(repr=False)
    warmup: int = 0

    @property
    def needs_market(self) -> bool:
        """Whether it reads the index: whether its text names it."""
        return "market" in self.source

    def compute(self, panel: Panel) -> pd.DataFrame:
        """Return the values, bars x symbols; NaN in the warm-up of each symbol. Raises SandboxError."""
        bars = {name: getattr(panel, name) for name in FIELDS}
        if panel.market is not None:
            bars["market"] = panel.market
        values = run_feature(self.settings, self.source, bars)
        return values.where(panel.close.notna().cumsum() > self.warmup)
