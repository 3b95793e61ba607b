"""The page is whole, self-contained, escaped, repeatable, and draws in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from report_evidence import evidence

from tools.backtest.folder import load_experiment
from tools.kernel.errors import WorkspaceError
from tools.kernel.spec import Context
from tools.report import figures
from tools.report.page import verdict, write_report
from tools.report.tool import ReportArgs, show_report

MAX_BYTES = 6_000_000
FIGURES = ("equity", "drawdown", "importance", "costs")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def own_parts(page: str) -> str:
    """Return the page without the Plotly library."""
    return page.replace(figures.plotly_js(), "")


def rewrite(folder: Path, **changes: object) -> None:
    record = json.loads((folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps(record | changes))


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
    assert "Cash: the strategy holds nothing." in own


def test_the_verdict_speaks_for_a_strong_record_too(experiment_folder: Path) -> None:
    record = load_experiment(experiment_folder)
    strong = record.oos.model_copy(update={"sharpe": 2.5, "sharpe_stderr": 0.4})
    assert "One run is not proof" in verdict(record.model_copy(update={"oos": strong}))
    assert "No evidence of an edge" in verdict(record)


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


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_real_browser_draws_every_figure_without_an_error(experiment_folder: Path, tmp_path: Path) -> None:
    page = write_report(experiment_folder)
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    assert f'data-drawn="{len(FIGURES)}"' in done.stdout
    assert done.stdout.count('class="main-svg"') >= len(FIGURES)
