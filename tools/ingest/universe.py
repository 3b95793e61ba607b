"""From what the user wrote to symbols: tickers in any case, company names, groups. Deterministic, no network.

The tables are `names.txt`, `groups.txt` and `words.txt` beside this file. What is neither there nor in the lake is
a symbol only where its form leaves no doubt: `^FTSE`, `9988.HK`, `BTC-USD`, `CL=F`, a currency pair (`EURUSD`,
`EUR/USD`: both are EURUSD=X). A plain word like XYZQ could be a slip of the pen: it counts only where the source
can be asked (`any_ticker`). Everything else is an error that names the nearest matches.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tools.kernel.errors import BadRequest
from tools.lake.sessions import COIN, SUFFIXES

FOLDER = Path(__file__).parent
BENCHMARK = "^GSPC"  # the index that experiments are compared with
SUFFIX = re.compile(
    "inc|incorporated|corp|corporation|co|company|companies|plc|ltd|llc|group|holdings|stocks?|shares?"
)
SEPARATORS = re.compile(r"\s*[,;+]\s*(?:and\s+)?|\s+and\s+|\s+&\s+", re.IGNORECASE)
NEAREST = 3
CURRENCIES = frozenset(
    {
        "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
        "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KES", "KRW", "KWD", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD",
        "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD",
        "VND", "XAG", "XAU", "ZAR",
    }
)  # fmt: skip
PAIR = re.compile(r"([A-Z]{3})/?([A-Z]{3})(?:=X)?")
MARKED = re.compile(
    rf"\^[A-Z0-9.-]{{1,12}}|[A-Z0-9]{{1,8}}=[FX]|[A-Z0-9-]{{1,10}}\.(?:{'|'.join(SUFFIXES)})|{COIN.pattern}"
)
TICKER = re.compile(r"[A-Z0-9^][A-Z0-9.^=_-]{0,19}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One symbol of the table, the name people know it by, and other names for it."""

    symbol: str
    name: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What counts as a symbol beside the tables: those of the lake, and any ticker where a source can be asked."""

    extra: frozenset[str]
    any_ticker: bool = False


def resolve(names: Sequence[str], *, extra: Collection[str] = (), any_ticker: bool = False) -> tuple[str, ...]:
    """Return the symbols meant by `names`, in order, each once. `extra` are further known symbols, as in the lake.

    A name may itself be a list ("Apple, IBM and Microsoft"). With `any_ticker` every well-formed ticker is taken
    for one; written in small letters only where nothing known is near it. Raises BadRequest naming what is unknown,
    with the nearest matches in the hint.
    """
    found: dict[str, None] = {}
    for name in names:
        for symbol in _symbols(name, _Known(frozenset(extra), any_ticker)):
            found[symbol] = None
    if not found:
        raise BadRequest("No symbol was named.", hint="Name at least one, for example AAPL, Apple or tech stocks.")
    return tuple(found)


def is_known(name: str, *, extra: Collection[str] = ()) -> bool:
    """Return whether `name` is a known ticker, company or group."""
    return _lookup(name, _Known(frozenset(extra))) is not None


def is_group(name: str) -> bool:
    """Return whether `name` is the name of a group."""
    return name.strip().lstrip("$").upper() not in _symbols_known() and any(
        form in _group_forms() for form in _forms(name)
    )


def group_names() -> tuple[str, ...]:
    """Return the first name of each group, for listings."""
    return tuple(names.split(",")[0].strip() for names, _ in _lines("groups.txt"))


def listings() -> tuple[Listing, ...]:
    """Return every symbol of the table with its names."""
    return _listings()


def name_of(symbol: str) -> str | None:
    """Return the name of a symbol of the table."""
    return next((each.name for each in _listings() if each.symbol == symbol), None)


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Return every phrase that may stand in a sentence, in lower case, with the symbols it means.

    Tickers that are English words ("now", "cat") are left out: find those by their capitals, with `word_tickers`.
    Phrases are as the tables write them; `resolve` accepts more forms of each.
    """
    phrases: dict[str, tuple[str, ...]] = {}
    for phrase, symbols in _written():
        if phrase.lower() not in _words():
            phrases.setdefault(phrase.lower(), symbols)
    for name, members in _group_names():
        if not SUFFIX.fullmatch(name.split()[-1].lower()):
            phrases.setdefault(f"{name.lower()} stocks", tuple(members.split()))
    return MappingProxyType(phrases)


def word_tickers() -> tuple[str, ...]:
    """Return the tickers that count in running text only when written in capitals."""
    return tuple(each.symbol for each in _listings() if each.symbol.lower() in _words())


@cache
def word_names() -> tuple[str, ...]:
    """Return the names of companies that are English words too ("Target"): a capital inside a sentence tells."""
    names = (name for each in _listings() for name in (each.name, *each.others))
    return tuple(sorted({name.lower() for name in names} & _words()))


