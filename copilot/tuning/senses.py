"""Make the vectors of `copilot.planner.senses` from a GGUF: the model's own table of what each token means.

Of the tokens that are a whole English word, centred, made equally long and reduced to the directions in which they
differ most (principal components). A byte-pair vocabulary is in order of frequency, so that a token's number tells
how rare it is; rare words get longer vectors, as with inverse document frequencies.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.planner.senses import SENSES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 128  # of held-out wordings 79.0 % of the choices are told right; 192: 79.1 %, all 576: 79.1 %
COMMONEST = 256  # tokens before the first word: single bytes
LEVELS = 127  # of a signed byte
_WORD = re.compile(r"\u0120(?P<word>[a-z]+)")  # with the blank before it, as byte-pair vocabularies write it


def make_senses(gguf: Path, target: Path = SENSES, *, dimensions: int = DIMENSIONS) -> int:
    """Write the vectors of the words in `gguf` to `target` (npz), and return how many there are."""
    import numpy as np

    words, vectors = word_vectors(gguf)
    _, _, directions = np.linalg.svd(vectors, full_matrices=False)
    rarity = np.log1p(np.array(list(words.values())) / COMMONEST)[:, None]
    reduced = vectors @ directions[:dimensions].T * rarity
    scales = np.abs(reduced).max(1) / LEVELS
    np.savez_compressed(
        target,
        words=np.array(list(words)),
        vectors=np.round(reduced / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
    )
    return len(words)


def word_vectors(gguf: Path) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Return word -> its token's number, and a unit vector for each, (words, width of the model)."""
    import numpy as np
    from gguf import GGUFReader
    from gguf.quants import dequantize

    reader = GGUFReader(gguf)
    field = reader.fields["tokenizer.ggml.tokens"]
    texts = (bytes(field.parts[at]).decode("utf-8", "replace") for at in field.data)
    words = {match["word"]: at for at, text in enumerate(texts) if (match := _WORD.fullmatch(text))}
    table = next(each for each in reader.tensors if each.name == "token_embd.weight")
    vectors = dequantize(table.data, table.tensor_type)
    vectors = (vectors - vectors.mean(0))[list(words.values())]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return words, vectors.astype(np.float32)
