"""The planner in use.

The embedded model plans as it was tuned to: retrieval chooses the tool, what was said fills its grammar, the model
writes the call. A model given by its path is shown the catalogue and chooses by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.model.engine import LlamaEngine
    from copilot.plan import Planner
    from tools.kernel.settings import Settings

OTHER_CONTEXT_TOKENS = 8192  # what another model gets unless it was set: the catalogue takes a good part of 4096


def build_planner(settings: Settings) -> Planner:
    """Load the model, prove that its grammar binds, and return the planner.

    Raises:
        ModelError: the model cannot be loaded, its grammar does not bind, or the catalogue does not fit it.
    """
    return planner_on(load_engine(settings), settings)


def load_engine(settings: Settings) -> LlamaEngine:
    """Load the model of `settings`. Raises ModelError."""
    from copilot.model.engine import LlamaEngine
    from copilot.model.locate import locate_adapter
    from tools.kernel.paths import user_cache

    adapter = locate_adapter(settings.adapter) if settings.model is None else None
    chosen = settings.model is None or "context_tokens" in settings.model_fields_set
    room = settings.context_tokens if chosen else OTHER_CONTEXT_TOKENS
    cache = user_cache(settings.cache) / "merged"
    return LlamaEngine(settings.model, threads=settings.threads, context_tokens=room, adapter=adapter, cache=cache)


def planner_on(engine: LlamaEngine, settings: Settings) -> Planner:
    """Prove that the grammar binds a loaded model, and return the planner on it. Raises ModelError."""
    from copilot.model.canary import prove_grammar_binds

    prove_grammar_binds(engine)
    if settings.model is None:
        return embedded_planner(engine, _today)
    from copilot.planner.prompted.build import catalogue_planner
    from tools.kernel.paths import user_cache

    return catalogue_planner(engine, user_cache(settings.cache) / "kv", _today)


def embedded_planner(engine: LlamaEngine, today: Callable[[], date]) -> Planner:
    """Return the planner of the embedded model: the tuned one where the adapter is loaded, else the first."""
    from copilot.planner.first import FirstPlanner
    from copilot.planner.phrasebook import index_for
    from copilot.planner.stepwise import StepwisePlanner
    from copilot.planner.tuned import TunedPlanner

    if engine.adapter is None:
        return StepwisePlanner(FirstPlanner(engine, today))
    return StepwisePlanner(TunedPlanner(engine, today, index_for(engine.adapter)))


def _today() -> date:
    """Return the user's own date: "this year" is meant in the time zone of the machine."""
    return datetime.now().astimezone().date()
