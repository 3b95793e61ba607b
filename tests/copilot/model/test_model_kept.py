"""Kept states and shares on the real GGUF: restored is equal to read, damage is noticed, likely is likelier."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from copilot.model import kept as kept_states
from copilot.model.engine import LlamaEngine
from copilot.model.kept import KeptStates
from copilot.model.llm import Lark
from copilot.model.load import trained_tokens
from tools.kernel.errors import ModelError

pytestmark = pytest.mark.filterwarnings("ignore:llama_token_get_attr:DeprecationWarning")

HEAD = "The desk keeps a list of every stock it has ever held, and why. " * 12
PROBES = (f"{HEAD}First", f"{HEAD}9")


def forget(engine: LlamaEngine) -> None:
    engine.generate("Something else entirely.", max_tokens=1)


def test_a_restored_state_is_equal_to_one_that_was_read(engine: LlamaEngine, tmp_path: Path) -> None:
    folder = KeptStates(tmp_path / "kv")
    forget(engine)
    assert not engine.prepare(PROBES, folder)
    read = engine.generate(f"{HEAD}Today it holds", max_tokens=12)
    forget(engine)
    assert engine.prepare(PROBES, folder)
    restored = engine.generate(f"{HEAD}Today it holds", max_tokens=12)
    assert restored.text == read.text
    assert restored.evaluated_tokens == read.evaluated_tokens < engine.count_tokens(HEAD) / 2
    assert [path.suffix for path in folder.folder.iterdir()] == [".kv"]


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_a_damaged_state_is_rebuilt(engine: LlamaEngine, tmp_path: Path, damage: str) -> None:
    folder = KeptStates(tmp_path)
    engine.prepare(PROBES, folder)
    path = next(tmp_path.glob("*.kv"))
    sound = path.read_bytes()
    middle = len(sound) // 2
    broken = {"flipped": sound[:middle] + bytes([sound[middle] ^ 1]) + sound[middle + 1 :], "cut": sound[:middle]}
    path.write_bytes(broken.get(damage, b""))
    forget(engine)
    assert not engine.prepare(PROBES, folder)
    assert path.stat().st_size == len(sound)
    forget(engine)
    assert engine.prepare(PROBES, folder)


def test_another_prompt_finds_no_state(engine: LlamaEngine, tmp_path: Path) -> None:
    folder = KeptStates(tmp_path)
    engine.prepare(PROBES, folder)
    assert not engine.prepare([f"New. {each}" for each in PROBES], folder)
    assert len(list(tmp_path.glob("*.kv"))) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(engine: LlamaEngine, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for _ in range(2):
        assert not engine.prepare(PROBES, KeptStates(blocked))
    assert engine.generate(f"{HEAD}Today", max_tokens=2).tokens == 2


def test_old_states_and_left_files_are_removed(
    engine: LlamaEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_states, "MOST_FILES", 2)
    long_ago = time.time() - 2 * kept_states.STALE_SECONDS
    for name in ("a.kv", "b.kv", ".c.kv.x.tmp"):
        (tmp_path / name).write_bytes(b"old")
        os.utime(tmp_path / name, (long_ago, long_ago + (name == "b.kv")))
    engine.prepare(PROBES, KeptStates(tmp_path))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 2
    assert "b.kv" in left


def test_shares_tell_the_likelier_continuation(engine: LlamaEngine) -> None:
    options = [" Berlin.", " Paris.", " bananas.", " Pisa."]
    shares = engine.rank("The capital of France is", options, most=4)
    assert shares[0].option == " Paris."
    assert math.isclose(sum(each.share for each in shares), 1, abs_tol=1e-6)
    assert engine.rank("The capital of France is", options, most=2) == shares[:2]


def test_one_continuation_that_begins_another_is_a_mistake(engine: LlamaEngine) -> None:
    with pytest.raises(ValueError, match="beginning"):
        engine.rank("It is", [" red", " red and blue"], most=2)


def test_a_lark_grammar_binds_and_may_ask_for_tokens_of_the_vocabulary(engine: LlamaEngine) -> None:
    grammar = Lark('start: <|im_start|> "call:" ("left" | "right") <|im_end|>\n')
    assert engine.generate("Turn", schema=grammar).text in (
        "<|im_start|>call:left<|im_end|>",
        "<|im_start|>call:right<|im_end|>",
    )
    assert engine.is_token("<|im_start|>")
    assert not engine.is_token("<start_function_call>")
    with pytest.raises(ModelError, match="grammar"):
        engine.generate("Turn", schema=Lark("start: nothing_of_that_name\n"))


def test_the_context_that_a_model_was_trained_with_is_known(engine: LlamaEngine) -> None:
    assert trained_tokens(engine.llama) == 8192
    assert engine.context_tokens == 2048
