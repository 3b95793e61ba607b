"""Start-up proof that the grammar binds.

The model is asked for something else than the grammar allows: bound, its text must match; unbound, it must not.
A library update that silently ignores the grammar fails here, before the first call is planned.
"""

from __future__ import annotations

import re

from copilot.model.llm import LLM
from tools.kernel.errors import ModelError

PATTERN = "^[QXZ]{3}$"
SCHEMA = {"type": "string", "pattern": PATTERN}
PROMPT = "Hello, my name is"  # plain text: a few tokens, and the likely continuation is a name


def prove_grammar_binds(engine: LLM) -> None:
    """Decode twice, bound and unbound.

    Raises:
        ModelError: the bound text breaks the grammar, or the unbound text keeps it, which proves nothing.
    """
    bound = engine.generate(PROMPT, schema=SCHEMA, max_tokens=6).text
    if not _matches(bound):
        raise ModelError(
            f"The grammar does not bind this model: it wrote {bound!r}.",
            hint="Reinstall the pinned versions (setup.sh), or choose another GGUF with --model PATH.",
        )
    unbound = engine.generate(PROMPT, max_tokens=4).text
    if _matches(unbound):
        raise ModelError("The grammar check proves nothing with this model.", hint="Choose another GGUF.")


def _matches(text: str) -> bool:
    return re.fullmatch(f'"{PATTERN[1:-1]}"', text) is not None
