"""The embedded model in torch, with a LoRA adapter on its linear layers.

The weights are those of the GGUF, dequantised: the adapter learns beside the very rounding it will run beside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def load_tokenizer(gguf: Path) -> Any:
    """Return the tokenizer that the GGUF describes."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)


def load_with_adapter(gguf: Path, *, rank: int, alpha: int, seed: int) -> Any:
    """Return the model with a fresh adapter: base weights in bfloat16 and frozen, the adapter in float32."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # the terminal shows our own
    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    base.is_quantized = False  # it was read from a quantised file and is none any more; `.to` refuses otherwise
    base.hf_quantizer = None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(TARGETS), lora_dropout=0.0)
    model = get_peft_model(base.to(torch.bfloat16), config)
    for _, parameter in adapter_parameters(model):
        parameter.data = parameter.data.float()
    return model.to(device)


def device_name() -> str:
    """Return what `load_with_adapter` puts the model on: the GPU's name, or `cpu`."""
    import torch

    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else "cpu"


def adapter_parameters(model: Any) -> list[tuple[str, Any]]:
    """Return name and tensor of everything that is trained."""
    return [(name, each) for name, each in model.named_parameters() if each.requires_grad]


def target_logits(model: Any, ids: Any, mask: Any, places: Any) -> Any:
    """Return the logits that predict the tokens at `places` (batch, length: bool), float32 of (n, vocabulary).

    Only there: logits of all positions would be most of the memory and a third of the time.
    """
    import torch

    core = model.get_base_model()
    device = ids.device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        hidden = core.model(input_ids=ids, attention_mask=mask).last_hidden_state
        before = torch.roll(places, -1, dims=1)
        return core.lm_head(hidden[before]).float()
