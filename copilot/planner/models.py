"""The model a request names: ridge, logistic, a ranking. LightGBM is used where none is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.planner.mention import Mention

USUAL = "lightgbm"
_NAMES = (
    (
        "lightgbm_ranker",
        (
            r"(?:(?:lightgbm|lgbm|boosted|tree)[ _-])?(?:rankers?|ranking models?|learn(?:ing)?[ -]to[ -]rank"
            r"|lambdarank)"
        ),
    ),
    ("lightgbm_regressor", r"(?:lightgbm|lgbm|boosted(?: trees?)?)[ _-](?:regressors?|regression)(?: models?)?"),
    (
        "momentum",
        r"(?:the )?model (?:called |named )?momentum|(?:plain |simple )?momentum (?:baseline|benchmark|model)",
    ),
    (
        "lightgbm",
        (
            r"(?:lightgbm|lgbm|gbms?|gradient boosting|boosted trees|(?:boosted )?trees?(?= models?)"
            r"|trees(?=\W*$| instead))(?: (?:classifier|model))?(?![_-])"
        ),
    ),
    ("logistic", r"(?:an? )?(?:logistic(?: regression)?|logit)(?: models?)?"),
    ("ridge", r"(?:an? )?ridge(?: regression)?(?: models?)?"),
)
_SAID = tuple((name, re.compile(rf"\b{pattern}\b", re.IGNORECASE)) for name, pattern in _NAMES)


def find_models(text: str) -> Iterator[Mention]:
    """Yield the models of `run_experiment` that are named."""
    for name, pattern in _SAID:
        for match in pattern.finditer(text):
            yield Mention("model", match.start(), match.end(), name)
