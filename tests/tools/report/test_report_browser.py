"""The page in a real browser: silent, offline, whole at every width, in the dark, on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_browser import CHROMIUM, Page, browser
from report_market import make_folder
from report_variants import make_rule, open_holdout, rewrite, seal

from tools.report.page import write_report

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

WIDTHS = (400, 800, 1100, 1600)
ROOMY = 1000  # from here on no table needs to be scrolled sideways


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return pages of an experiment whose holdout was opened and of a rule whose holdout is sealed."""
    opened = make_folder(tmp_path_factory.mktemp("opened"))
    open_holdout(opened, seen_by=("exp_20250101_LIGHTGBM_AAPL-IBM-MSFT_1d",))
    rule = make_folder(tmp_path_factory.mktemp("rule"), bars=900)
    seal(rule)
    make_rule(rule)
    rewrite(rule, paths=[0.3, -0.2, 0.1])
    return {"opened": write_report(opened), "rule": write_report(rule)}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.parametrize("name", ["opened", "rule"])
@pytest.mark.parametrize("dark", [False, True])
def test_it_draws_everything_silently_and_asks_nobody(
    chromium: Page, pages: dict[str, Path], name: str, dark: bool
) -> None:
    chromium.events.clear()
    chromium.open(pages[name], dark=dark)
    assert chromium.complaints() == []
    assert [url for url in chromium.requests() if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in chromium.requests()) == 1
    figures = chromium.run("document.querySelectorAll('.plot').length")
    assert figures == 5
    assert chromium.run("[...document.querySelectorAll('.plot')].every((e) => e.querySelector('.main-svg'))")
    lines = chromium.run("document.querySelectorAll('#fig-equity .scatterlayer path.js-line').length")
    assert lines == 4
    shade = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert (shade == "rgb(14, 12, 21)") == dark
    ink = chromium.run("getComputedStyle(document.querySelector('#fig-equity .legendtext')).fill")
    assert (ink == "rgb(236, 233, 245)") == dark


def cut(page: Page, selector: str) -> list[str]:
    """Return how each element begins that holds more than it shows."""
    found = f"[...document.querySelectorAll({selector!r})].filter((e) => e.scrollWidth > e.clientWidth + 1)"
    return list(page.run(f"{found}.map((e) => e.outerHTML.slice(0, 90))"))


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_at_any_width(chromium: Page, pages: dict[str, Path], width: int) -> None:
    for page in pages.values():
        chromium.open(page, width=width)
        assert chromium.run("document.documentElement.scrollWidth") <= width
        assert cut(chromium, "main > *, section, .plot, .tile") == []
        if width >= ROOMY:
            assert cut(chromium, ".scroll") == []
        edges = "[...document.querySelectorAll('.plot .main-svg')].map((e) => e.getBoundingClientRect().right)"
        assert max(chromium.run(edges)) <= width


def test_the_charts_over_time_move_together(chromium: Page, pages: dict[str, Path]) -> None:
    chromium.open(pages["opened"])
    shown = "document.getElementById('fig-{}').layout.xaxis.range.map((day) => String(day).slice(0, 10)).join()"
    before = chromium.run(shown.format("equity"))
    chromium.run("document.getElementById('fig-equity').scrollIntoView({block: 'center'})")
    chromium.drag((400, 450), (700, 450))
    chromium.wait_for(f"{shown.format('equity')} !== {before!r}")
    for name in ("drawdown", "sharpe"):
        chromium.wait_for(f"{shown.format(name)} === {shown.format('equity')}")


def test_a_button_gives_the_equity_as_csv_without_a_request(
    chromium: Page, pages: dict[str, Path], tmp_path: Path
) -> None:
    chromium.open(pages["opened"])
    chromium.events.clear()
    chromium.run(
        """window.caught = new Promise((resolve) => {
          URL.createObjectURL = (blob) => { blob.text().then(resolve); return "#"; };
        }); document.querySelector('[data-csv=equity] button').click()"""
    )
    lines = str(chromium.run("window.caught")).splitlines()
    assert lines[0] == "ts,strategy,equal_weight,momentum,index"
    assert len(lines) == 1 + 2512 + 252
    assert re.fullmatch(r"\d{4}-\d\d-\d\d(,[\d.]+){4}", lines[-1])
    assert chromium.complaints() == []


def test_tables_can_be_read_aloud(chromium: Page, pages: dict[str, Path]) -> None:
    chromium.open(pages["opened"])
    assert (
        chromium.run("[...document.querySelectorAll('thead th')].filter((e) => e.textContent && !e.scope).length")
        == 0
    )
    assert chromium.run("[...document.querySelectorAll('tbody tr')].every((e) => e.querySelector('th[scope=row]'))")
    unnamed = (
        "[...document.querySelectorAll('.scroll, [role=img], button')].filter((e) => !e.getAttribute('aria-label'))"
    )
    assert chromium.run(f"{unnamed}.length") == 0


def test_it_prints(chromium: Page, pages: dict[str, Path], tmp_path: Path) -> None:
    chromium.open(pages["opened"], dark=True)
    printed = tmp_path / "report.pdf"
    printed.write_bytes(chromium.pdf())
    assert printed.read_bytes().startswith(b"%PDF")
    pages_printed = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    assert 4 <= pages_printed <= 16
    assert chromium.run("document.documentElement.dataset.print") is None  # back on screen
    if shutil.which("pdftotext") is None:
        return
    text = subprocess.run(["pdftotext", str(printed), "-"], capture_output=True, text=True, check=True).stdout
    for words in ("no clean test", "Growth of 1", "Equal weight", "Reproducibility", "output sha256"):
        assert words in text
    assert "Drag to zoom" not in text
