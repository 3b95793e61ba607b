"""Train the adapter: loss on the call only, linear decay, resumable, seeded, logged.

A held-out pair is exact where every token of its call is the likeliest one after those before it; that is what
greedy decoding would write, at the price of one pass. A checkpoint is whole or absent: it is written beside and
renamed. Same seed, same threads, same library versions: same adapter.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from copilot.tuning.dataset import Pair
from copilot.tuning.model import adapter_parameters, load_tokenizer, load_with_adapter, target_logits

WARM_UP = 0.03  # of all steps
LARGEST_NORM = 1.0
LOG_EVERY, SAVE_EVERY = 20, 100  # steps
STRIDE = 16  # tokens: lengths are padded to a multiple
POOL = 40  # batches that are sorted by length together, so that little is padded


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run is made of; batches are counted in pairs."""

    rank: int = 16
    alpha: int = 32
    learning_rate: float = 1e-3
    batch: int = 16
    epochs: float = 2.0
    seed: int = 7
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a pair, and how many of them are the prompt."""

    ids: tuple[int, ...]
    prompt: int


def train(gguf: Path, pairs: Sequence[Pair], folder: Path, recipe: Recipe) -> dict[str, float]:
    """Train until the recipe is done, going on from the last checkpoint in `folder`; return the held-out scores."""
    import torch

    torch.set_num_threads(recipe.threads)
    tokenizer = load_tokenizer(gguf)
    model = load_with_adapter(gguf, rank=recipe.rank, alpha=recipe.alpha, seed=recipe.seed)
    optimizer = torch.optim.AdamW([each for _, each in adapter_parameters(model)], lr=recipe.learning_rate)
    data = {
        split: [encode(tokenizer, each) for each in pairs if each.split == split] for split in ("train", "held")
    }
    plan = list(batches(data["train"], recipe))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1), encoding="utf-8")
    log = Log(folder / "log.jsonl")
    for step in range(restore(model, optimizer, folder), len(plan)):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * schedule(step, len(plan))
        loss = step_once(model, optimizer, plan[step])
        log.add(step + 1, loss, sum(len(each.ids) for each in plan[step]))
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == len(plan):
            save(model, optimizer, folder, step + 1)
    scores = held_out(model, data["held"], recipe.batch)
    log.write({"held_out": scores})
    return scores


def schedule(step: int, steps: int) -> float:
    """Return the share of the full learning rate at `step`: a short warm-up, then linear decay to nothing."""
    warm = max(1.0, WARM_UP * steps)
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1.0, steps - warm)))


def encode(tokenizer: Any, pair: Pair) -> Encoded:
    """Return the ids of prompt and call; they are cut into tokens apart, as the engine does."""
    prompt = tokenizer(pair.prompt, add_special_tokens=False).input_ids
    call = tokenizer(pair.call, add_special_tokens=False).input_ids
    return Encoded((*prompt, *call, tokenizer.convert_tokens_to_ids("<|im_end|>")), len(prompt))


def batches(data: Sequence[Encoded], recipe: Recipe) -> Iterator[list[Encoded]]:
    """Yield the batches of all epochs, shuffled anew each epoch, pairs of like length together."""
    draw = random.Random(recipe.seed)  # noqa: S311  no secret
    left = round(recipe.epochs * len(data) / recipe.batch)
    while left > 0:
        order = list(data)
        draw.shuffle(order)
        size = POOL * recipe.batch
        epoch = []
        for start in range(0, len(order), size):
            pool = sorted(order[start : start + size], key=lambda each: len(each.ids))
            epoch += [pool[at : at + recipe.batch] for at in range(0, len(pool), recipe.batch)]
        draw.shuffle(epoch)
        yield from epoch[:left]
        left -= len(epoch)


def stack(batch: Sequence[Encoded], device: str) -> tuple[Any, Any, Any]:
    """Return ids, attention mask and target places of a batch, padded on the right; all (batch, length)."""
    import torch

    longest = max(len(each.ids) for each in batch)
    length = -(-longest // STRIDE) * STRIDE  # few shapes: the kernels of each are made and kept once
    ids = torch.zeros((len(batch), length), dtype=torch.long)
    mask = torch.zeros_like(ids)
    places = torch.zeros_like(ids, dtype=torch.bool)
    for row, each in enumerate(batch):
        ids[row, : len(each.ids)] = torch.tensor(each.ids)
        mask[row, : len(each.ids)] = 1
        places[row, each.prompt : len(each.ids)] = True
    return ids.to(device), mask.to(device), places.to(device)


def step_once(model: Any, optimizer: Any, batch: Sequence[Encoded]) -> float:
    """Take one optimiser step; return the mean loss per token of the calls."""
    import torch

    ids, mask, places = stack(batch, model.device.type)
    loss = torch.nn.functional.cross_entropy(target_logits(model, ids, mask, places), ids[places])
    loss.backward()
    torch.nn.utils.clip_grad_norm_([each for _, each in adapter_parameters(model)], LARGEST_NORM)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def held_out(model: Any, data: Sequence[Encoded], batch: int) -> dict[str, float]:
    """Return the share of held-out calls that are exact, and the mean loss per token."""
    import torch

    exact, loss, tokens = 0, 0.0, 0
    ordered = sorted(data, key=lambda each: len(each.ids))
    with torch.no_grad():
        for start in range(0, len(ordered), batch):
            ids, mask, places = stack(ordered[start : start + batch], model.device.type)
            logits = target_logits(model, ids, mask, places)
            right = logits.argmax(-1) == ids[places]
            rows = torch.nonzero(places)[:, 0]
            wrong = torch.zeros(len(ids), dtype=torch.long, device=ids.device).index_add_(0, rows, (~right).long())
            exact += int((wrong == 0).sum())
            loss += float(torch.nn.functional.cross_entropy(logits, ids[places], reduction="sum"))
            tokens += len(rows)
    return {"exact": exact / max(1, len(data)), "loss": loss / max(1, tokens), "pairs": float(len(data))}


def save(model: Any, optimizer: Any, folder: Path, step: int) -> None:
    """Write adapter, optimiser state and step, as safetensors: nothing is unpickled on resuming."""
    from safetensors.torch import save_file

    tensors = {name: each.detach().cpu().contiguous() for name, each in adapter_parameters(model)}
    for name, parameter in adapter_parameters(model):
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"{key}:{name}"] = value.detach().cpu().contiguous()
    part = folder / "checkpoint.part"
    save_file(tensors, part, metadata={"step": str(step)})
    part.replace(folder / "checkpoint.safetensors")


def restore(model: Any, optimizer: Any, folder: Path) -> int:
    """Load the checkpoint in `folder` and return its step; 0 where there is none."""
    from safetensors import safe_open

    path = folder / "checkpoint.safetensors"
    if not path.is_file():
        return 0
    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        for name, parameter in adapter_parameters(model):
            parameter.data.copy_(file.get_tensor(name))
            keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}:{name}" in names]
            optimizer.state[parameter] = {
                key: file.get_tensor(f"{key}:{name}").to(parameter.device) for key in keys
            }
        return int(file.metadata()["step"])


class Log:
    """Losses and speed as JSON lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._losses: list[float] = []
        self._tokens = 0
        self._since = time.perf_counter()

    def add(self, step: int, loss: float, tokens: int) -> None:
        """Take note of a step; every so many steps a line is written."""
        self._losses.append(loss)
        self._tokens += tokens
        if len(self._losses) == LOG_EVERY:
            speed = self._tokens / (time.perf_counter() - self._since)
            mean = sum(self._losses) / LOG_EVERY
            self.write({"step": step, "loss": round(mean, 4), "tokens_per_s": round(speed)})
            self._losses, self._tokens, self._since = [], 0, time.perf_counter()

    def write(self, line: dict[str, Any]) -> None:
        """Append a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
