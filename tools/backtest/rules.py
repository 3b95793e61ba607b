"""Backtests of rules: a position opens on one condition and closes on another.

Rules become target weights and run in the same engine as model signals. Conditions are expressions, which look back
only, and are filled on the bar after, like every decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from tools.backtest.costs import Costs
from tools.backtest.engine import run_market
from tools.backtest.fills import Bools, Fill, Floats
from tools.backtest.ledger import Ledger
from tools.backtest.market import Market
from tools.backtest.terms import CASH_ACCOUNT, Terms
from tools.backtest.weights import LONGEST_GAP
from tools.features.expr import Expression, compile_expression
from tools.features.panel import Panel
from tools.kernel.errors import BadRequest, NoData

CONDITIONS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Rule:
    """When to hold a symbol.

    Attributes:
        entry: a condition, such as `sma(10) > sma(30)`, that opens a position.
        exit: a condition that closes it, and wins where both hold; None: once `entry` is known not to hold.

    Raises BadRequest where an expression is a number.
    """

    entry: Expression
    exit: Expression | None = None

    @property
    def warmup(self) -> int:
        """Leading bars of a symbol on which a condition is not known."""
        return max(self.entry.warmup, 0 if self.exit is None else self.exit.warmup)

    def __post_init__(self) -> None:
        """Reject numbers."""
        for expression in (self.entry, self.exit):
            if expression is not None and expression.type != "boolean":
                raise BadRequest(
                    f"{expression.id} is a number; a rule needs a condition.",
                    hint=f"Compare it with something, such as {expression.id} > 0.",
                )


def rule_of(entry: str, exit_: str | None) -> Rule:
    """Return the rule of two conditions as they are written. Raises BadRequest where one is wrong."""
    return Rule(compile_expression(entry), None if exit_ is None else compile_expression(exit_))


@dataclass(frozen=True, slots=True)
class Condition:
    """Where a condition is known to hold and known not to, bars x symbols; neither in a warm-up."""

    holds: Bools
    fails: Bools

    @classmethod
    def of(cls, values: pd.DataFrame) -> Condition:
        """Take 1 or True as holding, 0 or False as failing, NaN as unknown."""
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return cls(numbers == 1.0, numbers == 0.0)

    @property
    def begun(self) -> Bools:
        """Where it has been known once, bars x symbols: the warm-up of the symbol is over."""
        return np.logical_or.accumulate(self.holds | self.fails, axis=0)


def listed(close: pd.DataFrame) -> Bools:
    """Return where a symbol has had a price within the last 5 bars, bars x symbols."""
    return np.asarray(close.ffill(limit=LONGEST_GAP).notna().to_numpy(), dtype=np.bool_)


def rule_weights(entry: Condition, exit_: Condition | None, alive: Bools) -> Floats:
    """Give 1/k to each of the k open positions: one symbol alone is all in.

    A position opens only where both conditions have been known: an exit in its warm-up could not close it.

    Args:
        entry: opens a position where it holds.
        exit_: closes it, and wins where both hold; None: wherever `entry` is known not to hold.
        alive: whether the symbol is listed; otherwise its position is closed.

    Returns:
        Target weights, bars x symbols, each row summing to 1 or to 0.
    """
    closes = (entry.fails if exit_ is None else exit_.holds) | ~alive
    opens = entry.holds if exit_ is None else entry.holds & exit_.begun
    rows = np.arange(1, len(alive) + 1, dtype=np.int32)[:, None]
    opened = np.maximum.accumulate(np.where(opens & ~closes, rows, 0), axis=0)
    closed = np.maximum.accumulate(np.where(closes, rows, 0), axis=0)
    held = opened > closed
    count = held.sum(axis=1, keepdims=True)
    return np.asarray(held / np.maximum(count, 1), dtype=np.float64)


def rule_targets(panel: Panel, rule: Rule) -> pd.DataFrame:
    """Return the target weights of a rule from the first bar at which it can decide, bars x symbols.

    That is the first bar at which both conditions are known of a symbol: a warm-up is no performance.

    Raises:
        NoData: there is no such bar.
    """
    entry = Condition.of(rule.entry.compute(panel))
    exit_ = None if rule.exit is None else Condition.of(rule.exit.compute(panel))
    known = entry.begun if exit_ is None else entry.begun & exit_.begun
    begun = np.asarray(known.any(axis=1))
    if not begun.any():
        raise NoData(
            f"The rule cannot decide on any of the {len(begun):,} bars: it looks back {rule.warmup:,} of them.",
            hint="Load more history with ingest_data, or use shorter windows.",
        )
    weights = rule_weights(entry, exit_, listed(panel.close))
    targets = pd.DataFrame(weights, index=panel.close.index, columns=panel.close.columns, copy=False)
    return targets.iloc[int(begun.argmax()) :]


def run_rule(
    panel: Panel, rule: Rule, *, costs: Costs, fill: Fill = "next_open", terms: Terms = CASH_ACCOUNT
) -> Ledger:
    """Backtest a rule; the portfolio is traded when the set of open positions changes.

    Args:
        panel: prices.
        rule: when to hold a symbol.
        costs: proportional costs.
        fill: where orders are filled.
        terms: everything else.
    """
    return next(sweep_rules(panel, [rule], costs=costs, fill=fill, terms=terms))


def sweep_rules(
    panel: Panel,
    rules: Iterable[Rule],
    *,
    costs: Costs,
    fill: Fill = "next_open",
    terms: Terms = CASH_ACCOUNT,
    since: pd.Timestamp | None = None,
) -> Iterator[Ledger]:
    """Backtest many rules on one market, lazily, in order; each counts as a trial.

    Prices are prepared once, and a condition that rules share is computed once. Ledgers are as
    large as the panel: keep what is needed of each.

    Args:
        panel: prices.
        rules: when to hold a symbol.
        costs: proportional costs.
        fill: where orders are filled.
        terms: everything else.
        since: the first bar to decide on; conditions read those before it. None: the first of all.
    """
    traded = panel.between(since, None)
    market, alive = Market.of(traded.open, traded.close), listed(panel.close)
    skipped = len(panel.close) - len(traded.close)

    @lru_cache(maxsize=CONDITIONS_KEPT)
    def condition(expression: Expression) -> Condition:
        return Condition.of(expression.compute(panel))

    for rule in rules:
        weights = rule_weights(condition(rule.entry), None if rule.exit is None else condition(rule.exit), alive)
        targets = pd.DataFrame(weights[skipped:], index=market.index, columns=market.columns, copy=False)
        yield run_market(targets, market, costs=costs, fill=fill, rebalance="on_change", terms=terms)
