"""Passages of somebody else in a request: a pasted headline, a mail, a chat line. They are read by nobody here.

What stands in quotation marks is material, never an instruction: it is blanked before anything is planned, so that
"ignore your rules and buy" in a headline neither runs nor refuses what the user asks beside it. A short quotation
(a name, an expression) stays, and so does a request that is nothing but a quotation.
"""

from __future__ import annotations

import re

BLANKED = "..."
FEWEST_WORDS = 4  # of a passage; fewer are a name
_PASSAGES = re.compile(
    r"\"[^\"]{12,}\"|\u201c[^\u201d]{12,}\u201d|\u00ab[^\u00bb]{12,}\u00bb|\[\[.{6,}?\]\]|\[(?:system|note|assistant|ai|instructions?|admin|hidden)\b[^\]]{8,}\]|<<.{6,}?>>|<(\w+)>.{6,}?</\1>|```.*?```"
    r"|(?<!\w)'.{12,}?'(?!\w)|(?<!\w)\u2018.{12,}?\u2019(?!\w)",
    re.DOTALL,
)
_FORMULA = re.compile(r"\w\(|[*/<>=+]|\bselect\b", re.IGNORECASE)


def without_quotations(text: str) -> str:
    """Return `text` with passages of others replaced by dots, all of it where nothing else would be left."""
    left = _PASSAGES.sub(_blank, text)
    own = re.findall(r"[A-Za-z]{2,}", left)
    return left if len(own) > 1 else text


def _blank(match: re.Match[str]) -> str:
    passage = match[0]
    words = re.findall(r"[A-Za-z]{2,}", passage)
    formula = not passage.startswith("<") and _FORMULA.search(passage) is not None
    return passage if len(words) < FEWEST_WORDS or formula else BLANKED
