"""How an experiment was set up where that is not as usual, and what its limits did: quiet lines of its card."""

from __future__ import annotations

from rich.text import Text

from copilot.table import Record
from tools.backtest.record import Config
from tools.backtest.special import special
from tools.kernel.format import format_value


def setup_lines(record: Record) -> list[Text]:
    """Return a line each of the options chosen, of the limits that bound, and of the paths; none where plain."""
    lines = []
    if chosen := special(Config.model_validate(record["config"])):
        lines.append(Text(", ".join(chosen), style="quiet"))
    if clamps := record.get("clamps"):
        bound = ", ".join(f"{clamp['rule'].replace('_', ' ')} {clamp['count']:,}x" for clamp in clamps)
        lines.append(Text(f"limits that bound  {bound}", style="quiet"))
    if paths := record.get("paths"):
        known = sorted(path for path in paths if path is not None)
        ends = " to ".join(format_value(path, "ratio") for path in (known[:1] + known[-1:]))
        lines.append(Text(f"combinatorial paths  Sharpe {ends or 'undefined'} on {len(paths)}", style="quiet"))
    return lines
