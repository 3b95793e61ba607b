"""The planner in use: retrieval chooses the tool, what was said fills its grammar, the model writes the call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.model.engine import LlamaEngine
    from copilot.plan import Planner
    from tools.kernel.settings import Settings


def build_planner(settings: Settings) -> Planner:
    """Load the model, prove that its grammar binds, and return the planner.

    Raises:
        ModelError: the model cannot be loaded, or its grammar does not bind.
    """
    from copilot.model.engine import LlamaEngine
    from copilot.model.locate import locate_adapter

    adapter = locate_adapter() if settings.model is None else None
    return planner_on(
        LlamaEngine(
            settings.model, threads=settings.threads, context_tokens=settings.context_tokens, adapter=adapter
        )
    )


def planner_on(engine: LlamaEngine) -> Planner:
    """Prove that the grammar binds a loaded model, and return the planner on it. Raises ModelError."""
    from copilot.model.canary import prove_grammar_binds
    from copilot.planner.first import FirstPlanner
    from copilot.planner.stepwise import StepwisePlanner
    from copilot.planner.tuned import TunedPlanner

    prove_grammar_binds(engine)
    kind = TunedPlanner if engine.adapter is not None else FirstPlanner
    # The user's own date: "this year" is meant in the time zone of the machine.
    return StepwisePlanner(kind(engine, lambda: datetime.now().astimezone().date()))
