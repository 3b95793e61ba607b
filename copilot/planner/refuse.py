"""What is never done, whatever else was said: recognised by plain rules before anything is retrieved.

Not the safeguard itself: there is no broker client, no tool reads secrets, and no tool changes the audit log. These
rules (`prompts/plan/refusals.json`) only make the answer a clear refusal instead of a wrong call.
"""

from __future__ import annotations

import re
from functools import cache

from copilot.planner.vocabulary import load_plan_file

_QUESTION = re.compile(
    r"^(?:what (?:is|are|does)|what's|explain|define|how do(?:es)?|tell me about)\b.*\b(?:order|audit"
    r"|ticket|broker)",
    re.IGNORECASE,
)


def forbidden(text: str) -> str | None:
    """Return the reason's label where `text` asks for something that is never done."""
    if _QUESTION.search(text):
        return None
    return next((label for label, pattern in _rules() if pattern.search(text)), None)


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return label and pattern of each rule, in order: the first that matches gives the reason."""
    return tuple(
        (label, re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE))
        for label, patterns in load_plan_file("refusals.json").items()
    )
