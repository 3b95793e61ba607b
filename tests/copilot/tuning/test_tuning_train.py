"""A real training run, of three steps: stopped and gone on with, exported, and loaded by llama.cpp."""

from __future__ import annotations

import importlib.util
import json
import threading
from pathlib import Path

import pytest

from copilot.model.engine import LlamaEngine
from copilot.model.locate import is_adapter, locate_embedded
from copilot.tune_cli import LIBRARIES
from copilot.tuning.checkpoint import CHECKPOINT
from copilot.tuning.dataset import make_pairs
from copilot.tuning.export import export
from copilot.tuning.recipe import Recipe
from copilot.tuning.train import Stopped, is_check, train
from tools.kernel.errors import BadRequest, WorkspaceError

LACKING = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
RECIPE = Recipe(rank=2, alpha=4, batch=4, epochs=0.5, threads=1, learning_rate=1e-2)
BOOK = [
    {
        "intent": "report",
        "call": {"tool": "show_report", "args": {}},
        "say": [
            f"{verb} the {what}" for verb in ("open", "show", "bring up", "pull up") for what in ("report", "page")
        ]
        + [f"{verb} my report please" for verb in ("open", "see", "show", "get", "view", "read")]
        + [f"{verb} it as a page" for verb in ("open", "see", "show", "get", "view", "read")],
    }
]


class StopAfter(threading.Event):
    """An event that is set when it was asked `many` times: after as many steps."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self.left = many

    def is_set(self) -> bool:
        self.left -= 1
        return self.left <= 0


@pytest.mark.slow
@pytest.mark.skipif(bool(LACKING), reason=f"the extra `tune` is not installed: {', '.join(LACKING)}")
def test_a_run_in_two_sittings_ends_with_the_same_adapter(tmp_path: Path) -> None:
    (tmp_path / "book.json").write_text(json.dumps(BOOK))
    pairs, base = make_pairs(tmp_path, fills=1), locate_embedded()
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    scores = train(base, pairs, whole, RECIPE)
    assert scores["pairs"] == sum(pair.split == "held" for pair in pairs)
    with pytest.raises(Stopped):
        train(base, pairs, halves, RECIPE, cancel=StopAfter(2))
    assert train(base, pairs, halves, RECIPE)["loss"] == scores["loss"]
    for folder in (whole, halves):
        export(folder / CHECKPOINT, folder / "adapter.gguf", alpha=RECIPE.alpha)
    assert (whole / "adapter.gguf").read_bytes() == (halves / "adapter.gguf").read_bytes()
    with pytest.raises(BadRequest, match="data_sha256"):
        train(base, pairs[1:], whole, RECIPE)
    (whole / CHECKPOINT).write_bytes(b"torn")
    with pytest.raises(WorkspaceError, match="damaged"):
        train(base, pairs, whole, RECIPE)
    assert is_adapter(halves / "adapter.gguf")
    prompt = pairs[0].prompt
    plain, tuned = (
        LlamaEngine(threads=1, context_tokens=512, adapter=adapter).generate(prompt, max_tokens=6).text
        for adapter in (None, halves / "adapter.gguf")
    )
    assert plain != tuned


def test_checks_come_four_times_at_most() -> None:
    assert [step for step in range(1, 401) if is_check(step, 400)] == [100, 200, 300]
    assert [step for step in range(1, 4) if is_check(step, 3)] == []
