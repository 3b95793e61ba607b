import json
from datetime import UTC, datetime, timedelta

import pytest

from tools.backtest.folder import find_experiment, list_experiments, load_experiment
from tools.kernel.errors import BadRequest, NoData, WorkspaceError

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def shelf(workspace):
    def add(name, minutes):
        folder = workspace.experiments / name
        folder.mkdir(parents=True)
        stamp = (START + timedelta(minutes=minutes)).isoformat()
        (folder / "result.json").write_text(json.dumps({"created_at": stamp}))

    add("exp_20240101_LIGHTGBM_IBM_1d", 10)
    add("exp_20240101_LIGHTGBM_AAPL_1d", 20)
    add("exp_20240101_LIGHTGBM_AAPL_1d_2", 30)
    (workspace.experiments / ".partial-exp_20240101_LIGHTGBM_MSFT_1d").mkdir()
    (workspace.experiments / "exp_20240101_without_result").mkdir()
    return workspace


def test_oldest_first_and_only_whole_ones(shelf):
    assert list_experiments(shelf) == (
        "exp_20240101_LIGHTGBM_IBM_1d",
        "exp_20240101_LIGHTGBM_AAPL_1d",
        "exp_20240101_LIGHTGBM_AAPL_1d_2",
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("latest", "exp_20240101_LIGHTGBM_AAPL_1d_2"),
        (" Last ", "exp_20240101_LIGHTGBM_AAPL_1d_2"),
        ("ibm", "exp_20240101_LIGHTGBM_IBM_1d"),
        ("exp_20240101_LIGHTGBM_AAPL_1d", "exp_20240101_LIGHTGBM_AAPL_1d"),
    ],
)
def test_finds_by_id_part_or_latest(shelf, name, found):
    assert find_experiment(shelf, name).name == found


@pytest.mark.parametrize("name", ["AAPL", "exp_20240101_LIGHTGBM_IBN_1d", "../../etc", "", "/"])
def test_unknown_or_ambiguous_names_say_what_there_is(shelf, name):
    with pytest.raises(BadRequest) as caught:
        find_experiment(shelf, name)
    assert "exp_20240101" in caught.value.hint


def test_nothing_yet(workspace):
    assert list_experiments(workspace) == ()
    with pytest.raises(NoData) as caught:
        find_experiment(workspace, "latest")
    assert "run_experiment" in caught.value.hint


def test_a_damaged_record_is_never_the_latest_and_says_so(shelf):
    folder = shelf.experiments / "exp_20250101_LIGHTGBM_X_1d"
    folder.mkdir()
    (folder / "result.json").write_text('{"created_at": "2025-')
    assert find_experiment(shelf, "latest").name == "exp_20240101_LIGHTGBM_AAPL_1d_2"
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_experiment(folder)
