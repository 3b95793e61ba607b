"""The report of an evaluation as one page: HTML in the style of the other reports, or Markdown.

Both are made of the same sections; Markdown leaves the charts out and has their figures in tables all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.evals.contenders import MEANINGS
from copilot.evals.score import Outcome, Score, label_of
from copilot.evals.scorecard import Curve, Scorecard, by_tool, confusion, risk_coverage, worst
from copilot.evals.svg import histogram, lines
from copilot.evals.trial import Trial
from copilot.evals.view import HEADINGS, cells, memory_cells
from copilot.messages import Call

LATENCY_MS = (50, 100, 200, 300, 500, 800, 1200, 2000, 5000)
COVERAGES = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
LONGEST = 200  # characters of a request in a table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a sentence about it, a table, and where there is one a chart; `words` columns hold text."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: str = ""
    words: bool = False


def write_page(path: Path, trials: Sequence[Trial], cards: Sequence[Scorecard]) -> None:
    """Write the report, in Markdown where the name ends in .md. Raises WorkspaceError."""
    from tools.kernel.atomic import write_atomic

    path.parent.mkdir(parents=True, exist_ok=True)
    made = sections(trials, cards)
    text = markdown(cards, made) if path.suffix.lower() == ".md" else html(cards, made)
    write_atomic(path, text.encode())


def sections(trials: Sequence[Trial], cards: Sequence[Scorecard]) -> list[Section]:
    """Return the page: all planners side by side, then the first of them in detail."""
    trial = trials[0]
    return [
        _planners(cards),
        _curves({each.planner: risk_coverage(each.outcomes) for each in trials}),
        _scores(f"By category: {trial.planner}", "category", cards[0].categories),
        *(_scores(f"By category: {card.planner}", "category", card.categories) for card in cards[1:]),
        _scores(f"By tool: {trial.planner}", "right tool of the first step", by_tool(trial.outcomes)),
        _confusion(trial),
        _latency(trial),
        _worst(trial),
    ]


def markdown(cards: Sequence[Scorecard], made: Sequence[Section]) -> str:
    """Return the page as Markdown."""
    parts = [f"# {title(cards)}"]
    for section in made:
        rule = ["---"] + ["---" if section.words else "---:"] * (len(section.columns) - 1)
        table = [section.columns, tuple(rule), *section.rows]
        body = "\n".join(f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in table)
        parts += [f"## {section.title}", section.note, body]
    return "\n\n".join(parts) + "\n"


def html(cards: Sequence[Scorecard], made: Sequence[Section]) -> str:
    """Return the page as HTML that fetches nothing and runs no script."""
    from markupsafe import Markup

    from tools.report.document import render_static

    charts = [Markup(section.chart) for section in made]  # noqa: S704  our own SVG; its words are escaped there
    return render_static("scorecard.html.j2", title=title(cards), sections=made, charts=charts)


def title(cards: Sequence[Scorecard]) -> str:
    """Return the headline."""
    return f"The {cards[0].planner} planner: {cards[0].total.exact:.1%} of {cards[0].total.cases:,} cases exact"


def _planners(cards: Sequence[Scorecard]) -> Section:
    rows = [(card.planner, MEANINGS[card.planner], *cells(card.total), *memory_cells(card)) for card in cards]
    note = "Shares in per cent; memory in MB: the peak of the process, the planner's part of it, the model's."
    columns = ("planner", "what it is", *HEADINGS, "peak", "its own", "model")
    return Section("All cases", note, columns, tuple(rows))


def _scores(heading: str, first: str, scores: Mapping[str, Score]) -> Section:
    rows = tuple((name, *cells(score)) for name, score in scores.items())
    return Section(heading, "Shares in per cent.", (first, *HEADINGS), rows)


def _curves(curves: Mapping[str, Curve]) -> Section:
    """Return how accuracy falls as more of the calls are kept."""
    rows = tuple(
        (name, f"{curve.area:.3f}", *(_accuracy_at(curve, coverage) for coverage in COVERAGES))
        for name, curve in curves.items()
    )
    drawn = {
        f"{name}, area {curve.area:.3f}": [(coverage, accuracy) for coverage, accuracy, _ in curve.points]
        for name, curve in curves.items()
    }
    note = (
        "How many of the planned calls are exact when those below a margin become questions to the user. A planner "
        "whose margins are all equal has one point. The area is the mean accuracy over all coverages."
    )
    columns = ("planner", "area", *(f"{share:.0%} kept" for share in COVERAGES))
    return Section("Risk and coverage", note, columns, rows, lines(drawn, "calls kept", "of them exact"))


def _accuracy_at(curve: Curve, coverage: float) -> str:
    """Return the accuracy where at least `coverage` of the calls are kept."""
    kept = [accuracy for share, accuracy, _ in curve.points if share >= coverage]
    return f"{kept[0]:.1%}" if kept else "-"


def _confusion(trial: Trial) -> Section:
    counts = confusion(trial.outcomes)
    right = sorted({pair[0] for pair in counts})
    planned = sorted({pair[1] for pair in counts})
    rows = tuple((gold, *(str(counts[gold, taken] or "") for taken in planned)) for gold in right)
    note = "Steps by the tool that is right (rows) and the one that was planned (columns)."
    return Section("Which tool was taken for which", note, ("right", *planned), rows)


def _latency(trial: Trial) -> Section:
    counted = latency_bins([outcome.ms for outcome in trial.outcomes])
    rows = tuple((label, str(count)) for label, count in counted)
    note = "Milliseconds for a plan, every step of it; a busy machine slows all of it."
    return Section("Latency", note, ("ms", "cases"), rows, histogram(counted, "ms", "cases"))


def latency_bins(times_ms: Sequence[float]) -> list[tuple[str, int]]:
    """Return how many times lie in each bin, by the upper bound that they stay below."""
    edges = (0, *LATENCY_MS)
    inside = [sum(low <= ms < high for ms in times_ms) for low, high in zip(edges, LATENCY_MS, strict=False)]
    labels = [f"< {high:,}" for high in LATENCY_MS]
    return [*zip(labels, inside, strict=True), ("more", len(times_ms) - sum(inside))]


def _worst(trial: Trial) -> Section:
    rows = tuple(
        (
            outcome.case.id,
            outcome.case.category,
            outcome.case.turns[-1].user[:LONGEST],
            _written(outcome.calls),
            _written([rights[0] for rights in outcome.case.steps]),
            f"{outcome.margin:.2f}",
        )
        for outcome in worst(trial.outcomes)
    )
    note = _worst_note(trial.outcomes, len(rows))
    columns = ("case", "category", "said", "planned", "right", "margin")
    return Section("Not exact, the surest first", note, columns, rows, words=True)


def _worst_note(outcomes: Sequence[Outcome], shown: int) -> str:
    wrong = sum(not outcome.exact for outcome in outcomes)
    return f"{shown} of {wrong}; of several right answers the first is shown."


def _written(calls: Sequence[Call]) -> str:
    """Return calls in a line; of a reply only its kind."""
    return " → ".join(label_of(call) if call.tool == "reply" else f"{call.tool} {_args(call)}" for call in calls)


def _args(call: Call) -> str:
    return " ".join(f"{name}={value!r}" for name, value in call.args.items())


def _escaped(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
