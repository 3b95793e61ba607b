"""The engine: llama.cpp under an llguidance grammar, with outlines as the front.

outlines gives the output type (`JsonSchema`, checked) and wraps model and tokenizer; the token loop
(`steps`) is ours, over the same llguidance matcher. It appends the tokens that the grammar forces without asking
the model, keeps the part of the context that a new prompt shares with the last one (`context`), and looks at
`cancel` before every step. `copilot.model.reference` is the same generation through outlines' own loop: a test
holds the two equal.

Greedy on purpose: the same prompt gives the same call. A grammar bounds the form, never the sense; callers validate
the text with Pydantic again. Calls of several threads are taken one at a time.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from copilot.model.choice import rank_paths
from copilot.model.context import Context, common_start
from copilot.model.kept import KeptStates, fingerprint
from copilot.model.llm import Generation, Lark, Prompt, Schema, Share
from copilot.model.load import load_llama, trained_tokens
from copilot.model.locate import locate_model
from copilot.model.merged import merge_aside, place
from copilot.model.profile import Profile, profile_of
from copilot.model.steps import Steps
from copilot.model.threads import choose_threads
from tools.kernel.errors import BadRequest, ModelError


class LlamaEngine:
    """One GGUF, loaded.

    Args:
        path: the GGUF; None for the embedded model.
        threads: decoding threads; None to choose by the free cores.
        context_tokens: room for prompt and answer together; never more than the model was trained with.
        adapter: a LoRA adapter (GGUF) for that model.
        cache: folder in which model and adapter are kept as one file, which is read twice as fast; it is made
            beside the first start, for the next one. None to use the adapter as it is.

    Raises:
        ModelError: the file is missing, damaged, or not a GGUF.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        threads: int | None = None,
        context_tokens: int = 4096,
        adapter: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        self.path = locate_model(path)
        self.adapter = adapter
        self.threads = threads or choose_threads()
        self.llama = self._load(context_tokens, cache)
        self.context_tokens = min(context_tokens, trained_tokens(self.llama))
        self.context = Context(self.llama)
        self._lock = threading.Lock()
        self._backend = self._make_backend()

    def _load(self, context_tokens: int, cache: Path | None) -> Any:
        if self.adapter is not None and cache is not None:
            one = place(self.path, self.adapter, cache)
            try:
                if one.is_file():
                    return load_llama(one, threads=self.threads, context_tokens=context_tokens)
                merge_aside(self.path, self.adapter, cache)  # for the next start
            except ModelError:  # damaged since it was made: it is made anew at the next start
                one.unlink(missing_ok=True)
        return load_llama(self.path, threads=self.threads, context_tokens=context_tokens, adapter=self.adapter)

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
        schema: Schema | Lark | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Continue `prompt` greedily; see `LLM.generate`.

        `max_tokens` bounds the tokens the model chooses; forced ones cost nothing and do not count.
        """
        with self._lock:
            return self._generate(self.tokenize(self.render(prompt)), schema, max_tokens, cancel)

    def rank(
        self,
        prompt: Prompt,
        options: Sequence[str],
        *,
        most: int,
        least: float = 0.0,
        cancel: threading.Event | None = None,
    ) -> tuple[Share, ...]:
        """Return the likeliest continuations of `prompt`; see `PlanningLLM.rank`."""
        text = self.render(prompt)
        paths = [self.tokenize(text + option) for option in options]
        with self._lock:
            self._room(max(paths, key=len), 0)
            found = rank_paths(self.context, paths, most, least, cancel)
        return tuple(Share(option=options[place], share=share) for place, share in found)

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens `prompt` takes."""
        return len(self.tokenize(self.render(prompt)))

    def is_token(self, text: str) -> bool:
        """Tell whether the vocabulary has `text` as one token."""
        return len(self.llama.tokenize(text.encode(), add_bos=False, special=True)) == 1

    def prepare(self, prompts: Sequence[Prompt], kept: KeptStates) -> bool:
        """Read what `prompts` begin with in common, from disk where it is kept, and keep it there otherwise.

        Returns whether it came from disk. At least two prompts are needed to know where their common part ends.
        """
        read = [self.tokenize(self.render(prompt)) for prompt in prompts]
        tokens = common_start(read)
        with self._lock:
            path = kept.path(self.name, self._circumstances(), tokens)
            if kept.restore(path, self.context, tokens):
                return True
            self._room(tokens, 1)
            self.context.read(self.context.keep_prefix(tokens), None)
            kept.save(path, self.context)
            return False

    def _circumstances(self) -> tuple[object, ...]:
        """Return what a state depends on besides the tokens."""
        import llama_cpp

        chosen = self.llama.context_params
        names = ("n_ctx", "type_k", "type_v", "flash_attn_type", "swa_full", "offload_kqv")
        return (
            fingerprint(self.path),
            self.adapter and fingerprint(self.adapter),
            llama_cpp.__version__,
            *(str(getattr(chosen, name)) for name in names),
        )

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a rendered prompt, with a begin token where the model wants one."""
        bos = self.profile.bos
        add_bos = not (bos and text.startswith(bos))
        return list(self.llama.tokenize(text.encode(), add_bos=add_bos, special=True))

    def matcher(self, schema: Schema | Lark) -> Any:
        """Return a fresh llguidance matcher for `schema`. Raises ModelError where it is not a grammar."""
        from llguidance import LLMatcher

        kind, text = ("lark", str(schema)) if isinstance(schema, Lark) else ("json_schema", compact(schema))
        matcher = LLMatcher(self._backend.llg_tokenizer, self._backend.llg.grammar_from(kind, text))
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
        self, prompt: list[int], schema: Schema | Lark | None, max_tokens: int, cancel: threading.Event | None
    ) -> Generation:
        room = self._room(prompt, max_tokens)
        started = time.perf_counter()
        evaluated = self.context.read(self.context.keep_prefix(prompt), cancel)
        steps = Steps(self.context, room, cancel)
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

    def _room(self, prompt: list[int], wanted: int) -> int:
        """Return the tokens that fit behind `prompt`. Raises BadRequest where they are fewer than `wanted`."""
        room = self.context_tokens - len(prompt)
        if room < wanted:
            raise BadRequest(
                f"The request is too long: {len(prompt)} tokens, and the model holds {self.context_tokens}.",
                hint="Shorten it, or raise SLQ_CONTEXT_TOKENS.",
            )
        return room

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


def compact(schema: Schema) -> str:
    """Return `schema` as outlines' output type in JSON: checked, and with one way to write each value."""
    from outlines.types import JsonSchema

    return str(JsonSchema({**schema, "x-guidance": {"whitespace_flexible": False}}).schema)
