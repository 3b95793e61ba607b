"""How a turn ends where it is not simply answered: what happened, and which calls were not begun. Pure.

The calls are named as they would be typed, so that the rest can be done by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.messages import Call, End, Turn
from copilot.slash_form import short_form
from prompts import render


def ended(turn: Turn, end: End, answer: str, not_begun: Sequence[Call] = ()) -> Turn:
    """Return `turn` ended, with `answer` and the calls that were not begun named in it."""
    left = tuple(call for call in not_begun if call.tool != "reply")
    words = (answer, not_begun_words(left))
    if answer.endswith("?"):
        words = words[::-1]  # a question ends the turn: what is said next answers it
    text = "\n".join(part for part in words if part)
    return turn.model_copy(update={"answer": text, "end": end, "not_begun": left})


def not_begun_words(calls: Sequence[Call]) -> str:
    """Return the sentence that names calls that were not begun; "" for none."""
    return render("answers/not_begun.j2", calls=[short_form(call) for call in calls]) if calls else ""
