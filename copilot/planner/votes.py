"""Three voices on what a request is for, made one: the examples, the tuned model and the plain rules."""

from __future__ import annotations

import math
from collections.abc import Mapping

from copilot.planner.retrieve import Reading

# Where the model asks for something, the tool that would need it: the resolvers say whether it is missing.
FOLDED = {
    "ask_symbols_ingest": "ingest_data",
    "ask_path": "ingest_data",
    "ask_symbols_experiment": "run_experiment",
    "ask_condition": "run_backtest",
    "ask_capital": "propose_trades",
    "ask_feature": "generate_features",
    "ask_feature_part": "generate_features",
}
FLOOR = 1e-4
MODEL_WEIGHT = 0.5


def folded(choices: Mapping[str, float]) -> dict[str, float]:
    """Return label -> share, the closed choices of a tool and the kinds of words taken together."""
    shares: dict[str, float] = {}
    for choice, share in choices.items():
        name = choice.split()[0]
        label = FOLDED.get(name, name)
        shares[label] = shares.get(label, 0.0) + share
    return shares


def joined(words: Mapping[str, float], model: Mapping[str, float], odds: Mapping[str, float]) -> list[Reading]:
    """Return the readings by the product of both shares, `odds` (logarithms) added; at least two.

    What a plain rule says is a third voice, which both others together can overrule. Each kind of thing that was
    named and that a tool has no argument for speaks against it; words never heard, for something outside.
    """
    labels = list(dict.fromkeys([*words, *model, *odds, "text"]))
    logs = {
        label: MODEL_WEIGHT * math.log(max(FLOOR, model.get(label, 0.0)))
        + (1 - MODEL_WEIGHT) * math.log(max(FLOOR, words.get(label, 0.0)))
        + odds.get(label, 0.0)
        for label in labels
    }
    top = max(logs.values())
    powers = {label: math.exp(value - top) for label, value in logs.items()}
    whole = sum(powers.values())
    ranked = sorted(labels, key=lambda label: logs[label], reverse=True)
    return [Reading(label, words.get(label, 0.0), powers[label] / whole) for label in ranked]
