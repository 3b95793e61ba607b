"""A linear classifier over terms, as fitted by `copilot.tuning.linear` and shipped: weights and nothing else.

A document is the unit vector of the inverse document frequencies of its terms, where wanted followed by the
direction of its sense (`copilot.planner.senses`); a label's odds are linear in it (multinomial logistic
regression).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Linear:
    """Weights: `idf` is (terms,), `weights` is (terms + dimensions + 1, labels) with the bias in the last row.

    `made_from` is the version of what they were fitted on.
    """

    places: dict[str, int]
    labels: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    made_from: str

    def shares(self, terms: Iterable[str], sense: NDArray[np.float32] | None = None) -> dict[str, float]:
        """Return label -> share of certainty; they sum to 1. Unknown terms count nothing."""
        import numpy as np

        known = sorted({self.places[term] for term in terms if term in self.places})
        values = self.idf[known]
        norm = float(np.linalg.norm(values)) or 1.0
        scores = (values / norm) @ self.weights[known] + self.weights[-1]
        if sense is not None:
            scores += sense @ self.weights[len(self.idf) : -1]
        odds = np.exp(scores - scores.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))

    def strangeness(self, terms: Iterable[str]) -> float:
        """Return the share of single words among `terms` that no document had; pairs and marks aside."""
        words = {term for term in terms if term[:1].isalpha() and " " not in term}
        return sum(word not in self.places for word in words) / max(1, len(words))


@cache
def load(path: Path) -> Linear:
    """Return the classifier in a file written by `copilot.tuning.linear.fit`."""
    import numpy as np

    with np.load(path) as file:
        return Linear(
            {str(term): at for at, term in enumerate(file["terms"])},
            tuple(str(label) for label in file["labels"]),
            file["idf"],
            file["weights"].astype(np.float32),
            str(file["made_from"]),
        )
