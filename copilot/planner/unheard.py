"""What the user said that the chosen call does not account for, in the user's own words.

A word counts as heard where it became an argument, or belongs to the vocabulary that the tools were taught with
(`prompts/plan/`). A mention counts only where the tool has an argument for it. This finds words outside the
vocabulary; it cannot tell that a known word was meant in another sense.
"""

from __future__ import annotations

import re
from functools import cache

from copilot.messages import Call
from copilot.planner.evidence import Evidence
from copilot.planner.figures import Figure, counts_nothing, figures_in
from copilot.planner.mention import Mention, Span
from copilot.planner.part import as_call
from copilot.planner.vocabulary import everyday_words, load_plan_file, stem

_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][\w'%.-]*\w|[A-Za-z]|[$\u20ac\u00a3]?[0-9](?:[\w.,%'/-]*[\w%])?")
_WHOLE = 100.0  # per cent
_NOT_OF_A_FEATURE = {
    "money", "option", "interval", "source", "timezone", "path", "period", "horizon", "count", "experiment",
    "winner", "sql",
}  # fmt: skip
# Kinds of mention that a tool has no argument for; the others are arguments, or say which tool is meant.
_UNUSED = {
    "run_experiment": frozenset({"money", "interval", "source", "timezone", "path"}),
    "run_backtest": frozenset(
        {"option", "money", "interval", "source", "timezone", "path", "feature", "model", "horizon", "count"}
    ),
    "ingest_data": frozenset({"option", "money", "feature"}),
    "propose_trades": frozenset({"option", "feature", "horizon", "interval", "path", "source"}),
    "show_report": frozenset({"option", "money", "horizon", "interval", "path"}),
    "explain_experiment": frozenset({"option", "money", "horizon", "interval", "path"}),
    "compare_experiments": frozenset({"option", "money", "interval", "path"}),
    "list_inventory": frozenset({"option", "money", "horizon", "path"}),
    "show_data": frozenset({"option", "money", "horizon", "path", "feature", "entry", "exit", "model"}),
    "generate_features": _NOT_OF_A_FEATURE,
    "check_features": _NOT_OF_A_FEATURE,
}


def unheard(call: Call, evidence: Evidence) -> tuple[str, ...]:
    """Return the phrases of a request that `call` leaves unexplained; none for words alone."""
    if call.tool not in _UNUSED or evidence.of("code"):
        return ()
    view = str(call.args.get("view") or "")  # "gaps" is no feature where gaps are shown
    mentions = [each for each in evidence.mentions if not (view and view in evidence.text[each.start : each.end])]
    unused = [each for each in mentions if each.kind in _UNUSED[call.tool] and not _is_in_a_rule(each, call)]
    heard = [mention for mention in mentions if mention not in unused and _is_used(mention, call)]
    used: list[Span] = [*heard, *(figure for figure in figures_in(evidence.text) if _is_length_of(figure, call))]
    pieces = [(mention.start, mention.end) for mention in unused]
    for match in _WORD.finditer(evidence.text):
        inside = any(each.start < match.end() and match.start() < each.end for each in (*used, *unused))
        known = is_vocabulary(match[0]) or counts_nothing(evidence.text, match.start())
        if not inside and not known and not _is_value(match[0], call):
            pieces.append((match.start(), match.end()))
    return tuple(_phrases(evidence.text, sorted(pieces)))


def kinds_unused(tool: str, evidence: Evidence) -> int:
    """Return how many kinds of what was named `tool` has no argument for."""
    return len({mention.kind for mention in evidence.mentions} & _UNUSED.get(tool, frozenset()))


def unknown_words(evidence: Evidence) -> list[str]:
    """Return the words of a request that are neither a mention nor vocabulary."""
    return [
        match[0]
        for match in _WORD.finditer(evidence.text)
        if not any(each.start < match.end() and match.start() < each.end for each in evidence.mentions)
        and not is_vocabulary(match[0])
    ]


def _is_used(mention: Mention, call: Call) -> bool:
    """Tell whether a mention counts as heard: a bare figure only as the value of an argument."""
    return mention.kind != "number" or mention.value in call.args.values()


def _is_in_a_rule(mention: Mention, call: Call) -> bool:
    """Tell whether a feature is what a rule of the call is about: "a 5-day RSI rule, in below 20"."""
    rule = f"{call.args.get('entry')} {call.args.get('exit')}"
    return mention.kind == "feature" and as_call(str(mention.value)) in rule


def _is_length_of(figure: Figure, call: Call) -> bool:
    """Tell whether a length of time speaks of the horizon of a call: "one day is noise, hold it 2 weeks"."""
    return figure.kind == "length" and "horizon_days" in call.args


def _is_value(word: str, call: Call) -> bool:
    """Tell whether a figure is a value of the call, or a part of one: 20 of `momentum_20`, 25 % as 0.25."""
    match = re.match(r"[0-9]+(?:\.[0-9]+)?", word)
    if match is None:
        return False
    numbers = {
        float(number) for value in call.args.values() for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", str(value))
    }
    said = float(match[0])
    return said in numbers or round(said / _WHOLE, 6) in numbers


def is_vocabulary(word: str) -> bool:
    """Tell whether `word` is one that SLQ was taught with, in any inflection; a figure never is."""
    word = word.lower().strip("'.-").removesuffix("'s").removesuffix("n't")
    if not word or word[0].isdigit() or word[0] in "$\u20ac\u00a3":
        return False
    parts = [part for part in re.split(r"['.-]", word) if part]
    return word in _words() or stem(word) in _stems() or all(part in _words() for part in parts)


def _phrases(text: str, pieces: list[tuple[int, int]]) -> list[str]:
    """Join pieces with nothing but a blank between them."""
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return list(dict.fromkeys(text[start:end] for start, end in joined))


@cache
def _words() -> frozenset[str]:
    taught = " ".join(load_plan_file("concepts.json").values())
    plain = load_plan_file("words.json")
    return everyday_words() | frozenset(f"{taught} {plain['elliptical']}".split())


@cache
def _stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _words())
