"""The page of a feature says whether it holds, shows what was tried, escapes, repeats, and draws in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_evidence import evidence, feature_values

from tools.features.evidence import Check
from tools.report.feature_figures import distribution_figure, thinned, values_figure
from tools.report.feature_page import feature_page
from tools.report.figures import plotly_js
from tools.report.leak_tables import evidence_rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LEAK = Check(
    name="future",
    passed=False,
    detail="auto_mine peeks: cut at 2012-05-01, its value for IBM on that day changes from 0.5 to -0.25",
)


def page(**changes: object) -> str:
    given: dict[str, object] = {
        "name": "auto_mine",
        "description": "rsi(14) * zscore(volume, 20)",
        "unit": "none",
        "evidence": evidence(),
        "values": feature_values(),
    }
    return feature_page(**(given | changes))  # type: ignore[arg-type]  # a test's dict of mixed values


def own(text: str) -> str:
    return text.replace(plotly_js(), "")


def test_a_feature_that_holds_says_so_and_shows_every_probe() -> None:
    text = own(page())
    assert "No look-ahead found by 7 probes." in text
    assert 'class="verdict"' in text
    assert text.count('<tr class="holds">') == 7
    for words in (
        "rsi(14) * zscore(volume, 20)",
        "Does the past stay as it was when later bars are cut off?",
        "+0.012",
    ):
        assert words in text
    for name in ("course", "distribution", "coefficient"):
        found = re.search(rf'id="fig-{name}-data">(.*?)</script>', text, re.DOTALL)
        assert found is not None
        assert json.loads(found[1])["data"]


def test_a_leak_is_the_headline_and_the_first_line() -> None:
    text = own(page(evidence=evidence(LEAK)))
    assert "verdict caution" in text
    assert "changes from 0.5 to −0.25" in text  # noqa: RUF001  the typeset minus sign
    assert text.index('<tr class="fails">') < text.index('<tr class="holds">')


def test_what_could_not_run_is_not_a_pass() -> None:
    text = own(page(evidence=evidence(Check(name="truncation", passed=None, detail="not run: too few bars"))))
    assert "Not proved free of look-ahead: these checks could not run: truncation." in text
    assert "verdict caution" in text
    assert "Too few bars." in text


def test_the_same_input_gives_the_same_bytes_whatever_the_time_it_took() -> None:
    assert page() == page(evidence=evidence(seconds=99.0))


@pytest.mark.parametrize("field", ["name", "description", "unit"])
def test_words_cannot_become_markup(field: str) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    text = own(page(**{field: evil}))
    assert "<script>alert" not in text
    assert "<img" not in text


def test_a_symbol_cannot_become_markup_in_the_page_or_in_the_chart() -> None:
    text = own(page(values=feature_values(symbols=("</script><a href='x'>", "IBM"))))
    assert "</script><a" not in text
    assert "<a " not in text
    assert "\\u003ca" not in text


def test_only_the_pages_own_scripts_may_run() -> None:
    text = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    named = {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts}
    assert len(named) == 2
    allowed = re.search(r"script-src ([^;]*);", policy[1])
    assert allowed is not None
    assert set(allowed[1].split()) == named


def test_a_feature_without_values_or_coefficient_has_a_page_without_charts() -> None:
    values = feature_values() * np.nan
    blank = evidence(ic=None, ic_lagged=None, placebo_mean=None, placebo_sd=None, placebo_p95=None)
    text = own(page(values=values, evidence=blank))
    assert "It has no value on these bars." in text
    assert "the rank correlation is undefined" in text
    assert 'class="plot"' not in text


def test_infinite_values_are_left_out_of_the_charts() -> None:
    values = feature_values()
    values.iloc[50, 0] = np.inf
    assert "Infinity" not in own(page(values=values))


def test_more_symbols_than_fit_are_counted() -> None:
    text = own(page(values=feature_values(symbols=tuple(f"S{number:02}" for number in range(25)))))
    assert "The first 5 of 25 symbols" in text
    assert "The first 20 of 25." in text


def test_long_series_keep_their_extremes_and_gaps() -> None:
    rng = np.random.default_rng(2)
    series = pd.Series(rng.normal(size=50_000), index=pd.date_range("2020-01-01", periods=50_000, freq="min"))
    series.iloc[20_000:21_000] = np.nan
    short = thinned(series)
    assert len(short) <= 4600
    assert short.max() == series.max()
    assert short.min() == series.min()
    assert short.isna().any()
    assert short.index.is_monotonic_increasing
    assert thinned(series.head(100)).equals(series.head(100))


def test_charts_hold_the_data() -> None:
    values = feature_values()
    lines = json.loads(values_figure(values))["data"]
    assert [line["name"] for line in lines] == list(values.columns)
    assert len(lines[0]["y"]) == 281
    bars = json.loads(distribution_figure(values))["data"][0]
    assert sum(bars["y"]) == pytest.approx(1)
    few = json.loads(distribution_figure(values.gt(0).astype(float).where(values.notna())))["data"][0]
    assert few["x"] == [0, 1]


def test_the_experiments_table_has_a_row_a_feature() -> None:
    holds, leaks = evidence_rows((evidence(), evidence(LEAK, ic=None)))
    assert [cell.text for cell in holds.cells] == ["holds", "7 of 7", "+0.012", "−0.004", "0.023"]  # noqa: RUF001
    assert [cell.text for cell in leaks.cells][:3] == ["does not hold", "6 of 7", "–"]  # noqa: RUF001
    assert leaks.cells[0].negative


@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium browser")
def test_a_browser_draws_all_three_charts(tmp_path: Path) -> None:
    path = tmp_path / "feature.html"
    path.write_text(page())
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"]
    command += ["--dump-dom", path.as_uri()]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    assert 'data-drawn="3"' in done.stdout
