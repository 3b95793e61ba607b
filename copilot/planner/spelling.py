"""Put slips of the finger right before anything is searched: "donwload IBM form 2005", "opne teh reprot".

The words people use with these tools are known: those of the phrase books and examples, with how often each occurs.
A word that is none of them, no name, no ticker and no id is replaced by the commonest known word within one edit
(a letter lost, added, changed or two swapped), two in a long word. What the user typed stays in the record; the
request as it was understood is what the planner reads.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from functools import cache

import prompts
from copilot.planner.english import is_english
from copilot.planner.phrases import spoken
from copilot.planner.vocabulary import everyday_words, load_plan_file
from tools.catalog import plugin_tools

SHORTEST = 3  # letters
LONG = 7  # letters from which two edits are allowed
COMMON = 3  # how often a word must occur to be what was meant
_WORDS = (  # slips that are words themselves, and common
    (re.compile(r"\bform (?=(?:19|20)[0-9]{2}\b)", re.IGNORECASE), "from "),
    (re.compile(r"\b(one|two|three|four|[0-9]|a|per|next|last) weak(s?)\b", re.IGNORECASE), r"\1 week\2"),
    (re.compile(r"^dose (?=\w)", re.IGNORECASE), "does "),
    (re.compile(r"\b(?:teh|hte) ", re.IGNORECASE), "the "),
    (re.compile(r"\bbellow (?=[0-9.-]|its\b|the\b)", re.IGNORECASE), "below "),
    (re.compile(r"\bwen ", re.IGNORECASE), "when "),
    (re.compile(r"\bbelo ", re.IGNORECASE), "below "),
    (re.compile(r"\bsel (?=\w)", re.IGNORECASE), "sell "),
    (re.compile(r"\bab(?:ov|uv|uve|oev|vove) ", re.IGNORECASE), "above "),
    (re.compile(r"\bavg(s?)\b\.?", re.IGNORECASE), r"average\1"),
)
_WORD = re.compile(r"(?<![\w./@#$^&'-])[A-Za-z]{3,}(?![\w./@&-]|'\w)")
_ID = re.compile(r"(?<![\w./])(?P<name>[a-z]+(?:_[a-z]+)*)(?P<lengths>(?:_[0-9]{1,3})+)(?![\w(/.])")
_COMPOUND = re.compile(r"(?<![\w./@#$^&'-])[A-Za-z]{3,}-[A-Za-z]{3,}(?![\w./@&-])")
_COMPOUNDS = ("long-short", "long-only", "beta-neutral", "market-neutral", "dollar-neutral", "walk-forward")
NEAR = 0.85  # as difflib counts: "momentom" is to "momentum"
NOT_MISSPELT = {
    "ema", "dema", "tema", "vwap", "usd", "eur", "sql", "csv", "minutely", "sklearn", "lakh", "qual", "adv", "bps",
    "regressor", "pct",
}  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")


def put_right(text: str, names: frozenset[str] = frozenset()) -> str:
    """Return `text` with misspelt words replaced; `names` (lower case) are left as they are."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]

    def one(match: re.Match[str]) -> str:
        word = match[0]
        if any(start <= match.start() < end for start, end in quoted) or not _may_be_slip(word, names, match):
            return word
        better = _nearest(word.lower())
        if better is None:
            return word
        return better.capitalize() if word[0].isupper() else better

    text = _ID.sub(lambda match: match[0] if match[0] in names else _nearest_id(match[0]), _WORD.sub(one, text))
    text = _COMPOUND.sub(lambda match: _nearest_compound(match[0]), text)
    for pattern, meant in _WORDS:
        text = pattern.sub(meant, text)
    return text


def _may_be_slip(word: str, names: frozenset[str], match: re.Match[str]) -> bool:
    if word.isupper() or (word[0].isupper() and match.start() > 0) or word.lower() in names:
        return False
    return not is_word(word.lower())


def _nearest_compound(said: str) -> str:
    """Return the word with a hyphen that `said` misspells, else `said`."""
    if all(is_word(part) for part in said.lower().split("-")):
        return said
    near = difflib.get_close_matches(said.lower(), _COMPOUNDS, n=1, cutoff=NEAR)
    return near[0] if near else said


