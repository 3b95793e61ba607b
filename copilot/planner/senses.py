"""What words mean, by the vectors as which the embedded model reads them.

A word that no phrase book has then counts like the words it is used like: "obtain" like "get". The vectors are
made by `copilot.tuning.senses` and shipped; words that the model reads in pieces have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import prompts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SENSES = prompts.FOLDER / "tuning" / "senses.npz"


def sense_of(words: Iterable[str], path: Path = SENSES) -> NDArray[np.float32]:
    """Return where the words point together, (dimensions,) of length 1; zeros where none is known."""
    import numpy as np

    places, vectors = _load(path)
    known = sorted({places[word] for word in words if word in places})
    whole: NDArray[np.float32] = vectors[known].sum(0, dtype=np.float32)
    return whole / (float(np.linalg.norm(whole)) or 1.0)


@cache
def _load(path: Path) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Return word -> row, and the rows: longer for rarer words."""
    import numpy as np

    with np.load(path) as file:
        vectors = file["vectors"].astype(np.float32) * file["scales"][:, None]
        return {str(word): at for at, word in enumerate(file["words"])}, vectors
