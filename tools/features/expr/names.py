"""What a name in an expression means: a field, an operator, or a feature of the library; any case."""

from __future__ import annotations

import difflib
import re
from functools import cache

from tools.features.catalog import FEATURES
from tools.features.expr.operation import Operator
from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS
from tools.features.feature import Feature

# Names people know from elsewhere, for which there is no operator of the same meaning.
EXPLAINED = {
    "vwap": ("A daily bar has no vwap", "Write typical, which is (high + low + close) / 3."),
    "cap": (
        "There is no market capitalisation in the bars",
        "Leave it out, or use sma(close * volume, 20) inside rank.",
    ),
    "indneutralize": (
        "There are no industries in the bars",
        "Write demean(x) to take off the mean of the universe.",
    ),
    "lead": ("There is no operator that looks ahead", "Write delay(close, 1) for the value one bar ago."),
    "true": ("True is not part of the language", "Write 1 or 0, or a comparison such as close > open."),
    "false": ("False is not part of the language", "Write 1 or 0, or a comparison such as close > open."),
    "none": ("None is not part of the language", "A value that is missing stays missing by itself."),
}
_MOST_NEAR = 3
_ADV = re.compile(r"adv_?([0-9]+)")


@cache
def library() -> dict[str, Feature]:
    """Return the features of the library by name."""
    return {feature.name: feature for feature in FEATURES}


def operator_called(name: str) -> Operator | None:
    """Return the operator of this name, if there is one."""
    return FUNCTIONS.get(ALIASES.get(name, name))


def feature_called(name: str) -> Feature | None:
    """Return the library feature of this name, if there is one."""
    return library().get(name)


def feature_by_id(name: str) -> tuple[Feature, list[int]] | None:
    """Return the feature and the parameters that an id such as `rsi_14` or `rsi` stands for."""
    stem = re.sub(r"(_[0-9]+)+$", "", name)
    feature = library().get(stem)
    return None if feature is None else (feature, [int(part) for part in name[len(stem) + 1 :].split("_") if part])


def explain_unknown(name: str, *, called: bool) -> tuple[str, str]:
    """Return what is wrong with a name that means nothing, and what to write instead."""
    average = _ADV.fullmatch(name)
    if name in EXPLAINED:
        return EXPLAINED[name]
    if average:
        return f"There is no {name}", f"Write adv({average.group(1)})."
    names = [*FUNCTIONS, "adv", *library(), *([] if called else FIELDS)]
    near = difflib.get_close_matches(ALIASES.get(name, name), [*names, *ALIASES], n=_MOST_NEAR, cutoff=0.55)
    hint = f"Did you mean {', '.join(dict.fromkeys(ALIASES.get(word, word) for word in near))}?"
    if not near:
        hint = f"The fields are {', '.join(FIELDS)}; /help expressions lists the operators, such as delay and rank."
    return f"There is no {'function' if called else 'field or feature'} called {name}", hint
