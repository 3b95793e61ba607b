"""Fit everything that is told by words alone: tools, settings of figures, edits of a call.

Takes a minute and no library for training. SLQ's own weights lie beside the phrase books they were made from;
those of an adapter with more tools lie beside the adapter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from copilot.planner.figures import WEIGHTS as FIGURES
from copilot.planner.given_up import WEIGHTS as EDITS
from copilot.planner.phrasebook import INDEX
from copilot.tuning.dataset import books
from copilot.tuning.edits import fit_edits
from copilot.tuning.figures import fit_figures
from copilot.tuning.index import fit_index
from copilot.tuning.pair import Pair
from copilot.tuning.rounds import rounds
from copilot.tuning.slots import POOLS


def fit_words(pairs: Sequence[Pair], folder: Path, made_from: str) -> dict[str, float]:
    """Fit all three on the training pairs, write them to `folder`, and return their shares on those held out.

    Args:
        pairs: as `copilot.tuning.dataset.make_pairs` returns them.
        folder: takes the files.
        made_from: written into each, see `books_version`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = fit_figures(pairs, folder / FIGURES.name, made_from)  # first: what follows reads requests with it
    edits = fit_edits(pairs, folder / EDITS.name, made_from)
    return {**fit_index(pairs, folder / INDEX.name, made_from), **figures, **edits}


def books_version(folder: Path | None = None) -> str:
    """Return the sha256 of the phrase books, rounds and slots in `folder` (SLQ's own, where None)."""
    files = books(folder)
    digest = hashlib.sha256()
    for path in (*files, *rounds(folder), files[0].parent / POOLS):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()
