"""The recipe of a training run, and what follows from it alone: the batches, and the learning rate of each step."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WARM_UP = 0.03  # of all steps
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


def schedule(step: int, steps: int) -> float:
    """Return the share of the full learning rate at `step`: a short warm-up, then linear decay to nothing."""
    warm = max(1.0, WARM_UP * steps)
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1.0, steps - warm)))


def batches(data: Sequence[Encoded], recipe: Recipe) -> Iterator[list[Encoded]]:
    """Yield the batches of all epochs, shuffled anew each epoch, pairs of like length together.

    Ends at once where there is no data.
    """
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
