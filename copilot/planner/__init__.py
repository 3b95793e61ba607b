"""The planner in use.

The embedded model plans as it was tuned to: retrieval chooses the tool, what was said fills its grammar, the model
writes the call. Any other model is given the catalogue and chooses by itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.plan import Planner
    from tools.kernel.settings import Settings

OTHER_CONTEXT_TOKENS = 8192  # what another model gets unless it was set: the catalogue takes a good part of 4096


def build_planner(settings: Settings) -> Planner:
    """Load the model, prove that its grammar binds, and return the planner.

    Raises:
        ModelError: the model cannot be loaded, its grammar does not bind, or the catalogue does not fit it.
    """
    from copilot.model.canary import prove_grammar_binds
    from copilot.model.engine import LlamaEngine
    from copilot.planner.first import FirstPlanner

    if settings.model is None:
        engine = LlamaEngine(threads=settings.threads, context_tokens=settings.context_tokens)
        prove_grammar_binds(engine)
        return FirstPlanner(engine, _today)
    from copilot.planner.prompted.build import catalogue_planner
    from tools.kernel.paths import user_cache

    chosen = "context_tokens" in settings.model_fields_set
    room = settings.context_tokens if chosen else OTHER_CONTEXT_TOKENS
    engine = LlamaEngine(settings.model, threads=settings.threads, context_tokens=room)
    prove_grammar_binds(engine)
    return catalogue_planner(engine, user_cache(settings.cache) / "kv", _today)


def _today() -> date:
    """Return the user's own date: "this year" is meant in the time zone of the machine."""
    return datetime.now().astimezone().date()
