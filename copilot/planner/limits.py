"""What people ask of these tools that they do not offer: other models, free trades, stops, short sales.

Such a wish is never dropped in silence: the request becomes a question that repeats the words, and is run without
them only after a yes. Recognised by `prompts/plan/limits.json`; what is not in there stays visible as unheard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from copilot.planner.mention import Mention
from copilot.planner.talk import reply
from copilot.planner.vocabulary import load_plan_file

_YES = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|go ahead|go on|do it|do that|do so|run it|fine|alright"
    r"|all right|of course|why not|y|please do|that's fine|that is fine|anyway|without(?: (?:it|that))?|then"
    r"|just|run"
    r"|go|leave (?:it|them|'em) (?:on|in|as (?:it is|they are))|keep (?:it|them)|with (?:the )?usual costs|good"
    r"|go without(?: (?:it|that))?|use (?:the|your) (?:default|usual|standard)(?: (?:model|one))?)\W*)+$",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(?:no|nope|nah|n|don't|do not|never ?mind|cancel|forget it|leave it|stop)\b", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"\b(?:except(?: for)?|excluding|without|but not|leav(?:e|ing) out|minus|other than|apart from|bar"
    r"|save(?: for)?)(?: the)? $",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A wish that cannot be met: where it stands in the request, and what to say about it."""

    name: str
    start: int
    end: int
    said: str


def question_about(limits: Sequence[Limit]) -> str:
    """Return a sentence about each kind of wish, and the question whether to go on without them."""
    table = load_plan_file("limits.json")
    by_name: dict[str, list[str]] = {}
    for limit in limits:
        by_name.setdefault(limit.name, []).append(limit.said.replace("{", "(").replace("}", ")"))
    said = [table[name]["say"].replace("{said}", ", ".join(words)) for name, words in by_name.items()]
    ask = next((table[name]["ask"] for name in by_name if "ask" in table[name]), reply("ask_without"))
    return " ".join([*said, ask])


def find_limits(text: str, mentions: Sequence[Mention], tool: str | None = None) -> list[Limit]:
    """Return the wishes in `text` that `tool` (any tool, where None) cannot meet, the longest of overlapping ones.

    Words inside the name of a symbol, a feature or a file are names and nothing else.
    """
    names = [
        each
        for each in mentions
        if each.kind
        in ("symbol", "feature", "path", "sql", "experiment", "horizon", "model", "entry", "exit", "period")
        or (each.kind == "option" and tool != "propose_trades")
    ]
    found: list[Limit] = []
    for name, tools, pattern in _rules():
        if tool not in (None, *tools):
            continue
        for match in pattern.finditer(text):
            inside = any(each.start <= match.start() and match.end() <= each.end for each in names) or (
                name == "weights" and any(_share_in(match, each) for each in names)
            )
            if match[0].strip() and not inside:
                found.append(Limit(name, match.start(), match.end(), match[0].strip(" ,")))
    if tool in (None, "run_experiment", "run_backtest", "ingest_data"):
        found += _symbols_left_out(text, mentions)
    chosen: list[Limit] = []
    for limit in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(limit.end <= other.start or other.end <= limit.start for other in chosen):
            chosen.append(limit)
    return sorted(chosen, key=lambda each: each.start)


def _share_in(match: re.Match[str], mention: Mention) -> bool:
    """Tell whether a wish about weights is, or holds, a share that became a setting: "no more than 20 % each"."""
    return mention.kind == "option" and match.start() < mention.end and mention.start < match.end()


def _symbols_left_out(text: str, mentions: Sequence[Mention]) -> list[Limit]:
    found = []
    for mention in mentions:
        before = _LEFT_OUT.search(text[: mention.start]) if mention.kind == "symbol" else None
        if before is not None:
            said = text[before.start() : mention.end]
            found.append(Limit("symbol", before.start(), mention.end, said))
    return found


def without_limits(text: str, mentions: Sequence[Mention]) -> str:
    """Return `text` without the wishes that no tool can meet."""
    for limit in reversed(find_limits(text, mentions)):
        text = f"{text[: limit.start]} {text[limit.end :]}"
    return " ".join(text.split())


def offers_less(answer: str) -> bool:
    """Tell whether `answer` is our question about a wish that cannot be met."""
    asks = (
        reply("ask_without"),
        *(entry["ask"] for entry in load_plan_file("limits.json").values() if "ask" in entry),
    )
    return answer.rstrip().endswith(asks)


def names_a_model(word: str) -> bool:
    """Tell whether a word names a model that is not offered: "xgboost"."""
    return any(name == "model" and pattern.fullmatch(word) for name, _, pattern in _rules())


def says_yes(text: str) -> bool:
    """Tell whether `text` is a plain yes."""
    return _YES.match(text) is not None


def says_no(text: str) -> bool:
    """Tell whether `text` is a no."""
    return _NO.match(text) is not None


@cache
def _rules() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (
            name,
            tuple(entry["tools"]),
            re.compile(rf"(?<![\w-])(?:{'|'.join(entry['patterns'])})(?![\w-])", re.IGNORECASE),
        )
        for name, entry in load_plan_file("limits.json").items()
        if entry["patterns"]
    )
