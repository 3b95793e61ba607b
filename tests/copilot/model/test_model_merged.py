"""The merged model on the real GGUF and adapter: the same model, read faster, and a cache that may be lost."""

from __future__ import annotations

import time
from pathlib import Path

import gguf
import numpy as np
import pytest

from copilot.model.engine import LlamaEngine
from copilot.model.locate import ADAPTER, locate_embedded
from copilot.model.merged import MOST_FILES, merged, place

pytestmark = pytest.mark.filterwarnings("ignore:llama_token_get_attr:DeprecationWarning")

PROMPTS = tuple(
    f"<|im_start|>user\ndata 3 runs 1 own 0\n{said}<|im_end|>\n<|im_start|>assistant\n"
    for said in (
        'heard: symbols=["IBM"]\nrequest: load IBM',
        "request: which runs are there?",
        "request: sell my house",
    )
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merged")


@pytest.fixture(scope="module")
def path(cache: Path) -> Path:
    made = merged(locate_embedded(), ADAPTER, cache)
    assert made is not None
    return made


def test_weights_are_those_of_base_and_adapter(path: Path) -> None:
    files = [{each.name: each for each in gguf.GGUFReader(file).tensors} for file in (locate_embedded(), ADAPTER)]
    base, change = files
    one = {each.name: each for each in gguf.GGUFReader(path).tensors}
    assert one.keys() == base.keys()
    for name in ("blk.0.attn_q.weight", "blk.29.ffn_down.weight"):
        low, high = (change[f"{name}.lora_{side}"].data.astype(np.float32) for side in "ab")
        old = gguf.dequantize(base[name].data, base[name].tensor_type)
        found = gguf.dequantize(one[name].data, one[name].tensor_type)
        assert np.abs(found - old - 2.0 * (high @ low)).max() < np.abs(old).max() / 100
        assert np.corrcoef((found - old).ravel(), (high @ low).ravel())[0, 1] > 0.8
    assert bytes(one["token_embd.weight"].data) == bytes(base["token_embd.weight"].data)


def test_it_plans_as_with_the_adapter_and_reads_faster(path: Path, cache: Path) -> None:
    beside = LlamaEngine(adapter=ADAPTER, threads=1, context_tokens=512)
    as_one = LlamaEngine(adapter=ADAPTER, threads=1, context_tokens=512, cache=cache)
    took = {}
    for engine, name in ((beside, "beside"), (as_one, "one")):
        engine.generate(PROMPTS[0], max_tokens=1)
        started = time.process_time()
        said = [engine.generate(prompt, max_tokens=40).text for prompt in PROMPTS]
        took[name] = (time.process_time() - started, said)
        engine.close()
    assert took["one"][1] == took["beside"][1]
    assert took["one"][0] < took["beside"][0]


def test_a_second_start_makes_nothing(path: Path, cache: Path) -> None:
    before = path.stat().st_mtime_ns
    assert merged(locate_embedded(), ADAPTER, cache) == path
    assert path.stat().st_mtime_ns == before
    assert list(cache.iterdir()) == [path]


def test_a_damaged_file_is_dropped_and_the_adapter_used(path: Path, tmp_path: Path) -> None:
    broken = tmp_path / path.name
    broken.write_bytes(path.read_bytes()[:1000])
    engine = LlamaEngine(adapter=ADAPTER, threads=1, context_tokens=512, cache=tmp_path)
    assert engine.generate(PROMPTS[0], max_tokens=4).text.startswith('{"')
    assert not broken.exists()
    engine.close()


def test_the_first_start_makes_it_for_the_next(tmp_path: Path) -> None:
    engine = LlamaEngine(adapter=ADAPTER, threads=1, context_tokens=512, cache=tmp_path)
    assert engine.generate(PROMPTS[0], max_tokens=4).text.startswith('{"')
    engine.close()
    wanted, until = place(locate_embedded(), ADAPTER, tmp_path), time.monotonic() + 60
    while not wanted.is_file() and time.monotonic() < until:
        time.sleep(0.1)
    assert wanted.is_file()


def test_where_nothing_can_be_kept_the_adapter_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert merged(locate_embedded(), ADAPTER, tmp_path / "file" / "cache") is None


def test_an_adapter_of_another_model_is_not_merged(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "other.gguf", "llama")
    writer.add_string("general.type", "adapter")
    writer.add_float32("adapter.lora.alpha", 32.0)
    for side, shape in (("a", (4, 64)), ("b", (64, 4))):
        writer.add_tensor(f"blk.0.attn_q.weight.lora_{side}", np.ones(shape, dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert merged(locate_embedded(), tmp_path / "other.gguf", tmp_path / "cache") is None
    assert merged(locate_embedded(), locate_embedded(), tmp_path / "cache") is None
    assert list((tmp_path / "cache").iterdir()) == []


def test_old_files_are_removed(path: Path, tmp_path: Path) -> None:
    for name in ("x", "y", "z"):
        (tmp_path / f"{name}.gguf").write_bytes(b"")
    assert merged(locate_embedded(), ADAPTER, tmp_path) is not None
    assert len(list(tmp_path.glob("*.gguf"))) == MOST_FILES
