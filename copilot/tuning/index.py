"""Fit the index of the phrase books: which words speak for which tool and which of its closed choices.

Multinomial logistic regression on TF-IDF vectors of the terms of `copilot.planner.retrieve`, with an L2 penalty.
Fitted once, from the same pairs as the adapter, and shipped as weights: at start there is nothing to fit.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.phrasebook import INDEX, choice_of, terms_with
from copilot.tuning.dataset import Pair
from copilot.tuning.slots import TODAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RAREST = 2  # documents that a term must be in
PENALTY = 1e-4
_REQUEST = re.compile(r"^request: (?P<text>.*)<\|im_end\|>$", re.MULTILINE)
_BEFORE = re.compile(r'^before: .* -> .*\{"tool":"(?P<tool>\w+)"', re.MULTILINE)


def document(pair: Pair) -> tuple[list[str], str]:
    """Return the terms of a pair's request and the choice that its call stands for."""
    match = _REQUEST.search(pair.prompt)
    text = match["text"] if match else ""
    before = _BEFORE.search(pair.prompt)
    evidence = gather(text, LiveState(), TODAY)
    return terms_with(evidence, before["tool"] if before else None), choice_of(json.loads(pair.call))


def fit(pairs: Sequence[Pair], target: Path = INDEX) -> dict[str, float]:
    """Fit the index on the training pairs, write it to `target`, and return its accuracy on those held out."""
    import numpy as np

    train = [document(pair) for pair in pairs if pair.split == "train"]
    held = [document(pair) for pair in pairs if pair.split == "held"]
    spread = Counter(term for terms, _ in train for term in set(terms))
    terms = sorted(term for term, count in spread.items() if count >= RAREST)
    idf = np.array([math.log(1 + len(train) / spread[term]) for term in terms], dtype=np.float32)
    labels = sorted({label for _, label in train})
    weights = _regress(_rows(train, terms, idf), np.array([labels.index(label) for _, label in train]), len(labels))
    np.savez_compressed(
        target, terms=np.array(terms), labels=np.array(labels), idf=idf, weights=weights.astype(np.float16)
    )
    rows = _rows(held, terms, idf)
    scores = rows @ weights[:-1] + weights[-1]
    right = [labels[int(best)] == label for best, (_, label) in zip(scores.argmax(1), held, strict=True)]
    tools = [
        labels[int(best)].split()[0] == label.split()[0]
        for best, (_, label) in zip(scores.argmax(1), held, strict=True)
    ]
    return {"choice": sum(right) / len(held), "tool": sum(tools) / len(held), "terms": float(len(terms))}


def _rows(documents: Sequence[tuple[list[str], str]], terms: Sequence[str], idf: NDArray[np.float32]) -> Any:
    """Return the documents as unit vectors, a sparse matrix of (documents, terms)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    place = {term: at for at, term in enumerate(terms)}
    data, rows, columns = [], [], []
    for row, (said, _) in enumerate(documents):
        known = sorted({place[term] for term in said if term in place})
        values = idf[known]
        norm = float(np.linalg.norm(values)) or 1.0
        data += list(values / norm)
        rows += [row] * len(known)
        columns += known
    return csr_matrix((data, (rows, columns)), shape=(len(documents), len(terms)))


def _regress(rows: Any, wanted: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return (terms + 1, classes): weights, and a bias in the last row."""
    import numpy as np
    from scipy.optimize import minimize

    many, terms = rows.shape
    hot = np.eye(classes)[wanted]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(terms + 1, classes)
        scores = rows @ weights[:-1] + weights[-1]
        scores -= scores.max(1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(1, keepdims=True)
        error = (odds - hot) / many
        value = -np.log(odds[np.arange(many), wanted] + 1e-12).mean() + PENALTY * (weights[:-1] ** 2).sum() / 2
        slope = np.vstack([rows.T @ error + PENALTY * weights[:-1], error.sum(0)])
        return float(value), slope.ravel()

    best = minimize(loss, np.zeros((terms + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    fitted: NDArray[np.float64] = best.x.reshape(terms + 1, classes)
    return fitted
