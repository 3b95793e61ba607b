"""What is not as usual about an experiment, in words: for cards, lists and the trial ledger."""

from __future__ import annotations

from tools.backtest.record import Config

LABELS = {"triple_barrier": "triple-barrier labels"}
BOOKS = {"long_short": "the best long, the worst short", "beta_neutral": "beta hedged with the index"}


def special(config: Config) -> tuple[str, ...]:
    """Return a phrase for each option that is not at its default; none for a plain experiment."""
    wanted, cap, stop = config.target_volatility, config.max_position, config.max_drawdown
    found = (
        LABELS.get(config.label),
        "trained on all the past" if config.split == "anchored" else None,
        BOOKS.get(config.book),
        None if wanted is None else f"scaled to {_percent(wanted)} volatility a year",
        None if cap is None else f"at most {_percent(cap)} in one symbol",
        None if stop is None else f"closed for good at a drawdown of {_percent(stop)}",
        "combinatorial paths" if config.combinatorial else None,
    )
    return tuple(phrase for phrase in found if phrase is not None)


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.4g} %"
