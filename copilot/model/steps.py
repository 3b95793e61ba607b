"""The token loop of one generation: the likeliest token each time, of those that the grammar allows.

Tokens without an alternative under the grammar are appended in one batch, without asking the model.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from copilot.model.context import Context
from tools.kernel.errors import BadRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Steps:
    """One generation, from a context that has read the prompt.

    Args:
        context: what the model has read.
        room: tokens that the context still takes.
        cancel: set by the user to stop.
    """

    def __init__(self, context: Context, room: int, cancel: threading.Event | None) -> None:
        self.context, self.room, self.cancel = context, room, cancel
        self.forced = self.evaluated = 0
        self.finished = False

    def free(self, max_tokens: int) -> list[int]:
        """Choose the likeliest token until the model ends its turn."""
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self.context.llama.model)
        out: list[int] = []
        while len(out) < max_tokens:
            self._eval(out[-1:])
            token = int(self.context.logits().argmax())
            if llama_cpp.llama_vocab_is_eog(vocabulary, token):
                self.finished = True
                break
            out.append(token)
        return out

    def bound(self, matcher: Any, max_tokens: int) -> list[int]:
        """Choose the likeliest token the matcher allows; take forced ones in one batch."""
        out: list[int] = []
        chosen = 0
        pending: list[int] = []
        while chosen < max_tokens:
            forced = matcher.compute_ff_tokens()
            if forced:
                matcher.consume_tokens(forced)
                self.forced += len(forced)
                out += forced
                pending += forced
            if matcher.is_stopped() or self._only_end_is_left(matcher):
                self.finished = True
                break
            self._eval(pending)
            token = self._choose(matcher)
            matcher.consume_token(token)
            if matcher.is_stopped() and token == self.context.llama.token_eos():
                self.finished = True
                break
            out.append(token)
            chosen += 1
            pending = [token]
        return out

    def _only_end_is_left(self, matcher: Any) -> bool:
        """Tell whether the value is complete and nothing may follow, so that no step is spent on the end token."""
        if not matcher.is_accepting():
            return False
        allowed = _allowed(matcher, self.context.llama.n_vocab())
        return int(allowed.sum()) == 1 and bool(allowed[self.context.llama.token_eos()])

    def _choose(self, matcher: Any) -> int:
        import numpy as np

        logits = self.context.logits()
        allowed = _allowed(matcher, logits.size)
        return int(np.where(allowed, logits, -np.inf).argmax())

    def _eval(self, tokens: list[int]) -> None:
        self.room -= len(tokens)
        if self.room < 0:
            raise BadRequest("The answer does not fit the model's context.", hint="Raise SLQ_CONTEXT_TOKENS.")
        self.evaluated += self.context.read(tokens, self.cancel)


def _allowed(matcher: Any, vocabulary: int) -> NDArray[np.bool_]:
    import numpy as np

    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    return np.unpackbits(bits, count=vocabulary, bitorder="little").view(np.bool_)
