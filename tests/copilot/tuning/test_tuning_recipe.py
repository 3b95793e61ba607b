"""Schedule, batches, checkpoint identity and log: what a run is, without running one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.tuning.checkpoint import CHECKPOINT, begin
from copilot.tuning.log import LOG_EVERY, Log, Progressed
from copilot.tuning.recipe import Encoded, Recipe, batches, schedule
from tools.kernel.errors import BadRequest

DATA = [Encoded(tuple(range(5 + number % 13)), 3) for number in range(103)]


def test_the_rate_warms_up_and_decays_to_nothing() -> None:
    rates = [schedule(step, 200) for step in range(200)]
    top = rates.index(max(rates))
    assert rates[0] == pytest.approx(1 / 6)
    assert max(rates) == 1.0
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert schedule(200, 200) == 0.0
    assert 0 < schedule(0, 1) <= 1


def test_batches_hold_each_pair_once_an_epoch_and_like_lengths() -> None:
    recipe = Recipe(batch=10, epochs=2.0, seed=5)
    made = list(batches(DATA, recipe))
    assert made == list(batches(DATA, recipe))
    assert made != list(batches(DATA, replace(recipe, seed=6)))
    assert len(made) == round(2 * 103 / 10)
    first = made[:11]
    assert Counter(each for batch in first for each in batch) == Counter(DATA)
    assert max(len(batch[-1].ids) - len(batch[0].ids) for batch in first) <= 3
    assert list(batches(DATA, Recipe(batch=10, epochs=0.3))) == list(batches(DATA, Recipe(batch=10)))[:3]
    assert list(batches([], recipe)) == []


def test_a_folder_goes_on_with_the_same_run_only(tmp_path: Path) -> None:
    begin(tmp_path, Recipe(rank=4), "data-one", "base")
    begin(tmp_path, Recipe(rank=8), "data-one", "base")  # nothing was trained yet
    (tmp_path / CHECKPOINT).write_bytes(b"")
    begin(tmp_path, Recipe(rank=8), "data-one", "base")
    with pytest.raises(BadRequest, match="rank 8, now 4; data_sha256 data-one, now data-two"):
        begin(tmp_path, Recipe(rank=4), "data-two", "base")
    assert json.loads((tmp_path / "recipe.json").read_text())["rank"] == 8


def test_the_log_tells_mean_loss_and_time_left(tmp_path: Path) -> None:
    told: list[Progressed] = []
    log = Log(tmp_path / "log.jsonl", LOG_EVERY + 3, told.append)
    for step in range(1, LOG_EVERY + 4):
        log.add(step, float(step > LOG_EVERY), 100)
    assert [(each.step, each.loss) for each in told] == [(LOG_EVERY, 0.0), (LOG_EVERY + 3, 1.0)]
    assert told[0].left_s > 0
    assert told[1].left_s == 0
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [LOG_EVERY, LOG_EVERY + 3]
