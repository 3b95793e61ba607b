"""What the model can see of a conversation, for human eyes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.context import about_tokens, in_view, state_line
from copilot.messages import LiveState, Turn
from copilot.untrusted import plain
from tools.kernel.format import counted

ANSWER_TOKENS = 256  # room that a prompt leaves for the call


def context_view(
    turns: Sequence[Turn],
    state: LiveState,
    limit_tokens: int,
    counter: Callable[[str], int] | None,
    reads: str | None = None,
) -> RenderableType:
    """Return the state line, the turns in view in full and as lines, those left out, and the tokens used.

    A model that was tuned for these tools reads a short prompt of its own: that prompt as it is.

    Args:
        turns: the conversation.
        state: what exists in the workspace.
        limit_tokens: what the model's context holds.
        counter: counts tokens as the model does; None where no model is loaded: the count is then a rough one.
        reads: what a tuned model read for the newest turn.
    """
    count, line = counter or about_tokens, state_line(state)
    if reads is not None:
        full = f"{count(reads):,} of {limit_tokens:,} tokens, {ANSWER_TOKENS} of them kept for a call"
        return _prompt(turns, line, reads, full)
    view = in_view(turns, limit_tokens - ANSWER_TOKENS - count(line), count)
    first_full = len(turns) - len(view.full) + 1
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text("state", style="field"), plain(line))
    if view.left_out:
        which = f"{counted(len(view.left_out), 'turn')}: 1 to {len(view.left_out)}; they do not fit"
        grid.add_row(Text("left out", style="warn"), plain(which, "warn"))
    if view.summarised:
        grid.add_row(Text("in a line", style="field"), plain("\n".join(view.summarised)))
    if view.full:
        whole = "\n".join(f"{number}. {turn.user}" for number, turn in enumerate(view.full, start=first_full))
        grid.add_row(Text("in full", style="field"), plain(whole))
    else:
        grid.add_row(Text("turns", style="field"), "none yet")
    used = view.tokens + count(line)
    size = (
        f"{'' if counter else 'about '}{used:,} of {limit_tokens:,} tokens, {ANSWER_TOKENS} of them kept for a call"
    )
    loaded = "" if counter else "; counted roughly, as no model is loaded"
    grid.add_row(Text("used", style="field"), plain(f"{size}{loaded}"))
    return Group(grid)


def _prompt(turns: Sequence[Turn], line: str, reads: str, used: str) -> RenderableType:
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text("state", style="field"), plain(line))
    known = "\n".join(f"{number}. {turn.user}" for number, turn in enumerate(turns, start=1))
    grid.add_row(Text("turns", style="field"), plain(f"{known}\nThe rules beside the model know them all."))
    grid.add_row(Text("model reads", style="field"), plain(reads.strip()))
    grid.add_row(Text("used", style="field"), plain(used))
    return Group(grid)
