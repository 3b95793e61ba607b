"""The catalogue: every tool there is, in one explicit tuple."""

from __future__ import annotations

from typing import Any

from tools.explain.tool import EXPLAIN_EXPERIMENT
from tools.ingest.tool import INGEST_DATA, SHOW_DATA
from tools.inventory.tool import LIST_INVENTORY
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Tool
from tools.lab.tool import CHECK_FEATURES, GENERATE_FEATURES
from tools.lake.tool import QUERY_DATA
from tools.report.tool import SHOW_REPORT
from tools.research.tool import COMPARE_EXPERIMENTS, RUN_BACKTEST, RUN_EXPERIMENT
from tools.script.tool import RUN_PYTHON
from tools.trade.tool import PROPOSE_TRADES

TOOLS: tuple[Tool[Any, Any], ...] = (
    INGEST_DATA,
    LIST_INVENTORY,
    SHOW_DATA,
    QUERY_DATA,
    GENERATE_FEATURES,
    CHECK_FEATURES,
    RUN_EXPERIMENT,
    RUN_BACKTEST,
    COMPARE_EXPERIMENTS,
    EXPLAIN_EXPERIMENT,
    SHOW_REPORT,
    RUN_PYTHON,
    PROPOSE_TRADES,
)


def find_tool(name: str) -> Tool[Any, Any]:
    """Return the tool called `name`. Raises BadRequest with the nearest names."""
    import difflib

    for tool in TOOLS:
        if tool.name == name:
            return tool
    near = difflib.get_close_matches(name, [tool.name for tool in TOOLS], n=3, cutoff=0.4)
    hint = f"Did you mean {', '.join(near)}?" if near else "`slq tools` lists them."
    raise BadRequest(f"There is no tool called {name!r}.", hint=hint)
