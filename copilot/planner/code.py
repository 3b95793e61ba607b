"""Python typed or pasted into a request: `run this python on IBM: result = ...`, in a fence or after a colon.

Taken word for word; nothing is run here, and the sandbox decides what it may do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from copilot.planner.mention import Mention

_FENCE = re.compile(r"```(?:python|py)?[ \t]*\n?(?P<code>.+?)\n?[ \t]*```", re.DOTALL | re.IGNORECASE)
_SAID = re.compile(
    r"(?:\b(?:run|execute|evaluate|eval|exec|try|use)\b[^:\n]{0,80}\b(?:python|code|script|snippet|program"
    r"|source)\b[^:\n]{0,80}[:\n]|^\W*(?:python|py|code)[ \t]*:|\b(?:python|code|source)\b[^:\n]{0,60}:(?=\s*(?:def"
    r"|import)\b))[ \t]*\n?(?P<code>.+)",
    re.DOTALL | re.IGNORECASE,
)
_TICKS = re.compile(r"`(?P<code>[^`]+)`")
_DEFINES = re.compile(r"(?P<code>(?:(?:import|from) [^\n]+\n+)*def feature\(.+)", re.DOTALL)
_RESULT = re.compile(r"(?:^|:|\n)[ \t]*\n?[ \t]*(?P<code>(?:\w+ = [^\n]+\n+)*result = .+)", re.DOTALL)
_AFTER = re.compile(r"[,;.]?\s+(?:on|for|over|using|with|please|thanks|then|from|since)\b", re.IGNORECASE)
_PYTHON = re.compile(r"(?<![=!<>])=(?!=)|\bdef \w+\(|\bimport \w+|\bprint\(|\bopen\(")


def find_code(text: str) -> Iterator[Mention]:
    """Yield the Python in a request, at most once; the words that announce it belong to the mention."""
    for pattern in (_FENCE, _TICKS, _SAID, _DEFINES, _RESULT):
        match = pattern.search(text)
        if (
            match is not None
            and _PYTHON.search(match["code"])
            and (pattern is not _TICKS or _parses(match["code"]))
        ):
            start = match.start("code") if pattern in (_SAID, _RESULT) else match.start()
            code = match["code"] if pattern in (_FENCE, _TICKS) else _without_words_after(match["code"])
            end = match.end() if code == match["code"] else match.start("code") + len(code)
            yield Mention("code", start, end, code.strip("\n").rstrip())
            return


def _without_words_after(code: str) -> str:
    """Return the code without "on AAPL and IBM" behind it, where it is Python only without that."""
    if _parses(code):
        return code
    shorter = (code[: match.start()] for match in reversed(list(_AFTER.finditer(code))))
    return next((each for each in shorter if _parses(each)), code)


def _parses(code: str) -> bool:
    """Tell whether a passage between backticks is Python and no words."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True
