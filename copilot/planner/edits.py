"""How a request changes the call before it: names added, left out or put in others' place, settings given up.

"Add Ford", "and without RSI", "no cap this time". Told by the words around each name, and by those of the request
for a setting, with weights fitted on the phrase books (`copilot.tuning.edits`). Where nothing is clear, names take
the place of those before and settings stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from copilot.messages import Call
from copilot.planner.around import around
from copilot.planner.evidence import Evidence
from copilot.planner.given_up import CLEAR, LEAVE, WEIGHTS, given_up
from copilot.planner.linear import load
from copilot.planner.mention import Kind, Mention
from copilot.planner.numbers import SMALL, read_small

Role = Literal["keep", "drop", "add", "replace", "none"]

FEW = 6  # words of substance in what only changes a call
NAMES: Mapping[str, Literal["symbol", "feature"]] = {"symbols": "symbol", "features": "feature"}
_ONE = re.compile(r"\bthe (?P<word>[a-z]+) (?:one|feature|part|bit|thing|piece|leg|factor|signal)\b", re.IGNORECASE)
_DROPPED = re.compile(
    rf"\b(?:{LEAVE}(?: out)?|without|get rid of|throw out|take out|kick out|minus)(?: the| my)? $", re.IGNORECASE
)
_THROWN = re.compile(r"\b(?:throw|take|kick|get|pull|leave|rip)(?: the| my)? $", re.IGNORECASE)
_OUT = re.compile(r" (?:out|away|off)\b", re.IGNORECASE)
_DROP_THAT = re.compile(rf"\b(?:{LEAVE}|get rid of|throw|take|without) (?:that|this|it)\b", re.IGNORECASE)
_LEFT = re.compile(
    rf"\b(?:{LEAVE}(?: out)?|without|get rid of)(?: the| my)? (?P<word>[a-z]{{3,}})\b"
    r"(?! (?:limit|stop|cap|target|guard|brake|control|rule)s?\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\b(?P<word>[a-z]{3,})\b", re.IGNORECASE)
_THAT_ON = re.compile(  # "how would that rule have done on"
    r"\b(?:same|that|this) (?:trading )?(?:rule|strategy|test|experiment|thing)\b[^.;,]*\b(?:on|for|with"
    r"|in)(?: the)? $",
    re.IGNORECASE,
)
# "No oil, just banks".
_ALONE = re.compile(r"\b(?:just|only|nothing but)(?: on| with| for| use)?(?: the)? $", re.IGNORECASE)
_ADD_THAT = re.compile(
    r"\b(?:add|include|throw in|put in|bring in|count) (?:that|this|it|them|those)(?: one)?\b(?! (?:to|in) (?:the"
    r"|a) )",
    re.IGNORECASE,
)
_SOME = re.compile(
    rf"\b(?:just|only|for|on|with|keep) (?:just |only )?the (?P<which>first|last) (?:(?P<n>{SMALL})(?= (?:stocks?"
    rf"|symbols?|names?|tickers?|companies)\b|\W*$|,)|(?:stock|symbol|name|ticker|company)\b)",
    re.IGNORECASE,
)
_VARIED: Mapping[str, tuple[Kind, ...]] = {
    "run_experiment": ("symbol", "feature", "experiment"),
    "run_backtest": ("symbol", "entry", "experiment"),
}


def is_edit(previous: Call, evidence: Evidence) -> bool:
    """Tell whether the words add to the names of `previous`, leave some out, or give up a setting of it."""
    if evidence.symbols and (evidence.features or (evidence.of("entry") and not evidence.adds)):
        return False  # names both: a hypothesis of its own
    about = [each for kind in _VARIED.get(previous.tool, ()) for each in evidence.of(kind)]
    if previous.tool in _VARIED and all(each.value in (("rank", -1), ("last", 1)) for each in about):
        return True  # names nothing that it could be about: it must be about that
    names = (edited_names(previous, evidence, field) for field in NAMES)
    some = some_of_before(previous, evidence) is not None
    return some or any(each is not None for each in names) or bool(given_up(previous, evidence))


def edited_names(previous: Call, evidence: Evidence, field: str) -> list[Any] | None:
    """Return the names of `field` with those that the words add or leave out; None where they do neither.

    One name for another keeps its place.
    """
    before = list(previous.args.get(field) or ())
    wanted = evidence.wanted(NAMES[field])
    if only := next((each for each in wanted if _ALONE.search(evidence.text[: each.start])), None):
        return list(dict.fromkeys(each.value for each in wanted if each.start >= only.start))
    partly = _partly(evidence.text, before) if field == "features" else []
    found = [
        (
            mention,
            _role(previous, evidence, mention, before)
            if (mention in wanted or mention in partly) and not _is_dropped(evidence.text, mention, before)
            else "drop",
        )
        for mention in (
            *(each for each in evidence.of(NAMES[field]) if not any(map(each.overlaps, partly))),
            *partly,
        )
    ]
    dropped = {_plain(mention.value) for mention, role in found if role == "drop"}
    joins = ("add", "replace") if dropped else ("add",)  # what comes for one that goes joins those that stay
    added = {_plain(mention.value): mention.value for mention, role in found if role in joins}
    kept = [name for name in before if _plain(name) not in dropped]
    new = [name for plain, name in added.items() if plain not in map(_plain, kept)]
    if not (new or len(kept) < len(before)) or not (kept or new):
        return None
    if not dropped and any(role == "replace" for _, role in found):
        return None
    if len(new) == 1 and len(kept) == len(before) - 1:
        return [new[0] if _plain(name) in dropped else name for name in before]
    return [*kept, *new]


def some_of_before(previous: Call, evidence: Evidence) -> list[Any] | None:
    """Return those of the symbols before that the words keep: "for the first two", "drop SAP from that list"."""
    before = list(previous.args.get("symbols") or ())
    if (some := _SOME.search(evidence.text)) and not evidence.of("symbol"):
        many = read_small(some["n"]) if some["n"] else 1
        last = some["which"].lower() == "last"
        return (before[-many:] if last else before[:many]) if many < len(before) else None
    out = {_plain(each.value) for each in evidence.of("symbol") if _is_dropped(evidence.text, each, before)}
    kept = [name for name in before if _plain(name) not in out]
    return kept if out and kept and len(evidence.of("symbol")) == len(out) else None


def _partly(text: str, before: Sequence[Any]) -> list[Mention]:
    """Return "the volume one" as a mention of the one feature before whose id has that word.

    So is the word alone where "that one" is to be left out: "I never believed in volume. Drop that one."
    """
    for pattern in (_LEFT, _ONE, *([_WORD] if _DROP_THAT.search(text) else [])):
        found = []
        for match in pattern.finditer(text):
            having = [name for name in before if match["word"].lower() in re.split(r"[_(), ]+", str(name))]
            if len(having) == 1:
                found.append(Mention("feature", match.start("word"), match.end(), having[0]))
        if found:
            return found
    return []


def _is_dropped(text: str, mention: Mention, before: Sequence[Any]) -> bool:
    """Tell whether a verb of leaving out stands right before a name that is held, or before "that one"."""
    if _plain(mention.value) not in map(_plain, before):
        return False
    if _THROWN.search(text[: mention.start]) and _OUT.match(text, mention.end):
        return True
    return _DROPPED.search(text[: mention.start]) is not None or _DROP_THAT.search(text[mention.end :]) is not None


def renames(previous: Call, evidence: Evidence) -> bool:
    """Tell whether the words plainly change the names or settings of `previous`: few words, and one that it has."""
    held = {_plain(name) for field in NAMES for name in previous.args.get(field) or ()}
    said = {_plain(mention.value) for kind in NAMES.values() for mention in evidence.of(kind)}
    own = said & held or _partly(evidence.text, list(previous.args.get("features") or ()))
    names = (edited_names(previous, evidence, field) for field in NAMES)
    edits = (own and any(each is not None for each in names)) or given_up(previous, evidence)
    some = some_of_before(previous, evidence) is not None
    return bool(some or edits) and len(evidence.content) <= FEW


def terms_of_name(tool: str, evidence: Evidence, mention: Mention, *, held: bool) -> list[str]:
    """Return the terms that tell the role of a name; `held` by the call before or new."""
    place = f"{mention.kind} {'held' if held else 'new'}"
    near = around(evidence.text, mention.start, mention.end)
    return [*(f"{place} {term}" for term in (*near, f"in {tool}")), *(f"{place[-4:]} {term}" for term in near)]


def _role(previous: Call, evidence: Evidence, mention: Mention, before: Sequence[Any]) -> str:
    held = _plain(mention.value) in map(_plain, before)
    if (
        mention.kind == "symbol"
        and not held
        and not evidence.adds
        and _THAT_ON.search(evidence.text[: mention.start])
    ):
        return "replace"
    if not held and mention.kind == "symbol" and _ADD_THAT.search(evidence.text[mention.end :]):
        return "add"  # "Coca-Cola behaves alike, include that one"
    shares = load(WEIGHTS).shares(terms_of_name(previous.tool, evidence, mention, held=held))
    best = max(shares, key=lambda label: shares[label])
    left_out = len(evidence.wanted(mention.kind)) < len(evidence.of(mention.kind))
    if left_out and not held and best != "add":
        return "replace"  # "Ford, not Google"
    clear = shares[best] >= CLEAR
    return best if clear else "keep" if held else "replace"


def _plain(name: Any) -> str:
    from tools.ingest.universe import aliases

    symbols = aliases().get(str(name).lower(), ())
    return symbols[0].lower() if len(symbols) == 1 else str(name).lower()
