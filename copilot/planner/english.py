"""The words of English, with how often each is used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spellchecker import SpellChecker

COMMON = 300  # of 1.6 billion words: a rarer one may well be the name of a company


def is_english(word: str, *, least: int = 1) -> bool:
    """Tell whether a word in small letters is one of English, used at least so often."""
    return word in _english() and _english().word_frequency[word] >= least


@cache
def _english() -> SpellChecker:
    """Return the list; reading it takes a sixth of a second, spent where a word is unknown to the trade."""
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)
