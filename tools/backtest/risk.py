"""Rules along the equity path: a drawdown cap, stops, a limit on leverage.

They look at closes and act on the next fill, like every decision: a gap through a stop is paid in full. A stop and
the drawdown cap are recorded when they are set off, the limit on leverage whenever it cuts a target or a holding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.backtest.clamps import WHOLE, Clamps
from tools.backtest.fills import ORDER_SIZE, Bools, Floats
from tools.kernel.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Risk:
    """The rules; None leaves one out.

    Attributes:
        drawdown_cap: once a close is this fraction below the highest one, everything is sold.
        reenter_after_bars: so many bars after that close, targets are followed again, and the peak starts anew from
            the equity of then. None: never again.
        stop_loss: once a close is this fraction against the average price paid, the position is closed. It stays
            closed until its target has been zero or has changed sign: a new signal.
        max_leverage: the most that longs and shorts together may be, as a multiple of NAV. Targets above it are
            scaled down; holdings that drift above it are scaled back at the next fill.

    Raises BadRequest where a fraction is not in (0, 1) or another figure not positive.
    """

    drawdown_cap: float | None = None
    reenter_after_bars: int | None = None
    stop_loss: float | None = None
    max_leverage: float | None = None

    def __post_init__(self) -> None:
        """Reject limits without meaning."""
        fractions = [each for each in (self.drawdown_cap, self.stop_loss) if each is not None]
        others = [each for each in (self.reenter_after_bars, self.max_leverage) if each is not None]
        if not (all(0 < each < 1 for each in fractions) and all(each > 0 for each in others)):
            raise BadRequest(
                "A drawdown cap and a stop lie between 0 and 1; waiting time and leverage are positive.",
                hint="0.2 means 20 %.",
            )


class Overlay:
    """The rules' memory: what is stopped, since when the portfolio is out, what was paid."""

    def __init__(self, risk: Risk, symbols: int, clamps: Clamps) -> None:
        self.risk = risk
        self._clamps = clamps
        self._peak = 1.0
        self._out_since: int | None = None
        self._stopped = np.zeros(symbols)
        self._cut = np.zeros(symbols)
        self._paid = np.zeros(symbols)

    def allow(self, target: Floats, bar: int) -> Floats:
        """Return what the rules leave of a target, for a fill at `bar`."""
        if self._out_since is not None:
            return np.zeros_like(target)
        if self._stopped.any():
            self._stopped = np.where(np.sign(target) == self._stopped, self._stopped, 0.0)
            target = np.where(self._stopped != 0, 0.0, target)
        limit, gross = self.risk.max_leverage, float(np.abs(target).sum())
        if limit is None or gross <= limit * (1 + ORDER_SIZE):
            return target
        if not np.array_equal(target, self._cut):  # the same target is not wanted anew at every bar
            self._clamps.add("max_leverage", bar, WHOLE, gross, limit)
            self._cut = target
        return target * (limit / gross)

    def drifted(self, weights: Floats, bar: int) -> Floats | None:
        """Return holdings scaled back to the limit on leverage, or None where they keep to it."""
        limit, gross = self.risk.max_leverage, float(np.abs(weights).sum())
        if limit is None or gross <= limit * (1 + ORDER_SIZE):
            return None
        self._clamps.add("max_leverage", bar, WHOLE, gross, limit)
        return weights * (limit / gross)

    def note_fills(self, before: Floats, after: Floats, prices: Floats) -> None:
        """Keep the average price paid. `before` and `after` are values held around the trade, at `prices`."""
        if self.risk.stop_loss is None:
            return
        opened = np.sign(before) != np.sign(after)
        added = ~opened & (np.abs(after) > np.abs(before))
        paid = np.where(opened, prices, self._paid)
        shares = np.abs(after) / prices
        old = np.where(added, np.abs(before) / prices, 0.0)
        mean = (old * self._paid + (shares - old) * prices) / np.where(added, shares, 1.0)
        self._paid = np.where(added, mean, paid)

    def watch(self, bar: int, equity: float, weights: Floats, prices: Floats) -> None:
        """Look at a close; what it sets off binds from the next fill on."""
        if self._out_since is not None:
            self._wait(bar, equity)
        self._peak = max(self._peak, equity)
        cap = self.risk.drawdown_cap
        if cap is not None and self._out_since is None and equity <= self._peak * (1.0 - cap):
            self._out_since = bar
            self._clamps.add("drawdown_cap", bar, WHOLE, float(np.abs(weights).sum()), 0.0)
        if self.risk.stop_loss is not None:
            self._stop(bar, weights, prices, self.risk.stop_loss)

    def _wait(self, bar: int, equity: float) -> None:
        since, wait = self._out_since, self.risk.reenter_after_bars
        if since is not None and wait is not None and bar - since >= wait:
            self._out_since, self._peak = None, equity

    def _stop(self, bar: int, weights: Floats, prices: Floats, limit: float) -> None:
        side = np.sign(weights)
        loss = np.where(side != 0, side * (1.0 - prices / np.where(side != 0, self._paid, 1.0)), 0.0)
        hit: Bools = (loss >= limit) & (self._stopped == 0)
        self._clamps.add("stop_loss", bar, np.flatnonzero(hit), weights[hit], 0.0)
        self._stopped = np.where(hit, side, self._stopped)
