"""Words that SLQ says itself: greetings, definitions, how-to, questions, refusals; all from `prompts/plan/`."""

from __future__ import annotations

import re
from functools import cache

from copilot.planner.vocabulary import load_plan_file, words_of

_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|yo)\b", re.IGNORECASE
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|great|nice|cool|perfect|awesome|good job|well done|ok|okay)\b",
    re.IGNORECASE,
)
_BYE = re.compile(r"\b(?:bye|goodbye|see you|farewell|good night)\b", re.IGNORECASE)
_IDENTITY = re.compile(
    r"\b(?:who|what) (?:are|r) (?:you|u)\b|\bare you\b|\byour name\b|\bwho made you\b", re.IGNORECASE
)
_HOW = re.compile(r"\bhow (?:do|can|could|would|should|to|does)\b(?: (?:i|we|one|you))?", re.IGNORECASE)
_HOW_TO = (
    ("how_feature", r"\b(?:make|create|build|generate|define|add)\b.*\b(?:features?|signals?|factors?)\b"),
    ("how_ingest", r"\b(?:load|download|fetch|import|ingest|get)\b.*\b(?:data|prices|bars|quotes|history)\b"),
    ("how_compare", r"\bcompare\b"),
    ("how_report", r"\b(?:report|results?)\b"),
    ("how_ticket", r"\b(?:tickets?|trades?|orders?|positions?)\b"),
    ("how_experiment", r"\b(?:experiment|backtest|test|hypothesis|train)\b"),
)  # fmt: skip
_OPEN_HOLDOUT = re.compile(
    r"^(?:please |can you |could you |let's |i want to |how (?:do|can|would) (?:i|we|you) )*"
    r"(?:open|unseal|unlock|test (?:it |that |this )?on|run (?:it |that |this )?on|use|show(?: me)?)\b.{0,25}"
    r"\b(?:hold-?out|sealed (?:data|bars|part|period|year))\b",
    re.IGNORECASE,
)
_HOLDOUT = re.compile(r"\bhold-?out\b", re.IGNORECASE)
_REPLAY = re.compile(
    r"^(?:please |can you |could you )*(?:replay|reproduce)\b"
    r"(?: (?:it|that|this|the|my|last|latest|previous|run|result|experiment|backtest|one|exactly))*\W*$",
    re.IGNORECASE,
)
_DEFINE = re.compile(
    r"^(?:so |and |please |can you |could you |remind me )*(?:what(?:'s| is| are| does| do)|define|explain"
    r"|describe|meaning of|tell me (?:about|what)"
    r"|what do you mean by|why (?:is|are|do|does)|how (?:is|are|does|do you (?:compute|calculate|define)))\b",
    re.IGNORECASE,
)
_AND = re.compile(r"^\W*(?:(?:and|what about|how about|ok(?:ay)?|the|an?)\b\W*)+", re.IGNORECASE)
_IN_SHORT = re.compile(
    r",? (?:in (?:one|a|a single|two) (?:sentences?|lines?|words?)|in short|in brief|briefly|in a nutshell)\W*$",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:differ(?:ence|s)?(?: between)? |how (?:is|are|does|do) )(?P<one>.+?)"
    r" (?:and|to|versus|vs\.?|differ\w* from|from) (?P<two>.+)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\bthe (?:[\w/]+[ -]){1,4}(?:run|experiment|backtest|one|result|trial)\b|"
    r"\b(?:my|our|last|latest|previous|this run|the run|that run|it|experiment|mine)\b",
    re.IGNORECASE,
)


def reply(name: str) -> str:
    """Return one of SLQ's fixed sentences. Raises KeyError for an unknown name."""
    return str(load_plan_file("replies.json")[name])


def definition(text: str) -> str | None:
    """Return the definition of the longest glossary term in a question about one, or None.

    How a holdout is opened and a run repeated is told too: no tool does that, a person does.
    """
    if is_replay(text):
        return reply("how_replay")
    if _OPEN_HOLDOUT.search(text) or (_HOLDOUT.search(text) and _OWN.search(text)):
        return reply("how_holdout")
    if short := _IN_SHORT.search(text):
        words = [term_alone(part) for part in re.split(r",? (?:and|or|&) |, ", text[: short.start()])]
        if all(words):
            return "\n".join(map(str, words))
    if not _DEFINE.search(text) or _OWN.search(text):
        return None
    return _both_terms(text) or term_in(text)


def _both_terms(text: str) -> str | None:
    """Return the definitions of two terms whose difference is asked for."""
    match = _DIFFERENCE.search(text)
    words = [term_in(match[side]) for side in ("one", "two")] if match else []
    return "\n".join(map(str, words)) if len(words) > 1 and all(words) and words[0] != words[1] else None


def term_in(text: str) -> str | None:
    """Return the definition of the longest glossary term in `text`, None where there is none."""
    said = f" {' '.join(words_of(text.replace('-', ' ')))} "
    terms = [term for term in _glossary() if f" {term} " in said]
    return _glossary()[max(terms, key=len)] if terms else None


def term_alone(text: str) -> str | None:
    """Return the definition of a term that is all that was said: "and PBO?", where terms were spoken of."""
    said = " ".join(words_of(_AND.sub("", text.replace("-", " "))))
    return _glossary().get(said)


def words_of_kind(kind: str, text: str) -> str:
    """Return what to say to a message that needs no tool, by its kind: thanks, a definition, a remark."""
    if kind == "definition":
        return term_in(text) or reply("unknown_term")
    return small_talk(text) if kind == "how_to" else reply(kind)


def is_replay(text: str) -> bool:
    """Tell whether a run is to be repeated as it was, and nothing else is asked."""
    return _REPLAY.search(text) is not None


def small_talk(text: str) -> str:
    """Return the sentence that fits a greeting, thanks, a question about SLQ, or a how-to."""
    if _HOW.search(text):
        for name, pattern in _HOW_TO:
            if re.search(pattern, text, re.IGNORECASE):
                return reply(name)
    if re.search(r"\bcosts?\b", text, re.IGNORECASE):
        return reply("costs")
    for name, sign in (("identity", _IDENTITY), ("bye", _BYE), ("greeting", _GREETING), ("thanks", _THANKS)):
        if sign.search(text):
            return reply(name)
    return reply("help")


def is_how_to(text: str) -> bool:
    """Tell whether `text` asks how something is done here."""
    match = re.search(r"\bhow (?:do|can|could|would|should) (?:i|we|one)\b|^how to\b", text, re.IGNORECASE)
    return match is not None and any(re.search(pattern, text, re.IGNORECASE) for _, pattern in _HOW_TO)


@cache
def _glossary() -> dict[str, str]:
    return {term: text for terms, text in load_plan_file("glossary.json").items() for term in terms.split("|")}
