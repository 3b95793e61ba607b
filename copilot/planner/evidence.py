"""Everything a request names, found once and shared by the choice of a tool and the filling of its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from copilot.messages import LiveState
from copilot.planner.code import find_code
from copilot.planner.dates import find_periods
from copilot.planner.experiments import find_dated, find_experiments, find_winners
from copilot.planner.features import extend_features, find_features
from copilot.planner.figures import find_settings
from copilot.planner.formula import find_expressions
from copilot.planner.limits import names_a_model
from copilot.planner.making import find_names, is_adding, is_making
from copilot.planner.mention import Kind, Mention, claim
from copilot.planner.models import find_models
from copilot.planner.numbers import find_counts, find_horizons, find_money, find_targets
from copilot.planner.options import find_options
from copilot.planner.paths import find_paths
from copilot.planner.rule import find_rule
from copilot.planner.supply import find_intervals, find_vendors
from copilot.planner.symbols import extend_lists, find_misspelt, find_symbols
from copilot.planner.vocabulary import FUNCTION_WORDS, load_plan_file, words_of
from copilot.planner.worded import find_worded
from copilot.planner.zones import find_zones
from tools.ingest.universe import aliases

_VIEW = r"(?:\(|\"?(?:lake\.|main\.)?(?:bars|actions|symbols|information_schema)\b)"
_SQL = re.compile(
    rf"\b(?:select\b.+?\bfrom\s+{_VIEW}.*|with\s+\w+\s+as\s*\(.+|(?<=sql: )select\b.+|(?<=sql )select\b.+"
    rf"|(?<=query )select\b.+)",
    re.IGNORECASE | re.DOTALL,
)
_AFTER_SQL = re.compile(r"\s*[\n;]\s*(?:and|then|after|once|when|next|please|now)\b(?=[^=<>()]*$)", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^(?:(?:lol|haha|meh|ugh|ouch|wow|oof|huh|damn|nah|pity|yikes)\W+)*"
    r"(?:(?:ok(?:ay)?|right|great|cool|good|nice|thanks|thank you|hm+|well|so|yes|yeah|alright|splendid"
    r"|perfect)\W+)*(?:oops|whoops|typo|my bad|and|now|only|also|but|then|instead|again|what about|how about|same"
    r"|ok(?:ay)?,? now)\b|^(?:in|with|at|as) (?:hourly|minute|daily|1h|1m|1d)\b"
    r"|\b(?:same|idem|ditto|likewise|identical|again|instead|too|as well|also|repeat|rerun|re-run|redo|once more"
    r"|(?:another|one more) (?:run|go|try|shot|round|time))\b|\b(?:run|try|test|do|make) (?:it|that|this)\b"
    r"|\bi (?:meant|mean)\b|^correction\b|\brather than\b|\bshould (?:have been|rather be)\b|\b(?:restrict|limit"
    r"|narrow|reduce) (?:it|that|this)\b"
    r"|\bwrong (?:company|ticker|symbol|stock|name|one)\b"
    r"|\b(?:daily|hourly)(?:'s| is| will| would)? (?:enough|fine|do)\b"
    r"|\b(?:rest|everything else|all else|otherwise|other settings?)(?: (?:stays?|remains?|being|is|are|kept"
    r"|left|all))*,?"
    r" (?:unchanged|unaltered|the same|equal|identical|untouched|as (?:is|before|it was|they were))\b",
    re.IGNORECASE,
)
_EXCLUDES = re.compile(
    r"\b(?:instead of|rather than|in place of|replac(?:e|ing)|except(?: for)?|without|(?:,|but|and) not)(?: the)? $"
    r"|\binstead $",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"\b(?:add|adding|include|plus|as well|also|in addition|additionally|too)\b"
    r"|\b(?:chuck|throw|toss|put|mix|work|bring|slip|drop|stick|pop|squeeze|bung)\b[^.;]{1,40}\bin\b(?! place)",
    re.IGNORECASE,
)
_CALENDAR = {"month", "day_of_week"}
_AHEAD = re.compile(r" (?:ahead|forward|out|later)\b(?! of)", re.IGNORECASE)
_LISTED = re.compile(r"[a-z]+(?:_[a-z0-9]+)+(?: \+ [a-z]+(?:_[a-z0-9]+)+)+")  # ids with a plus between are a list
_NUMBERED = re.compile(r"[A-Za-z].* [0-9]+$")  # "mag 7", "S&P 500": a figure that counts nothing
_EMPTY = FUNCTION_WORDS | frozenset(load_plan_file("words.json")["elliptical"].split())


@dataclass(frozen=True, slots=True)
class Evidence:
    """A request and its mentions, in order of appearance."""

    text: str
    mentions: tuple[Mention, ...]

    def of(self, kind: Kind) -> list[Mention]:
        """Return the mentions of one kind."""
        return [mention for mention in self.mentions if mention.kind == kind]

    def wanted(self, kind: Kind) -> list[Mention]:
        """Return the mentions of one kind without those that are named to be left out."""
        return [mention for mention in self.of(kind) if not _EXCLUDES.search(self.text[: mention.start])]

    def part(self, start: int, end: int) -> Evidence:
        """Return what stands between two places, with the mentions that lie whole within it."""
        inside = (each for each in self.mentions if start <= each.start and each.end <= end)
        moved = (replace(each, start=each.start - start, end=each.end - start) for each in inside)
        return Evidence(self.text[start:end], tuple(moved))

    @property
    def symbols(self) -> list[str]:
        """The symbols as written, each once."""
        names: dict[str, str] = {}
        wanted = self.wanted("symbol")
        for mention, following in zip_longest(wanted, wanted[1:]):
            if following is None or not self._says_the_same(mention, following):
                names.setdefault(mention.value.lower(), mention.value)
        return list(names.values())

    def _says_the_same(self, name: Mention, ticker: Mention) -> bool:
        """Tell whether a name is followed by its own ticker: "Apple AAPL", "Siemens (SIE.DE)"."""
        between = self.text[name.end : ticker.start]
        if between.strip() == "(" and self.text[ticker.end :].startswith(")"):
            return ticker.value.isupper() and not name.value.isupper()
        return not between.strip(" (:=") and aliases().get(name.value.lower()) == (ticker.value.upper(),)

    @property
    def features(self) -> list[str]:
        """The feature ids, each once."""
        return list(dict.fromkeys(mention.value for mention in self.wanted("feature")))

    @property
    def content(self) -> list[str]:
        """Words that are neither a mention nor a function word."""
        rest, position = "", 0
        for mention in self.mentions:
            rest += self.text[position : mention.start] + " "
            position = mention.end
        return [word for word in words_of(rest + self.text[position:]) if word not in _EMPTY]

    @property
    def continues(self) -> bool:
        """Tell whether the request leans on the call before it."""
        whole = bool(self.symbols and self.features)  # names both: a hypothesis of its own
        elliptical = bool(self.mentions) and not self.content and not whole
        adds = self.adds and bool(self.features) and not self.symbols
        return _CONTINUES.search(self.text) is not None or elliptical or adds

    @property
    def adds(self) -> bool:
        """Tell whether something is added to what there was, rather than put in its place."""
        return _ADDS.search(self.text) is not None


def gather(text: str, state: LiveState, today: date, compared: Sequence[str] = ()) -> Evidence:
    """Return the evidence in `text`. Earlier rules win where two claim the same words.

    `compared` are the ids of the last comparison, best first: "the better one" means one of them.
    """
    text = text.replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
    found = list(find_code(text))
    found = claim(found, find_sql(text)) if found else found
    if not found and (found := list(find_sql(text))):
        return Evidence(text, tuple(found))
    options = list(find_options(text))
    features = [each for each in find_features(text, state.features) if not _within(each, options)]
    ahead = [each for each in features if each.value in _CALENDAR and _AHEAD.match(text, each.end)]
    features = [each for each in features if each not in ahead]  # "a month ahead" is no feature
    found = claim(claim(found, find_rule(text)), find_targets(text))
    found = _claim_formulas(text, features, claim(found, find_paths(text)))
    named = [mention for mention in find_experiments(text) if mention.value[0] in ("id", "of model")]
    found = claim(claim(found, named), find_dated(text, state.experiments))
    found = claim(found, [*find_winners(text, compared), *find_vendors(text), *find_zones(text)])
    found = claim(found, [*find_intervals(text), *find_models(text), *options])
    found = claim(found, (each for each in find_symbols(text, state.symbols) if _NUMBERED.search(each.value)))
    found = claim(found, (each for each in features if "_" in text[each.start : each.end]))
    found = claim(
        found, [*find_periods(text, today), *find_horizons(text), *find_counts(text), *find_experiments(text)]
    )
    found = claim(claim(found, find_settings(text, features)), features)
    found = claim(found, extend_features(text, found))
    found = claim(found, find_symbols(text, state.symbols))
    found = claim(found, extend_lists(text, [mention for mention in found if mention.kind == "symbol"]))
    found = claim(found, (each for each in find_misspelt(text) if not names_a_model(each.value)))
    return Evidence(text, tuple(claim(found, find_money(text))))


def _within(mention: Mention, wider: Sequence[Mention]) -> bool:
    """Tell whether a mention is a part of a longer one: the "beta" of "beta neutral"."""
    return any(each.start <= mention.start and mention.end < each.end for each in wider)


def _claim_formulas(text: str, features: Sequence[Mention], found: list[Mention]) -> list[Mention]:
    """Claim expressions and, where a feature is made, its name and every feature: "14-day" is no horizon there."""
    making = is_making(text) or (bool(features) and is_adding(text))
    if making:
        found = claim(found, find_names(text))
    formulas = [*find_expressions(text, bare=making), *find_worded(text, making=making)]
    formulas = formulas if making else [each for each in formulas if not _LISTED.fullmatch(str(each.value))]
    return claim(found, [*formulas, *features] if making else formulas)


def find_sql(text: str) -> Iterator[Mention]:
    """Yield the SELECT that was typed, without the quotes and courtesies around it."""
    match = _SQL.search(text)
    if match is None and re.match(r"\s*select\s", text, re.IGNORECASE) and ";" in text:
        match = re.search(r"select\b.+", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return
    start, sql = match.start(), match[0]
    before = text[start - 1 : start]
    if before in ("`", '"', "'") and before in sql:
        sql = sql[: sql.rindex(before)]
    sql = _AFTER_SQL.split(sql)[0]
    sql = re.sub(r"[\s;,.!?`]*(?:please|thanks|thank you)?[\s;.!?`]*$", "", sql, flags=re.IGNORECASE)
    yield Mention("sql", start, start + len(sql), sql)


def period_of(mentions: Sequence[Mention]) -> tuple[date | None, date | None]:
    """Return start and end of the periods said: `since 2003` and `until 2008` make one period."""
    start = next((mention.value[0] for mention in mentions if mention.value[0]), None)
    end = next((mention.value[1] for mention in mentions if mention.value[1]), None)
    return start, end
