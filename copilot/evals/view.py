"""The scorecard as tables: in the terminal, and in the README. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from copilot.evals.contenders import MEANINGS
from copilot.evals.score import Score
from copilot.evals.scorecard import Scorecard
from copilot.table import new_table
from copilot.untrusted import plain
from tools.kernel.format import counted

HEADINGS = ("cases", "tool", "exact", "words", "plans", "valid", "p50 ms", "p95 ms")
IN_README = ("right tool", "exact call", "words right", "whole plan", "schema-valid", "p50", "p95", "peak memory")
NONE = "-"


def cells(score: Score) -> tuple[str, ...]:
    """Return a cell for each of `HEADINGS`, shares in per cent."""
    shares = (score.right_tool, score.exact, score.words, score.whole_plan, score.valid)
    written = (NONE if share is None else f"{share * 100:.1f}" for share in shares)
    return (f"{score.cases:,}", *written, f"{score.p50_ms:,.0f}", f"{score.p95_ms:,.0f}")


def memory_cells(card: Scorecard) -> tuple[str, str, str]:
    """Return the peak of the process, the planner's part of it, and the model's, in 10^6 bytes."""
    memory = card.memory
    peak, own, model = (
        NONE if each is None else f"{each:,.0f}" for each in (memory.peak_mb, memory.own_mb, memory.model_mb)
    )
    return peak, own, model


def scorecards_view(cards: Sequence[Scorecard]) -> RenderableType:
    """Return a table of every planner by category, and one of all of them together."""
    parts: list[RenderableType] = []
    for card in cards:
        made = new_table(card.planner, *HEADINGS)
        for name, score in card.categories.items():
            made.add_row(plain(name), *cells(score))
        made.add_row(Text("all", style="accent"), *(Text(cell, style="accent") for cell in cells(card.total)))
        parts += [made, ""]
    if len(cards) > 1:
        together = new_table("planner", *HEADINGS)
        for card in cards:
            together.add_row(plain(card.planner), *cells(card.total))
        parts += [together, ""]
    return Group(*parts, _memory_lines(cards), Text(_words(cards), style="quiet"))


def readme_table(cards: Sequence[Scorecard]) -> str:
    """Return the table of all planners in Markdown."""
    header = ("planner", "what it is", *IN_README)
    rows = [header, ("---",) * 2 + ("---:",) * (len(header) - 2)]
    for card in cards:
        _, *shares, p50, p95 = cells(card.total)
        _, own, _ = memory_cells(card)
        written = (share if share == NONE else f"{share} %" for share in shares)
        rows.append((card.planner, MEANINGS[card.planner], *written, f"{p50} ms", f"{p95} ms", f"{own} MB"))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _memory_lines(cards: Sequence[Scorecard]) -> RenderableType:
    made = new_table("memory, MB", "peak", "its own", "model")
    for card in cards:
        made.add_row(plain(card.planner), *memory_cells(card))
    return made


def _words(cards: Sequence[Scorecard]) -> str:
    total = cards[0].total
    return (
        f"\n{counted(total.cases, 'case')}; in per cent: the right tool in every step, every call exact, the right "
        "kind of words (a question, a refusal, a text) where words are right, plans of several steps right as a "
        "whole, every call accepted by the types of its tool. Memory of its own: the peak less what the process "
        "had before; the model's part leaves the inference libraries out. A busy machine slows every plan."
    )
