"""Fit a linear classifier over terms: multinomial logistic regression on TF-IDF vectors, with an L2 penalty.

Where documents come with a sense (`copilot.planner.senses`), its dimensions are columns beside the terms.

Fitted once, from the same pairs as the adapter, and shipped as weights: at start there is nothing to fit. Nothing
is random: the same documents give the same weights.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.planner.linear import load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a text, and its label."""

    terms: Sequence[str]
    label: str
    sense: NDArray[np.float32] | None = None


RAREST = 2  # documents that a term must be in
PENALTY = 1e-5
STEPS = 150


def fit(
    documents: Sequence[Document], target: Path, made_from: str, *, penalty: float = PENALTY, balance: float = 0.0
) -> None:
    """Fit a classifier on `documents` and write it to `target` (npz).

    Args:
        documents: terms and label of each.
        target: the file to write.
        made_from: what the documents were made from, for whoever asks whether the weights are still up to date.
        penalty: of the squared weights.
        balance: a document counts as the number of its label's to the power of minus this: 0 for each alike, 1 for
            each label alike.
    """
    import numpy as np

    spread = Counter(term for each in documents for term in set(each.terms))
    terms = sorted(term for term, count in spread.items() if count >= RAREST)
    idf = np.array([math.log(1 + len(documents) / spread[term]) for term in terms], dtype=np.float32)
    labels = sorted({each.label for each in documents})
    wanted = np.array([labels.index(each.label) for each in documents])
    counts = np.bincount(wanted).astype(np.float64)
    shares = counts[wanted] ** -balance
    weights = _regress(_rows(documents, terms, idf), wanted, shares / shares.sum(), penalty)
    np.savez_compressed(
        target,
        terms=np.array(terms),
        labels=np.array(labels),
        idf=idf,
        weights=weights.astype(np.float16),
        made_from=np.array(made_from),
    )
    load.cache_clear()


def predicted(documents: Sequence[Document], target: Path) -> list[str]:
    """Return the likeliest label of each document."""
    classifier = load(target)
    shares = (classifier.shares(each.terms, each.sense) for each in documents)
    return [max(each, key=lambda label: each[label]) for each in shares]


def _rows(documents: Sequence[Document], terms: Sequence[str], idf: NDArray[np.float32]) -> Any:
    """Return the documents as unit vectors, a sparse matrix of (documents, terms + dimensions)."""
    import numpy as np
    from scipy.sparse import csr_matrix, hstack

    place = {term: at for at, term in enumerate(terms)}
    data, rows, columns = [], [], []
    for row, each in enumerate(documents):
        known = sorted({place[term] for term in each.terms if term in place})
        values = idf[known]
        norm = float(np.linalg.norm(values)) or 1.0
        data += list(values / norm)
        rows += [row] * len(known)
        columns += known
    told = csr_matrix((data, (rows, columns)), shape=(len(documents), len(terms)))
    senses = [each.sense for each in documents if each.sense is not None]
    return hstack([told, csr_matrix(np.array(senses))], format="csr") if senses else told


def _regress(
    rows: Any, wanted: NDArray[np.int64], shares: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Return (terms + 1, classes): weights, and a bias in the last row; `shares` are those of the rows, sum 1."""
    import numpy as np
    from scipy.optimize import minimize

    (many, terms), classes = rows.shape, int(wanted.max()) + 1
    hot = np.eye(classes)[wanted]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(terms + 1, classes)
        scores = rows @ weights[:-1] + weights[-1]
        scores -= scores.max(1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(1, keepdims=True)
        error = (odds - hot) * shares[:, None]
        value = (
            -(shares * np.log(odds[np.arange(many), wanted] + 1e-12)).sum()
            + penalty * (weights[:-1] ** 2).sum() / 2
        )
        slope = np.vstack([rows.T @ error + penalty * weights[:-1], error.sum(0)])
        return float(value), slope.ravel()

    start = np.zeros((terms + 1) * classes)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    fitted: NDArray[np.float64] = best.x.reshape(terms + 1, classes)
    return fitted
