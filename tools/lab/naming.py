"""Names of generated features: readable, safe as a file and as a word, the same for the same specification."""

from __future__ import annotations

import re

from tools.features.registry import PREFIX
from tools.kernel.errors import BadRequest

LONGEST = 48
_SPOKEN = (
    ("**", " pow "),
    (">=", " atleast "),
    ("<=", " atmost "),
    ("==", " is "),
    ("!=", " isnot "),
    ("*", " times "),
    ("/", " over "),
    ("+", " plus "),
    (" - ", " minus "),
    (">", " above "),
    ("<", " below "),
)
_SIGNS = re.compile(r"[().]|\s-\s|\b(?:and|or)\b|[-*/+<>=!]+")
_ANY_NUMBER = re.compile(r"\b(?:min|max)\(")  # of operands


def automatic(spec: str, sha256: str) -> str:
    """Return a name from a library id or an expression: `auto_rsi_14_times_zscore_volume_20`.

    One that is long, or whose words would suit another specification as well, ends in six digits of the
    fingerprint.
    """
    text = spec
    for sign, word in _SPOKEN:
        text = text.replace(sign, word)
    words = "_".join(re.findall(r"[a-z0-9]+", text.lower()))
    if len(words) <= LONGEST and not _ambiguous(spec):
        return PREFIX + words
    return f"{PREFIX}{words[: LONGEST - 7].rstrip('_')}_{sha256[:6]}"


def _ambiguous(spec: str) -> bool:
    """Return whether the words alone do not say what it is: they tell neither brackets nor a sign or a point."""
    if spec.isidentifier():
        return False
    depth = 0
    for sign in _SIGNS.findall(spec):
        depth += (sign == "(") - (sign == ")")
        if sign in ("-", ".") or (depth and sign not in "()"):
            return True
    return len(_ANY_NUMBER.findall(spec)) > 1


def chosen(name: str) -> str:
    """Return the name a user gave, with the prefix. Raises BadRequest where it is no plain word."""
    word = name.strip().removeprefix(PREFIX)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,47}", word):
        raise BadRequest(
            f"{name!r} cannot be the name of a feature.",
            hint="Use lower-case letters, digits and underscores, starting with a letter: my_feature.",
        )
    return PREFIX + word
