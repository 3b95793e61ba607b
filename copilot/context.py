"""What of a conversation is in view: the newest turns whole, older ones a line each, the rest named as left out.

Pure. A model reads a bounded number of tokens; a conversation has no bound. Rather than cutting silently, older
turns become their records in a line: the request shortened, each call with its key arguments, how it ended. Only
where even those lines do not fit are turns left out, oldest first, and the text says which.

The size of a text is taken as the sum of the sizes of its lines, which a tokenizer undercuts at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import accumulate

from copilot.messages import Call, LiveState, Observation, Turn
from tools.kernel.types import Record

Count = Callable[[str], int]

REQUEST_SHOWN = 60
VALUE_SHOWN = 40
LINE_SHOWN = 400
NAMES_SHOWN = 12
KEYS = ("symbols", "features", "entry", "experiment", "experiments", "capital_usd", "model", "horizon_days", "name",
        "kind", "view", "interval", "source", "start", "end", "sql")  # fmt: skip
OUTCOME_KEYS = ("experiment", "ticket", "name")  # what later requests may lean on
LETTERS_A_TOKEN = 3


class View(Record):
    """A conversation as far as it is in view; turns are numbered from 1.

    Attributes:
        left_out: the numbers of the oldest turns, which do not fit even as lines.
        summarised: lines of the turns after those, oldest first.
        full: the newest turns, whole, oldest first; at least the newest.
        tokens: the size of `text`.
        text: all of it, as a model reads it.
    """

    left_out: tuple[int, ...]
    summarised: tuple[str, ...]
    full: tuple[Turn, ...]
    tokens: int
    text: str


def in_view(
    turns: Sequence[Turn],
    budget_tokens: int,
    count: Count,
    *,
    write: Callable[[Turn], str] | None = None,
) -> View:
    """Return as much of `turns` as `budget_tokens` hold, the newest first in importance.

    Args:
        turns: the conversation, oldest first.
        budget_tokens: the most that the text may take; only the newest turn, which is always whole, may exceed it.
        count: tells the size of a text in tokens.
        write: writes a turn out whole; `turn_text` where left out.
    """
    if not turns:
        return View(left_out=(), summarised=(), full=(), tokens=0, text="")
    whole = [(write or turn_text)(turn) for turn in turns]
    lines = [summary_line(number, turn) for number, turn in enumerate(turns, start=1)]
    sizes = [count(line) for line in lines], [count(text) for text in whole]
    first_line, first_full = _cut(*sizes, budget_tokens)
    if first_line:  # what says that turns are left out wants its room too
        reserved = max(count(_note(number)) for number in (1, len(turns)))
        first_line, first_full = _cut(*sizes, budget_tokens - reserved)
    note, size = _note(first_line), sum((*sizes[0][first_line:first_full], *sizes[1][first_full:]))
    if size + count(note) > budget_tokens:
        note = ""  # the newest turn alone fills it; `left_out` still names what is gone
    parts = [*([note] if note else []), *lines[first_line:first_full], *whole[first_full:]]
    return View(
        left_out=tuple(range(1, first_line + 1)),
        summarised=tuple(lines[first_line:first_full]),
        full=tuple(turns[first_full:]),
        tokens=sum(map(count, parts)),
        text="\n".join(parts),
    )


def _cut(lines: list[int], whole: list[int], budget: int) -> tuple[int, int]:
    """Return the first turn that is a line and the first that is whole, given the size of each as either.

    Lines of all turns come before a second turn in full: a conversation is better known roughly than in part.
    """
    newest = len(whole) - 1
    room = budget - whole[newest]
    tails = list(accumulate(reversed(lines[:newest])))  # the size of the last 1, 2, ... lines before the newest
    kept = sum(size <= room for size in tails)
    first_line, first_full = newest - kept, newest
    used = tails[kept - 1] if kept else 0
    while first_full > first_line and used - lines[first_full - 1] + whole[first_full - 1] <= room:
        first_full -= 1
        used += whole[first_full] - lines[first_full]
    return first_line, first_full


def _note(left_out: int) -> str:
    if not left_out:
        return ""
    return "Turn 1 is left out." if left_out == 1 else f"Turns 1 to {left_out} are left out."


def turn_text(turn: Turn) -> str:
    """Return a turn whole: the request, each call with all its arguments and how it ended, the answer."""
    parts = [f"User: {turn.user}"]
    for step in turn.steps:
        args = json.dumps(step.call.args, ensure_ascii=False, default=str)
        parts.append(f"Call: {step.call.tool} {args} -> {_ending(step)}")
    if turn.answer:
        parts.append(f"Answer: {turn.answer}")
    return "\n".join(parts)


def summary_line(number: int, turn: Turn) -> str:
    """Return a turn in one line: number, request shortened, calls with key arguments, how they ended."""
    calls = [f"{step.call.tool}{_key_arguments(step.call)} {_ending(step, short=True)}" for step in turn.steps]
    calls += [f"{call.tool} not begun" for call in turn.not_begun]
    ending = "; ".join(calls) or ("answered in words" if turn.answer else "no answer")
    return _short(f'{number}. "{_short(turn.user, REQUEST_SHOWN)}": {ending}', LINE_SHOWN)


def _key_arguments(call: Call) -> str:
    said = [f"{name}={_short(_listed(call.args[name]), VALUE_SHOWN)}" for name in KEYS if call.args.get(name)]
    return f"({', '.join(said)})" if said else ""


def _listed(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _ending(step: Observation, *, short: bool = False) -> str:
    made = [str(step.result[key]) for key in OUTCOME_KEYS if step.result and isinstance(step.result.get(key), str)]
    words = [step.status, *made]
    if step.failure is not None:
        words.append(step.failure.kind if short else f"{step.failure.kind}: {step.failure.message}")
    return " ".join(words)


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def state_line(state: LiveState) -> str:
    """Return in a line what exists in the workspace, newest experiments named."""
    shelves = (
        ("symbols", state.symbols[:NAMES_SHOWN], len(state.symbols)),
        ("experiments", state.experiments[-NAMES_SHOWN:], len(state.experiments)),
        ("features", tuple(name for name in state.features if name.startswith("auto_"))[:NAMES_SHOWN],
         len(state.features)),
    )  # fmt: skip
    return "; ".join(f"{name} {total}{_in_brackets(shown, total)}" for name, shown, total in shelves)


def _in_brackets(shown: Sequence[str], total: int) -> str:
    more = ", ..." if 0 < len(shown) < total else ""
    return f" ({', '.join(shown)}{more})" if shown else ""


def about_tokens(text: str) -> int:
    """Return about how many tokens `text` has, rather too many than too few: for when no model is loaded."""
    return -(-len(text.encode()) // LETTERS_A_TOKEN)
