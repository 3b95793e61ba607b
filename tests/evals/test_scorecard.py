"""The floor of the planner in use on a fixed sample of the scorecard; `make eval` asks all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.batch import read_state
from copilot.evals.cases import TODAY, read_cases, stratified
from copilot.evals.score import Score, run_cases, summarize
from copilot.model.locate import locate_adapter
from copilot.planner import embedded_planner, load_engine
from tools.kernel.settings import Settings

HERE = Path(__file__).parent
SAMPLE = 60
LEAST_RIGHT_TOOL = 0.93
LEAST_EXACT = 0.88
LEAST_VALID = 1.0


@pytest.fixture(scope="module")
def score() -> Score:
    """Return the figures on the sample, with the adapter where the repository has one."""
    cases = [case for path in sorted(HERE.glob("scorecard_*.jsonl")) for case in read_cases(path)]
    planner = embedded_planner(load_engine(Settings(_env_file=None, model=None)), lambda: TODAY)
    return summarize(run_cases(stratified(cases, SAMPLE), read_state(HERE / "scorecard_state.json"), planner))


def test_every_planned_call_fits_the_types_of_its_tool(score: Score) -> None:
    assert score.cases == SAMPLE
    assert score.valid >= LEAST_VALID


@pytest.mark.skipif(locate_adapter() is None, reason="these floors are those of the tuned planner")
def test_right_tool_and_exact_call(score: Score) -> None:
    assert score.right_tool >= LEAST_RIGHT_TOOL
    assert score.exact >= LEAST_EXACT
