"""Words: splitting, stemming, and the everyday vocabulary that a name must not be confused with."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import prompts

SHORTEST_STEM = 3
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ities",
    "ity",
    "ments",
    "ment",
    "ies",
    "ied",
    "ers",
    "er",
    "es",
    "ed",
    "ly",
    "s",
    "e",
    "y",
)


@cache
def load_plan_file(name: str) -> Any:
    """Return a JSON file of `prompts/plan/`."""
    return json.loads((prompts.FOLDER / "plan" / name).read_text(encoding="utf-8"))


def words_of(text: str) -> list[str]:
    """Return the lower-case words of `text`."""
    return _TOKEN.findall(text.lower().replace("\u2019", "'"))


def stem(word: str) -> str:
    """Return a crude stem: common endings off, at least three letters kept."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            word = word[: -len(ending)]
            break
    if len(word) > SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word


# Words without which a request keeps its meaning; they carry no evidence of a subject.
FUNCTION_WORDS = frozenset(load_plan_file("words.json")["function"].split())


@cache
def everyday_words() -> frozenset[str]:
    """Return lower-case words that name no company: function words, the trade's terms, the words of the examples.

    Words that occur in the examples only with a capital are names and are left out.
    """
    lower: set[str] = set()
    for examples in load_plan_file("examples.json").values():
        for example in examples:
            lower.update(re.findall(r"\b[a-z][a-z']*", example))
    for terms in load_plan_file("glossary.json"):
        lower.update(words_of(terms))
    words = load_plan_file("words.json")
    return FUNCTION_WORDS | frozenset(f"{words['everyday']} {words['harmless']}".split()) | frozenset(lower)
