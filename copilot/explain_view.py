"""An explanation in the terminal: features with bars and curves, who is held and why, who earned it. Pure."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.sparkline import bar, sparkline
from copilot.table import Record, new_table, warning_lines
from copilot.untrusted import plain
from tools.explain.narrative import CLEAR
from tools.explain.record import Explanation
from tools.kernel.format import format_value
from tools.kernel.types import unit_of

BAR_WIDTH = 8
MOST_ROWS = 12
MOST_HELD = 8
MOST_EARNED = 4  # at either end


def explain_view(record: Record) -> RenderableType:
    """Return the parts of an explanation that it has, one below the other."""
    parts: list[RenderableType] = [plain(record["experiment"], "accent"), _setup(record)]
    if record["features"]:
        parts += [Text(), _features(record)]
    if record["stability"] is not None:
        parts.append(_stability(record["stability"]))
    if record["conditions"] is not None:
        parts += [Text(), _conditions(record["conditions"])]
    if record["holdings"]:
        parts += [Text(), _holdings(record)]
    return Group(*parts, Text(), _earned(record["positions"]), warning_lines(record))


def _format(path: str, value: object) -> str:
    return format_value(value, unit_of(Explanation, path))


def _setup(record: Record) -> Text:
    if record["window_start"] is None:
        return Text(f"{record['model']}: nothing is trained, conditions decide", style="quiet")
    return Text(
        f"{record['model']}, explained on its last test window, {record['window_start']} to "
        f"{record['window_end']}: {_format('rows', record['rows'])} rows",
        style="quiet",
    )


def _features(record: Record) -> RenderableType:
    """Return a row a feature; the curve is the mean score from low to high values, each on a scale of its own."""
    explained = record["score_unit"] is not None
    headings = ("share", "", "higher", "importance", "curve") if explained else ("importance",)
    table = new_table("feature", *headings, numeric=99)
    table.columns[0].overflow = "fold"
    table.columns[0].no_wrap = False
    curves = {curve["feature"]: sparkline(curve["y"]) for curve in record["curves"]}
    largest = max(feature["share"] or 0.0 for feature in record["features"])
    for feature in record["features"][:MOST_ROWS]:
        cells = [plain(feature["feature"], "accent")]
        if explained:
            share = _format("features.share", feature["share"])
            cells += [Text(share, justify="right"), Text(bar(feature["share"], largest, BAR_WIDTH), style="accent")]
            cells.append(_direction(feature["direction"]))
        cells.append(Text(_importance(feature)))
        if explained:
            cells.append(Text(curves.get(feature["feature"], ""), style="accent"))
        table.add_row(*cells)
    hidden = len(record["features"]) - MOST_ROWS
    return table if hidden <= 0 else Group(table, Text(f"... and {hidden} more features", style="quiet"))


def _direction(direction: float | None) -> Text:
    if direction is None or abs(direction) < CLEAR:
        return Text("mixed", style="quiet")
    return Text("raises", style="good") if direction > 0 else Text("lowers", style="warn")


def _importance(feature: Record) -> str:
    mean = _format("features.importance", feature["importance"]).removesuffix(" %")
    if feature["importance_sd"] is None:
        return f"{mean} %"
    return f"{mean} ± {_format('features.importance_sd', feature['importance_sd'])}"


def _stability(steady: Record) -> Text:
    said = [
        f"{words} {_format(f'stability.{name}', steady[name])}"
        for name, words in (("consecutive", "neighbours"), ("apart", "without shared bars"))
        if steady[name] is not None
    ]
    if not said:
        return Text("")
    verdict = Text("stable", style="good") if steady["stable"] else Text("not stable", style="warn")
    return Text.assemble(
        ("importance ", "quiet"), verdict, (f" over {steady['steps']} steps; rank correlation: ", "quiet"),
        (", ".join(said), "quiet"),
    )  # fmt: skip


def _conditions(found: Record) -> Table:
    table = new_table("", "condition", "holds", numeric=2)
    table.columns[1].no_wrap = False
    for name in ("entry", "exit"):
        if found[name] is not None:
            holds = _format(f"conditions.{name}_true", found[f"{name}_true"])
            table.add_row(Text(name, style="field"), plain(found[name]), holds)
    return table


def _holdings(record: Record) -> RenderableType:
    """Return a row a symbol; what speaks for it is what its features add beyond the mean of the symbols."""
    table = new_table("held", "weight", "score", "rank", "what sets it apart", numeric=99)
    table.columns[-1].no_wrap = False
    for each in record["holdings"][:MOST_HELD]:
        rank = "none" if each["rank"] is None else f"{each['rank']} of {each['of']}"
        table.add_row(
            plain(each["symbol"], "accent"),
            _format("holdings.weight", each["weight"]),
            f"{each['score']:.4g}",
            rank,
            _why(each, record["score_unit"]),
        )
    hidden = len(record["holdings"]) - MOST_HELD
    return table if hidden <= 0 else Group(table, Text(f"... and {hidden} more", style="quiet"))


def _why(holding: Record, unit: str | None) -> Text:
    if not holding["chosen"]:
        return Text("held since earlier signals", style="quiet")
    field = "over_others" if holding["of"] > 1 else "contribution"
    said = [plain(f"{part['feature']} {part[field]:+.2g}") for part in holding["parts"]]
    return Text(", ").join(said).append(f" {unit}" if said and unit == "log-odds" else "", style="quiet")


def _earned(positions: Record) -> RenderableType:
    """Return what was earned by symbol; of many symbols both ends."""
    rows, length = positions["earned"], _format("positions.holding_bars", positions["holding_bars"])
    head = Text(
        f"in the market {_format('positions.in_market', positions['in_market'])} of {positions['bars']:,} bars, "
        f"{positions['spells']:,} positions of {length} bars each",
        style="quiet",
    )
    shown = rows if len(rows) <= 2 * MOST_EARNED else [*rows[:MOST_EARNED], *rows[-MOST_EARNED:]]
    table = new_table("symbol", "earned", "", "held", "positions", numeric=99)
    largest = max((abs(row["earned"]) for row in rows), default=0.0)
    for row in shown:
        tone = "good" if row["earned"] >= 0 else "bad"
        table.add_row(
            plain(row["symbol"], "accent"),
            Text(_format("positions.earned.earned", row["earned"]), justify="right"),
            Text(bar(row["earned"], largest, BAR_WIDTH), style=tone),
            Text(_format("positions.earned.in_market", row["in_market"]), justify="right"),
            Text(f"{row['spells']:,}", justify="right"),
        )
    total = Text(f"all {_format('positions.total', positions['total'])} of the starting capital", style="quiet")
    return Group(head, table, total)
