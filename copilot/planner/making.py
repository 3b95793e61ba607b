"""Signs that a feature is to be made: a verb of making and a noun for it, and the name that it is to have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.planner.mention import Mention
from copilot.planner.vocabulary import everyday_words

NOUN = r"(?:features?|signals?|factors?|indicators?|predictors?|expressions?|formulas?)s?"
_VERB = (
    r"(?:make(?! (?:sure|certain))|making|create|creating|build|building|generate|generating|construct|define"
    r"|derive|engineer|design|craft"
    r"|write|register|save|store|turn|form|compose|prepare|produce|give me|get|have|love|need|want|like|invent"
    r"|set up|come up with|(?:cook|whip|knock|dream) up|add|adding|include|compute|calculate|combine|multiply"
    r"|divide|subtract|new|another|fresh)"
)
_POLITE = r"^\W*(?:(?:please|now|ok|okay|so|and|can you|could you|would you|will you|let's|let us|go and|just) )*"
_OTHERWISE = (
    r"(?:run|tests?|backtest|train|try|predicts?|experiment|list|show|which|what|check|compare|does|do|did|is"
    r"|are|was|has|have|how|why|where|when|should|will|would|may|with)"
)
_MAKING = re.compile(
    rf"{_POLITE}(?!{_OTHERWISE}\b)(?!.*\b(?:which|what) {NOUN})(?=.*\b{_VERB}\b).*\b{NOUN}(?! importance)\b"
    rf"|{_POLITE}(?:an? |the |my |one )?(?:new )?{NOUN} ?(?::|=|that|which|for|from|of|out of|with)",
    re.IGNORECASE | re.DOTALL,
)
_DEFINES = re.compile(r"\bdef feature\(")
_INTO = re.compile(
    rf"\b(?:as|into) (?:an? |one |the |my |some )?(?:new |single )?{NOUN}(?!\w)(?=\W*$| (?:and|named|called|for"
    rf"|on|please)\b|[,.])",
    re.IGNORECASE,
)
_ASKING = re.compile(rf"{_POLITE}{_OTHERWISE}\b", re.IGNORECASE)
_TESTING = re.compile(
    r"\b(?:run|tests?|backtest\w*|train\w*|experiments?|predicts?|models?|universe|strateg\w+|classifiers?"
    r"|ranker|lightgbm|ridge|logistic|anchored|neutral|long[- /]?short|top [0-9]+|horizon"
    r"|cross[- ]validat\w*|combinatorial|portfolio|whether|see if|works?)\b",
    re.IGNORECASE,
)
_ADDING = re.compile(
    rf"{_POLITE}(?:add|include|make(?! (?:it|that|this|them)\b)|create|build|generate)\b", re.IGNORECASE
)
_TOO = re.compile(r"\b(?:as well|also|too|in addition|additionally|instead|again)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:and )?(?:(?:christen|dub|title)(?:ed)?(?: (?:it|that|this))?|call(?:ed|ing)?(?: (?:it|that one"
    r"|this one|that|this|the (?:feature|result|thing)|them))?"
    r"|nam(?:e|ed|ing)(?: (?:it|that one|this one|that|this|the (?:feature|result)))?(?: as)?"
    r"|(?:under|with|by|of) the name(?: of)?|giv(?:e|ing) (?:it )?the name|label(?:l?ed)?(?: it)?|save (?:it"
    r"|that|this) (?:as|under)|(?:whose|its|the|the feature's) name (?:is|should be|shall be))[: ]+"
    r"[\"'`]?(?!(?:the|of|for|an?|is|to|it|and|its)\b)(?P<name>[A-Za-z][\w-]{0,59})[\"'`]?",
    re.IGNORECASE,
)
_A_TEST = re.compile(
    r"\bmake (?:me )?(?:an? |one |the )?(?:tests?|runs?|experiments?|backtests?|comparison)\b", re.IGNORECASE
)
_IS_NAME = re.compile(
    r"\b(?P<name>[a-z][a-z0-9]*(?:_[a-z0-9]+)+) (?:should be|shall be|is|as|being) (?:the|its) name\b",
    re.IGNORECASE,
)
_AS = re.compile(r"\bas [\"'`]?(?P<name>[a-z][a-z0-9_]*)[\"'`]?(?=\W*$|,? (?:and|then|on|for)\b)")

_THEM = r"(?:them|both|the two|these|those|all(?: of them)?|together|the results?)"
_JOINED = (
    (
        re.compile(
            rf"\bby (?:multiplying|taking the product of)(?: {_THEM})?(?=\W|$)|\bmultiplied together\b",
            re.IGNORECASE,
        ),
        "*",
    ),
    (
        re.compile(
            rf"\bby (?:adding|summing)(?: {_THEM})?(?: up)?(?=\W|$)|\badded (?:together|up)\b", re.IGNORECASE
        ),
        "+",
    ),
)


def is_making(text: str) -> bool:
    """Tell whether the words ask for a feature to be made."""
    text = _A_TEST.sub("run", text)
    return _DEFINES.search(text) is not None or (
        (_MAKING.search(text) is not None or is_into(text)) and not _TESTING.search(text)
    )


def is_into(text: str) -> bool:
    """Tell whether something is to become a feature: "... as a feature"."""
    questions = _ASKING.search(text) or _TESTING.search(text)
    return _INTO.search(text) is not None and questions is None


def is_adding(text: str) -> bool:
    """Tell whether the words begin as those that add something: beside a feature, it is to be made."""
    return _ADDING.search(text) is not None and not _TOO.search(text)


def find_names(text: str) -> Iterator[Mention]:
    """Yield the name that a feature is to have: "call it qual", "named my-signal", "... as qual" at the end."""
    for match in _NAMED.finditer(text):
        yield Mention("name", match.start(), match.end(), match["name"].lower().replace("-", "_"))
    for match in _IS_NAME.finditer(text):
        yield Mention("name", match.start(), match.end(), match["name"])
    last = _AS.search(text)
    if last is not None and last["name"] not in everyday_words():
        yield Mention("name", last.start(), last.end("name"), last["name"])


def joined_by(text: str) -> str | None:
    """Return the operation that joins all the features that were named: "into one, by multiplying them"."""
    return next((sign for pattern, sign in _JOINED if pattern.search(text)), None)
