"""What every figure of a page has in common: the Plotly library, a layout, and JSON that is safe inside a page.

Traces carry a `role` (a key of `NAMES`, or "heat") in `meta`, and no colours: the page colours them from its style
sheet, so that they follow light, dark and print. The figures themselves are in `time_figures`,
`model_figures` and `feature_figures`: pure functions that return the same text for the same input.
"""

from __future__ import annotations

from functools import cache

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

NAMES = {"strategy": "Strategy", "equal_weight": "Equal weight", "momentum": "Momentum", "index": "Index"}
DIGITS = 6


@cache
def plotly_js() -> str:
    """Return the Plotly library's source, to be placed inside the page."""
    return str(get_plotlyjs())


def figure_json(figure: go.Figure) -> str:
    """Return the figure as JSON that cannot end a script element."""
    return str(figure.to_json(engine="json")).replace("<", "\\u003c")


def with_layout(figure: go.Figure, height: int, **more: object) -> go.Figure:
    """Set the page's layout on `figure`, `height` pixels high, and return it."""
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 56, "r": 16, "t": 12, "b": 36},
        hovermode="x unified",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "itemwidth": 36,
        },
        **more,
    )
    return figure
