"""Why the symbols of the last signal are held: what sets their scores apart from those of the same bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tools.backtest.record import Target
from tools.explain.record import Holding, Part
from tools.explain.window import Window
from tools.models.contributions import Contributions, Explainable
from tools.models.model import Floats, Model

MOST_HOLDINGS = 20
MOST_PARTS = 3


def holdings(targets: Sequence[Target], window: Window, model: Model, *, top_n: int) -> tuple[Holding, ...]:
    """Return the holdings with the largest weights, with what speaks for each of them.

    Args:
        targets: what is held after the last signal.
        window: test rows; the last bar is that of the signal.
        model: what scored them; one without contributions gives no parts.
        top_n: how many symbols a signal holds.
    """
    last = window.of_last_bar()
    x = window.x[last]
    bar = _Bar(
        names=window.names,
        x=x,
        scores=model.predict(x),
        found=model.contributions(x) if isinstance(model, Explainable) else None,
    )
    row_of = {window.symbols[column]: row for row, column in enumerate(window.columns[last])}
    scored = [target for target in targets if target.symbol in window.symbols]  # a hedge never is
    largest = sorted(scored, key=lambda each: (-abs(each.weight), each.symbol))[:MOST_HOLDINGS]
    return tuple(_holding(target, bar, row_of.get(target.symbol), top_n) for target in largest)


@dataclass(frozen=True, slots=True, eq=False)
class _Bar:
    """The rows of the last signal, their scores and what those are made of."""

    names: tuple[str, ...]
    x: Floats
    scores: Floats
    found: Contributions | None


def _holding(target: Target, bar: _Bar, row: int | None, top_n: int) -> Holding:
    scored = row is not None and isfinite(bar.scores[row])
    rank = int((bar.scores > bar.scores[row]).sum()) + 1 if scored else None
    of = int(np.isfinite(bar.scores).sum())
    place = rank if rank is None or target.weight > 0 else of + 1 - rank
    return Holding(
        symbol=target.symbol,
        weight=target.weight,
        score=target.score,
        rank=rank,
        of=of,
        chosen=place is not None and place <= top_n,
        parts=() if row is None or bar.found is None else _parts(row, bar.names, bar.x, bar.found),
    )


def _parts(row: int, names: tuple[str, ...], x: Floats, found: Contributions) -> tuple[Part, ...]:
    """Return what tells the row apart from the others; where it is the only one, what its score is made of."""
    own = found.parts[row]
    over = own - found.parts.mean(axis=0)
    order = np.argsort(-np.abs(over if len(x) > 1 else own), kind="stable")[:MOST_PARTS]
    return tuple(
        Part(
            feature=names[column],
            value=float(x[row, column]) if isfinite(x[row, column]) else None,
            contribution=float(own[column]),
            over_others=float(over[column]),
        )
        for column in order
    )
