"""The context of a loaded model: which tokens it holds, what of them a new prompt shares, and the next logits.

What was read stays read: a prompt that begins like the last one costs only its new tokens.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from copilot.model.llm import Cancelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 128  # tokens read between two looks at `cancel`


class Context:
    """The tokens that `llama` (a `llama_cpp.Llama`) has read, in order."""

    def __init__(self, llama: Any) -> None:
        self.llama = llama

    @property
    def held(self) -> list[int]:
        """The tokens in the context."""
        return [int(token) for token in self.llama.input_ids[: self.llama.n_tokens]]

    def keep_prefix(self, prompt: list[int]) -> list[int]:
        """Drop what the context does not share with `prompt`; return the tokens still to read, at least one."""
        shared = 0
        for old, new in zip(self.held, prompt[:-1], strict=False):
            if old != new:
                break
            shared += 1
        self.llama.n_tokens = shared  # `eval` clears the cache from here on
        return prompt[shared:]

    def read(self, tokens: list[int], cancel: threading.Event | None) -> int:
        """Read `tokens` behind what is held and return how many they are. Raises Cancelled between two chunks."""
        for start in range(0, len(tokens), CHUNK):
            if cancel is not None and cancel.is_set():
                raise Cancelled("Stopped.")
            self.llama.eval(tokens[start : start + CHUNK])
        return len(tokens)

    def logits(self) -> NDArray[np.float32]:
        """Return the logits after the last token read, one for each token of the vocabulary."""
        import llama_cpp
        import numpy as np

        pointer = llama_cpp.llama_get_logits_ith(self.llama.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.llama.n_vocab(),))