def _nearest_id(said: str) -> str:
    """Return the id of a feature that `said` misspells, else `said`."""
    from tools.features.catalog import feature_ids

    match = _ID.fullmatch(said)
    families = {re.sub(r"(?:_[0-9]+)+$", "", each) for each in feature_ids()}
    if match is None or match["name"] in families:
        return said
    near = difflib.get_close_matches(match["name"], families, n=1, cutoff=NEAR)
    return f"{near[0]}{match['lengths']}" if near else said


@cache
def is_word(word: str) -> bool:
    """Tell whether a word in small letters is known: of the trade, of the language, or a name."""
    from tools.ingest.universe import is_known

    trade = _frequencies()[word] > 1 or word in everyday_words() or word in NOT_MISSPELT or is_known(word)
    return trade or _is_near_a_name(word) or is_english(word)


def _is_near_a_name(word: str) -> bool:
    """Tell whether a word is, or nearly is, one of a company or a group: which one is asked back, not decided."""
    return word in _name_words() or any(each in _name_words() for each in _edits(word, 1) if len(each) > SHORTEST)


@cache
def _name_words() -> frozenset[str]:
    from tools.features.catalog import feature_phrases
    from tools.ingest.universe import aliases

    names = [(name, re.findall(r"[a-z]+", name)) for name in aliases()]
    words = {
        word
        for name, parts in names
        for word in parts
        if len(word) >= SHORTEST and (len(parts) == 1 or not is_english(word))  # the third of Fifth Third is a word
    }
    words -= {*" ".join(feature_phrases()).split()}  # the volatility index is a name too
    return frozenset(words - everyday_words())  # and "check", of Check Point


@cache
def _frequencies() -> Counter[str]:
    """Return the words of the phrase books and examples; the rare ones in there may be slips themselves."""
    from tools.features.catalog import feature_phrases

    counts: Counter[str] = Counter()
    for path in sorted((prompts.FOLDER / "tuning").glob("*.json")):
        if path.name != "slots.json":
            for intent in json.loads(path.read_text(encoding="utf-8")):
                for said in intent["say"]:
                    counts.update(set(re.findall(r"(?<![{\w])[a-z]{2,}(?![}\w])", said.lower())))
    kept = Counter({word: count for word, count in counts.items() if count >= COMMON})
    for examples in load_plan_file("examples.json").values():
        kept.update(word for said in examples for word in re.findall(r"\b[a-z]{2,}\b", said))
    taught = [json.dumps(load_plan_file(name)) for name in ("feature_words.json", "concepts.json", "vendors.json")]
    for text in (*taught, " ".join(feature_phrases())):
        kept.update(dict.fromkeys(re.findall(r"\b[a-z]{3,}\b", text.lower()), COMMON))
    for tool in plugin_tools():
        said = " ".join([tool.name, tool.description, *tool.examples, *spoken(tool)]).lower()
        kept.update(re.findall(r"[a-z]{3,}", said))
    return kept


@cache
def _nearest(word: str) -> str | None:
    """Return the commonest known word within one edit, or two where the word is long; None without one."""
    counts = _frequencies()
    for reach in (1, 2) if len(word) >= LONG else (1,):
        near = {each for each in _edits(word, reach) if counts[each] >= COMMON and len(each) >= SHORTEST}
        if near:
            return max(sorted(near), key=lambda each: (each[0] == word[0], _swapped(each, word), counts[each]))
    return next(
        (each for each in sorted(_edits(word, 1)) if each in everyday_words() and _swapped(each, word)), None
    )


def _swapped(one: str, other: str) -> bool:
    return sorted(one) == sorted(other)


def _edits(word: str, reach: int) -> set[str]:
    """Return everything within `reach` edits of `word` that could be a word."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    lost = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    changed = {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    added = {left + letter + right for left, right in splits for letter in _LETTERS}
    near = lost | swapped | changed | added
    return near if reach == 1 else {each for once in near for each in _edits(once, 1)}
