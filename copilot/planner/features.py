"""Features in a request: ids as typed (`rsi_14`, `auto_mine`), and the words people use (`14-day RSI`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from copilot.planner.mention import Mention
from copilot.planner.part import as_call
from copilot.planner.vocabulary import everyday_words, load_plan_file
from copilot.planner.windows import BEFORE, LENGTH, bars_of
from tools.features.catalog import feature_ids, feature_phrases, parse_feature
from tools.kernel.errors import BadRequest

MADE = "auto_"  # what the names of generated features begin with
SHORTEST_NAME = 3
# "Implied volatility" is another thing than the volatility of prices.
_OTHER = "".join(rf"(?<!\b{word} )" for word in ("implied", "earnings", "sentiment", "news", "sales"))
_LISTED = re.compile(
    r"(?:,? (?:and|plus|&|\+|with|together with|along with|alongside|combined with|as well as) |, )(?:the |an? )?"
    rf"(?:(?P<length>{BEFORE})[ -])?(?P<name>[a-z]+)\b(?!-)",
    re.IGNORECASE,
)
_LISTED_BEFORE = re.compile(r"\b(?P<name>month)(?:,? (?:and|plus|&) |, )(?:the )?$", re.IGNORECASE)
_SETTING = re.compile(
    r"(?:draw[- ]?down (?:limit|stop|cap|guard|brake|control|rule)|vol(?:atility)? (?:target|cap|limit))",
    re.IGNORECASE,
)
_KIND = re.compile(  # "three volatility estimators: Parkinson ..." names none itself
    r" (?:estimators|measures|gauges|proxies)(?: as features)?(?: ?[:(]| (?:such as|like|namely)\b)", re.IGNORECASE
)
_WINDOWED = re.compile(  # what is a feature only with a length beside it
    rf"\b(?P<of_market>{BEFORE})[ -]correlation\b(?! (?:between|of|among|with (?!(?:the )?(?:market|index))))"
    rf"|\b(?:distance|room) (?:to|from|below|off|under) (?:the |its |a )?(?P<high>{BEFORE})[ -]highs?\b",
    re.IGNORECASE,
)
_THING = r"(?:feature|signal|thing|indicator|factor|one|creation|column)"
_MADE_OF = re.compile(
    rf"\b(?:the|that|this) (?P<word>[a-z]+)(?: {_THING})? (?:that |which )?(?:i|we)(?:'ve| have| had)?(?: just)?"
    r" (?:made|built|created|wrote|generated|cooked up|came up with)\b"
    rf"|\b(?:my|our) (?:own |new |custom )*(?P<own>[a-z]+) {_THING}\b",
    re.IGNORECASE,
)
_ID = re.compile(r"\b(?:auto_[a-z0-9_]*[a-z0-9]|[a-z]+(?:_[a-z]+)*(?:_[0-9]{1,4})+)\b")


def find_features(text: str, known: Iterable[str] = ()) -> Iterator[Mention]:
    """Yield features by id, in any case; a window said beside the name is taken into the id.

    Args:
        text: the request.
        known: ids that exist, those of generated features among them: `qual` means `auto_qual`.
    """
    for match in _ID.finditer(text.lower()):
        yield Mention("feature", match.start(), match.end(), match[0])
    for family, default in _underscored().items():
        for match in re.finditer(rf"\b{family}\b(?!_)", text.lower()):
            yield Mention("feature", match.start(), match.end(), default)
    for match in _WINDOWED.finditer(text):
        family = "correlation" if match["of_market"] else "high_distance"
        bars = bars_of(match["of_market"] or match["high"])
        yield Mention("feature", match.start(), match.end(), f"{family}_{bars}")
    for match in _pattern().finditer(text):
        if _SETTING.match(text, match.start("name")) or _KIND.match(text, match.end()):
            continue
        meant = _value(match)  # "the gap over 5 days" has no length
        spans = not match["span"] or str(bars_of(match["span"])) in meant
        yield Mention("feature", match.start(), match.end() if spans else match.end("name"), meant)
    yield from _made_of(text, [name for name in known if name.startswith(MADE)])
    for name in known:
        short = name.removeprefix(MADE)
        if name.startswith(MADE) and len(short) >= SHORTEST_NAME and short not in everyday_words():
            for match in re.finditer(rf"(?<![\w-]){re.escape(short)}(?![\w(-])", text):
                yield Mention("feature", match.start(), match.end(), name)


def _made_of(text: str, made: Sequence[str]) -> Iterator[Mention]:
    """Yield the user's own feature that "the skew thing I made" means, where only one has that word in its name."""
    for match in _MADE_OF.finditer(text):
        word = (match["word"] or match["own"]).lower()
        meant = [name for name in made if word in name.removeprefix(MADE).split("_")]
        if len(meant) == 1:
            yield Mention("feature", match.start(), match.end(), meant[0])


