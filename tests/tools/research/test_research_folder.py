import errno
from datetime import date

import pytest

from tools.kernel.errors import WorkspaceError
from tools.research.folder import experiment_id, recording

DAY = date(2026, 1, 2)


def name_of(workspace, symbols):
    return experiment_id(workspace, day=DAY, model="lightgbm", symbols=symbols, interval="1d")


@pytest.mark.parametrize(
    ("symbols", "part"),
    [
        (("AAPL",), "AAPL"),
        (("AAPL", "IBM", "MSFT", "GOOG", "FB"), "AAPL-IBM-MSFT+2"),
        (("BRK.B", "^GSPC"), "BRKB-GSPC"),
        (("../../x", "..."), "x-X"),
    ],
)
def test_ids_are_safe_file_names(workspace, symbols, part):
    assert name_of(workspace, symbols) == f"exp_20260102_LIGHTGBM_{part}_1d"


def test_ids_are_counted_up(workspace):
    names = []
    for _ in range(3):
        names.append(name_of(workspace, ("IBM",)))
        with recording(workspace, names[-1]):
            pass
    assert names == [f"exp_20260102_LIGHTGBM_IBM_1d{end}" for end in ("", "_2", "_3")]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_run_that_fails_leaves_nothing(workspace, failure):
    def fail(folder):
        (folder / "result.json").write_text("{}")
        raise failure

    with pytest.raises(failure), recording(workspace, "exp_1") as folder:
        fail(folder)
    assert not list(workspace.experiments.glob("*exp*"))


def test_a_full_disk_is_one_plain_line(workspace):
    with pytest.raises(WorkspaceError, match="disk is full"), recording(workspace, "exp_1"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not list(workspace.experiments.glob("*exp*"))


def test_what_a_killed_run_left_is_removed_by_the_next(workspace):
    killed = workspace.experiments / ".partial-exp_0"
    killed.mkdir()
    (killed / "result.json").write_text("{")
    with recording(workspace, "exp_1") as folder:
        (folder / "result.json").write_text("{}")
    assert not killed.exists()
    assert (workspace.experiments / "exp_1" / "result.json").is_file()
