"""Models that learn nothing: what every result has to beat.

* Momentum (Jegadeesh and Titman 1993): the score is the past return over the longest window among the features.
* Equal weight: every symbol has the same score, whatever its features. A portfolio of the n best then holds the n
  leftmost symbols; hold them all for the equal-weight portfolio.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from tools.features.label import Target
from tools.kernel.errors import BadRequest
from tools.models.file import Saved, read_model, write_model
from tools.models.model import Floats, Integers, check_shapes

PAST_RETURN = re.compile(r"momentum_(\d+)")

Kind = Literal["momentum", "equal_weight"]


class Recipe(Saved):
    """What is saved of a naive model: its kind, the features it was given, and the one it scores by, if any."""

    kind: Kind
    features: tuple[str, ...]
    scores_by: str | None = None

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if (self.kind == "momentum") != (self.scores_by is not None):
            raise ValueError("momentum scores by a feature, equal weight by none")
        if self.scores_by is not None and self.scores_by not in self.features:
            raise ValueError("the feature to score by is not among the features")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class NaiveModel(ABC):
    """A recipe; its kinds say which feature to score by, if any, and how."""

    recipe: Recipe

    kind: ClassVar[Kind]
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
        """Note the features' names. Raises ValueError for bad shapes, and as `choose`."""
        del seed, threads, bars  # nothing is learnt
        check_shapes(x, y, feature_names, weights)
        return cls(Recipe(kind=cls.kind, features=tuple(feature_names), scores_by=cls.choose(feature_names)))

    @classmethod
    @abstractmethod
    def choose(cls, feature_names: Sequence[str]) -> str | None:
        """Return the feature to score by, None for none. Raises BadRequest where there is none to choose from."""

    @abstractmethod
    def predict(self, x: Floats) -> Floats:
        """Return one score a row."""

    def importance(self) -> dict[str, float]:
        """Return 1 for the feature it scores by and 0 for every other."""
        return {name: float(name == self.recipe.scores_by) for name in self.recipe.features}

    def save(self, path: Path) -> None:
        """Write JSON. Raises WorkspaceError where `path` cannot be written."""
        write_model(path, self.recipe.model_dump_json() + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model of this kind. Raises WorkspaceError where the file is missing or damaged."""
        return cls(read_model(path, Recipe, cls.kind))


@dataclass(frozen=True, slots=True, eq=False)
class MomentumModel(NaiveModel):
    """Scores by a past return; NaN where it is missing."""

    kind: ClassVar[Kind] = "momentum"

    @classmethod
    def choose(cls, feature_names: Sequence[str]) -> str:
        """Return the momentum_N with the longest window. Raises BadRequest where there is none."""
        windows = {name: int(match[1]) for name in feature_names if (match := PAST_RETURN.fullmatch(name))}
        if not windows:
            raise BadRequest("Momentum needs a past return to score by.", hint="Add momentum_126 to the features.")
        return max(windows, key=windows.__getitem__)

    def predict(self, x: Floats) -> Floats:
        """Return the past return of each row."""
        return x[:, self.recipe.features.index(self.recipe.scores_by or "")].astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class EqualWeightModel(NaiveModel):
    """Scores every row 1."""

    kind: ClassVar[Kind] = "equal_weight"

    @classmethod
    def choose(cls, feature_names: Sequence[str]) -> None:
        """Return None: features do not matter."""

    def predict(self, x: Floats) -> Floats:
        """Return 1 for each row."""
        return np.ones(len(x))
