"""The export: names and order of rows as llama.cpp has them."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.tuning.export import gguf_name, interleaved


def test_the_halves_of_each_head_are_interleaved() -> None:
    rows = np.arange(8, dtype=np.float32).reshape(8, 1)  # two heads of four rows: 0 1 | 2 3 and 4 5 | 6 7
    assert interleaved(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize(("rows", "heads"), [(576, 9), (192, 3)])
def test_the_order_is_that_of_the_conversion_of_llama_weights(rows: int, heads: int) -> None:
    weights = np.random.default_rng(1).normal(size=(rows, 4)).astype(np.float32)
    expected = (
        weights.reshape(heads, 2, rows // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)
    )
    np.testing.assert_array_equal(interleaved(weights, heads), expected)
    # Row 2i + h of a head is row i of its half h.
    size = rows // heads
    for head, place, half in ((0, 0, 1), (heads - 1, size // 2 - 1, 0), (1, 5, 1)):
        found = interleaved(weights, heads)[head * size + 2 * place + half]
        np.testing.assert_array_equal(found, weights[head * size + half * size // 2 + place])


def test_names_are_those_of_llama_cpp() -> None:
    name = "base_model.model.model.layers.12.self_attn.q_proj.lora_B.default.weight"
    assert gguf_name(name) == "blk.12.attn_q.weight.lora_b"
    assert gguf_name(name.replace("self_attn.q_proj", "mlp.down_proj").replace("_B", "_A")) == (
        "blk.12.ffn_down.weight.lora_a"
    )
