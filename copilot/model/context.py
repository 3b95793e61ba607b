"""The context of a loaded model: which tokens it holds, what of them a new prompt shares, and the next logits.

What was read stays read: a prompt that begins like the last one costs only its new tokens. A recurrent model cannot
go back inside what it has read, so there only a prompt that continues all of it saves anything.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import Path
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

    @cached_property
    def _only_forward(self) -> bool:
        import llama_cpp

        model = self.llama.model
        return bool(llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model))

    def keep_prefix(self, prompt: list[int]) -> list[int]:
        """Drop what the context does not share with `prompt`; return the tokens still to read, at least one."""
        shared = len(common_start([self.held, prompt[:-1]]))
        if shared < self.llama.n_tokens and self._only_forward:
            shared = 0
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

    def save(self, path: Path) -> bool:
        """Write what is held, with the state that reading it left, to `path`; tell whether that worked."""
        import llama_cpp

        held = self.held
        tokens = (ctypes.c_int32 * len(held))(*held)
        return bool(llama_cpp.llama_state_seq_save_file(self.llama.ctx, os.fsencode(path), 0, tokens, len(held)))

    def load(self, path: Path) -> bool:
        """Hold what `save` wrote to `path` and nothing else; where that fails, hold nothing and return False.

        llama.cpp ends the process over some damaged files: check the content before.
        """
        import llama_cpp

        self.llama.reset()
        memory, with_content = llama_cpp.llama_get_memory(self.llama.ctx), True
        llama_cpp.llama_memory_clear(memory, with_content)
        room = int(self.llama.n_ctx())
        tokens, count = (ctypes.c_int32 * room)(), ctypes.c_size_t(0)
        name = os.fsencode(path)
        if not llama_cpp.llama_state_seq_load_file(self.llama.ctx, name, 0, tokens, room, ctypes.byref(count)):
            llama_cpp.llama_memory_clear(memory, with_content)
            return False
        self.llama.input_ids[: count.value] = tokens[: count.value]
        self.llama.n_tokens = count.value
        return True


def common_start(sequences: Sequence[Sequence[int]]) -> list[int]:
    """Return the tokens that all of `sequences` begin with."""
    columns = takewhile(lambda column: len(set(column)) == 1, zip(*sequences, strict=False))
    return [column[0] for column in columns]
