"""An account that is moved through bars: holdings and cash, in multiples of the starting capital."""

from __future__ import annotations

import numpy as np

from tools.backtest.book import Book, Fills
from tools.backtest.clamps import WHOLE
from tools.backtest.costs import Costs
from tools.backtest.fills import ORDER_SIZE, Bools, Fill, Floats, Ints, kept_after_costs, reachable
from tools.backtest.impact import kept_after_impact
from tools.backtest.market import Market
from tools.backtest.risk import Overlay
from tools.backtest.terms import Terms


class Account:
    """Holdings and cash, moved through one bar at a time."""

    def __init__(self, market: Market, costs: Costs, fill: Fill, terms: Terms) -> None:
        self.costs, self.terms, self.book = costs, terms, Book()
        self.prices = np.nan_to_num(market.marked(fill), nan=1.0)  # never listed, so never held
        self.closes = np.nan_to_num(market.at_close, nan=1.0)
        self.tradable = ~np.isnan(market.quoted(fill))
        self.per_root = None
        if terms.impact is not None:
            self.per_root = np.roll(terms.impact.per_root_value(market.index, market.columns), 1, axis=0)
            self.priced = self.tradable
            self.tradable = self.tradable & ~np.isnan(self.per_root)
        gone = None if terms.delisting is None else market.missing_since() > terms.delisting.after_bars
        self.gone = None if gone is None else np.roll(gone, 1, axis=0) & np.isnan(market.quoted(fill))
        self.overlay = None if terms.risk is None else Overlay(terms.risk, len(market.columns), self.book.clamps)
        self.values, self.cash = np.zeros(len(market.columns)), 1.0

    @property
    def nav(self) -> float:
        """What the account is worth, in multiples of the starting capital."""
        return self.cash + float(self.values.sum())

    @property
    def weights(self) -> Floats:
        """Holdings as fractions of NAV, which is not zero."""
        return self.values / self.nav

    def accrue(self) -> None:
        """Pay and receive what the night costs and earns."""
        night = self.terms.carry.accrue(self.cash, -float(self.values[self.values < 0].sum()))
        self.cash += night.net
        self.book.nights.append(night)

    def drift(self, before: Floats, after: Floats) -> None:
        """Let holdings follow prices."""
        self.values = self.values * (after / before)

    def delist(self, bar: int) -> None:
        """Close positions whose prices have ended."""
        if self.gone is None or self.terms.delisting is None:
            return
        out: Ints = np.flatnonzero(self.gone[bar] & (self.values != 0))
        if out.size == 0:
            return
        nav, values = self.nav, self.values[out]
        paid = np.where(values > 0, values * (1.0 - self.terms.delisting.haircut), values)
        price = self.prices[bar, out] * (paid / values)
        self.book.clamps.add("delisted", bar, out, values / nav, 0.0)
        self.book.delisted += out.size
        self.book.delisting_loss += float((values - paid).sum())
        none = np.zeros(out.size)
        self.book.fills.append(Fills(bar, out, -values / nav, values / nav, none, price, none))
        self.cash += float(paid.sum())
        self.values[out] = 0.0

    def _keep(self, bar: int, nav: float, weights: Floats, before: Floats) -> float:
        if self.per_root is None:
            return float(kept_after_costs(weights[None, :], before[None, :], self.costs.rate)[0])
        # A symbol without a known impact is not traded; its change is rounding.
        root = np.nan_to_num(self.per_root[bar]) * np.sqrt(nav)
        return kept_after_impact(weights, before, self.costs.rate, root)

    def trade(self, bar: int, target: Floats) -> float:
        """Trade to `target` as far as possible; return the value traded as a fraction of NAV."""
        nav, before, free = self.nav, self.weights, self.tradable[bar]

        def keep(weights: Floats, held: Floats) -> float:
            return self._keep(bar, nav, weights, held)

        weights = target
        if not free.all() and (~free & ((target != 0) | (before != 0))).any():
            weights = reachable(target, before, free, keep, borrow=self.terms.leverage)
            self._note_refused(bar, target, before, weights, free)
        kept = keep(weights, before)
        if kept <= 0:
            self._end(bar, nav * kept)
            return 0.0
        change = weights * kept - before
        self._note_fills(bar, nav, change, before, weights)
        values = weights * (kept * nav)
        if self.overlay is not None:
            self.overlay.note_fills(self.values, values, self.prices[bar])
        self.values, self.cash = values, kept * nav * (1.0 - float(weights.sum()))
        return float(np.abs(change).sum())

    def _note_refused(self, bar: int, target: Floats, before: Floats, reached: Floats, free: Bools) -> None:
        clamps, refused = self.book.clamps, ~free & (np.abs(target - before) > ORDER_SIZE)
        blind = refused & self.priced[bar] if self.per_root is not None else np.zeros_like(refused)
        for rule, which in (
            ("no_price", refused & ~blind),
            ("no_volume", blind),
            ("cash", free & (target != reached)),
        ):
            clamps.add(rule, bar, np.flatnonzero(which), target[which], reached[which])

    def _note_fills(self, bar: int, nav: float, change: Floats, before: Floats, weights: Floats) -> None:
        column = np.flatnonzero(np.abs(change) > ORDER_SIZE)
        size = np.abs(change)
        cost = self.costs.rate * size
        if self.per_root is not None:
            impact = np.nan_to_num(self.per_root[bar]) * np.sqrt(nav) * size**1.5
            cost = cost + impact
            self.book.impact += nav * float(impact.sum())
        self.book.cost += nav * float(cost.sum())
        self.book.fills.append(
            Fills(
                bar,
                column,
                change[column],
                before[column],
                weights[column],
                self.prices[bar, column],
                cost[column],
            )
        )

    def forced(self, bar: int) -> Floats | None:
        """Return the weights that limits ask for between decisions; None where holdings keep to them."""
        weights = self.weights
        if self.overlay is not None:
            scaled = self.overlay.drifted(weights, bar)
            if scaled is not None:
                return scaled
        if self.terms.leverage or self.cash >= -ORDER_SIZE * self.nav:
            return None
        owned = float(weights[weights > 0].sum())
        scale = (1.0 - float(weights[weights < 0].sum())) / owned
        self.book.clamps.add("cash", bar, WHOLE, owned, owned * scale)
        return np.where(weights > 0, weights * scale, weights)

    def _end(self, bar: int, nav: float) -> None:
        self.book.clamps.add("ruin", bar, WHOLE, nav, 0.0)
        self.values, self.cash = np.zeros_like(self.values), 0.0

    def ruined(self, bar: int) -> bool:
        """Close the account where nothing is left; what is owed beyond is not collected."""
        if self.nav > 0:
            return False
        if self.cash != 0 or self.values.any():
            self._end(bar, self.nav)
        return True