def extend_features(text: str, found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield bare names of features in a list beside a feature: `month` in `rsi_14, gap and month`."""
    families = _families()
    for mention in found:
        before = _LISTED_BEFORE.search(text[: mention.start]) if mention.kind == "feature" else None
        if before is not None and before["name"].lower() in families:
            yield Mention("feature", *before.span("name"), families[before["name"].lower()])
        if mention.kind == "feature" and (match := _LISTED.match(text, mention.end)):
            name = match["name"].lower()
            if name in families:
                window = [bars_of(match["length"])] if match["length"] else []
                start = match.start("length") if window else match.start("name")
                yield Mention("feature", start, match.end("name"), _bound(families[name], window))


def feature_at(text: str, at: int) -> tuple[str, int, bool] | None:
    """Return id and end of the feature whose words begin at `at`, and whether a window was said beside it."""
    if named := _ID.match(text, at):
        return named[0], named.end(), True
    match = _pattern().match(text, at)
    if match and _KIND.match(text, match.end()):
        return None
    if match and match["span"]:  # which may be that of a function: "average of RSI over 10 days"
        return _default(match["name"]), match.end("name"), False
    return (_value(match), match.end(), bool(_window(match))) if match else None


def with_window(feature: str, bars: int) -> str:
    """Return the id of a feature over so many bars; as it is where it takes no single length."""
    return _bound(feature, [bars])


def with_lengths(expression: str) -> str:
    """Return an expression with the usual length of each feature that is typed without one: `rsi < 30`."""
    return re.sub(r"\b[a-z]+\b(?! *\()", lambda match: as_call(_families().get(match[0], match[0])), expression)


@cache
def _families() -> dict[str, str]:
    """Return name -> id for the features whose ids are a name and figures, or a name alone."""
    return {re.split(r"_[0-9]", name)[0]: name for name in feature_ids() if "_" not in re.split(r"_[0-9]", name)[0]}


@cache
def _underscored() -> dict[str, str]:
    """Return name -> id for the features whose names are of several words: `yang_zhang` means `yang_zhang_20`."""
    names = {re.split(r"_[0-9]", feature)[0]: feature for feature in feature_ids()}
    return {name: feature for name, feature in names.items() if "_" in name and name != feature}


def _value(match: re.Match[str]) -> str:
    return _bound(_default(match["name"]), _window(match))


def _window(match: re.Match[str]) -> list[int]:
    """Return the numbers said beside a name."""
    if length := match["before"] or match["suffix"] or match["length"] or match["span"] or match["wide"]:
        return [bars_of(length)]
    return [int(number) for number in re.findall(r"[0-9]+", match["after"] or match["bracket"] or "")]


def _bound(default: str, numbers: list[int]) -> str:
    """Return the id with `numbers` in place of the default ones, where the feature takes them."""
    if not numbers:
        return default
    try:
        return parse_feature(re.sub(r"[0-9_]+$", "", default) + " " + " ".join(map(str, numbers))).id
    except BadRequest:
        return default


def _default(name: str) -> str:
    phrases, name = _phrases(), _spaced(name.lower())
    return phrases.get(name) or phrases[name.removesuffix("s")]


def _spaced(phrase: str) -> str:
    return re.sub(r"[\s-]+", " ", phrase)


@cache
def _phrases() -> dict[str, str]:
    """Return phrase -> id, hyphens as spaces: those of the catalogue, and other word orders of them."""
    phrases = {_spaced(phrase): feature for phrase, feature in feature_phrases().items()}
    for said, phrase in load_plan_file("feature_words.json").items():
        word, meant = _spaced(said), _spaced(phrase)
        if meant in phrases:
            phrases.setdefault(word, phrases[meant])
    return phrases


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_phrases(), key=len, reverse=True)
    name = "|".join(re.escape(each).replace(r"\ ", r"[\s-]+") for each in names)
    return re.compile(
        rf"(?<![\w-]){_OTHER}(?:(?P<before>{BEFORE}) )?(?P<name>(?:{name})s?)"
        rf"(?: ?\((?P<bracket>[0-9]{{1,3}}(?:, ?[0-9]{{1,3}})*)\)| ?\((?P<suffix>{LENGTH})\)"
        rf"| (?:(?:measured |taken |computed )?over (?:the (?:last|past) )?|with an? (?:window|length"
        rf"|lookback) of )(?P<span>{LENGTH})(?=[,.;?!]|$| (?:and|or|on|for|with|to|as|too|also|added)\b)"
        rf"| with an? (?P<wide>{LENGTH})[ -](?:window|look-?back|length|span)\b"
        rf"|(?:[ -]?| of )(?P<after>[0-9]{{1,3}})(?![\w.,]*[0-9k])(?! ?(?:day|week|month|year|%|names|stocks"
        rf"|positions|and [0-9]))|[ -](?P<length>{LENGTH})(?=[,.;]|$| and\b| or\b))?"
        r"(?!\w|-(?!based|driven|style|type|sorted|ranked))",
        re.IGNORECASE,
    )
