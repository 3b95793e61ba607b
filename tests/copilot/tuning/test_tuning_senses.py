"""The vectors of words are those of the embedded model, and bring together what is used alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copilot.model.locate import locate_embedded
from copilot.planner.senses import SENSES, sense_of
from copilot.tuning.senses import make_senses


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("senses") / "senses.npz"
    assert make_senses(locate_embedded(), path) > 10_000
    return path


def test_the_shipped_file_is_what_the_model_gives(made: Path) -> None:
    words = ["obtain", "get", "fetch", "forecast", "report", "quantity"]
    for one in words:
        for other in words:
            shipped = float(sense_of([one]) @ sense_of([other]))
            assert shipped == pytest.approx(float(sense_of([one], made) @ sense_of([other], made)), abs=0.02)
    assert SENSES.stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("word", "like", "unlike"),
    [("obtain", "get", "delete"), ("forecast", "predict", "load"), ("investigate", "examine", "portfolio")],
)
def test_words_that_are_used_alike_are_near(word: str, like: str, unlike: str) -> None:
    assert sense_of([word]) @ sense_of([like]) > sense_of([word]) @ sense_of([unlike]) + 0.2


def test_unknown_words_have_no_direction() -> None:
    assert not sense_of(["xqzt"]).any()
    assert np.linalg.norm(sense_of(["load", "xqzt"])) == pytest.approx(1.0, abs=1e-5)
