"""Evaluation cases: a conversation, what should follow, and small samples that keep the mix of a set.

A line of a case file is a line of `slq plan --batch` with the right answer beside it: `call` is one call,
`{"any_of": [call, ...]}` where several are right, and `plan` is a list of these for a request of several steps.
Turns may also be given as they are on record: `user`, `steps` and `answer`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copilot.batch import read_line
from copilot.messages import Call, Turn
from tools.kernel.errors import BadRequest
from tools.kernel.types import Record

TODAY = date(2026, 11, 22)  # the day on which the cases are asked: "the last five years" has one right answer
SHAPE = '{"id": "a", "category": "simple", "turns": [{"user": "..."}], "call": {"tool": "...", "args": {}}}'


class Case(Record):
    """One conversation and what should follow.

    Attributes:
        id: its name in its file.
        category: what it is a case of.
        split: `dev` or `held` in sets that were partly held out.
        turns: the conversation; the last turn holds the request.
        steps: the calls that should follow in order, each as the list of those that are right.
    """

    id: str
    category: str = ""
    split: str = ""
    turns: tuple[Turn, ...]
    steps: tuple[tuple[Call, ...], ...]

    @property
    def call(self) -> Call:
        """The right call, the first one where there are several."""
        return self.steps[0][0]


def read_cases(path: Path) -> list[Case]:
    """Read a case file. Raises BadRequest naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"Cannot read {path}: {error}.", hint="Check the path.") from None
    cases = [read_case(line, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if not cases:
        raise BadRequest(f"{path} holds no case.", hint=f"One a line: {SHAPE}")
    return cases


def read_case(line: str, number: int) -> Case:
    """Return the case in a line. Raises BadRequest naming the line."""
    name, turns = read_line(line, number)
    value = json.loads(line)
    try:
        return Case(
            id=name,
            category=str(value.get("category") or value.get("split", "")),
            split=str(value.get("split", "")),
            turns=tuple(turns),
            steps=tuple(_right(each) for each in value.get("plan") or [value.get("call")]),
        )
    except (ValidationError, TypeError):
        raise BadRequest(f'Line {number} needs a right "call" or "plan".', hint=f"One a line: {SHAPE}") from None


def _right(value: Any) -> tuple[Call, ...]:
    """Return the calls that are right for one step."""
    if not isinstance(value, Mapping):
        raise TypeError(value)
    options = value.get("any_of", [value])
    found = tuple(Call.model_validate(each) for each in options)
    if not found:
        raise TypeError(value)
    return found


def stratified(cases: Sequence[Case], most: int) -> list[Case]:
    """Return `most` of the cases in their order, every category by its share of all, spread over the set.

    The same cases give the same sample.
    """
    if most >= len(cases):
        return list(cases)
    groups: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        groups.setdefault(case.category, []).append(place)
    exact = {name: most * len(places) / len(cases) for name, places in groups.items()}
    counts = {name: int(share) for name, share in exact.items()}
    by_rest = sorted(groups, key=lambda name: (counts[name] - exact[name], name))
    for name in by_rest[: most - sum(counts.values())]:
        counts[name] += 1
    chosen = [
        places[index * len(places) // counts[name]]
        for name, places in groups.items()
        for index in range(counts[name])
    ]
    return [cases[place] for place in sorted(chosen)]