def _symbols(name: str, known: _Known) -> tuple[str, ...]:
    """Return the symbols of one phrase, which may be a list. Raises BadRequest."""
    found = _lookup(name, known)
    if found is not None:
        return found
    parts = [part for part in SEPARATORS.split(name.strip()) if part]
    if len(parts) == 1:
        parts = _tickers_in_a_row(name, known)
    if len(parts) > 1:
        return tuple(symbol for part in parts for symbol in _symbols(part, known))
    raise _unknown(name, known.extra)


def _tickers_in_a_row(name: str, known: _Known) -> list[str]:
    """Return the words of `name` if every one is known by itself ("AAPL MSFT"), else nothing."""
    words = name.split()
    return words if all(_lookup(word, known) is not None for word in words) else []


def _lookup(name: str, known: _Known) -> tuple[str, ...] | None:
    upper = name.strip().lstrip("$").upper()
    if upper in _symbols_known():
        return (upper,)
    held = {symbol.upper(): symbol for symbol in known.extra}
    if upper in held:
        return (held[upper],)
    phrase = next((_phrases()[form] for form in _forms(name) if form in _phrases()), None)
    if phrase is not None:
        return phrase
    symbol = _by_form(upper)
    if symbol is None and known.any_ticker and TICKER.fullmatch(upper):
        symbol = upper if name.strip().isupper() or not _nearest(name, known.extra) else None
    return None if symbol is None else (symbol,)


def _by_form(upper: str) -> str | None:
    """Return the symbol that `upper` is by its form alone; None where it could be a word."""
    pair = PAIR.fullmatch(upper)
    if pair is not None and set(pair.groups()) <= CURRENCIES and pair[1] != pair[2]:
        return f"{pair[1]}{pair[2]}=X"
    return upper if MARKED.fullmatch(upper) else None


def _forms(name: str) -> tuple[str, ...]:
    """Return `name` in the forms to look up, the most faithful first: as it is, then with trimmings taken off."""
    plain = _normal(name)
    words = plain.split()
    if words[:1] == ["the"]:
        words = words[1:]
    bare = list(words)
    while len(bare) > 1 and SUFFIX.fullmatch(bare[-1]):
        bare.pop()
    return tuple(dict.fromkeys((plain, " ".join(words), " ".join(bare))))


def _normal(name: str) -> str:
    """Return `name` in lower case without quotes, other marks and doubled spaces."""
    text = name.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = re.sub(r"[\"',.!?()$]", "", text)
    return " ".join(text.replace("-", " ").replace("_", " ").split())


def _unknown(name: str, extra: frozenset[str]) -> BadRequest:
    near = _nearest(name, extra)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Use a ticker, a company name or a group."
    return BadRequest(f"{name.strip()!r} is not a symbol, company or group I know.", hint=hint)


def _nearest(name: str, extra: frozenset[str]) -> list[str]:
    """Return the nearest symbols and groups, readable: "AAPL (Apple)"."""
    readable: dict[str, str] = {symbol.lower(): symbol for symbol in extra}
    for group, _ in _group_names():
        readable[group] = f"{group!r}"
    for each in _listings():
        shown = f"{each.symbol} ({each.name})"
        for phrase in (each.symbol, each.name, *each.others):
            readable[_normal(phrase)] = shown
    forms = _forms(name)
    close = [match for form in forms for match in difflib.get_close_matches(form, readable, n=NEAREST, cutoff=0.6)]
    return list(dict.fromkeys(readable[match] for match in close))[:NEAREST]


def _lines(file: str) -> list[tuple[str, str]]:
    text = (FOLDER / file).read_text(encoding="utf-8")
    rows = (line.partition("|") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [(left.strip(), right.strip()) for left, _, right in rows]


@cache
def _listings() -> tuple[Listing, ...]:
    rows = []
    for symbol, rest in _lines("names.txt"):
        name, _, others = rest.partition("|")
        rows.append(
            Listing(symbol, name.strip(), tuple(each.strip() for each in others.split(",") if each.strip()))
        )
    return tuple(rows)


@cache
def _symbols_known() -> frozenset[str]:
    return frozenset(each.symbol for each in _listings())


@cache
def _written() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every phrase of both tables as written, with its symbols; where two agree the first counts."""
    groups = [(name.strip(), tuple(members.split())) for name, members in _group_names()]
    names = [
        (phrase, (each.symbol,))
        for each in _listings()
        for phrase in (each.symbol, each.symbol.lstrip("^"), each.name, *each.others)
    ]
    return (*groups, *names)


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases to look up. What a table spells out comes before what trimming makes of another phrase."""
    phrases: dict[str, tuple[str, ...]] = {}
    for trimmed in (False, True):
        for phrase, symbols in _written():
            for form in _forms(phrase) if trimmed else (_normal(phrase),):
                phrases.setdefault(form, symbols)
    return phrases


@cache
def _words() -> frozenset[str]:
    lines = (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word.replace("_", " ") for line in lines if not line.startswith("#") for word in line.split())


def _group_names() -> list[tuple[str, str]]:
    return [(name.strip(), members) for names, members in _lines("groups.txt") for name in names.split(",")]


@cache
def _group_forms() -> frozenset[str]:
    return frozenset(form for name, _ in _group_names() for form in _forms(name))
