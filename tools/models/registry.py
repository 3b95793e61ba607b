"""The models there are, by name, and the labels each of them learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tools.features.label import Target
from tools.models.boosted import BoostedModel
from tools.models.boosted_ranker import BoostedRanker
from tools.models.boosted_regressor import BoostedRegressor
from tools.models.logistic import LogisticModel
from tools.models.model import Model
from tools.models.naive import EqualWeightModel, MomentumModel
from tools.models.ridge import RidgeModel

THRESHOLDS: Mapping[Target, float | None] = MappingProxyType({"up_down": 0.5, "forward_return": 0.0, "rank": None})


@dataclass(frozen=True, slots=True)
class ModelKind:
    """One kind of model.

    Attributes:
        model: fits and loads it.
        description: one line for people.
        file_name: what a saved model is called.
        naive: whether it learns nothing, so that others are to be compared with it.
    """

    model: type[Model]
    description: str
    file_name: str
    naive: bool = False

    @property
    def threshold(self) -> float | None:
        """The score above which a symbol is worth holding; None where scores only order the symbols of a bar."""
        return THRESHOLDS[self.label]

    @property
    def label(self) -> Target:
        """The labels it learns: a key of `tools.features.label.LABELS`."""
        return self.model.learns


MODELS: Mapping[str, ModelKind] = MappingProxyType(
    {
        "lightgbm": ModelKind(BoostedModel, "Boosted trees, up or down", "model.txt"),
        "lightgbm_regressor": ModelKind(BoostedRegressor, "Boosted trees, size of the return", "model.txt"),
        "lightgbm_ranker": ModelKind(BoostedRanker, "Boosted trees, order of the symbols", "model.txt"),
        "logistic": ModelKind(LogisticModel, "Logistic regression, up or down", "model.json"),
        "ridge": ModelKind(RidgeModel, "Ridge regression, size of the return", "model.json"),
        "momentum": ModelKind(MomentumModel, "Past return, nothing learnt", "model.json", naive=True),
        "equal_weight": ModelKind(EqualWeightModel, "All symbols alike, nothing learnt", "model.json", naive=True),
    }
)
