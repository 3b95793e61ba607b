"""Okapi BM25: how well a text answers a query, by the words they share and how rare these are. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

SATURATION = 1.2  # k1: how fast repeating a word stops to count
LENGTH = 0.75  # b: how much a long text is held against it


class Bm25:
    """An index over named texts, each a sequence of words."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._counts = {name: Counter(words) for name, words in texts.items()}
        self._lengths = {name: len(words) for name, words in texts.items()}
        self._mean_length = sum(self._lengths.values()) / len(texts)
        self._spread = Counter(word for counts in self._counts.values() for word in counts)

    def rank(self, query: Sequence[str]) -> list[tuple[str, float]]:
        """Return every name with its score, best first; equal scores in the order of the index."""
        scores = {name: sum(self._score(word, name) for word in query) for name in self._counts}
        return sorted(scores.items(), key=lambda item: -item[1])

    def _score(self, word: str, name: str) -> float:
        count = self._counts[name][word]
        if not count:
            return 0.0
        spread = self._spread[word]
        rarity = math.log(1 + (len(self._counts) - spread + 0.5) / (spread + 0.5))
        room = SATURATION * (1 - LENGTH + LENGTH * self._lengths[name] / self._mean_length)
        return rarity * count * (SATURATION + 1) / (count + room)
