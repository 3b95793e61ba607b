"""Which experiments a request means: ids as typed, ordinals, `the last three`, or the symbols in an id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from copilot.planner.mention import Mention
from copilot.planner.numbers import PLACES, SMALL, read_small
from copilot.planner.points import MONTH, POINT, read_point

_NOUN = r"(?:experiment|run|backtest|result|report|test|model|strategy|one|trial|attempt)"
_KIND = r"ridge|logistic|lightgbm|lgbm|rule|momentum"
_RANK = {
    **PLACES, "oldest": 0, "earliest": 0, "initial": 0,
    "latest": -1, "newest": -1, "most recent": -1, "current": -1, "new": -1,
    "previous": -2, "prior": -2, "earlier": -2, "second to last": -2, "second-to-last": -2, "penultimate": -2,
    "before": -2, "old": -2,
}  # fmt: skip
_RANKS = "|".join(sorted(_RANK, key=len, reverse=True))
_BEFORE_IT = re.compile(
    r"\b(?:the )?(?:run|experiment|one|test|backtest) before(?: (?:it|that|this)(?: (?:one|run))?| the (?:last"
    r"|latest))?(?=\W*$)",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"(?<!the )(?<!my )(?<!very )\bfirst[?.! ]*$", re.IGNORECASE)  # "show me that first"
_ID = re.compile(r"\bexp_[A-Za-z0-9_.\-]*[A-Za-z0-9]")
_ORDINAL = re.compile(
    rf"\b(?P<rank>{_RANKS})(?:(?= (?:and|with|to|against|versus|vs\.?|or) (?:the |my )?(?:{_RANKS})\b)"
    rf"|(?=[?.! ]*$)| of (?:those|these|them)\b| (?:on|of|in) (?:that|the|this|your) list\b|'?s? {_NOUN}s?\b)",
    re.IGNORECASE,
)
_RUN = r"(?:experiments?|runs?|backtests?|trials?)"
_OF_A_MODEL = re.compile(
    rf"\b(?P<rank>{_RANKS}) (?P<model>{_KIND})(?: regression| model)?(?: {_NOUN})\b", re.IGNORECASE
)
_ASIDE = re.compile(rf"\bthe (?P<rank>{_RANKS})(?=, )", re.IGNORECASE)
_PAIR = re.compile(
    rf"\b(?P<one>{_RANKS})(?: {_NOUN})? (?:and|with|to|(?:up )?against|versus|vs\.?|or|next to|beside) (?:the "
    rf"|my )?(?P<two>{_RANKS})\b",
    re.IGNORECASE,
)
_MIDDLE = re.compile(rf"\bmiddle(?=[?.!: ]*$| {_NOUN}\b)(?: {_NOUN})?", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"\b{_RUN} (?:number |no\.? ?|#)?(?P<n>[0-9]{{1,3}})(?![\w-])"
    rf"(?: (?:and|with|vs\.?|to|against) (?:{_RUN} )?#?(?P<m>[0-9]{{1,3}})(?![\w-]))?",
    re.IGNORECASE,
)
_BARE = re.compile(r"^\W*(?:open|show(?: me)?|explain) (?:number |no\.? ?|#)?(?P<n>[1-9][0-9]?)\W*$", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"\b(?:the |my |our )?(?:(?:last|latest|past|previous|newest|most recent) (?P<n>{SMALL})"
    rf"|(?P<k>{SMALL}) (?:last|latest|newest|most recent|previous))"
    rf"(?: {_NOUN}s?\b)?(?! (?:day|week|month|quarter|year|decade|hour|minute|session|bar|row|close|price|split"
    r"|dividend|headline|stor|snapshot|version|load|update)(?:s|ies)?\b)",
    re.IGNORECASE,
)
_EARLIEST = re.compile(
    rf"\b(?:the |my |our )?(?:first|oldest|earliest) (?P<n>{SMALL})(?=\W*$| {_NOUN}s?\b| (?:with|to|against|by"
    rf"|and|next|side|together|beside|alongside|versus|vs)\b)(?: {_NOUN}s?\b)?",
    re.IGNORECASE,
)
_MINE = re.compile(rf"\b(?:my|our|(?:of|all) (?:the|these|those|my|our)) (?P<n>{SMALL}) {_NOUN}s\b", re.IGNORECASE)
_MODEL = re.compile(
    rf"\b(?P<model>{_KIND})(?: regression| model)?(?: {_NOUN}s?)?\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    rf"\b(?:all|every)(?: of)?(?: my| the| our)?(?: past| previous)? (?:{_NOUN}s?\b)|\b(?:all of them"
    rf"|all (?:of )?(?:the |my )?(?:three|four|five|six|[3-6])(?: of them)?(?! (?:day|week|month|year|stock"
    rf"|symbol|name)s?)|everything so far)\b",
    re.IGNORECASE,
)
_WINNER = re.compile(
    rf"\b(?:the |that )?(?:(?:(?P<up>better|best|stronger|strongest|superior|winning|higher[- ]sharpe)"
    rf"|(?P<down>worse|worst|weaker|weakest|losing|lower[- ]sharpe)) (?:\w+ )?{_NOUN}"
    r"(?: of (?:the|those|these) two)?|(?:(?<=the )|(?<=that ))(?:(?P<top>best|better)|(?P<bottom>worst|worse))"
    r"(?=\W*$| (?:with \$?[0-9]|of (?:them|those|these|all)))|(?P<won>winner)|(?P<lost>loser)"
    rf"|(?:one|{_NOUN}) (?:with|that (?:has|had)) the (?:(?P<more>higher|highest|better|best|larger)"
    r"|(?P<less>lower|lowest|worse|worst|smaller)) sharpe(?: ratio)?"
    rf"|(?:one|{_NOUN}) (?:which|that) (?:(?P<did>did better|won|performed better)"
    r"|(?P<lagged>did worse|lost|performed worse)))\b",
    re.IGNORECASE,
)


_DATED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<point>{POINT}|{MONTH})(?:'s)?(?: (?:{_KIND}))? {_NOUN}s?\b",
        (
            rf"\b{_NOUN} (?:(?:that )?(?:i|we) (?:ran|did|made|had) )?(?:of|from|on|dated|in|back in"
            rf"|made in|run in) (?:the )?(?P<point>{POINT}|{MONTH})(?![\w-])"
        ),
        rf"\bthe (?P<point>{POINT}|{MONTH})(?=\W*$| (?:and|with|to|against|versus|vs\.?|or|beside|next to)\b)",
    )
)


def find_dated(text: str, ids: Sequence[str]) -> Iterator[Mention]:
    """Yield "the January run", "the experiment of 12 February 2024" where one of `ids` is from then."""
    days = {each: _day_of(each) for each in ids}
    sure = any(pattern.search(text) for pattern in _DATED[:-1])
    for pattern in _DATED if sure else ():
        for match in pattern.finditer(text):
            said = [each for each, day in days.items() if day is not None and _is_of(day, match["point"])]
            if said:
                yield Mention("experiment", match.start(), match.end(), ("id", said[-1]))


def _day_of(experiment: str) -> date | None:
    found = re.search(r"_([0-9]{4})([0-9]{2})([0-9]{2})(?=_)", experiment)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:  # an id of digits that are no day
        return None


def _is_of(day: date, said: str) -> bool:
    """Tell whether `day` is in what was said; a month without a year is of any."""
    point = read_point(said) or read_point(f"{said} {day.year}")
    return (
        point is not None
        and point[0] <= day <= point[1]
        and point != (date(day.year, 1, 1), date(day.year, 12, 31))
    )


def find_winners(text: str, compared: Sequence[str]) -> Iterator[Mention]:
    """Yield "the better one", "the winner", "the worse run" of the ids that were `compared`, best first."""
    if not compared:
        return
    for match in _WINNER.finditer(text):
        best = any(match[group] for group in ("up", "top", "won", "more", "did"))
        yield Mention("winner", match.start(), match.end(), compared[0 if best else -1])


def find_experiments(text: str) -> Iterator[Mention]:
    """Yield mentions whose value is a pair: ("id", text), ("rank", n), ("first", n), ("last", n) or ("all", 0)."""
    for match in _ID.finditer(text):
        yield Mention("experiment", match.start(), match.end(), ("id", match[0]))
    for match in _SEVERAL.finditer(text):
        yield Mention("experiment", match.start(), match.end(), ("last", read_small(match["n"] or match["k"])))
    for pattern, end in ((_EARLIEST, "first"), (_MINE, "last")):
        for match in pattern.finditer(text):
            yield Mention("experiment", match.start(), match.end(), (end, read_small(match["n"])))
    for pattern, value in ((_ALL, ("all", 0)), (_MIDDLE, ("middle", 0))):
        for match in pattern.finditer(text):
            yield Mention("experiment", match.start(), match.end(), value)
    yield from _ranked(text)


def _ranked(text: str) -> Iterator[Mention]:
    """Yield experiments by their place: "the third one", "run 2 and 3", "the first against the last"."""
    if bare := _BARE.match(text):
        yield Mention("experiment", *bare.span("n"), ("rank", int(bare["n"]) - 1))
    for match in _OF_A_MODEL.finditer(text):
        rank = (match["model"].lower(), _RANK[match["rank"].lower()])
        yield Mention("experiment", match.start(), match.end(), ("of model", rank))
    for match in _BEFORE_IT.finditer(text):
        yield Mention("experiment", match.start(), match.end(), ("rank", -2))
    for pattern, groups in ((_ORDINAL, ()), (_ASIDE, ()), (_PAIR, ("one", "two"))):
        for match in pattern.finditer(_ADVERB.sub("", text)):
            for group in groups or ("rank",):
                start, end = match.span(group) if groups else match.span()
                yield Mention("experiment", start, end, ("rank", _RANK[match[group].lower()]))
    for match in _NUMBERED.finditer(text):
        yield Mention("experiment", match.start(), match.end("n"), ("rank", int(match["n"]) - 1))
        if match["m"]:
            yield Mention("experiment", match.start("m"), match.end("m"), ("rank", int(match["m"]) - 1))


def in_order(ids: Iterable[str]) -> list[str]:
    """Return experiment ids oldest first: by the date in the id, and as given where dates are equal."""
    return sorted(ids, key=lambda each: "".join(re.findall(r"_([0-9]{8})(?=_)", each)[:1]))


def resolve(mentions: Iterable[Mention], ids: Sequence[str]) -> list[str]:
    """Return the ids that `mentions` name among `ids` (oldest first), in the order said, each once."""
    found: list[str] = []
    said = list(mentions)
    if any(each.value[0] == "middle" for each in said):  # "the middle one of my three"
        said = [each for each in said if each.value[0] not in ("last", "first", "all")]
    for mention in said:
        how, value = mention.value
        if how == "id":
            found.append(value)
        elif how == "rank" and -len(ids) <= value < len(ids):
            found.append(ids[value])
        elif how == "of model":
            having = list(reversed(_of_model(value[0], ids)))
            found += having[value[1] :][:1] if -len(having) <= value[1] < len(having) else []
        elif how == "middle":
            found += ids[len(ids) // 2 : len(ids) // 2 + 1]
        elif how == "first":
            found += ids[:value]
        elif how == "last":
            found += ids[-value:] if value else []
        elif how == "all":
            found += ids
    return list(dict.fromkeys(found))


def named_after(symbols: Iterable[str], ids: Sequence[str], *, whole: bool = True) -> list[str]:
    """Return the ids whose symbols are just `symbols`; else those that hold all, else any of them. Newest first.

    `whole`: whether those that hold others too are left out where there is one of just these.
    """
    wanted = {symbol.upper() for symbol in symbols}
    parts = {each: set(re.split(r"[\-+]", _symbols_of(each).upper())) for each in reversed(ids)}
    exact = [each for each, held in parts.items() if held == wanted]
    every = [each for each, held in parts.items() if wanted and wanted <= held]
    return (exact if whole else []) or every or [each for each, held in parts.items() if wanted & held]


def described(text: str, symbols: Sequence[str], ids: Sequence[str], *, whole: bool = True) -> list[str]:
    """Return the ids described by model, symbols or both, newest first: "the ridge one", "my Apple run"."""
    of_model = _of_model(text, ids)
    return named_after(symbols, list(reversed(of_model)) or ids, whole=whole) or of_model


def _of_model(text: str, ids: Sequence[str]) -> list[str]:
    match = _MODEL.search(text)
    if match is None:
        return []
    wanted = {"lgbm": "lightgbm"}.get(match["model"].lower(), match["model"].lower())
    return [each for each in reversed(ids) if wanted in re.sub(r"[^a-z_]", "", each.lower()).split("_")]


def _symbols_of(experiment: str) -> str:
    """Return the symbol part of an id, `exp_DATE_MODEL_SYMBOLS_INTERVAL`."""
    pieces = experiment.split("_")
    return pieces[3] if len(pieces) > 3 else ""  # noqa: PLR2004  the fourth part
