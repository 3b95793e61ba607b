"""Code that cheats: every file of the corpus is caught, by the probe that its docstring names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from leak_market import Source, intraday, market

from tools.features.evidence import Evidence
from tools.features.firewall import check, enforce
from tools.features.panel import Panel
from tools.kernel.errors import GateFailed

CHEATS = sorted((Path(__file__).parent / "cheats").glob("*.py"))
EVERY = pytest.mark.parametrize("path", CHEATS, ids=lambda path: path.stem)
PEEKS = {"truncation", "future", "delisting", "listing", "every bar", "single bars"}
NAMED_BY_DAY = {"rare_days", "rare_days_in_ranks", "late_years"}  # 5-minute bars of some days need not have these


def _kind(probe: str) -> str:
    return "peek" if probe in PEEKS else probe


def _examine(path: Path, panel: Panel, seed: int) -> tuple[str, Evidence]:
    source = path.read_text()
    found = re.search(r"Caught by: ([a-z -]+)\.", source)
    assert found, "a cheat says which probe catches it"
    return found[1], check(Source(path.stem, source), panel, seed=seed)


def _assert_caught(path: Path, panel: Panel, seed: int) -> Evidence:
    probe, evidence = _examine(path, panel, seed)
    caught = [item.name for item in evidence.failed]
    assert probe in caught
    assert _kind(caught[0]) == _kind(probe), "the reason that the user hears is of the right kind"
    return evidence


def test_the_corpus_is_wide() -> None:
    assert len(CHEATS) >= 45


@EVERY
def test_caught_where_symbols_come_and_go(path: Path) -> None:
    evidence = _assert_caught(path, market(0), seed=0)
    with pytest.raises(GateFailed) as caught:
        enforce(evidence)
    worst = evidence.failed[0]
    assert caught.value.message.startswith(path.stem)
    assert caught.value.hint
    assert caught.value.promise == ("P5" if worst.name == "determinism" else "P4")
    if worst.name != "shape":
        assert worst.symbol is not None
        assert worst.date is not None
        assert worst.symbol in caught.value.message
        assert str(worst.date.date()) in caught.value.message or "on that day" in caught.value.message


@EVERY
def test_caught_where_every_symbol_has_every_bar(path: Path) -> None:
    _assert_caught(path, market(5, bars=400, symbols=6, ragged=False), seed=3)


@pytest.mark.parametrize(
    "path", [path for path in CHEATS if path.stem not in NAMED_BY_DAY], ids=lambda path: path.stem
)
def test_caught_on_intraday_bars(path: Path) -> None:
    _assert_caught(path, intraday(market(7, bars=400, symbols=5)), seed=1)


def test_the_message_names_column_day_and_size() -> None:
    source = 'def feature(bars):\n    return bars["close"].shift(-1) / bars["close"] - 1\n'
    evidence = check(Source("lead", source), market(2, ragged=False), seed=4)
    worst = evidence.failed[0]
    assert worst.name == "truncation"
    assert re.fullmatch(
        r"lead peeks: cut at \d{4}-\d\d-\d\d, its value for S\d on that day changes from unknown to "
        r"-?[0-9.e-]+ once later bars exist\.",
        worst.detail,
    )
    sizes = [item.size for item in evidence.failed if item.name == "every bar"]
    assert sizes[0] is not None
    assert sizes[0] > 0.1


def test_one_symbol_is_enough_to_catch_what_one_symbol_can_show() -> None:
    panel = market(6, symbols=1)
    for name in (
        "shift_one",
        "bfill_missing",
        "rare_days",
        "all_time_high",
        "adjusted_price_level",
        "label_with_tiny_weight",
    ):
        path = Path(__file__).parent / "cheats" / f"{name}.py"
        _assert_caught(path, panel, seed=2)
