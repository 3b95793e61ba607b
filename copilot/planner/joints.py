"""Where a request turns to another thing, told by what its parts are about and not by the words between them.

"What data is there? and for Apple show the quarantined rows" joins two requests with no word for it. The weights of
the phrase books tell what each part asks for; where two parts that stand beside each other clearly ask for two
things, the request is of two steps. Words that say so ("then") are for `copilot.planner.steps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from copilot.planner.evidence import Evidence
from copilot.planner.phrasebook import INDEX, shares_of
from copilot.planner.request import tool_names

CLEAR = 0.8  # share of a tool from which a part is a request for it
FEWEST_WORDS = 3
_LEANS = re.compile(
    r"(?:as (?:known|of|it|they|at|one)|it|they|this|that|which|who|whose|those"
    r"|these|only|just|rather|instead|except|without)\b(?! (?:two|run|one)\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\W*(?:(?:and|but|so|ok(?:ay)?),? )?(?:did|does|do|has|have|would)\b[^.;!?,]*$", re.IGNORECASE
)  # "did they revise and ..."
_COMMAND = re.compile(
    r"(?:please |also |then )*(?:show|tell|list|give|open|explain|compare|load|get|test|run|what|which|how|is|are"
    r"|for|the)\b",
    re.IGNORECASE,
)
_SHELVES = ("view=", "kind=")
_JOINT = re.compile(r"\s*(?:[.!?;\n]+|,)\s*(?:and |but |plus |also )?|\s+(?:and|but|plus)\s+", re.IGNORECASE)


def parts(evidence: Evidence, before: str | None, index: Path = INDEX) -> list[str]:
    """Return the text of a request in the parts that ask for different things, in order; one where it is of one.

    Args:
        evidence: the request.
        before: the tool of the call before it.
        index: the weights.
    """
    text = evidence.text
    if evidence.of("sql") or evidence.of("code"):
        return [text]
    found: list[str] = []
    begin, about = 0, ""
    for joint, start, end in _places(evidence):
        asked = _about(evidence, start, end, about.split(" ", maxsplit=1)[0] or before, index)
        whole = _about(evidence, begin, joint, before, index) if asked else ""
        if asked and whole and _differs(whole, asked):
            found.append(text[begin:start])
            begin = start
        about = asked or whole or about
    return [_JOINT.sub("", part, count=1) if _JOINT.match(part) else part for part in (*found, text[begin:])]


def _places(evidence: Evidence) -> Iterator[tuple[int, int, int]]:
    """Yield where the joint before a part begins, and the part's start and end; no name is cut."""
    joints = [
        match.span()
        for match in _JOINT.finditer(evidence.text)
        if not any(each.start < match.end() and match.start() < each.end for each in evidence.mentions)
        and not _in_a_list(evidence, match.start(), match.end())
        and not (_ASKED.match(evidence.text[: match.start()]) and not _COMMAND.match(evidence.text, match.end()))
    ]
    for number, (joint, start) in enumerate(joints):
        for end in (*(after for _, after in joints[number + 1 :]), len(evidence.text)):
            if _LEANS.match(evidence.text, start):
                break  # it goes on about what stands before
            if len(evidence.text[start:end].split()) >= FEWEST_WORDS:
                yield joint, start, end
                break


def _in_a_list(evidence: Evidence, start: int, end: int) -> bool:
    """Tell whether two things of one kind stand on both sides."""
    left = {each.kind for each in evidence.mentions if each.end == start}
    return bool(left & {each.kind for each in evidence.mentions if each.start == end})


def _differs(one: str, other: str) -> bool:
    """Tell whether two labels are of two tools, or of two kinds of what one tool shows."""
    named = [{choice for choice in label.split()[1:] if choice.startswith(_SHELVES)} for label in (one, other)]
    return one.split(maxsplit=1)[0] != other.split(maxsplit=1)[0] or named[0] != named[1]


def _about(evidence: Evidence, start: int, end: int, before: str | None, index: Path) -> str:
    """Return the tool, with its closed choices, that a part clearly asks for; else an empty string."""
    part = evidence.part(start, end)
    if not part.content:
        return ""
    shares = shares_of(part, before, index)
    tools: dict[str, float] = {}
    for label, share in shares.items():
        tools[label.split()[0]] = tools.get(label.split()[0], 0.0) + share
    best = max(tools, key=lambda tool: tools[tool])
    if best not in tool_names() or tools[best] < CLEAR:
        return ""
    return max((label for label in shares if label.split()[0] == best), key=lambda label: shares[label])
