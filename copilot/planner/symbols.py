"""Symbols in a request, exactly as the user wrote them: tickers, company names, groups.

Copied, never translated: the data tools resolve them, and answer an unknown one with the nearest matches.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from copilot.planner.english import COMMON, is_english
from copilot.planner.mention import Mention
from copilot.planner.vocabulary import everyday_words, load_plan_file

RESEMBLES = 0.8  # as difflib counts: "telsa" is to "tesla"
SHORTEST_NAME = 4
FEW_WORDS = 5  # below this, capitals may well be tickers
_SECTOR = (
    r"(?:(?:big|large|small|mid|mega|us|u\.s\.|american|european|global|regional|investment|clean|renewable)[- ])?"
    r"(?:tech(?:nology)?|software|hardware|internet|bank(?:ing|s)?|financials?|insurance|energy"
    r"|oil(?: and gas)?|gas|semiconductors?|chip"
    r"|health[ -]?care|pharma(?:ceuticals?)?|biotech|utilit(?:y|ies)|consumer(?: staples| discretionary)?"
    r"|staples|industrials?|materials"
    r"|retail|auto(?:motive)?|car|airline|defen[cs]e|mining|gold|telecom|media|real estate|reit|crypto"
    r"|dividend|value|growth|ai|cap|blue[- ]chip|faang|s&p 500|dow(?: jones)?(?: 30)?|nasdaq(?: 100)?)"
)
_OF_A_GROUP = r"(?:stocks|names|shares|companies|equities|sector|giants|majors|tickers|firms|universe)"
_GROUPS = re.compile(
    rf"(?<![\w-])(?:{_SECTOR} {_OF_A_GROUP}|big tech|faangs?|fangs?|mag(?:nificent)? (?:7|seven)|semiconductors"
    rf"|dow(?: jones)? 30|(?:s&p|ftse) [0-9]{{3}}(?= stocks)|s&p 100|ftse (?:100|250)"
    rf"|(?:(?<=on )|(?<=for )|(?<=in )|(?<=using )|(?<=with )|(?<=across )|(?<=the )|(?<=load )|(?<=get )"
    rf"|(?<=to ))(?:tech|banks|financials|industrials|utilities)(?= |$|[.,?!])(?! {_OF_A_GROUP}))(?!\w)",
    re.IGNORECASE,
)
_CURRENCY = (
    r"(?:USD|EUR|GBP|JPY|CHF|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF"  # the pairs that are quoted widely
    r"|TRY|ZAR|MXN|BRL|CNY|CNH|HKD|SGD|INR|KRW|THB|IDR|ILS)"
)
# Yahoo's suffixes of exchanges; beside one even lower case is no ordinary word.
_EXCHANGE = (
    r"(?:L|IL|HK|T|SS|SZ|TW|TWO|KS|KQ|SI|NS|BO|JK|KL|BK|AX|NZ|TO|V|CN|NE|SA|MX|BA|SN|DE|F|BE|MU|PA|AS|BR|LS|MI|MC"
    r"|VI|SW|ST|OL|CO|HE|IC|IR|WA|PR|BD|AT|IS|TA|JO|SR|QA)"
)
_MARKED = re.compile(
    rf"(?<![\w.$^/-])(?:{_CURRENCY}/?{_CURRENCY}(?:=X)?|[A-Z0-9]{{1,8}}(?:-[A-Z])?\.{_EXCHANGE}|[A-Z]{{1,6}}=[FX]"
    rf"|[A-Z0-9]{{2,6}}-(?:USD|USDT|EUR|BTC))(?![\w=]|[.-]\w)",
    re.IGNORECASE,
)
# One capital alone is a ticker in a list only: "T, F and KO".
_TICKER = re.compile(
    r"(?<![\w.])(?:\$[A-Za-z]{1,5}|\^[A-Z][A-Z0-9]{1,9}(?:\.[A-Z]{1,3})?|[A-Z]{2,5}(?:[.-][A-Z]{1,4})?"
    r"|(?<=[A-Z]{2} )(?!I\b)[A-Z](?=[,.;:]|$| (?:from|since|with|on|for|top|over|in)\b)|[A-Z](?=,? (?:and|or"
    r"|&) [$A-Z])|[A-Z](?=, [A-Z])|(?<=[A-Z] and )[A-Z])(?!\w)"
)
_NOT_TICKERS = frozenset(load_plan_file("words.json")["not_tickers"].split())
_JOINED = re.compile(r"(?<![\w.$^/-])[A-Za-z]{2,}(?:[-/+][A-Za-z]{2,})+(?![\w/-]|\.\w)")
# Where a name is expected: after a verb of loading, a preposition, or another name.
_LOAD = r"(?:load|get|fetch|download|ingest|import|pull|grab|add|update|refresh|backfill|retrieve|sync|collect)"
_SLOT = re.compile(
    rf"\b(?:{_LOAD}|for|on|of|about|with|to|in|and|or|try|predicts?|forecasts?|held|hold(?:ing)?|own(?:ed|ing)?"
    rf"|bought|(?:look(?:ing)?|nose|peek|glance) at)(?: in| me| the| down| up)?,? "
    r"(?P<name>[A-Z](?:[\w&'-]|\.(?=\w))*(?: (?!I\b)[A-Z](?:[\w&'-]|\.(?=\w))*)*)"
)
_NAME_TOO = re.compile(r"\W*(?P<name>[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*) (?:too|as well|instead)\b")
_LOWER_SLOT = re.compile(
    rf"\b{_LOAD}(?: in| me| up)? (?P<name>[a-z]{{3,}})(?=$|[.?!,]| (?:and|since|from|for|data|bars|prices"
    r"|daily|hourly|minute|one|1|60|via|news|candles|quotes)\b)"
)
_SMALL_SLOT = re.compile(
    r"\b(?:on|for|of|with|in|predicts?|forecasts?|trade|test|try|about|(?P<held>h[eo]ld(?:ing)?|own(?:ing|ed)?"
    r"|bought|buy(?:ing)?)) (?P<name>[a-z]{4,})(?![\w-])"
    r"(?P<last>(?<=\w)(?:\W*$))?"
)
_BEFORE_NAME = re.compile(
    rf"\b(?:{_LOAD}|on|for|in|of|with|to|across|about|and|or|trade|backtest|test|predicts?|forecasts?"
    r"|picking|choosing|trading|buying)(?: in"
    rf"| me)?(?: the| all(?: the)?)?,? $|, $",
    re.IGNORECASE,
)
_OF_ONE_COMPANY = re.compile(r"\b(?:company|corporate|company's|firm's) $", re.IGNORECASE)  # its financials
_OF_THE_TIMES = re.compile(
    r" (?:crisis|crises|crash|meltdown|bubble|bust|shock|year|years|panic|holidays?)\b", re.IGNORECASE
)
# A few words with nothing but a name: "and oracle?", "silver instead".
_OPENS = re.compile(
    r"\W*(?:(?:and|now|then|but|what about|how about|the same|same|also|just|only|or|rather|ok(?:ay)?)\b[ ,]*)*",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\W*(?:$|(?:instead|in place|too|as well|rather|not|then|also|next|only|please)\b)",
    re.IGNORECASE,
)


def find_symbols(text: str, live: Iterable[str]) -> Iterator[Mention]:
    """Yield symbols, groups and company names. `live` are the symbols that exist in the workspace."""
    shouting = _is_shouting(text)
    joined = list(_joined(text, frozenset(name.lower() for name in live) | known_names()))
    yield from joined
    for pattern in (_GROUPS, _MARKED):
        yield from (_mention(text, match.start(), match.end()) for match in pattern.finditer(text))
    for match in _pattern(frozenset(live)).finditer(text):
        if _is_name(match[0], text, match.start()):
            yield _mention(text, match.start(), match.end())
    if not shouting:
        for match in _TICKER.finditer(text):
            if any(each.start == match.start() for each in joined):
                continue
            if match[0].startswith(("$", "^")) or match[0] not in _NOT_TICKERS:
                yield _mention(text, match.start(), match.end())
        yield from (_mention(text, *match.span()) for match in _capitals().finditer(text))
        yield from (each for each in _unknown_names(text) if not any(each.overlaps(part) for part in joined))


def _joined(text: str, names: frozenset[str]) -> Iterator[Mention]:
    """Yield the names that a hyphen or a slash joins: "the AAPL-MSFT run", "apple/ibm"."""
    for match in _JOINED.finditer(text):
        parts = list(re.finditer(r"[A-Za-z0-9]+", match[0]))
        if all(part[0].lower() in names for part in parts):
            for part in parts:
                yield _mention(text, match.start() + part.start(), match.start() + part.end())


def _unknown_names(text: str) -> Iterator[Mention]:
    for match in _SLOT.finditer(text):
        name = re.sub(r"-(?:only|based|like|style)$", "", match["name"].removesuffix("'s").rstrip(".'"))
        first = name.split()[0].lower()
        tickers = " " in name and name.isupper()  # "AAPL MSFT": each is found by itself
        if (
            not tickers
            and first not in everyday_words()
            and name.upper() not in _NOT_TICKERS
            and not re.match(r"exp_|Q[1-4]$", name)
        ):
            yield _mention(text, match.start("name"), match.start("name") + len(name))
    if (alone := _NAME_TOO.match(text)) and alone["name"].lower() not in everyday_words():
        yield _mention(text, *alone.span("name"))
    for match in _LOWER_SLOT.finditer(text):
        if _may_be_name(match["name"]):
            yield _mention(text, match.start("name"), match.end("name"))


def extend_lists(text: str, found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield unknown words that stand in a list beside a known symbol: `nvda` in `Apple, nvda and IBM`."""
    from tools.ingest.universe import word_names

    found = list(found)
    for one, two in pairwise(found):  # "walmart, target, costco"
        between = re.fullmatch(r"(?:, | and )(?P<name>[a-z]+)(?:,|,? and) ", text[one.end : two.start])
        if between and between["name"] in word_names():
            yield _mention(text, one.end + between.start("name"), one.end + between.end("name"))
    for mention in found:
        before = re.search(r"(?:^|[ ,])(?P<name>[A-Za-z][\w.-]*\w)(?:,| and|, and| &| or) $", text[: mention.start])
        # After a bare comma a clause may begin: the list has to go on, or end with the sentence.
        after = re.match(
            r"(?:(?: and|, and| &| or) (?P<name>[A-Za-z][\w.-]*\w)"
            r"|, (?P<listed>[A-Za-z][\w.-]*\w)(?=,| and | & |[.?!]*$))",
            text[mention.end :],
        )
        for match, offset in ((before, 0), (after, mention.end)):
            if match is None:
                continue
            group = "name" if match["name"] else "listed"
            if _may_be_name(match[group]) and not _is_everyday(match[group]):
                yield _mention(text, offset + match.start(group), offset + match.end(group))


