"""Pairs from rounds: whole conversations by other authors, each with the call that should follow.

A line of a file is an evaluation case (`copilot.evals.cases`). Of a reply it holds the reason, as the phrase books
do: `{"ask": "ask_capital"}`. Requests of several steps are left out: what is taught is a single call.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import prompts
from copilot.evals.cases import read_cases
from copilot.messages import LiveState
from copilot.planner.as_meant import as_meant
from copilot.planner.evidence import gather
from copilot.planner.history import ranked_ids, usable
from copilot.planner.sight import sight, written
from copilot.tuning.pair import EXPERIMENTS, OWN_FEATURES, Pair
from copilot.tuning.slots import TODAY

SPOKEN_IN = LiveState(  # the workspace of the rounds
    symbols=("AAPL", "FB", "GOOG", "IBM", "MSFT"), experiments=EXPERIMENTS, features=OWN_FEATURES
)


def rounds(folder: Path | None = None) -> list[Path]:
    """Return the files of rounds in `folder`, or those of SLQ, in order."""
    return sorted((folder or prompts.FOLDER / "tuning").glob("*.jsonl"))


def pairs_of_rounds(path: Path) -> Iterator[Pair]:
    """Yield the pair of each conversation that asks for a single call.

    Raises:
        BadRequest: a line is no case.
    """
    for case in read_cases(path):
        if len(case.steps) == 1:
            history = usable(case.turns[:-1])
            request = as_meant(case.turns[-1].user, (*SPOKEN_IN.features, *SPOKEN_IN.symbols))
            evidence = gather(request, SPOKEN_IN, TODAY, ranked_ids(history))
            yield Pair(sight(history, evidence, SPOKEN_IN), written(case.call), "round", "train")
