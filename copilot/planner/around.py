"""What stands around a piece of a request, as terms for a classifier."""

from __future__ import annotations

import re

from copilot.planner.vocabulary import stem

NEAR = 6  # words on either side that count, within the clause
NEXT = 3  # words on either side that count by their place
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+|[^\sa-z0-9]", re.IGNORECASE)
_EMPTY = frozenset({"the", "my", "our"})
_ENDS = ",;.:(0"  # what ends a clause; figures are all "0"


def around(text: str, start: int, end: int) -> list[str]:
    """Return the words of the clause on either side of `text[start:end]`, and the nearest by their place."""
    terms = [""]
    left, right = (
        [word for word in _TOKEN.findall(part.lower()) if word not in _EMPTY] for part in (text[:start], text[end:])
    )
    for side, words in (("<", left[::-1]), (">", right)):
        stems = [stem(word) if word[0].isalpha() else "0" if word.isdigit() else word for word in words[:NEAR]]
        clause = next((place for place, word in enumerate(stems) if word in _ENDS), len(stems))
        terms += [f"{side}{word}" for word in stems[:clause]]
        terms += [f"{side}{place}{word}" for place, word in enumerate((*stems, *"|||")[:NEXT])]
        terms.append(f"{side}{' '.join((*stems, '|', '|')[:2])}")
    return terms
