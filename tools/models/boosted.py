"""Gradient-boosted trees (LightGBM): an up/down classifier, and what its kinds have in common.

Daily returns are almost all noise, so the trees are shallow, the leaves large and the steps small: with no signal
the scores stay near the base rate. Fits are deterministic: row-wise histograms, fixed seed and thread count. The
same arguments on another version of LightGBM or another processor may give other trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote

import lightgbm as lgb
import numpy as np

from tools.features.label import Target
from tools.models.contributions import Contributions
from tools.models.file import unusable, write_model
from tools.models.model import Floats, Integers, check_shapes

ROUNDS = 100
LEAF_SHARE = 0.02
SMALLEST_LEAF = 20


def parameters(rows: int, seed: int, threads: int) -> dict[str, Any]:
    """Return LightGBM's settings for a fit of `rows` rows."""
    return {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 7,
        "max_depth": 3,
        "min_data_in_leaf": max(SMALLEST_LEAF, int(rows * LEAF_SHARE)),
        "lambda_l2": 10.0,
        "min_gain_to_split": 0.1,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": 63,
        "feature_pre_filter": False,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "seed": seed,
        "verbosity": -1,
    }


@dataclass(frozen=True, slots=True, eq=False)
class BoostedModel:
    """A fitted classifier; see `tools.models.model.Model`."""

    booster: lgb.Booster
    threads: int = 1

    learns: ClassVar[Target] = "up_down"

    @classmethod
    def fit(
        cls,
        x: Floats,
        y: Floats,
        feature_names: Sequence[str],
        *,
        seed: int,
        threads: int,
        weights: Floats | None = None,
        bars: Integers | None = None,
    ) -> Self:
        """Fit on rows `x` and labels `y`. Raises ValueError where there are no rows or the shapes disagree."""
        check_shapes(x, y, feature_names, weights)
        settings, target, groups = cls.task(parameters(len(x), seed, threads), y, bars)
        data = lgb.Dataset(
            x,
            label=target,
            weight=weights,
            group=groups,
            feature_name=[quote(name, safe="") for name in feature_names],
            free_raw_data=True,
        )
        return cls(lgb.train(settings, data, num_boost_round=ROUNDS), threads)

    @classmethod
    def task(
        cls, settings: dict[str, Any], y: Floats, bars: Integers | None
    ) -> tuple[dict[str, Any], Floats | Integers, Integers | None]:
        """Return the settings, the labels and the group sizes that LightGBM is to learn from."""
        del bars  # only an order needs to know which rows compete
        return settings, y, None

    def predict(self, x: Floats) -> Floats:
        """Return one score a row: for the classifier the probability of up."""
        if len(x) == 0:
            return np.empty(0)
        return np.asarray(self.booster.predict(x, num_threads=self.threads), dtype=float)

    def contributions(self, x: Floats) -> Contributions:
        """Return the parts of each score, exact for the trees as they are.

        Source: Lundberg, Erion and Lee, Consistent Individualized Feature Attribution for Tree Ensembles, 2018
        (TreeSHAP, conditioned on the paths of the trees). The base is the mean score over the training rows.
        """
        if len(x) == 0:
            return Contributions(0.0, np.empty(x.shape))
        found = np.asarray(self.booster.predict(x, pred_contrib=True, num_threads=self.threads), dtype=float)
        return Contributions(float(found[0, -1]), found[:, :-1])

    def importance(self) -> dict[str, float]:
        """Return each feature's share of the total split gain; all 0 where no split was worth making."""
        gain = self.booster.feature_importance(importance_type="gain")
        shares = gain / (gain.sum() or 1.0)
        names = map(unquote, self.booster.feature_name())  # LightGBM's format has no room for spaces and commas
        return dict(zip(names, shares.tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write LightGBM's own text format. Raises WorkspaceError where `path` cannot be written."""
        write_model(path, self.booster.model_to_string())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model; it predicts with one thread. Raises WorkspaceError where the file is unusable."""
        try:
            return cls(lgb.Booster(model_str=path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, lgb.basic.LightGBMError) as error:
            raise unusable(path) from error
