"""The engine: llama.cpp under an llguidance grammar, with outlines as the front.

outlines gives the output type (`JsonSchema`, checked) and wraps model and tokenizer; the token loop here is ours,
over the same llguidance matcher. It appends the tokens that the grammar forces without asking the model, keeps the
part of the context that a new prompt shares with the last one, and looks at `cancel` before every step.
`copilot.model.reference` is the same generation through outlines' own loop: a test holds the two equal.

Greedy on purpose: the same prompt gives the same call. A grammar bounds the form, never the sense; callers validate
the text with Pydantic again. Calls of several threads are taken one at a time.
"""

from __future__ import annotations

import ctypes
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.model.llm import Cancelled, Generation, Prompt, Schema
from copilot.model.locate import locate_model
from copilot.model.profile import Profile, profile_of
from copilot.model.threads import choose_threads, set_passive_waiting
from tools.kernel.errors import BadRequest, ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 128  # tokens read between two looks at `cancel`
OTHER_MODEL = "Check the file, or give another with --model PATH."
_log: deque[str] = deque(maxlen=20)


class LlamaEngine:
    """One GGUF, loaded.

    Args:
        path: the GGUF; None for the embedded model.
        threads: decoding threads; None to choose by the free cores.
        context_tokens: room for prompt and answer together.

    Raises:
        ModelError: the file is missing, damaged, or not a GGUF.
    """

    def __init__(self, path: Path | None = None, *, threads: int | None = None, context_tokens: int = 4096) -> None:
        self.path = locate_model(path)
        self.threads = threads or choose_threads()
        self.context_tokens = context_tokens
        self.llama = _load(self.path, self.threads, context_tokens)
        self._lock = threading.Lock()
        self._backend = self._make_backend()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @cached_property
    def profile(self) -> Profile:
        """The prompt profile read from the GGUF."""
        bos, eos = (self._piece(token) for token in (self.llama.token_bos(), self.llama.token_eos()))
        return profile_of(self.llama.metadata, bos=bos, eos=eos)

    def render(self, prompt: Prompt) -> str:
        """Return the text the model reads: messages through the model's own chat template."""
        return prompt if isinstance(prompt, str) else self.profile.render(prompt)

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Continue `prompt` greedily; see `LLM.generate`.

        `max_tokens` bounds the tokens the model chooses; forced ones cost nothing and do not count.
        """
        with self._lock:
            return self._generate(self.tokenize(self.render(prompt)), schema, max_tokens, cancel)

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a rendered prompt, with a begin token where the model wants one."""
        bos = self.profile.bos
        add_bos = not (bos and text.startswith(bos))
        return list(self.llama.tokenize(text.encode(), add_bos=add_bos, special=True))

    def matcher(self, schema: Schema) -> Any:
        """Return a fresh llguidance matcher for `schema`. Raises ModelError where it is not a grammar."""
        from llguidance import LLMatcher

        matcher = LLMatcher(
            self._backend.llg_tokenizer, self._backend.llg.grammar_from("json_schema", compact(schema))
        )
        if matcher.is_error():
            raise ModelError(
                f"The schema cannot be used as a grammar: {matcher.get_error()}.", hint="Please report this."
            )
        return matcher

    def close(self) -> None:
        """Free the model's memory; the engine cannot be used afterwards."""
        with self._lock:
            self.llama.close()

    def _generate(
        self, prompt: list[int], schema: Schema | None, max_tokens: int, cancel: threading.Event | None
    ) -> Generation:
        room = self.context_tokens - len(prompt)
        if room < max_tokens:
            raise BadRequest(
                f"The request is too long: {len(prompt)} tokens, and the model holds {self.context_tokens}.",
                hint="Shorten it, or raise SLQ_CONTEXT_TOKENS.",
            )
        started = time.perf_counter()
        evaluated = self._read(self._keep_prefix(prompt), cancel)
        steps = _Steps(self, room, cancel)
        out = steps.free(max_tokens) if schema is None else steps.bound(self.matcher(schema), max_tokens)
        text = self._backend.llg_tokenizer.decode_bytes(out).decode("utf-8", errors="replace")
        return Generation(
            text=text,
            tokens=len(out),
            forced_tokens=steps.forced,
            evaluated_tokens=evaluated + steps.evaluated,
            ms=(time.perf_counter() - started) * 1e3,
            finished=steps.finished,
        )

    def _keep_prefix(self, prompt: list[int]) -> list[int]:
        """Drop what the context does not share with `prompt`; return the tokens still to read, at least one."""
        held = self.llama.input_ids[: self.llama.n_tokens]
        shared = 0
        for old, new in zip(held, prompt[:-1], strict=False):
            if old != new:
                break
            shared += 1
        self.llama.n_tokens = shared  # `eval` clears the cache from here on
        return prompt[shared:]

    def _read(self, tokens: list[int], cancel: threading.Event | None) -> int:
        for start in range(0, len(tokens), CHUNK):
            if cancel is not None and cancel.is_set():
                raise Cancelled("Stopped.")
            self.llama.eval(tokens[start : start + CHUNK])
        return len(tokens)

    def _logits(self) -> NDArray[np.float32]:
        import llama_cpp
        import numpy as np

        pointer = llama_cpp.llama_get_logits_ith(self.llama.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.llama.n_vocab(),))

    def _piece(self, token: int) -> str:
        if token < 0:
            return ""
        return bytes(self.llama.detokenize([token], special=True)).decode("utf-8", errors="replace")

    def _make_backend(self) -> Any:
        import outlines
        from outlines.backends.llguidance import LLGuidanceBackend

        # Plain prompts: the chat template is rendered by the profile, in one place.
        self.outlines = outlines.from_llamacpp(self.llama, chat_mode=False)
        with warnings.catch_warnings():
            # llguidance reads each of the 49,000 tokens through a name that llama.cpp has deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            return LLGuidanceBackend(self.outlines)


