"""Put a planner together for a model that was given by its path, and have it read the catalogue beforehand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from copilot.messages import LiveState, Turn
from copilot.model.engine import LlamaEngine
from copilot.model.kept import KeptStates
from copilot.planner.prompted.dialogue import dialogue
from copilot.planner.prompted.gemma_calls import GemmaCalls
from copilot.planner.prompted.json_calls import JsonCalls
from copilot.planner.prompted.planner import CODE_TOKENS, CataloguePlanner, Syntax
from tools.features.catalog import feature_ids
from tools.kernel.errors import ModelError

LEAST_ROOM = 512  # tokens for a conversation beside the catalogue


def catalogue_planner(engine: LlamaEngine, folder: Path, today: Callable[[], date]) -> CataloguePlanner:
    """Return the planner, its catalogue read or restored from `folder`.

    Raises:
        ModelError: the catalogue does not fit the model's context, or its chat template cannot be used.
    """
    syntax = syntax_of(engine)
    probes = [syntax.prompt(dialogue([Turn(user=text)], LiveState(), date.min)) for text in ("a", "9")]
    needed = engine.count_tokens(probes[0]) + CODE_TOKENS + LEAST_ROOM
    if needed > engine.context_tokens:
        raise ModelError(
            f"{engine.name} holds {engine.context_tokens} tokens here; the tools and a request take {needed}.",
            hint=f"Set SLQ_CONTEXT_TOKENS to {needed} or more if the model was trained for it, or choose another.",
        )
    # What two requests on two days in two workspaces have in common ends where the unchanging part ends.
    other = syntax.prompt(dialogue([Turn(user="9")], LiveState(symbols=("A",)), date.max))
    engine.prepare([probes[0], other], KeptStates(folder))
    return CataloguePlanner(engine, syntax, context_tokens=engine.context_tokens, today=today)


def syntax_of(engine: LlamaEngine) -> Syntax:
    """Return how the model calls tools: its own syntax where it has one that is known here, else JSON."""
    features = feature_ids()
    profile = engine.profile
    if profile.calls == "function_gemma":
        return GemmaCalls(profile.bos, engine.is_token, features)
    return JsonCalls(profile.render, features)
