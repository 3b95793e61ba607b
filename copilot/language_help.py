"""What may be written: the expression language, read off its own tables, and what Python code gets and gives back.

Pure: nothing here prints or reads. Which names of numpy and pandas code may use is for the sandbox to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.untrusted import plain

FEATURE = """def feature(bars):
    close = bars["close"]
    return 1 - close / close.rolling(20).mean()"""
SCRIPT = 'result = bars["close"].pct_change().std()'


def expressions_help() -> RenderableType:
    """Return the fields, operators, functions, other names for them, and where the features are."""
    from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS, SYMBOLS

    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    for name in sorted(FUNCTIONS):
        table.add_row(plain(FUNCTIONS[name].example, "accent"), plain(FUNCTIONS[name].description))
    other = ", ".join(f"{alias} is {name}" for alias, name in sorted(ALIASES.items()))
    return Group(
        Text("An expression is a feature: /generate_features rsi(14) * zscore(volume, 20)\n"),
        _facts(
            {
                "fields": ", ".join(FIELDS),
                "operators": f"{' '.join(SYMBOLS)} not, x if condition else y",
                "features": "those of the library, as rsi(14) or rsi_14: /list_inventory features",
                "volume": "adv(20) is the average volume of 20 bars",
            }
        ),
        Text(),
        table,
        Text(),
        _facts({"other names": other}),
        Text("\nWhole numbers at the end are bars, counted backwards: nothing reads a later bar.", style="quiet"),
    )


def python_help() -> RenderableType:
    """Return what code gets, what it must give back, and an example of each kind."""
    from tools.features.panel import FIELDS

    return Group(
        Text("Code computes in a sandbox, with numpy (np) and pandas (pd). It has no files and no network.\n"),
        _facts(
            {
                "bars": f"a dict of adjusted daily tables, time down and symbols across: {', '.join(FIELDS)}; for "
                "a feature also market, the closes of the index, where the lake has them",
                "feature": "def feature(bars) returns a table of the shape of bars['close'], one value a bar and "
                "symbol; the leak checks refuse what uses a later bar",
                "script": "assign result: a number, a table or one column of it, or a Plotly figure as a dict of "
                "data and layout; on a query (--sql) its rows are the table df, in place of bars",
            }
        ),
        plain(f"\n/generate_features --name fade --code {FEATURE}\n", "accent"),
        plain(f"/run_python {SCRIPT} --symbols IBM, MSFT", "accent"),
    )


def _facts(facts: Mapping[str, str]) -> Table:
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(no_wrap=True)
    for name, text in facts.items():
        grid.add_row(Text(name, style="field"), plain(text))
    return grid


LANGUAGES = {"expressions": expressions_help, "python": python_help}
