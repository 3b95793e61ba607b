"""Choose what a request is about: BM25 over example phrasings, names replaced by their kind.

`xsymbol` stands for whatever was named, so that one example serves every company. A label's score is the mean of its
best examples, as a share of the score of a perfect match, plus what the single words say (naive Bayes over the same
examples): the first knows phrasings, the second words. To teach it a phrasing, add an example to
`prompts/plan/examples.json`.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from copilot.planner.mention import Mention
from copilot.planner.vocabulary import stem, words_of

K1, B = 1.2, 0.4  # BM25; requests are short, so length matters less than in documents
BEST = (0.6, 0.25, 0.15)  # weights of a label's best examples: one good match counts, company makes it surer
SMOOTHING = 0.3  # pretended count of every word under every label, so that an unseen one rules nothing out
WORDS_WEIGHT = 0.3  # of naive Bayes beside the best examples
SHARPNESS = 14.0  # how fast a lead in score becomes certainty


@dataclass(frozen=True, slots=True)
class Reading:
    """A label with its score, 0 to 1, and its share of certainty; shares of all readings sum to 1."""

    label: str
    score: float
    share: float


def terms_of(text: str, mentions: Sequence[Mention]) -> list[str]:
    """Return stems and pairs of neighbours, mentions as `xkind`; words of a feature are kept beside it."""
    pieces: list[str] = []
    position = 0
    for mention in mentions:
        pieces.append(text[position : mention.start])
        pieces.append(f" x{mention.kind} ")
        if mention.kind in ("feature", "experiment", "count"):
            pieces.append(text[mention.start : mention.end])
        position = mention.end
    pieces.append(text[position:])
    stems = [word if word.startswith("x") else stem(word) for word in words_of(" ".join(pieces))]
    stems = [word for word, previous in zip(stems, ["", *stems], strict=False) if word != previous]
    return stems + [f"{left} {right}" for left, right in zip(["^", *stems], [*stems, "$"], strict=True)]


class Retriever:
    """An index over labelled examples.

    Args:
        examples: label -> the terms of each of its examples.
    """

    def __init__(self, examples: Mapping[str, Iterable[list[str]]]) -> None:
        self._documents = [(label, Counter(terms)) for label, many in examples.items() for terms in many]
        self.labels = list(examples)
        spread: dict[str, set[int]] = defaultdict(set)
        for number, (_, terms) in enumerate(self._documents):
            for term in terms:
                spread[term].add(number)
        total = len(self._documents)
        self._idf = {
            term: math.log(1 + (total - len(where) + 0.5) / (len(where) + 0.5)) * _weight(term)
            for term, where in spread.items()
        }
        self._mean_length = sum(terms.total() for _, terms in self._documents) / total
        self._counts = {label: Counter[str]() for label in self.labels}
        for label, terms in self._documents:
            self._counts[label].update(terms.keys())
        self._sizes = Counter(label for label, _ in self._documents)
        self._words = sorted(term for term in self._idf if " " not in term and len(term) > 3)

    def rank(self, terms: Sequence[str]) -> list[Reading]:
        """Return every label, best first."""
        corrected = [self._correct(term) for term in terms]
        known = {term for term in corrected if term in self._idf}
        # Unknown words count against the match as rare words would: they are what the request is about.
        rarest = max(self._idf.values())
        whole = sum(self._idf[term] for term in known)
        whole += 0.35 * rarest * sum(" " not in term and term not in known for term in set(corrected))
        scores: dict[str, list[float]] = {label: [] for label in self.labels}
        for label, document in self._documents:
            scores[label].append(self._score(known, document))
        totals = {
            label: sum(weight * score for weight, score in zip(BEST, sorted(many, reverse=True), strict=False))
            / max(whole, 1e-9)
            for label, many in scores.items()
        }
        words = self._by_words(known)
        return _readings({label: totals[label] + WORDS_WEIGHT * words[label] for label in self.labels})

    def coverage(self, terms: Sequence[str]) -> float:
        """Return the share of words that occur in any example."""
        words = [term for term in terms if " " not in term]
        return sum(self._correct(word) in self._idf for word in words) / max(1, len(words))

    def _score(self, known: set[str], document: Counter[str]) -> float:
        length = 1 - B + B * document.total() / self._mean_length
        return sum(
            self._idf[term] * document[term] * (K1 + 1) / (document[term] + K1 * length)
            for term in known & document.keys()
        )

    def _by_words(self, known: set[str]) -> dict[str, float]:
        """Return each label's probability by its words, flattened so that many words do not make it certain."""
        logs = {
            label: sum(
                _weight(term) * math.log((counts[term] + SMOOTHING) / (self._sizes[label] + 2 * SMOOTHING))
                for term in known
            )
            for label, counts in self._counts.items()
        }
        top = max(logs.values())
        scale = max(1.0, math.sqrt(len(known)))
        powers = {label: math.exp((value - top) / scale) for label, value in logs.items()}
        whole = sum(powers.values())
        return {label: power / whole for label, power in powers.items()}

    def _correct(self, term: str) -> str:
        """Return the nearest known word for one that is likely a slip of the finger."""
        if term in self._idf or " " in term or len(term) < 5:
            return term
        near = difflib.get_close_matches(term, self._words, n=1, cutoff=0.84)
        return near[0] if near else term


def _weight(term: str) -> float:
    return 0.6 if " " in term else 1.0


def _readings(totals: Mapping[str, float]) -> list[Reading]:
    top = max(totals.values())
    powers = {label: math.exp(SHARPNESS * (score - top)) for label, score in totals.items()}
    whole = sum(powers.values())
    ranked = sorted(totals, key=lambda label: totals[label], reverse=True)
    return [Reading(label, totals[label], powers[label] / whole) for label in ranked]
