"""The planners that are compared, each with the engine that it needs.

Every one is asked through `StepwisePlanner`, which cuts a request into its steps: the planners differ in how they
plan one of them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from copilot.evals.cases import TODAY
from copilot.plan import Planner
from tools.kernel.errors import BadRequest, ModelError

if TYPE_CHECKING:
    from copilot.model.engine import LlamaEngine
    from tools.kernel.settings import Settings

Contender = Literal["tuned", "untuned", "bm25", "zero-shot", "no-grammar"]
CONTENDERS: tuple[Contender, ...] = get_args(Contender)
ADAPTED = ("tuned", "no-grammar")  # run the embedded model with its adapter
MEANINGS = {
    "tuned": "the embedded model with its adapter, under the grammar",
    "untuned": "the embedded model without it, tools chosen by retrieval, under the grammar",
    "bm25": "BM25 chooses the tool, the resolvers fill it; no model",
    "zero-shot": "a model that was not tuned reads the catalogue and writes under the grammar",
    "no-grammar": "the tuned model writes what it holds likeliest, without a grammar",
}


def contender(name: str) -> Contender:
    """Return `name` as that of a planner. Raises BadRequest."""
    for each in CONTENDERS:
        if each == name.strip().lower():
            return each
    raise BadRequest(f"There is no planner called {name!r}.", hint=f"Give one of {', '.join(CONTENDERS)}.")


def in_use(settings: Settings, adapter: Path | None) -> Contender:
    """Return the planner that these settings plan with."""
    if settings.model is not None:
        return "zero-shot"
    return "tuned" if adapter is not None else "untuned"


def available(adapter: Path | None) -> tuple[Contender, ...]:
    """Return the planners that can run here: those of the adapter only where there is one."""
    return tuple(name for name in CONTENDERS if adapter is not None or name not in ADAPTED)


def load_engine(name: Contender, settings: Settings, adapter: Path | None) -> LlamaEngine | None:
    """Load the model of a planner; None where it has none. Raises ModelError."""
    from copilot.model.engine import LlamaEngine
    from copilot.model.locate import locate_embedded
    from copilot.model.merged import merged
    from copilot.planner import OTHER_CONTEXT_TOKENS
    from tools.kernel.paths import user_cache

    if name == "bm25":
        return None
    if name in ADAPTED and adapter is None:
        raise ModelError(
            "The embedded model has no adapter here, which this planner needs.",
            hint="Train one with `slq model tune`, name one with --adapter FILE, or choose another --planner.",
        )
    if name == "zero-shot":
        room = max(settings.context_tokens, OTHER_CONTEXT_TOKENS)
        return LlamaEngine(settings.model, threads=settings.threads, context_tokens=room)
    cache = user_cache(settings.cache) / "merged"
    if name in ADAPTED and adapter is not None:
        merged(locate_embedded(), adapter, cache)  # timed as from the second start on
    return LlamaEngine(
        threads=settings.threads,
        context_tokens=settings.context_tokens,
        adapter=adapter if name in ADAPTED else None,
        cache=cache,
    )


def planner_of(name: Contender, engine: LlamaEngine | None, settings: Settings) -> Planner:
    """Return the planner on a loaded model, on the day of the cases. Raises ModelError."""
    from copilot.evals.baselines import Bm25Planner, NoGrammarPlanner
    from copilot.planner import embedded_planner
    from copilot.planner.prompted.build import catalogue_planner
    from copilot.planner.stepwise import StepwisePlanner
    from tools.kernel.paths import user_cache

    if engine is None:
        return StepwisePlanner(Bm25Planner(_today))
    if name == "no-grammar":
        return StepwisePlanner(NoGrammarPlanner(engine, _today))
    if name == "zero-shot":
        return StepwisePlanner(catalogue_planner(engine, user_cache(settings.cache) / "kv", _today))
    return embedded_planner(engine, _today)


def _today() -> date:
    return TODAY
