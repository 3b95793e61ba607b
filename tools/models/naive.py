"""Models that learn nothing: what every result has to beat.

* Momentum (Jegadeesh and Titman 1993): the score is the past return over the longest window among the features.
* Equal weight: every symbol has the same score, whatever its features. A portfolio of the n best then holds the n
  leftmost symbols; hold them all for the equal-weight portfolio.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from tools.features.label import Target
from tools.kernel.errors import BadRequest
from tools.models.file import unusable, write_model
from tools.models.model import Floats, Integers, check_shapes

PAST_RETURN = re.compile(r"momentum_(\d+)")


class Recipe(BaseModel):
    """What is saved of a naive model: its kind, the features it was given, and the one it scores by, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["momentum", "equal_weight"]
    features: tuple[str, ...]
    scores_by: str | None = None

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if (self.kind == "momentum") != (self.scores_by is not None):
            raise ValueError("momentum scores by a feature, equal weight by none")
        if self.scores_by is not None and self.scores_by not in self.features:
            raise ValueError("the feature to score by is not among the features")
        return self

    @classmethod
    def read(cls, path: Path, kind: str) -> Self:
        """Read a saved recipe of `kind`. Raises WorkspaceError where the file is missing or damaged."""
        try:
            saved = cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise unusable(path) from error
        if saved.kind != kind:
            raise unusable(path)
        return saved


@dataclass(frozen=True, slots=True, eq=False)
class MomentumModel:
    """Scores by a past return; NaN where it is missing."""

    recipe: Recipe

    learns: ClassVar[Target] = "forward_return"

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
        """Choose the feature. Raises BadRequest where no momentum_N is among them, ValueError for bad shapes."""
        del seed, threads, bars  # nothing is learnt
        check_shapes(x, y, feature_names, weights)
        windows = {name: int(match[1]) for name in feature_names if (match := PAST_RETURN.fullmatch(name))}
        if not windows:
            raise BadRequest("Momentum needs a past return to score by.", hint="Add momentum_126 to the features.")
        longest = max(windows, key=windows.__getitem__)
        return cls(Recipe(kind="momentum", features=tuple(feature_names), scores_by=longest))

    def predict(self, x: Floats) -> Floats:
        """Return the past return of each row."""
        return x[:, self.recipe.features.index(self.recipe.scores_by or "")].astype(float)

    def importance(self) -> dict[str, float]:
        """Return 1 for the past return and 0 for every other feature."""
        return {name: float(name == self.recipe.scores_by) for name in self.recipe.features}

    def save(self, path: Path) -> None:
        """Write JSON. Raises WorkspaceError where `path` cannot be written."""
        write_model(path, self.recipe.model_dump_json() + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model. Raises WorkspaceError where the file is missing or damaged."""
        return cls(Recipe.read(path, "momentum"))


@dataclass(frozen=True, slots=True, eq=False)
class EqualWeightModel:
    """Scores every row 1."""

    recipe: Recipe

    learns: ClassVar[Target] = "forward_return"

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
        """Note the features' names. Raises ValueError where there are no rows or the shapes disagree."""
        del seed, threads, bars  # nothing is learnt
        check_shapes(x, y, feature_names, weights)
        return cls(Recipe(kind="equal_weight", features=tuple(feature_names)))

    def predict(self, x: Floats) -> Floats:
        """Return 1 for each row."""
        return np.ones(len(x))

    def importance(self) -> dict[str, float]:
        """Return 0 for every feature."""
        return dict.fromkeys(self.recipe.features, 0.0)

    def save(self, path: Path) -> None:
        """Write JSON. Raises WorkspaceError where `path` cannot be written."""
        write_model(path, self.recipe.model_dump_json() + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model. Raises WorkspaceError where the file is missing or damaged."""
        return cls(Recipe.read(path, "equal_weight"))
