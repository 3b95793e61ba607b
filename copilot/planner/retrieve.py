"""Choose what a request is about, from labelled example phrasings.

Names are replaced by their kind (`xsymbol`), so that one example serves every company, and words bring the concept
they belong to (`=load`), so that one example serves its synonyms. Over these terms two simple rules vote:
regularised least squares on TF-IDF vectors (Rifkin and Klautau 2004), which knows phrasings, and naive Bayes, which
knows words. Fitted in closed form at start; nothing random. To teach it a phrasing, add an example to
`prompts/plan/examples.json`; to teach it a synonym, add a word to `prompts/plan/concepts.json`.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copilot.planner.mention import Mention
from copilot.planner.vocabulary import load_plan_file, stem, words_of

RIDGE = 0.3  # chosen, with the two below, by ten-fold cross-validation over the examples alone
PAIR_WEIGHT = 0.6  # of two neighbouring words, beside the words themselves
WORDS_WEIGHT = 0.4  # of naive Bayes beside least squares
SMOOTHING = 0.1  # pretended count of every term under every label, so that an unseen one rules nothing out
SHORTEST_CORRECTED = 5  # letters: shorter words have too many neighbours
SHARPNESS = 5.0  # how fast a lead in score becomes certainty


@dataclass(frozen=True, slots=True)
class Reading:
    """A label with its score and its share of certainty; shares of all readings sum to 1."""

    label: str
    score: float
    share: float


def terms_of(text: str, mentions: Sequence[Mention]) -> list[str]:
    """Return stems, pairs of neighbours and concepts of what was spoken."""
    stems = [word if word.startswith("x") else stem(word) for word in spoken(text, mentions)]
    stems = [word for word, previous in zip(stems, ["", *stems], strict=False) if word != previous]
    pairs = [f"{left} {right}" for left, right in zip(["^", *stems], [*stems, "$"], strict=True)]
    concepts = sorted({concept for word in stems for concept in _concepts().get(word, ())})
    return [*stems, *pairs, *concepts]


def spoken(text: str, mentions: Sequence[Mention]) -> list[str]:
    """Return the words of a request, `xkind` in the place of a mention.

    The words of a feature, an experiment or a count are kept beside it: "drawdown" is also a word of reports.
    """
    pieces: list[str] = []
    position = 0
    for mention in mentions:
        pieces.append(text[position : mention.start])
        pieces.append(f" x{mention.kind} ")
        if mention.kind in ("feature", "experiment", "count"):
            pieces.append(text[mention.start : mention.end])
        position = mention.end
    pieces.append(text[position:])
    return words_of(" ".join(pieces))


class Retriever:
    """An index over labelled examples.

    Args:
        examples: label -> the terms of each of its examples.
    """

    def __init__(self, examples: Mapping[str, Iterable[list[str]]]) -> None:
        documents = [(label, frozenset(terms)) for label, many in examples.items() for terms in many]
        self.labels = list(examples)
        self._sizes = Counter(label for label, _ in documents)
        self._counts = {label: Counter[str]() for label in self.labels}
        for label, terms in documents:
            self._counts[label].update(terms)
        spread = sum(self._counts.values(), Counter[str]())
        self._place = {term: place for place, term in enumerate(sorted(spread))}
        self._idf = np.array(
            [_weight(term) * math.log(1 + len(documents) / spread[term]) for term in self._place], dtype=np.float64
        )
        self._words = sorted(term for term in self._place if _is_word(term) and len(term) >= SHORTEST_CORRECTED)
        rows = np.array([self._vector(terms) for _, terms in documents])
        wanted = np.array([[label == each for each in self.labels] for label, _ in documents], dtype=np.float64)
        # The dual form: a system of as many equations as there are examples, not as there are terms.
        self._weights = rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), wanted)

    def rank(self, terms: Iterable[str]) -> list[Reading]:
        """Return every label, best first."""
        known = frozenset(corrected for term in terms if (corrected := self._correct(term)) in self._place)
        by_phrase = self._vector(known) @ self._weights
        by_word = self._by_words(known)
        scores = {
            label: float(by_phrase[place]) + WORDS_WEIGHT * by_word[label]
            for place, label in enumerate(self.labels)
        }
        shares = _shares({label: SHARPNESS * score for label, score in scores.items()})
        ranked = sorted(self.labels, key=lambda label: scores[label], reverse=True)
        return [Reading(label, scores[label], shares[label]) for label in ranked]

    def coverage(self, terms: Iterable[str]) -> float:
        """Return the share of words that occur in any example."""
        words = [term for term in terms if _is_word(term)]
        return sum(self._correct(word) in self._place for word in words) / max(1, len(words))

    def _vector(self, terms: Iterable[str]) -> NDArray[np.float64]:
        places = [self._place[term] for term in terms]
        vector = np.zeros(len(self._place))
        vector[places] = self._idf[places]
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def _by_words(self, known: frozenset[str]) -> dict[str, float]:
        """Return each label's probability by its words, flattened so that many words do not make it certain."""
        flat = max(1.0, math.sqrt(len(known)))
        return _shares(
            {
                label: sum(
                    _weight(term) * math.log((counts[term] + SMOOTHING) / (self._sizes[label] + 2 * SMOOTHING))
                    for term in known
                )
                / flat
                for label, counts in self._counts.items()
            }
        )

    def _correct(self, term: str) -> str:
        """Return the nearest known word for one that is likely a slip of the finger."""
        if term in self._place or not _is_word(term) or len(term) < SHORTEST_CORRECTED:
            return term
        near = difflib.get_close_matches(term, self._words, n=1, cutoff=0.84)
        return near[0] if near else term


def _is_word(term: str) -> bool:
    return " " not in term and not term.startswith("=")


def _weight(term: str) -> float:
    return PAIR_WEIGHT if " " in term else 1.0


def _shares(logs: Mapping[str, float]) -> dict[str, float]:
    """Return exp(log) of each label, scaled to sum to 1."""
    top = max(logs.values())
    powers = {label: math.exp(value - top) for label, value in logs.items()}
    whole = sum(powers.values())
    return {label: power / whole for label, power in powers.items()}


@cache
def _concepts() -> dict[str, list[str]]:
    """Return stem -> the concepts it belongs to."""
    concepts: dict[str, list[str]] = {}
    for concept, words in load_plan_file("concepts.json").items():
        for word in words.split():
            concepts.setdefault(stem(word), []).append(f"={concept}")
    return concepts
