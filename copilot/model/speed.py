"""Measure what the grammar costs: constrained against unconstrained milliseconds per token, in one run."""

from __future__ import annotations

import statistics

from copilot.model.engine import LlamaEngine
from copilot.model.llm import Message
from tools.kernel.types import Record

# Any printable text: the grammar forces nothing, so that each token is a choice of the model in both runs.
OPEN_TEXT = {"type": "string", "minLength": 400, "maxLength": 4000}
PROMPT: list[Message] = [{"role": "user", "content": "Tell me a long story about a lighthouse keeper."}]


class DecodeSpeed(Record):
    """Milliseconds per token, medians over the repetitions; `ratio` is constrained over unconstrained."""

    constrained_ms: float
    unconstrained_ms: float
    ratio: float


def measure_decoding(engine: LlamaEngine, *, tokens: int = 48, repeats: int = 5) -> DecodeSpeed:
    """Decode `tokens` tokens with and without a grammar, in turns, and return the medians.

    The prompt is in the context beforehand, so that reading it is not counted.
    """
    engine.generate(PROMPT, max_tokens=1)
    bound: list[float] = []
    free: list[float] = []
    for _ in range(repeats):
        free.append(_per_token(engine, None, tokens))
        bound.append(_per_token(engine, OPEN_TEXT, tokens))
    constrained, unconstrained = statistics.median(bound), statistics.median(free)
    return DecodeSpeed(
        constrained_ms=constrained, unconstrained_ms=unconstrained, ratio=constrained / unconstrained
    )


def _per_token(engine: LlamaEngine, schema: dict[str, object] | None, tokens: int) -> float:
    made = engine.generate(PROMPT, schema=schema, max_tokens=tokens)
    return made.ms / max(1, made.tokens)
