"""Hypotheses as the ledger has them: counted once a trial, the best of them, the last at the end."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

from test_trials import FAMILY, trial

from tools.backtest.families import check_ledger, families
from tools.backtest.trial_log import GENESIS, count_trial, read_heads, read_ledger
from tools.kernel.paths import Workspace


def test_a_summary_of_every_hypothesis(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    assert families(read_ledger(space)) == ()
    other = FAMILY.model_copy(update={"horizon_days": 5})
    last = trial("d", sharpe=0.03)
    later = last.model_copy(update={"made_at": last.made_at + timedelta(days=3), "settings": "ridge"})
    for each in (trial("a"), trial("a"), trial("b", other, sharpe=None), trial("c", sharpe=None), later):
        count_trial(space, each)
    first, second = families(read_ledger(space))
    assert (first.family, first.count, first.best_sharpe) == (other.id, 1, None)
    assert (second.family, second.count, second.horizon_days) == (FAMILY.id, 3, 1)
    assert second.best_sharpe == 0.03 * math.sqrt(252)
    assert (second.last - second.first).days == 3
    assert second.last_settings == "ridge"


def test_every_head_of_the_chain_is_known(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    assert read_heads(space) == (GENESIS,)
    assert check_ledger(space).ok
    heads = [count_trial(space, trial(name)).head for name in "abc"]
    assert read_heads(space) == (GENESIS, *heads)
    found = check_ledger(space)
    assert (found.trials, found.head, found.results) == (3, heads[-1], 0)
