"""The catalogue: every tool there is. Those of SLQ in one explicit tuple, then those of installed packages.

Packages are searched for tools when the catalogue is first read beyond SLQ's own, and never before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, overload

from tools.explain.tool import EXPLAIN_EXPERIMENT
from tools.ingest.tool import INGEST_DATA, SHOW_DATA
from tools.inventory.tool import LIST_INVENTORY
from tools.kernel.errors import BadRequest
from tools.kernel.plugins import Plugin, find_plugins
from tools.kernel.spec import Tool
from tools.lab.tool import CHECK_FEATURES, GENERATE_FEATURES
from tools.lake.tool import QUERY_DATA
from tools.report.tool import SHOW_REPORT
from tools.research.tool import COMPARE_EXPERIMENTS, RUN_BACKTEST, RUN_EXPERIMENT
from tools.script.tool import RUN_PYTHON
from tools.trade.tool import PROPOSE_TRADES

BUILT_IN: tuple[Tool[Any, Any], ...] = (
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


class Catalogue(Sequence[Tool[Any, Any]]):
    """The tools of SLQ and then of plugins, which are looked for when they are reached."""

    def __iter__(self) -> Iterator[Tool[Any, Any]]:
        """Yield the tools."""
        yield from BUILT_IN
        yield from plugin_tools()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(BUILT_IN) + len(plugin_tools())

    @overload
    def __getitem__(self, place: int) -> Tool[Any, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Tool[Any, Any]]: ...
    def __getitem__(self, place: int | slice) -> Tool[Any, Any] | Sequence[Tool[Any, Any]]:
        """Return one tool, or several."""
        return (*BUILT_IN, *plugin_tools())[place]


TOOLS = Catalogue()


@cache
def plugins() -> tuple[Plugin, ...]:
    """Return the plugins of this installation, those that were left out too."""
    return find_plugins([*(tool.name for tool in BUILT_IN), "reply"])


def plugin_tools() -> tuple[Tool[Any, Any], ...]:
    """Return the tools of installed packages."""
    return tuple(plugin.tool for plugin in plugins() if plugin.tool is not None)


def find_tool(name: str) -> Tool[Any, Any]:
    """Return the tool called `name`. Raises BadRequest with the nearest names."""
    import difflib

    for tool in TOOLS:
        if tool.name == name:
            return tool
    near = difflib.get_close_matches(name, [tool.name for tool in TOOLS], n=3, cutoff=0.4)
    hint = f"Did you mean {', '.join(near)}?" if near else "`slq tools` lists them."
    raise BadRequest(f"There is no tool called {name!r}.", hint=hint)