class _Steps:
    """The token loop of one generation."""

    def __init__(self, engine: LlamaEngine, room: int, cancel: threading.Event | None) -> None:
        self.engine, self.room, self.cancel = engine, room, cancel
        self.forced = self.evaluated = 0
        self.finished = False

    def free(self, max_tokens: int) -> list[int]:
        """Choose the likeliest token until the model ends its turn."""
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self.engine.llama.model)
        out: list[int] = []
        while len(out) < max_tokens:
            self._eval(out[-1:])
            token = int(self.engine._logits().argmax())  # noqa: SLF001  one class in two parts
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
            if matcher.is_stopped() and token == self.engine.llama.token_eos():
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
        allowed = _allowed(matcher, self.engine.llama.n_vocab())
        return int(allowed.sum()) == 1 and bool(allowed[self.engine.llama.token_eos()])

    def _choose(self, matcher: Any) -> int:
        import numpy as np

        logits = self.engine._logits()  # noqa: SLF001  one class in two parts
        allowed = _allowed(matcher, logits.size)
        return int(np.where(allowed, logits, -np.inf).argmax())

    def _eval(self, tokens: list[int]) -> None:
        self.room -= len(tokens)
        if self.room < 0:
            raise BadRequest("The answer does not fit the model's context.", hint="Raise SLQ_CONTEXT_TOKENS.")
        self.evaluated += self.engine._read(tokens, self.cancel)  # noqa: SLF001  one class in two parts


def compact(schema: Schema) -> str:
    """Return `schema` as outlines' output type in JSON: checked, and with one way to write each value."""
    from outlines.types import JsonSchema

    return str(JsonSchema({**schema, "x-guidance": {"whitespace_flexible": False}}).schema)


def _allowed(matcher: Any, vocabulary: int) -> NDArray[np.bool_]:
    import numpy as np

    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    return np.unpackbits(bits, count=vocabulary, bitorder="little").view(np.bool_)


def _load(path: Path, threads: int, context_tokens: int) -> Any:
    """Load a GGUF without a word on the terminal; what llama.cpp said goes into the error."""
    set_passive_waiting()
    import llama_cpp

    _log.clear()
    llama_cpp.llama_log_set(_callback(), ctypes.c_void_p(0))
    for module in (llama_cpp.llama, llama_cpp._internals):  # noqa: SLF001
        # It points file descriptors 1 and 2 of the whole process at /dev/null while it loads, which would swallow
        # the prompt that is on screen at that moment. The log callback has silenced llama.cpp already.
        setattr(module, "suppress_stdout_stderr", _leave_terminal_alone)  # noqa: B010  the stubs do not know it
    try:
        return llama_cpp.Llama(
            str(path),
            n_ctx=context_tokens,
            n_threads=threads,
            n_threads_batch=threads,
            verbose=False,
        )
    except (ValueError, RuntimeError, AssertionError, KeyError) as error:
        said = next((line for line in reversed(list(_lines())) if "error" in line or "fail" in line), str(error))
        raise ModelError(f"{path} cannot be loaded as a model: {said}.", hint=OTHER_MODEL) from error


def _leave_terminal_alone(disable: bool = True) -> AbstractContextManager[None]:  # noqa: ARG001
    return nullcontext()


def _lines() -> Iterator[str]:
    return (line.strip().rstrip(".") for line in "".join(_log).splitlines() if line.strip())


def _callback() -> Any:
    """Return the one log callback; llama.cpp keeps its address, so it must live as long as the process."""
    global _kept_callback  # noqa: PLW0603
    if _kept_callback is None:
        import llama_cpp

        def keep(level: int, text: bytes, user_data: object) -> None:  # noqa: ARG001
            _log.append(text.decode("utf-8", errors="replace"))

        _kept_callback = llama_cpp.llama_log_callback(keep)
    return _kept_callback


_kept_callback: Any = None
