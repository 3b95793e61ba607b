"""The page is whole, self-contained, escaped and repeatable."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from report_evidence import evidence
from report_variants import make_rule, rewrite, seal

from tools.backtest.cost_curve import CostPoint
from tools.backtest.folder import load_experiment
from tools.backtest.record import Trials
from tools.backtest.statistics.grade import StrategyEvidence
from tools.backtest.statistics.slice import Slice
from tools.backtest.statistics.verdict import verdict
from tools.kernel.errors import WorkspaceError
from tools.kernel.spec import Context
from tools.report import figures
from tools.report.page import headline, write_report
from tools.report.tool import ReportArgs, show_report

MAX_BYTES = 6_000_000
FIGURES = ("equity", "drawdown", "sharpe", "importance", "costs")


def own_parts(page: str) -> str:
    """Return the page without the Plotly library."""
    return page.replace(figures.plotly_js(), "")


def test_the_page_is_made_quickly_and_is_not_too_big(experiment_folder: Path) -> None:
    started = time.perf_counter()
    path = write_report(experiment_folder)
    assert time.perf_counter() - started < 10  # 0.3 s alone; generous for a busy machine
    assert path == experiment_folder / "report.html"
    assert path.stat().st_size <= MAX_BYTES


def test_the_same_folder_gives_the_same_bytes(experiment_folder: Path) -> None:
    first = write_report(experiment_folder).read_bytes()
    assert write_report(experiment_folder).read_bytes() == first


def test_the_page_holds_everything_and_asks_nobody(experiment_folder: Path) -> None:
    page = write_report(experiment_folder).read_text()
    record = load_experiment(experiment_folder)
    own = own_parts(page)
    assert page.count(figures.plotly_js()) == 1
    assert not re.search(r"https?://|src=|<link|@import|url\(", own)
    assert "default-src 'none'" in own
    for name in FIGURES:
        text = re.search(rf'id="fig-{name}-data">(.*?)</script>', own, re.DOTALL)
        assert text is not None
        assert json.loads(text[1])["data"]
    for text in (
        record.experiment,
        record.provenance.data_sha256,
        record.provenance.output_sha256,
        record.provenance.code_version,
        record.warnings[0],
        str(record.signal_date),
        "Equal weight",
        "Index SPX",
        "the last 50",
    ):
        assert text in own
    assert own.count("<tr>") >= 10 + len(record.folds) + 50
    assert not re.search(r"\bnan\b|\bNone\b", re.sub(r"<(script|style).*?</\1>", "", own, flags=re.DOTALL))


def test_leak_checks_are_shown_where_the_record_has_them(experiment_folder: Path) -> None:
    assert "Leak checks" not in own_parts(write_report(experiment_folder).read_text())
    rewrite(experiment_folder, evidence=[evidence().model_dump(mode="json")])
    page = own_parts(write_report(experiment_folder).read_text())
    assert "Leak checks" in page
    row = re.search(r"<tr><th scope=\"row\"><code>auto_mine</code>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r"<td>([^<]*)</td>", row[0])[:3] == ["holds", "7 of 7", "+0.012"]


def test_text_from_the_record_cannot_become_markup(experiment_folder: Path) -> None:
    evil = '</script><script>alert("x")</script>'
    record = json.loads((experiment_folder / "result.json").read_text())
    fold = record["folds"][0] | {"importance": {evil: 1.0}}
    rewrite(experiment_folder, warnings=[evil], folds=[fold], config=record["config"] | {"features": [evil]})
    assert "<script>alert" not in own_parts(write_report(experiment_folder).read_text())


def test_undefined_figures_and_no_targets_are_said(experiment_folder: Path) -> None:
    record = json.loads((experiment_folder / "result.json").read_text())
    nothing = record["oos"] | dict.fromkeys(("sharpe", "sharpe_stderr", "sortino", "calmar"))
    rewrite(experiment_folder, oos=nothing, targets=[], folds=[], cost_curve=[], benchmarks={})
    own = own_parts(write_report(experiment_folder).read_text())
    assert "the Sharpe ratio is undefined" in own
    assert "fig-costs" not in own
    assert "fig-importance" not in own
    assert "Cash: the strategy holds nothing." in own


def test_the_verdict_speaks_for_a_strong_record_too(experiment_folder: Path) -> None:
    record = load_experiment(experiment_folder)
    strong = record.oos.model_copy(update={"sharpe": 2.5, "sharpe_stderr": 0.4})
    assert "One run is not proof" in headline(record.model_copy(update={"oos": strong}))
    assert "No evidence of an edge" in headline(record)


def judged(folder: Path, **known: object) -> str:
    """Return the page of the record with a verdict on this evidence."""
    figures = {"sharpe": 1.2, "days": 2500, "orders": 900, "trials": 3, "benchmark": "equal weight"} | known
    found = StrategyEvidence.model_validate(figures)
    trials = Trials(family="fam_0123456789", count=3, overfitting=found.overfitting, head="ab" * 32)
    provenance = load_experiment(folder).provenance.model_copy(update={"features": {"auto_mine": "cd" * 32}})
    parts = {"strategy": found, "verdict": verdict(found), "trials": trials, "provenance": provenance}
    rewrite(folder, **{name: part.model_dump(mode="json") for name, part in parts.items()})
    return own_parts(write_report(folder).read_text())


def test_a_verdict_replaces_the_rough_reading(experiment_folder: Path) -> None:
    before = own_parts(write_report(experiment_folder).read_text())
    assert "No evidence of an edge" in before
    assert "Why this verdict" not in before
    page = judged(experiment_folder, deflated_sharpe=0.4, deflated_alpha=0.3, placebo_p=0.2, overfitting=0.7)
    assert "No evidence of an edge" not in page
    assert '<section class="verdict no-edge"' in page
    assert "The strongest evidence against it" in page
    assert page.count("Without what equal weight explains, the true return") == 2  # headline and table
    rows = re.findall(r'<tr class="([a-z-]+)"><th scope="row">(\w+)</th>', page)
    assert rows[:3] == [("no-edge", "benchmark"), ("no-edge", "selection"), ("no-edge", "placebo")]
    assert len(rows) == 7
    for figure in ("40.0\u202f%", "30.0\u202f%", "20.0\u202f%", "70.0\u202f%", "9.9\u202fy on record"):
        assert figure in page


@pytest.mark.parametrize(("chance", "grade"), [(0.97, "plausible"), (0.999, "strong")])
def test_a_better_verdict_is_not_red(experiment_folder: Path, chance: float, grade: str) -> None:
    costs = tuple(CostPoint(multiple=multiple, sharpe=1.0, cagr=0.1) for multiple in (1, 2, 3))
    days = date(2020, 1, 1)
    year = {"start": days, "end": days, "days": 250, "total_return": 0.1, "sharpe": 1.0, "volatility": 0.1}
    periods = tuple(Slice(label=str(number), max_drawdown=-0.1, **year) for number in range(9))
    known = {"deflated_sharpe": chance, "deflated_alpha": chance, "placebo_p": 0.01, "overfitting": 0.05}
    page = judged(experiment_folder, **known, costs=costs, periods=periods, min_track_record=500.0)
    assert f'<section class="verdict {grade}"' in page
    assert "2.0\u202fy" in page


def test_the_page_holds_the_head_of_the_ledger_and_the_hash_of_each_source(experiment_folder: Path) -> None:
    page = judged(experiment_folder, deflated_sharpe=0.4)
    for text in ("fam_0123456789", "trial ledger head", "ab" * 32, "source of auto_mine", "cd" * 32):
        assert text in page
    assert "{&#39;" not in page


def test_a_damaged_folder_is_one_plain_line(experiment_folder: Path) -> None:
    (experiment_folder / "equity.parquet").write_bytes(b"nothing")
    with pytest.raises(WorkspaceError, match="series") as damage:
        write_report(experiment_folder)
    assert "Run the experiment again" in damage.value.hint
    assert not (experiment_folder / "report.html").exists()


def test_show_report_writes_the_page_once(context: Context, experiment_folder: Path) -> None:
    shown = show_report(context, ReportArgs())
    path = Path(shown.path)
    assert path.is_absolute()
    assert path.is_file()
    assert shown.oos == load_experiment(experiment_folder).oos
    before = path.stat().st_mtime_ns
    assert show_report(context, ReportArgs(experiment="LGBM")).path == shown.path
    assert path.stat().st_mtime_ns == before


def test_a_rule_has_its_conditions_in_place_of_folds_and_features(experiment_folder: Path) -> None:
    make_rule(experiment_folder)
    own = own_parts(write_report(experiment_folder).read_text())
    assert "<h1>Rule on AAPL, IBM, MSFT</h1>" in own
    assert "<code>sma(10) &gt; sma(30)</code>" in own
    assert "<code>rsi(14) &gt; 70</code>" in own
    for absent in ("Walk-forward folds", "fig-importance", "walk-forward fold", "train years", "-day horizon"):
        assert absent not in own
    make_rule(experiment_folder, leave=None)
    assert "the entry condition no longer holds" in write_report(experiment_folder).read_text()


def test_one_feature_has_no_heat_map_of_itself(experiment_folder: Path) -> None:
    folds = json.loads((experiment_folder / "result.json").read_text())["folds"]
    rewrite(experiment_folder, folds=[fold | {"importance": {"rsi_14": 1.0}} for fold in folds])
    own = own_parts(write_report(experiment_folder).read_text())
    assert "fig-importance" not in own
    assert "There is one feature" in own


def test_combinatorial_paths_are_drawn_where_there_are_any(experiment_folder: Path) -> None:
    assert "fig-paths" not in own_parts(write_report(experiment_folder).read_text())
    rewrite(experiment_folder, paths=[0.4, -0.1, None])
    own = own_parts(write_report(experiment_folder).read_text())
    assert "Sharpe ratio on 3 combinatorial paths" in own
    found = re.search(r'id="fig-paths-data">(.*?)</script>', own, re.DOTALL)
    assert found is not None
    assert json.loads(found[1])["data"][0]["x"] == [0.4, -0.1]


def test_sealed_bars_are_an_empty_band(experiment_folder: Path) -> None:
    sealed = seal(experiment_folder)
    own = own_parts(write_report(experiment_folder).read_text())
    assert "sealed holdout, not opened" in own
    assert f"{sealed.start} – {sealed.end}: this experiment has not seen it" in own  # noqa: RUF001  an en dash
    assert "On the holdout" not in own


def test_a_short_record_without_trades_still_has_a_page(experiment_folder: Path) -> None:
    equity = pd.read_parquet(experiment_folder / "equity.parquet")
    equity.head(30).drop(columns="index").to_parquet(experiment_folder / "equity.parquet")
    pd.read_csv(experiment_folder / "trades.csv").head(0).to_csv(experiment_folder / "trades.csv", index=False)
    own = own_parts(write_report(experiment_folder).read_text())
    assert "Winning days" not in own
    assert "fig-sharpe" not in own
