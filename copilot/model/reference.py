"""The same generation through outlines' own loop: what the engine's faster loop is held equal to.

Slower (it resets the context and asks the model for forced tokens too), so it serves checks and measurements only.
"""

from __future__ import annotations

from copilot.model.engine import LlamaEngine, compact
from copilot.model.llm import Prompt, Schema


def generate_via_outlines(
    engine: LlamaEngine, prompt: Prompt, *, schema: Schema | None = None, max_tokens: int = 256
) -> str:
    """Return the greedy continuation of `prompt` made by outlines with its llguidance backend."""
    import outlines
    from outlines.types import JsonSchema

    output_type = None if schema is None else JsonSchema(compact(schema))
    generator = outlines.Generator(engine.outlines, output_type, backend=None if schema is None else "llguidance")
    return str(generator(engine.render(prompt), max_tokens=max_tokens, temperature=0.0))
