"""Backtests of rules as recorded runs: conditions say when to hold, nothing is learnt.

A rule's target weights take the place of scores, so that costs, benchmarks, placebos and the verdict come from the
same functions. A rule with ranges in it is a sweep: every combination is run on the same bars and counted as a
trial, and the one with the highest Sharpe ratio is recorded. There is no training, hence no walk-forward: every bar
is out of sample for a rule that was fixed beforehand, and for no other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from tools.backtest import stats
from tools.backtest.costs import Costs
from tools.backtest.fills import possible_fill
from tools.backtest.record import RULE, Config, Experiment
from tools.backtest.rule_words import rule_words
from tools.backtest.rules import Rule, rule_targets, sweep_rules
from tools.features.bars import Bars, read_bars
from tools.features.examine import admit
from tools.features.expr import Expression, compile_expression
from tools.features.expr.fault import Span, fault
from tools.features.resolve import require_index
from tools.kernel.errors import BadRequest
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, Progress
from tools.research.hypothesis import SEED
from tools.research.judge import Tried, returns_sha256
from tools.research.ranges import MOST_RULES, expand
from tools.research.record import BacktestArgs
from tools.research.recorded import Worked, output_sha256, record_run
from tools.research.stages import Stages
from tools.research.study import Study, backtest, last_targets

FEWEST_BARS = 2
SHOWN_PROGRESS = 20


@dataclass(frozen=True)
class Chosen:
    """The rule that is recorded, its target weights, and the others that were tried beside it."""

    rule: Rule
    targets: pd.DataFrame
    others: tuple[Tried, ...] = ()


def run(ctx: Context, args: BacktestArgs) -> Experiment:
    """Backtest and record a rule.

    Raises:
        BadRequest: a condition is wrong, or no condition.
        GateFailed: a condition depends on what came later, such as a level of adjusted prices.
        NoData: the lake lacks a symbol or the period, or the history is too short.
        WorkspaceError: the folder cannot be written; nothing is left behind.
    """
    started, stages = ctx.now(), Stages()
    rules = rules_of(args)
    with stages.timed("lake"):
        bars = read_bars(ctx.workspace, args.symbols, start=args.start, end=args.end)
        require_index([part for rule in rules for part in _parts(rule)], bars.panel)

    def work() -> Worked:
        with stages.timed("rules"):
            chosen = choose(bars, rules, ctx.settings, ctx.progress)
        config = configure(chosen.rule, bars, ctx.settings)
        with stages.timed("leak checks"):
            evidence = admit(_parts(chosen.rule), bars.panel, progress=ctx.progress)
        with stages.timed("backtest"):
            study = study_of(bars, chosen.targets, config, ctx.progress)
        return Worked(
            config=config,
            signals=_parts(chosen.rule),
            evidence=evidence,
            study=study,
            output=output_sha256(study),
            tried=(_tried(chosen.rule, study.backtest.ledger.returns), *chosen.others),
        )

    return record_run(ctx, bars, stages, started=started, model=RULE, work=work)


def rules_of(args: BacktestArgs) -> tuple[Rule, ...]:
    """Return the rules that the arguments stand for: one, or every combination of their ranges.

    Raises:
        BadRequest: an expression is wrong or a number, or there are too many combinations.
    """
    entries = _compiled("entry", args.entry)
    exits = (None,) if args.exit is None else _compiled("exit", args.exit)
    if len(entries) * len(exits) > MOST_RULES:
        raise BadRequest(
            f"The ranges stand for {len(entries) * len(exits):,} rules; at most {MOST_RULES:,} are tried at once.",
            hint="Use larger steps: sma(10..50..10).",
        )
    return tuple(Rule(entry, exit_) for entry, exit_ in product(entries, exits))


def _compiled(name: str, text: str) -> tuple[Expression, ...]:
    try:
        found = tuple(compile_expression(each) for each in expand(text))
        if found[0].type != "boolean":
            raise fault(
                text, Span(0, len(text)), "This is a number; a rule needs a condition", f"Write {text} > 0."
            )
    except BadRequest as error:
        raise BadRequest(f"The {name}: {error.message}", hint=error.hint) from None
    return tuple(dict.fromkeys(found))


def configure(rule: Rule, bars: Bars, settings: Settings) -> Config:
    """Return the settings of a rule: nothing is trained, and every symbol may be held."""
    panel = bars.panel
    return Config(
        symbols=panel.symbols,
        features=(),
        model=RULE,
        label=RULE,
        entry=rule.entry.id,
        exit=None if rule.exit is None else rule.exit.id,
        horizon_days=0,
        top_n=len(panel.symbols),
        interval="1d",
        start=panel.sessions[0].date(),
        end=panel.sessions[-1].date(),
        train_years=0,
        test_months=0,
        purge_days=0,
        fill=possible_fill(panel.open),
        commission_bps=settings.commission_bps,
        slippage_bps=settings.slippage_bps,
        index_symbol=bars.index_symbol,
        seed=SEED,
    )


def choose(bars: Bars, rules: Sequence[Rule], settings: Settings, progress: Progress) -> Chosen:
    """Return the only rule, or the one with the highest Sharpe ratio after costs of those that were swept.

    All are judged on the same bars: from the one on which the rule that looks back furthest can decide. Among
    equals the first wins.

    Raises:
        NoData: no rule can decide, or too few bars are left.
    """
    slowest = max(rules, key=lambda rule: rule.warmup)
    targets = rule_targets(bars.panel, slowest)
    if len(targets) < FEWEST_BARS:
        raise BadRequest("The rule can decide on the last bar only.", hint="Choose a longer period.")
    if len(rules) == 1:
        return Chosen(slowest, targets)
    since = targets.index[0]
    tried = sweep(bars, rules, settings, since=since, progress=progress)
    ratios = [-math.inf if each.sharpe_per_bar is None else each.sharpe_per_bar for each in tried]
    best = ratios.index(max(ratios))
    others = tuple(each for place, each in enumerate(tried) if place != best)
    return Chosen(rules[best], rule_targets(bars.panel, rules[best]).loc[since:], others)


def sweep(
    bars: Bars, rules: Sequence[Rule], settings: Settings, *, since: pd.Timestamp, progress: Progress
) -> tuple[Tried, ...]:
    """Run every rule at the configured costs from the bar `since` on, and return what came of each, in order."""
    costs = Costs(settings.commission_bps, settings.slippage_bps)
    fill = possible_fill(bars.panel.open)
    found = []
    step = max(1, len(rules) // SHOWN_PROGRESS)
    for rule, ledger in zip(
        rules, sweep_rules(bars.panel, rules, costs=costs, fill=fill, since=since), strict=True
    ):
        found.append(_tried(rule, ledger.returns))
        if len(found) % step == 0 or len(found) == len(rules):
            progress("rules", len(found), len(rules))
    return tuple(found)


def study_of(bars: Bars, targets: pd.DataFrame, config: Config, progress: Progress) -> Study:
    """Return what a rule did over the bars of its target weights, beside the benchmarks."""
    index_close = bars.index_over(pd.DatetimeIndex(targets.index))
    tested = backtest(bars.panel, targets, config, index_close=index_close, progress=progress)
    ledger = tested.ledger
    return Study(
        backtest=tested,
        oos=stats.summarise(ledger.returns, ledger.traded.iloc[1:]),
        folds=(),
        targets=last_targets(tested.targets, targets),
        scores=targets,
        model=None,
    )


def _parts(rule: Rule) -> tuple[Expression, ...]:
    return (rule.entry,) if rule.exit is None else (rule.entry, rule.exit)


def _tried(rule: Rule, returns: pd.Series) -> Tried:
    words = rule_words(rule.entry.id, None if rule.exit is None else rule.exit.id)
    return Tried(words, returns, returns_sha256(returns))