def find_misspelt(text: str) -> Iterator[Mention]:
    """Yield words in small letters where a name is expected that resemble a known one: `for gogle`, `on micosoft`.

    As written: the data tools answer them with the nearest names.
    """
    for match in _SMALL_SLOT.finditer(text):
        word = match["name"]
        near = difflib.get_close_matches(word, _single_names(), n=1, cutoff=RESEMBLES)
        named = _may_be_name(word) and word not in _loose_words() and not _is_everyday(word)
        if named and (near or (match["last"] is not None and not match["held"])):
            yield _mention(text, match.start("name"), match.end("name"))


@cache
def _single_names() -> tuple[str, ...]:
    return tuple(name for name in known_names() if " " not in name and len(name) >= SHORTEST_NAME)


def _may_be_name(word: str) -> bool:
    known_word = word.lower() in everyday_words() or word.upper() in _NOT_TICKERS
    return not known_word and not (word.islower() and word.endswith(("ing", "ly", "ed")))


def _is_everyday(word: str) -> bool:
    """Tell whether a word in small letters is one of everyday English, and so hardly an unknown company."""
    return word.islower() and is_english(word, least=COMMON) and word not in known_names()


def _mention(text: str, start: int, end: int) -> Mention:
    return Mention("symbol", start, end, text[start:end].lstrip("$"))


