"""An opened holdout continues the curves, stands beside what came before, and says where it is no clean test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_variants import open_holdout, seal

from tools.backtest.folder import HOLDOUT_EQUITY_FILE, load_experiment, load_holdout
from tools.kernel.errors import WorkspaceError
from tools.report.curves import build_curves, columns_json
from tools.report.page import write_report


def test_curves_go_on_where_the_walk_forward_ended(experiment_folder: Path) -> None:
    equity = pd.read_parquet(experiment_folder / "equity.parquet")
    opened = open_holdout(experiment_folder)
    holdout = load_holdout(experiment_folder)
    curves = build_curves(equity, None, holdout, opened.rename_axis("ts").reset_index())
    assert len(curves.equity) == len(equity) + len(opened)
    for role in curves.roles:
        whole, last = curves.equity[role], equity[role].iloc[-1]
        np.testing.assert_allclose(whole.iloc[len(equity) :], opened[role] * last, rtol=1e-12)
        np.testing.assert_allclose(whole.iloc[: len(equity)], equity[role], rtol=0)
    assert curves.band is not None
    assert curves.band.opened
    assert holdout is not None
    assert curves.span[1] == holdout.end
    assert "NaN" not in columns_json(curves)


def test_bars_that_both_hold_are_drawn_once(experiment_folder: Path) -> None:
    equity = pd.read_parquet(experiment_folder / "equity.parquet")
    opened = open_holdout(experiment_folder)
    opened.index = pd.bdate_range(equity["ts"].iloc[-1], periods=len(opened))
    curves = build_curves(equity, None, load_holdout(experiment_folder), opened.rename_axis("ts").reset_index())
    assert curves.equity.index.is_unique
    assert len(curves.equity) == len(equity) + len(opened) - 1


def test_a_sealed_span_reaches_to_its_end_without_a_point_in_it(experiment_folder: Path) -> None:
    sealed = seal(experiment_folder)
    equity = pd.read_parquet(experiment_folder / "equity.parquet")
    curves = build_curves(equity, sealed, None, None)
    assert curves.span == (equity["ts"].iloc[0].date(), sealed.end)
    assert curves.equity.index[-1].date() < sealed.start


def test_the_table_sets_both_side_by_side(experiment_folder: Path) -> None:
    open_holdout(experiment_folder)
    page = write_report(experiment_folder).read_text()
    assert "On the holdout" in page
    assert "sealed holdout, not opened" not in page
    assert "no clean test" not in page
    assert "holdout audit head" in page
    assert "5e" * 32 in page
    assert "that nothing had been chosen on" in page
    row = re.search(r'<th scope="row">Trading days</th>(.*?)</tr>', page, re.DOTALL)
    assert row is not None
    assert (
        re.findall(r"<td[^>]*>([\d,]+)</td>", row[1])
        == [f"{load_experiment(experiment_folder).oos.days:,}", "251"] * 4
    )


def test_a_holdout_that_was_seen_before_is_no_clean_test(experiment_folder: Path) -> None:
    open_holdout(experiment_folder, seen_by=("exp_older",))
    page = write_report(experiment_folder).read_text()
    assert "This is no clean test: one experiment had already read some of these bars" in page
    assert "exp_older" in page
    assert "that nothing had been chosen on" not in page


def test_the_page_is_made_again_after_an_opening(experiment_folder: Path) -> None:
    seal(experiment_folder)
    before = write_report(experiment_folder).read_bytes()
    open_holdout(experiment_folder)
    after = write_report(experiment_folder).read_bytes()
    assert before != after
    assert write_report(experiment_folder).read_bytes() == after
    found = re.search(rb'id="columns">(.*?)</script>', after, re.DOTALL)
    assert found is not None
    assert len(json.loads(found[1])["ts"]) == 756 + 252


def test_a_holdout_without_its_curves_is_one_plain_line(experiment_folder: Path) -> None:
    open_holdout(experiment_folder)
    (experiment_folder / HOLDOUT_EQUITY_FILE).unlink()
    with pytest.raises(WorkspaceError, match=r"holdout of .* cannot be read"):
        write_report(experiment_folder)
