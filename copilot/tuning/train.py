"""Train the adapter: loss on the call only, linear decay, resumable, seeded, logged.

A held-out pair is exact where every token of its call is the likeliest one after those before it; that is what
greedy decoding would write, at the price of one pass. Same seed, same threads, same library versions: same adapter,
in one sitting or in several.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from copilot.model.pins import sha256_of
from copilot.tuning.checkpoint import begin, restore, save
from copilot.tuning.log import LOG_EVERY, Log, Progressed, unwatched
from copilot.tuning.model import adapter_parameters, load_tokenizer, load_with_adapter, target_logits
from copilot.tuning.pair import Pair, version_of
from copilot.tuning.recipe import Encoded, Recipe, batches, schedule

LARGEST_NORM = 1.0
SAVE_EVERY = 20  # steps
CHECKS, CHECKED = 4, 200  # so often in a run, so many of the held-out pairs are tried; at the end all of them are
STRIDE = 16  # tokens: lengths are padded to a multiple


class Stopped(Exception):
    """The user stopped the training; what was done is in the checkpoint."""


def train(
    gguf: Path,
    pairs: Sequence[Pair],
    folder: Path,
    recipe: Recipe,
    *,
    watch: Callable[[Progressed], None] = unwatched,
    checked: Callable[[dict[str, float]], None] = lambda _scores: None,
    cancel: threading.Event | None = None,
) -> dict[str, float]:
    """Train until the recipe is done, going on from the last checkpoint in `folder`; return the held-out scores.

    Args:
        gguf: the base model.
        pairs: to train on and to hold out.
        folder: takes the checkpoint, the recipe and the log.
        recipe: of the run.
        watch: told the loss and the speed now and then.
        checked: told the held-out scores, of a sample on the way and of all at the end.
        cancel: set by the user to stop after the step that is under way.

    Returns:
        `exact`, `loss` and `pairs` (see `held_out`), and the `seconds` spent in all.

    Raises:
        BadRequest: `folder` holds another run; there is too little to train on.
        WorkspaceError: the checkpoint is damaged, or the folder cannot be written.
        Stopped: `cancel` was set.
    """
    import torch

    begin(folder, recipe, version_of(pairs), sha256_of(gguf))
    torch.set_num_threads(recipe.threads)
    tokenizer = load_tokenizer(gguf)
    model = load_with_adapter(gguf, rank=recipe.rank, alpha=recipe.alpha, seed=recipe.seed)
    optimizer = torch.optim.AdamW([each for _, each in adapter_parameters(model)], lr=recipe.learning_rate)
    trained = [encode(tokenizer, each) for each in pairs if each.split == "train"]
    held = [encode(tokenizer, each) for each in pairs if each.split == "held"]
    plan = list(batches(trained, recipe))
    sample = random.Random(recipe.seed).sample(held, min(CHECKED, len(held)))  # noqa: S311  no secret
    first, spent = restore(model, optimizer, folder)
    log, started = Log(folder / "log.jsonl", len(plan), watch), time.perf_counter()
    for step in range(first, len(plan)):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * schedule(step, len(plan))
        loss = step_once(model, optimizer, plan[step])
        log.add(step + 1, loss, sum(len(each.ids) for each in plan[step]))
        stopped = cancel is not None and cancel.is_set()
        if stopped or (step + 1) % SAVE_EVERY == 0 or step + 1 == len(plan):
            save(model, optimizer, folder, step + 1, spent + time.perf_counter() - started)
        if stopped:
            raise Stopped
        if is_check(step + 1, len(plan)):
            scores = held_out(model, sample, recipe.batch)
            log.write({"step": step + 1, "held_out": scores})
            checked(scores)
            log.restart_clock()
    scores = held_out(model, held, recipe.batch)
    log.write({"held_out": scores})
    checked(scores)
    return {**scores, "seconds": spent + time.perf_counter() - started}


def is_check(step: int, steps: int) -> bool:
    """Tell whether the held-out sample is tried after `step`; never after the last, when all of it is."""
    every = -(-steps // (CHECKS * LOG_EVERY)) * LOG_EVERY
    return step % every == 0 and step < steps


def encode(tokenizer: Any, pair: Pair) -> Encoded:
    """Return the ids of prompt and call; they are cut into tokens apart, as the engine does."""
    prompt = tokenizer(pair.prompt, add_special_tokens=False).input_ids
    call = tokenizer(pair.call, add_special_tokens=False).input_ids
    return Encoded((*prompt, *call, tokenizer.convert_tokens_to_ids("<|im_end|>")), len(prompt))


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
