"""What users write, and the symbols it means."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ingest import universe
from tools.kernel.errors import BadRequest

BANKS = ("JPM", "BAC", "WFC", "C", "GS", "MS", "USB", "PNC")


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("aapl", ("AAPL",)),
        ("$Msft", ("MSFT",)),
        ("Apple", ("AAPL",)),
        ("apple inc.", ("AAPL",)),
        ("Apple Computer, Inc.", ("AAPL",)),
        ("Apple stock", ("AAPL",)),
        ("Microsoft Corporation", ("MSFT",)),
        ("the banks", BANKS),
        ("bank stocks", BANKS),
        ("Johnson & Johnson", ("JNJ",)),
        ("AT&T", ("T",)),
        ("Lowe\N{RIGHT SINGLE QUOTATION MARK}s", ("LOW",)),
        ("brk.b", ("BRK-B",)),
        ("facebook", ("FB",)),
        ("Meta", ("META",)),
        ("google", ("GOOG",)),
        ("faang", ("FB", "AAPL", "AMZN", "NFLX", "GOOG")),
        ("the index", ("^GSPC",)),
        ("S&P 500", ("^GSPC",)),
        ("s&p500", ("^GSPC",)),
        ("nasdaq", ("^IXIC",)),
        ("gspc", ("^GSPC",)),
        ("EURUSD", ("EURUSD=X",)),
        ("eur/usd", ("EURUSD=X",)),
        ("oil", ("CL=F",)),
        ("oil companies", ("XOM", "CVX", "COP", "SLB", "EOG", "OXY", "BP", "SHEL")),
        ("Apple, IBM and Microsoft", ("AAPL", "IBM", "MSFT")),
        ("AAPL, MSFT, and IBM", ("AAPL", "MSFT", "IBM")),
        ("AAPL MSFT", ("AAPL", "MSFT")),
        ("AAPL & IBM", ("AAPL", "IBM")),
    ],
)
def test_one_phrase(text, symbols):
    assert universe.resolve([text]) == symbols
    assert universe.resolve([text.upper()]) == symbols


def test_tech_stocks_begin_with_what_the_sample_has():
    assert universe.resolve(["tech stocks"])[:5] == ("AAPL", "MSFT", "IBM", "GOOG", "FB")
    assert universe.resolve(["the tech sector"]) == universe.resolve(["tech"])


def test_order_is_kept_and_duplicates_are_dropped():
    assert universe.resolve(["MSFT", "apple", "AAPL", "big tech"]) == ("MSFT", "AAPL", "GOOG", "AMZN", "FB")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("aple", "AAPL (Apple)"),
        ("Micorsoft", "MSFT (Microsoft)"),
        ("facebok", "FB (Facebook)"),
        ("semiconducters", "'semiconductors'"),
        ("APPL", "AAPL (Apple)"),
    ],
)
def test_unknown_names_the_nearest(text, hint):
    with pytest.raises(BadRequest, match=text) as unknown:
        universe.resolve([text])
    assert hint in unknown.value.hint


@pytest.mark.parametrize("text", ["XYZQ", "", "   ", "?", "and", ",", "no such thing at all", "a" * 5000])
def test_unknown_without_a_match(text):
    with pytest.raises(BadRequest):
        universe.resolve([text])


def test_only_the_unknown_part_of_a_list_is_named():
    with pytest.raises(BadRequest, match=r"^'XYZQ' is not"):
        universe.resolve(["Apple, XYZQ"])
    with pytest.raises(BadRequest, match="No symbol"):
        universe.resolve([])


def test_symbols_of_the_lake_are_known():
    assert universe.resolve(["foo", "foo.l"], extra=["FOO", "Foo.L"]) == ("FOO", "Foo.L")
    assert universe.is_known("foo", extra=["FOO"])
    assert not universe.is_known("foo")


def test_groups():
    assert universe.is_group("the banks")
    assert universe.is_group("FAANG")
    assert not universe.is_group("AAPL")
    assert not universe.is_group("Apple")
    assert "tech" in universe.group_names()


def test_table_is_wide_and_sound():
    symbols = [each.symbol for each in universe.listings()]
    assert len(symbols) >= 150
    assert len(symbols) == len(set(symbols))
    for name in universe.group_names():
        assert set(universe.resolve([name])) <= set(symbols), name
    for each in universe.listings():
        assert universe.resolve([each.symbol]) == (each.symbol,)
    assert universe.name_of("IBM") == "IBM"
    assert universe.name_of("XYZQ") is None


def test_no_two_symbols_share_a_name():
    owner: dict[str, str] = {}
    for each in universe.listings():
        for phrase in (each.name, *each.others):
            assert owner.setdefault(phrase.lower(), each.symbol) == each.symbol


def test_aliases_are_lower_case_resolvable_and_no_english_words():
    aliases = universe.aliases()
    assert aliases["apple"] == ("AAPL",)
    assert aliases["tech stocks"] == universe.resolve(["tech stocks"])
    assert aliases["nasdaq"] == ("^IXIC",)
    assert not {"it", "now", "cat", "t", "target", "low"} & set(aliases)
    assert {"NOW", "CAT", "T"} <= set(universe.word_tickers())
    assert {"target", "gap", "delta"} <= set(universe.word_names())
    for phrase, symbols in aliases.items():
        assert phrase == phrase.lower()
        assert universe.resolve([phrase]) == symbols, phrase


@given(st.text(max_size=40))
def test_any_text_is_answered_or_refused(text):
    if universe.is_known(text):
        assert universe.resolve([text])
    else:
        with contextlib.suppress(BadRequest):  # a list of known names is fine
            assert universe.resolve([text])
