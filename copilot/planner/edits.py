"""How a request changes the call before it: names added, left out or put in others' place, settings given up.

"Add Ford", "and without RSI", "no cap this time". Told by the words around each name, and by those of the request
for a setting, with weights fitted on the phrase books (`copilot.tuning.edits`). Where nothing is clear, names take
the place of those before and settings stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import prompts
from copilot.messages import Call
from copilot.planner.around import around
from copilot.planner.candidates import Candidates
from copilot.planner.evidence import Evidence
from copilot.planner.figures import figures_in
from copilot.planner.linear import load
from copilot.planner.mention import Kind, Mention
from copilot.planner.retrieve import terms_of

Role = Literal["keep", "drop", "add", "replace", "none"]

WEIGHTS = prompts.FOLDER / "tuning" / "edits.npz"
FEW = 6  # words of substance in what only changes a call
CLEAR = 0.5  # share from which a name is added or left out, or a setting given up
CERTAIN = 0.9  # and where another setting is said, which is what the request is about
_SETTING: tuple[Kind, ...] = ("horizon", "count", "model", "option", "period", "exit")
NAMES: Mapping[str, Literal["symbol", "feature"]] = {"symbols": "symbol", "features": "feature"}
_SAID_AS = {
    "target_volatility": r"vol(?:atility)?",
    "max_drawdown": r"(?:draw[- ]?down|stop)",
    "max_position": r"(?:cap|weights?|positions?)",
}
_ONE = re.compile(r"\bthe (?P<word>[a-z]+) (?:one|feature|part|bit|thing|piece|leg|factor|signal)\b", re.IGNORECASE)
_LEAVE = r"(?:drop|leave|lose|remove|scrap|kick|delete|ditch|skip|exclude|cut|omit|chuck|bin|axe|toss|ablate)"
_DROPPED = re.compile(
    rf"\b(?:{_LEAVE}(?: out)?|without|get rid of|throw out|take out|kick out|minus)(?: the| my)? $", re.IGNORECASE
)
_DROP_THAT = re.compile(rf"\b(?:{_LEAVE}|get rid of|throw|take|without) (?:that|this|it)\b", re.IGNORECASE)
_LEFT = re.compile(
    rf"\b(?:{_LEAVE}(?: out)?|without|get rid of)(?: the| my)? (?P<word>[a-z]{{3,}})\b"
    r"(?! (?:limit|stop|cap|target|guard|brake|control|rule)s?\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\b(?P<word>[a-z]{3,})\b", re.IGNORECASE)
_NEGATES = re.compile(  # without one of these, nothing is given up
    r"\b(?:no|not|\w+n't|dont|without|w/o|drop\w*|los(?:e|ing)|remov\w*|forget|scrap\w*|skip\w*|any|free\w*|off|un\w+"
    r"|lift\w*|away|out|never|undo|back|less|cancel\w*|leav\w*|kill|ditch\w*|strip\w*|rid|nix|relax\w*|whole|every\w*"
    r"|ignor\w+|tak(?:e|ing)|release|open|all|bin|chuck|axe|minus|nothing|none|delete|disregard|abandon|abolish|default"
    r"|usual|standard|normal|plain|full|stop|end|waive|rescind|omit\w*|exclud\w*|as many|go|scratch|clear"
    r"|reset|again"
    r"|anymore|instead of|rather than)\b",
    re.IGNORECASE,
)
_CALLED_LIKE = {"max_drawdown": "drawdown", "target_volatility": "volatility"}  # features of these names
_VARIED: Mapping[str, tuple[Kind, ...]] = {
    "run_experiment": ("symbol", "feature", "experiment"),
    "run_backtest": ("symbol", "entry", "experiment"),
}
FIXED = frozenset(
    {*NAMES, "entry", "experiment", "experiments", "capital_usd", "sql", "code", "path", "view", "kind"}
)


def is_edit(previous: Call, evidence: Evidence) -> bool:
    """Tell whether the words add to the names of `previous`, leave some out, or give up a setting of it."""
    if evidence.symbols and evidence.features:
        return False  # names both: a hypothesis of its own
    if previous.tool in _VARIED and not any(evidence.of(kind) for kind in _VARIED[previous.tool]):
        return True  # names nothing that it could be about: it must be about that
    names = (edited_names(previous, evidence, field) for field in NAMES)
    return any(each is not None for each in names) or bool(given_up(previous, evidence))


def left_figures(previous: Call, evidence: Evidence) -> Candidates:
    """Return the setting that a lone figure is for in a variation of `previous`: "and a month?", "make it 3"."""
    claimed = [each for each in evidence.mentions if each.kind != "number"]
    shares = {
        name: [round(float(match["n"]) / 100, 6)]
        for name, said in _SAID_AS.items()
        if name in previous.args
        and (
            match := re.search(
                rf"\b{said}\b[^.;,]{{0,12}}? (?P<n>[0-9]{{1,2}})\b(?! ?(?:days?|%))", evidence.text, re.IGNORECASE
            )
        )
    }
    if shares:
        return dict(shares)
    found = [each for each in figures_in(evidence.text) if not any(other.overlaps(each) for other in claimed)]
    if previous.tool != "run_experiment" or len({each.kind for each in found}) != 1:
        return {}
    name = {"length": "horizon_days", "count": "top_n"}.get(found[0].kind)
    return {name: [int(found[0].value)]} if name and (name in previous.args or name == "horizon_days") else {}


def edited_names(previous: Call, evidence: Evidence, field: str) -> list[Any] | None:
    """Return the names of `field` with those that the words add or leave out; None where they do neither.

    One name for another keeps its place.
    """
    before = list(previous.args.get(field) or ())
    wanted = evidence.wanted(NAMES[field])
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
    return _DROPPED.search(text[: mention.start]) is not None or _DROP_THAT.search(text[mention.end :]) is not None


def renames(previous: Call, evidence: Evidence) -> bool:
    """Tell whether the words plainly change the names or settings of `previous`: few words, and one that it has."""
    held = {_plain(name) for field in NAMES for name in previous.args.get(field) or ()}
    said = {_plain(mention.value) for kind in NAMES.values() for mention in evidence.of(kind)}
    own = said & held or _partly(evidence.text, list(previous.args.get("features") or ()))
    names = (edited_names(previous, evidence, field) for field in NAMES)
    edits = (own and any(each is not None for each in names)) or given_up(previous, evidence)
    return bool(edits) and len(evidence.content) <= FEW


def given_up(previous: Call, evidence: Evidence) -> list[str]:
    """Return the settings of `previous` that the request does without."""
    if not _NEGATES.search(evidence.text):
        return []
    open_to = [name for name in previous.args if name not in FIXED]
    least = CERTAIN if any(evidence.of(kind) for kind in _SETTING) else CLEAR
    found = [name for name in open_to if _share(terms_of_setting(evidence, name), "drop") >= least]
    named = [name for name, said in _SAID_AS.items() if re.search(rf"\b{said}\b", evidence.text, re.IGNORECASE)]
    return [name for name in found if name in named] if {*named} & {*found} else found


def without(name: str, value: Any, said: Candidates) -> Candidates:
    """Return what was said without what only named the setting that is given up: "no drawdown stop".

    Args:
        name: the setting.
        value: it had before; another one that was said is kept.
        said: field -> its candidates.
    """
    kept = {field: values for field, values in said.items() if field != name or values != [value]}
    family = _CALLED_LIKE.get(name)
    if family is not None and "features" in kept:
        features = [each for each in kept.pop("features")[0] if not str(each).startswith(family)]
        kept |= {"features": [features]} if features else {}
    return kept


def terms_of_name(tool: str, evidence: Evidence, mention: Mention, *, held: bool) -> list[str]:
    """Return the terms that tell the role of a name; `held` by the call before or new."""
    place = f"{mention.kind} {'held' if held else 'new'}"
    near = around(evidence.text, mention.start, mention.end)
    return [*(f"{place} {term}" for term in (*near, f"in {tool}")), *(f"{place[-4:]} {term}" for term in near)]


def terms_of_setting(evidence: Evidence, name: str) -> list[str]:
    """Return the terms that tell whether a setting is given up."""
    said = terms_of(evidence.text, evidence.mentions)
    return [*(f"{name} {term}" for term in said), *(f"set {term}" for term in said), f"{name} ", "set "]


def _role(previous: Call, evidence: Evidence, mention: Mention, before: Sequence[Any]) -> str:
    held = _plain(mention.value) in map(_plain, before)
    shares = load(WEIGHTS).shares(terms_of_name(previous.tool, evidence, mention, held=held))
    best = max(shares, key=lambda label: shares[label])
    clear = shares[best] >= CLEAR
    return best if clear else "keep" if held else "replace"


def _share(terms: Sequence[str], label: str) -> float:
    return load(WEIGHTS).shares(terms).get(label, 0.0)


def _plain(name: Any) -> str:
    from tools.ingest.universe import aliases

    symbols = aliases().get(str(name).lower(), ())
    return symbols[0].lower() if len(symbols) == 1 else str(name).lower()
