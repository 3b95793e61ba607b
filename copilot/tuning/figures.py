"""Fit what tells a figure's setting by the words around it (`copilot.planner.figures`).

A figure in a request is for the argument of the right call that has its value; where none has, it is for none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path
from typing import Any

from copilot.planner.figures import NONE, Figure, figures_in, terms_of
from copilot.tuning.linear import Document, fit, predicted
from copilot.tuning.pair import Pair, request_of

_TAKING = {
    "share": {name: name for name in ("target_volatility", "max_position", "max_drawdown")},
    "length": {"horizon_days": "horizon_days"},
    "count": {"top_n": "many", "max_positions": "many", "horizon_days": "horizon_days"},
}


def documents(pair: Pair) -> Iterator[Document]:
    """Yield the terms of each figure in a pair's request, and the argument it is for.

    A value that two arguments have tells nothing and is left out.
    """
    text, args = request_of(pair), json.loads(pair.call)["args"]
    for figure in figures_in(text):
        taking = _arguments(figure, args)
        if len(taking) <= 1:
            yield Document(terms_of(text, figure), taking[0] if taking else NONE)


def fit_figures(pairs: Sequence[Pair], target: Path, made_from: str) -> dict[str, float]:
    """Fit on the training pairs, write to `target`, and return the accuracy on those held out.

    Returns:
        `figures`, the share of all figures told right, and `settings`, that of the figures that are for a setting.
    """
    fit(
        [each for pair in pairs if pair.split == "train" for each in documents(pair)],
        target,
        made_from,
    )
    held = [each for pair in pairs if pair.split == "held" for each in documents(pair)]
    found = list(zip(predicted(held, target), (each.label for each in held), strict=True))
    for_one = [best == label for best, label in found if label != NONE]
    return {
        "figures": sum(best == label for best, label in found) / max(1, len(found)),
        "settings": sum(for_one) / max(1, len(for_one)),
    }


def _arguments(figure: Figure, args: Mapping[str, Any]) -> list[str]:
    said = {name: args[name] for name in _TAKING[figure.kind] if isinstance(args.get(name), int | float)}
    return [_TAKING[figure.kind][name] for name, value in said.items() if isclose(value, figure.value)]
