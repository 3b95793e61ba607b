"""An up/down classifier of gradient-boosted trees (LightGBM).

Daily returns are almost all noise, so the trees are shallow, the leaves large and the steps small: with no signal
the scores stay near the base rate. Fits are deterministic: row-wise histograms, fixed seed and thread count. The
same arguments on another version of LightGBM or another processor may give other trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote

import lightgbm as lgb
import numpy as np

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable
from tools.models.model import Floats

ROUNDS = 100
LEAF_SHARE = 0.02
SMALLEST_LEAF = 20


def _parameters(rows: int, seed: int, threads: int) -> dict[str, Any]:
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

    @classmethod
    def fit(cls, x: Floats, y: Floats, feature_names: Sequence[str], *, seed: int, threads: int) -> Self:
        """Fit on rows `x` and labels `y`. Raises ValueError where there are no rows or the shapes disagree."""
        if x.ndim != 2 or len(x) == 0 or x.shape != (len(y), len(feature_names)):  # noqa: PLR2004  rows and columns
            raise ValueError(
                f"{x.shape} features, {len(y)} labels and {len(feature_names)} names do not fit together"
            )
        data = lgb.Dataset(
            x, label=y, feature_name=[quote(name, safe="") for name in feature_names], free_raw_data=True
        )
        return cls(lgb.train(_parameters(len(x), seed, threads), data, num_boost_round=ROUNDS), threads)

    def predict(self, x: Floats) -> Floats:
        """Return the probability of up for each row."""
        if len(x) == 0:
            return np.empty(0)
        return np.asarray(self.booster.predict(x, num_threads=self.threads), dtype=float)

    def importance(self) -> dict[str, float]:
        """Return each feature's share of the total split gain; all 0 where no split was worth making."""
        gain = self.booster.feature_importance(importance_type="gain")
        shares = gain / (gain.sum() or 1.0)
        names = map(unquote, self.booster.feature_name())  # LightGBM's format has no room for spaces and commas
        return dict(zip(names, shares.tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write LightGBM's own text format. Raises WorkspaceError where `path` cannot be written."""
        try:
            path.write_text(self.booster.model_to_string(), encoding="utf-8", newline="\n")
        except OSError as error:
            raise unwritable(path, error) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model; it predicts with one thread. Raises WorkspaceError where the file is unusable."""
        try:
            return cls(lgb.Booster(model_str=path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, lgb.basic.LightGBMError) as error:
            raise WorkspaceError(
                f"The model file {path} is missing or damaged.", hint="Repeat the experiment that made it."
            ) from error
