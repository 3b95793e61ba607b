"""Trading rules in a request: when to buy and when to sell, as conditions of the expression language.

"Buy IBM when RSI is below 30 and sell when it is above 70", "hold AAPL while close > sma(200)", "backtest
sma(50) > sma(200)", "test a golden cross". A rule is known by this form and not by its phrasing, so no example
teaches it. A condition that cannot be read is a mention without a value: it is asked about, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copilot.planner.conditions import Condition, condition_at, level_before, named, rsi_before, words
from copilot.planner.features import with_lengths
from copilot.planner.formula import find_expressions, is_condition
from copilot.planner.making import is_making
from copilot.planner.mention import Kind, Mention, claim

KINDS: tuple[Kind, Kind] = ("entry", "exit")
_ELSEWHERE = re.compile(
    r"\b(?:predict\w*|forecast\w*|features?|train\w*|models?|horizon|leak\w*|firewall|experiments?|top [0-9]+)\b"
    r"|^\W*(?:so |and |please )*(?:what(?:'s| is| are| does)|define|explain|describe|how (?:do|can|often|many))\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:rules?|strateg(?:y|ies)|back-?test\w*|test(?:ing|s)?|cross(?:over|ing)s?)\b", re.IGNORECASE
)
_CROSSOVER = re.compile(r"\bcross-?overs?\b|\bgolden cross|\bdeath cross|\btrading rule", re.IGNORECASE)
_RANGE = re.compile(r"(?<![\w.])[0-9]+\.\.[0-9]+(?:\.\.[0-9]+)?(?![\w.])")
_ORDER = re.compile(
    r"\b(?:buy|sell)\b(?! (?:me )?(?:[0-9]|some\b|an?\b|my\b|our\b))"
    r"(?=[^.;!?]{0,80}\b(?:when|if|once|while|whenever|as long as|until|at|on|after|with|under|below|above"
    r"|over)\b)",
    re.IGNORECASE,
)
_ASKED_OF_US = re.compile(r"\b(?:can|could|would|will) you (?:please )?(?:buy|sell)\b|\bfor me\b", re.IGNORECASE)
_SIGNAL_LINE = re.compile(r"\bsignal line\b", re.IGNORECASE)
_CLOSES = re.compile(r"\bclose (?:out )?the positions?\b", re.IGNORECASE)
_SOLD = re.compile(r"\b(?:sell|exit)(?:s|ing)?\b", re.IGNORECASE)
_OTHERWISE = re.compile(r"\b(?:otherwise|else|(?:when|if) not|no longer)\b", re.IGNORECASE)
_SIDE = re.compile(
    r",? (?:to )?(?:(?P<out>out|exit|sell|get out)|in|enter|buy|get in)(?= and\b|,|\.(?: |$)|;|\W*$)", re.IGNORECASE
)
_OF_LEVEL = r"(?:(?:is |at )?(?:below|under|above|over)|[<>])"
_NAME = re.compile(r"[A-Z][\w.&-]*(?:'s)? (?=(?:close|trade|break|is|goes|move|cross)\w* )")


def find_rule(text: str) -> list[Mention]:
    """Return when to enter and when to leave: `entry` and `exit`, each a condition; None for an unreadable one."""
    if is_making(_SIGNAL_LINE.sub("", text)):
        return []
    found = claim([], _triggered(text))
    readable = [mention for mention in found if mention.value is not None]
    if not any(mention.kind == "entry" for mention in readable):
        if any(mention.kind == "entry" for mention in found):
            return found if _SAID.search(text) else []
        return [] if _ELSEWHERE.search(text) else _bare(text, [each for each in readable if each.kind == "exit"])
    return _until(text, found)


def unnamed_rule(text: str) -> bool:
    """Tell whether a rule is spoken of whose conditions are not said: "backtest a moving average crossover"."""
    return _CROSSOVER.search(text) is not None and not _ELSEWHERE.search(text) and _SAID.search(text) is not None


def without_orders(text: str) -> str:
    """Return a request for a rule without its "buy" and "sell", which order nothing; as it is where they may."""
    return text if _ASKED_OF_US.search(text) else _CLOSES.sub("leave", _ORDER.sub("hold", text))


def _triggered(text: str) -> Iterator[Mention]:
    if (first := _reversed(text)) and first[0].start < min(_verbs(text), default=len(text)):
        yield from first
        return
    yield from _sided(text)
    yield from _at_levels(text)
    for kind in KINDS:
        for pattern, sure in _triggers(kind):
            for match in pattern.finditer(text):
                if known := _read(text, match.end(), before=_before(text, match.start())):
                    yield _mention(kind, known, text)
                elif sure:
                    end = re.compile(r"[^.;!?,]*").match(text, match.end()).end()  # type: ignore[union-attr]
                    yield Mention(kind, match.end(), max(end, match.end() + 1), None)


def _sided(text: str) -> Iterator[Mention]:
    """Yield typed conditions with their side behind them: "rsi(2) < 10 in and rsi(2) > 70 out"."""
    for each in _typed(text):
        side = _SIDE.match(text, each.end)
        if side is not None:
            yield Mention("exit" if side["out"] else "entry", each.start, each.end, each.value)


def _at_levels(text: str) -> Iterator[Mention]:
    """Yield when to buy where a level alone is told, of what was spoken of: "RSI on Apple, in below 30"."""
    for match in re.finditer(
        rf"\b(?:{words()['enter']}|in)(?: it| them)? (?={_OF_LEVEL} [0-9])", text, re.IGNORECASE
    ):
        spoken_of = rsi_before(text[: match.start()])
        if spoken_of and (known := _read(text, match.end(), spoken_of)):
            yield _mention("entry", known, text)


def _verbs(text: str) -> list[int]:
    """Return where "buy" and "sell" stand, in any of their forms."""
    return [
        match.start()
        for name in ("enter", "leave")
        for match in re.finditer(rf"\b(?:{words()[name]})\b", text, re.IGNORECASE)
    ]


def _reversed(text: str) -> list[Mention]:
    """Return the conditions that stand before what they are for: "when RSI is below 30, buy"."""
    found = []
    for match in re.finditer(rf"\b(?:{words()['when']}) ", text, re.IGNORECASE):
        known = _read(text, match.end(), _before(text, match.start()))
        if known is None:
            continue
        for kind, name in zip(KINDS, ("enter", "leave"), strict=True):
            rest = rf",? (?:then |i |we |you |just |please |i'd |to )*(?:{words()[name]})\b"
            if re.compile(rest, re.IGNORECASE).match(text, known.end):
                found.append(_mention(kind, known, text))
    return found


def _until(text: str, found: list[Mention]) -> list[Mention]:
    """Add "... until RSI is above 70" where no exit was said."""
    if any(mention.kind == "exit" for mention in found):
        return found
    sold = _SOLD.search(text)
    if sold and not _OTHERWISE.search(text):
        return claim(found, [Mention("exit", *sold.span(), None)])
    for match in re.finditer(rf"\b(?:{words()['until']}) ", text, re.IGNORECASE):
        if known := _read(text, match.end(), before=_before(text, match.start())):
            return claim(found, [_mention("exit", known, text)])
    return found


def _bare(text: str, exits: list[Mention]) -> list[Mention]:
    """Return the rule of a request that only names a condition: "backtest sma(50) > sma(200)", "a golden cross"."""
    by_name = sorted(named(text), key=lambda each: each.start)
    enters = [each for each in by_name if " > " in each.text]
    if enters:
        leaves = [each for each in by_name if each not in enters and each.start > enters[0].start]
        rule = [_mention("entry", enters[0], text), *(_mention("exit", each, text) for each in leaves[:1])]
        return claim(rule, exits)
    if by_name and not exits:
        return []
    which = (
        r"(?: (?:the|a|an|this|my|simple|following|rule|strategy|idea))*(?: ?:|,| of| that| where| with| whether)?"
    )
    for match in re.finditer(rf"\b(?:{words()['tests']})\b{which} ", text, re.IGNORECASE):
        if known := _read(text, match.end()):
            return claim([_mention("entry", known, text)], exits)
    typed = [each for each in _typed(text) if _SAID.search(text) or "(" in str(each.value)]
    typed = [each for each in typed if not any(each.overlaps(other) for other in exits)]
    return claim(typed[:1], exits) if typed else exits


def _read(text: str, at: int, before: Condition | None = None) -> Condition | None:
    """Return the condition at `at`: as typed, or as the words say, whichever is longer."""
    typed = next((each for each in _typed(text[at:]) if each.start == 0), None)
    worded = condition_at(text, at, before)
    if typed is None or (worded and worded.end > at + typed.end):
        return worded
    return Condition(typed.value, at, at + typed.end, re.split(r" *(?:<|>|==|!=) *", typed.value)[0])


def _typed(text: str) -> list[Mention]:
    """Return the conditions as typed, with the ranges in them: `sma(5..20) > sma(100)`; `rsi` as `rsi(14)`."""
    flat = _RANGE.sub(lambda match: "9" * len(match[0]), text)
    return [
        Mention("entry", each.start, each.end, with_lengths(text[each.start : each.end]))
        for each in find_expressions(flat, bare=True)
        if is_condition(each.value)
    ]


def _before(text: str, at: int) -> Condition | None:
    """Return the nearest condition before `at`: what "it" means."""
    found = level_before(text[:at]) or rsi_before(text[:at])
    for match in re.finditer(rf"\b(?:{words()['when']}|{words()['at']}) ", text[:at], re.IGNORECASE):
        found = _read(text, match.end(), found) or found
    return found


def _mention(kind: Kind, known: Condition, text: str) -> Mention:
    """Return the mention of a condition; a symbol that it begins with stays a symbol."""
    name = _NAME.match(text, known.start) if known.text.startswith(("close", "crosses_above(close")) else None
    return Mention(kind, name.end() if name else known.start, known.end, known.text)


@cache
def _triggers(kind: Kind) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Return the patterns that a condition follows, and whether one certainly has to."""
    enter, leave = words()["enter"], words()["leave"]
    own, other = (enter, leave) if kind == "entry" else (leave, enter)
    gap = rf"(?:(?!\b(?:{other}|{words()['when']})\b)[^.;!?]){{0,80}}?"
    side = "in|long" if kind == "entry" else "out|flat"  # "in rsi(2) < 10, out rsi(2) > 60"
    shortly = rf"(?:\b(?:{own})\b(?: it| them)?|[,;:] ?(?:{side})) (?=(?:above|below|over|under)\b)"
    if kind == "entry":  # "buy QQQ above its 200-day average"; "buy below 30" says not of what
        shortly = (
            rf"\b(?:{own})(?: [\w&.'-]+){{0,4}}? (?=(?:above|below|over|under) (?:(?:its|their) [0-9]|rsi [0-9]))"
        )
    typed = re.compile(
        rf"(?:(?:^|[,;:]|\band) ?(?:{side})|\b(?:{own}))(?: (?:at|when|if|on|where))?:? "
        r"(?=(?:\w+\([0-9, ]*\)|close|open|high|low|volume) ?(?:[<>]|(?:is )?(?:below|above|under|over)\b))",
        re.IGNORECASE,
    )
    label = rf"\b{kind}(?: (?:condition|rule|signal))?s?(?: ?[:=]| is| had been| were| when| on| if| at)? ?[\"'`]?"
    return (
        (re.compile(rf"\b(?:{own})\b{gap}\b(?:{words()['when']}) ", re.IGNORECASE), True),
        (
            re.compile(
                rf"\b(?:{own})\b{gap}\b(?:{words()['at']}) (?=.*\b(?:cross|high|low|over|above|below|under))",
                re.IGNORECASE,
            ),
            False,
        ),
        (re.compile(label, re.IGNORECASE), False),
        (typed, False),
        (re.compile(rf"(?:^|[,;:.])\s*(?:{side}) ?[:=] ?", re.IGNORECASE), False),
        (re.compile(shortly, re.IGNORECASE), False),
    )