def _is_name(said: str, text: str, start: int) -> bool:
    """Tell whether a known name is meant as one: after "on" or "load", `energy` is a group, elsewhere a word."""
    if not said.islower() or " " in said:
        return True
    if said in _loose_words():
        before, after = text[:start], text[start + len(said) :]
        if _OF_THE_TIMES.match(after) or _OF_ONE_COMPANY.search(before):
            return False
        alone = _OPENS.fullmatch(before) is not None and _CLOSES.match(after) is not None
        return alone or _BEFORE_NAME.search(before) is not None
    return said not in everyday_words()


def _is_shouting(text: str) -> bool:
    """Tell whether the request is typed in capitals, so that capitals say nothing about tickers."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) >= FEW_WORDS and sum(word.isupper() for word in words) > 0.7 * len(words)


@cache
def _pattern(live: frozenset[str]) -> re.Pattern[str]:
    names = sorted({*live, *known_names()}, key=len, reverse=True)
    return re.compile(r"(?<![\w$^-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w]|-\w)", re.IGNORECASE)


@cache
def _capitals() -> re.Pattern[str]:
    """Return the pattern of the names that are words too, where a capital inside a sentence marks them."""
    from tools.ingest.universe import word_names

    names = "|".join(re.escape(name.title()) for name in word_names())
    return re.compile(
        rf"(?<=[a-z0-9,;:&] )(?:{names})(?![\w-]| (?:vol|price|weight|position|date|horizon|return)\w*)"
        rf"|^(?:{names})(?= (?:only|too|instead|as well|also|please)\b|, [A-Z]| and [A-Z]|\W*$)"
    )


@cache
def known_names() -> frozenset[str]:
    """Return the names of companies, funds and groups that are recognised in any case."""
    from tools.ingest.universe import aliases

    return frozenset(name for name in aliases() if len(name) > 1 and not name.startswith("the "))


@cache
def _loose_words() -> frozenset[str]:
    """Return single words that name a group or a market but are words of everyday language too."""
    from tools.ingest.universe import aliases

    groups = {name for name, symbols in aliases().items() if len(symbols) > 1}
    return frozenset(
        groups | {"shell", "silver", "diamonds", "oracle", "booking", "southwest", "marathon", "intuit", "chips"}
    )
