"""Write a trained adapter as a GGUF that llama.cpp loads beside the base model.

llama.cpp stores the rows of query and key weights with the two halves of each head interleaved (its way of rotary
embedding); the adapter's output rows are put into the same order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def export(checkpoint: Path, target: Path, *, alpha: int, heads: int = 9, key_heads: int = 3) -> None:
    """Write the adapter of `checkpoint` (safetensors) to `target` in float16.

    Args:
        checkpoint: as written by `copilot.tuning.train.save`.
        target: the GGUF to write.
        alpha: the scale of the adapter (its update counts alpha / rank).
        heads: query heads of the base model.
        key_heads: its key and value heads.
    """
    import gguf
    import numpy as np
    from safetensors import safe_open

    writer = gguf.GGUFWriter(target, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha))
    with safe_open(checkpoint, framework="numpy") as file:
        for name in sorted(each for each in file.keys() if ":" not in each):  # noqa: SIM118  no mapping
            tensor = file.get_tensor(name).astype(np.float32)
            if ".lora_B." in name and ("q_proj" in name or "k_proj" in name):
                tensor = interleaved(tensor, heads if "q_proj" in name else key_heads)
            writer.add_tensor(gguf_name(name), np.ascontiguousarray(tensor.astype(np.float16)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_name(name: str) -> str:
    """Return llama.cpp's name of an adapter tensor: `blk.0.attn_q.weight.lora_a`."""
    layer = name.split(".layers.")[1].split(".", maxsplit=1)[0]
    module = next(short for long, short in _NAMES.items() if f".{long}." in name)
    side = "lora_a" if ".lora_A." in name else "lora_b"
    return f"blk.{layer}.{module}.weight.{side}"


def interleaved(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Return (heads * size, n) with the halves of each head's rows interleaved."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)
