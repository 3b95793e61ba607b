"""Which settings of the call before a request gives up: "no cap this time", "without the limit", "drop the date".

Told by a word of giving up beside the name of a setting, else by weights fitted on the phrase books
(`copilot.tuning.edits`) where the words deny anything at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import prompts
from copilot.messages import Call
from copilot.planner.candidates import Candidates
from copilot.planner.evidence import Evidence
from copilot.planner.linear import load
from copilot.planner.mention import Kind
from copilot.planner.retrieve import terms_of

WEIGHTS = prompts.FOLDER / "tuning" / "edits.npz"
CLEAR = 0.5  # share from which a setting is given up, or a name added or left out
CERTAIN = 0.9  # and where another setting is said, which is what the request is about
_SETTING: tuple[Kind, ...] = ("horizon", "count", "model", "option", "period", "exit")
LEAVE = r"(?:drop|leave|lose|remove|scrap|kick|delete|ditch|skip|exclude|cut|omit|chuck|bin|axe|toss|ablate)"
SAID_AS = {
    "target_volatility": r"vol(?:atility)?",
    "max_drawdown": r"(?:draw[- ]?down|stop)",
    "max_position": r"(?:cap|weights?|positions?)",
}
_NEGATES = re.compile(  # without one of these, nothing is given up
    r"\b(?:no|not|\w+n't|dont|without|w/o|drop\w*|los(?:e|ing)|remov\w*|forget|scrap\w*|skip\w*|any|free\w*|off"
    r"|un\w+|lift\w*|away|out|never|undo|back|less|cancel\w*|leav\w*|kill|ditch\w*|strip\w*|rid|nix|relax\w*|whole"
    r"|every\w*|ignor\w+|tak(?:e|ing)|release|open|all|bin|chuck|axe|minus|nothing|none|delete|disregard|abandon|abolish"
    r"|default|usual|standard|normal|plain|full|stop|end|waive|rescind|omit\w*|exclud\w*|as many|go|scratch|clear"
    r"|reset|again|anymore|instead of|rather than)\b",
    re.IGNORECASE,
)
# "No, long only" rejects, and denies nothing.
_REJECTS = re.compile(r"\W*(?:no|nope|nah)\b[,.!;]+\s*", re.IGNORECASE)
_NAMED: tuple[Kind, ...] = ("feature", "symbol")
_LEFT_OUT = re.compile(rf"\b{LEAVE}(?: out)?(?: the| my)? $", re.IGNORECASE)
_LIMITS = ("max_position", "max_drawdown", "top_n", "max_positions")
_GIVE_UP = (
    rf"(?:no|without|forget(?: about)?|{LEAVE}(?: out)?|get rid of|take (?:back|off|away|out)|take|undo|lift"
    rf"|release|cancel)"
)
_GIVEN_UP_AS = {  # what each setting is called when it is given up
    "book": r"(?:short|shorting|short selling|hedge|hedging|long[- /]?short|l/s)",
    "start": r"(?:date|dates|period|start date|start)",
    "end": r"(?:date|dates|period|end date|end)",
    "target_volatility": (
        r"(?:vol(?:atility)? (?:target|scaling|targeting)|target vol(?:atility)?|volatility control)"
    ),
    "max_drawdown": r"(?:draw[- ]?down (?:limit|stop|cap|guard|brake|control|rule)|stop)",
    "max_position": r"(?:position (?:limit|cap|size)|weight (?:limit|cap)|cap|max(?:imum)? (?:position|weight))",
    "max_positions": r"(?:(?:limit|cap) on (?:how many |the )?(?:number of )?(?:names|positions|lines|stocks)"
    "|maximum)",
    "top_n": r"(?:(?:limit|cap) on (?:how many |the )?(?:number of )?(?:names|positions|lines|stocks)|top[- ]?n"
    "|number of names)",
    "horizon_days": r"horizon",
    "exit": r"(?:sell(?:ing)?|exit)(?: (?:rules?|conditions?|part|side|signals?))",
    "combinatorial": r"(?:combinatorial\w*|cpcv)",
    "label": r"(?:triple barrier\w*|label)",
}
_OF_DATES = re.compile(
    r"\b(?:dates?|dated|periods?|start\w*|end\w*|begin\w*|since|until|till|history|range|span|window|years?|time"
    r"|everything|all|full|whole|entire|open|limits?|restrict\w*|cut\w*|back|far|forever|ever|(?:19|20)[0-9]{2})\b",
    re.IGNORECASE,
)
_NO_LIMIT = re.compile(
    rf"\b{_GIVE_UP} (?:(?:the|any|that|this|my|its) )*(?:limit|cap|restriction|constraint)s?\b(?! on\b)",
    re.IGNORECASE,
)
_GIVEN_UP_BEFORE = re.compile(rf"\b(?:{_GIVE_UP}|not|\w+n't|instead of)\b[^.;,]{{0,16}}$", re.IGNORECASE)
_GIVEN_UP = {
    name: re.compile(rf"\b{_GIVE_UP} (?:(?:the|any|that|this|my|more|its) )*(?:[\w%]+ )??{said}s?\b", re.IGNORECASE)
    for name, said in _GIVEN_UP_AS.items()
}
_CALLED_LIKE = {"max_drawdown": "drawdown", "target_volatility": "volatility"}  # features of these names
# What a call is about, which can be changed and not be given up.
FIXED = {
    "symbols", "features", "entry", "experiment", "experiments", "capital_usd", "sql", "code", "path", "view",
    "kind",
}  # fmt: skip


def given_up(previous: Call, evidence: Evidence) -> list[str]:
    """Return the settings of `previous` that the request does without."""
    if rejected := _REJECTS.match(evidence.text):
        evidence = evidence.part(rejected.end(), len(evidence.text))
    if not _NEGATES.search(evidence.text):
        return []
    open_to = [name for name in previous.args if name not in FIXED]
    if plainly := _plainly(open_to, evidence.text):
        return plainly
    if any(_LEFT_OUT.search(evidence.text[: each.start]) for kind in _NAMED for each in evidence.of(kind)):
        return []  # "drop the MACD again": a name goes, no setting
    least = CERTAIN if any(evidence.of(kind) for kind in _SETTING) else CLEAR
    weights = load(WEIGHTS)
    found = [name for name in open_to if weights.shares(terms_of_setting(evidence, name)).get("drop", 0.0) >= least]
    found = [name for name in found if not _is_said(name, evidence)]
    found = [name for name in found if name not in ("start", "end") or _OF_DATES.search(evidence.text)]
    named = [name for name, said in SAID_AS.items() if re.search(rf"\b{said}\b", evidence.text, re.IGNORECASE)]
    return [name for name in found if name in named] if named else found


def _is_said(name: str, evidence: Evidence) -> bool:
    """Tell whether a setting is named as one that is wanted: "dollar neutral without the top limit"."""
    options = [each for each in evidence.of("option") if each.value[0] == name]
    return any(not _GIVEN_UP_BEFORE.search(evidence.text[: each.start]) for each in options)


def _plainly(open_to: Sequence[str], text: str) -> list[str]:
    """Return the settings after a word of giving up, and the only limit where "the limit" stands after it."""
    limits = [name for name in open_to if name in _LIMITS]
    only = limits if len(limits) == 1 and _NO_LIMIT.search(text) else []
    return [name for name in open_to if name in only or (name in _GIVEN_UP and _GIVEN_UP[name].search(text))]


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


def terms_of_setting(evidence: Evidence, name: str) -> list[str]:
    """Return the terms that tell whether a setting is given up."""
    said = terms_of(evidence.text, evidence.mentions)
    return [*(f"{name} {term}" for term in said), *(f"set {term}" for term in said), f"{name} ", "set "]
