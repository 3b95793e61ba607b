"""How likely each of several continuations is: the model's own shares, read off a tree of their tokens.

Continuations that begin alike (`run_experiment`, `run_backtest`) part at a later token than others, so the first
token alone does not tell them apart. The tree is searched best first: a share is the product of the choices along a
path, each among the tokens that lead to some continuation. Only as much of it is read as the likeliest ones need.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Iterator, Sequence

from copilot.model.context import Context, common_start


def rank_paths(
    context: Context,
    paths: Sequence[Sequence[int]],
    most: int,
    least: float,
    cancel: threading.Event | None,
) -> list[tuple[int, float]]:
    """Return position and share (0 to 1) of the `most` likeliest of `paths`, best first.

    Args:
        context: what the model has read; the part that it shares with the paths is not read again.
        paths: prompt and continuation as one list of tokens; none may be the beginning of another.
        most: how many are wanted.
        least: the share below which none is wanted; the likeliest always is.
        cancel: set by the user to stop.

    Raises:
        ValueError: one path is the beginning of another.
        Cancelled: `cancel` was set.
    """
    shared = len(common_start(paths))
    found: list[tuple[int, float]] = []
    open_nodes = [(-1.0, shared, tuple(range(len(paths))))]
    while open_nodes and len(found) < most and not (found and -open_nodes[0][0] < least):
        share, depth, members = heapq.heappop(open_nodes)
        if len(members) == 1:
            found.append((members[0], -share))
            continue
        for part, inside in _parted(context, paths, depth, members, cancel):
            heapq.heappush(open_nodes, (share * part, depth + 1, inside))
    return found


def _parted(
    context: Context,
    paths: Sequence[Sequence[int]],
    depth: int,
    members: tuple[int, ...],
    cancel: threading.Event | None,
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield the share of each next token of the paths in `members`, and the paths that go on with it."""
    groups: dict[int, list[int]] = {}
    for member in members:
        if depth >= len(paths[member]):
            raise ValueError("one continuation is the beginning of another")
        groups.setdefault(paths[member][depth], []).append(member)
    if len(groups) == 1:
        yield 1.0, members
        return
    context.read(context.keep_prefix(list(paths[members[0]][:depth])), cancel)
    logits = context.logits()
    weights = [float(logits[token]) for token in groups]
    total = math.fsum(math.exp(weight - max(weights)) for weight in weights)
    for weight, inside in zip(weights, groups.values(), strict=True):
        yield math.exp(weight - max(weights)) / total, tuple(inside)
