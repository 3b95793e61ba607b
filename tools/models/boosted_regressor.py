"""Boosted trees that forecast the size of a return.

Squared error, on the same shallow trees as the classifier. What a split must gain is in units of the variance of
the labels: returns are small numbers, and a fixed threshold would forbid every split of them. The penalty is four
times the classifier's, whose rows have a second derivative of a quarter at most: both shrink a leaf alike.

Large returns weigh by their square: one crash can bend a leaf, which the classifier would not notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tools.features.label import Target
from tools.models.boosted import BoostedModel
from tools.models.model import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class BoostedRegressor(BoostedModel):
    """A fitted regressor; scores are forecast returns, as fractions over the horizon."""

    learns: ClassVar[Target] = "forward_return"

    @classmethod
    def task(
        cls, settings: dict[str, Any], y: Floats, bars: Integers | None
    ) -> tuple[dict[str, Any], Floats, None]:
        """Return the settings, the labels and no groups."""
        del bars  # every row is a case of its own
        variance = float(y.var())
        return (
            {
                **settings,
                "objective": "regression",
                "lambda_l2": 4 * settings["lambda_l2"],
                "min_gain_to_split": settings["min_gain_to_split"] * variance,
            },
            y,
            None,
        )
