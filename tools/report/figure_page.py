"""One self-contained HTML page for a figure that generated code drew, with the code.

The figure is data from code nobody has read. Plotly's schema decides which fields there are; what remains are
texts, which the page shows as they read: Plotly's tags for bold and the like stay, links do not. Nothing is
fetched, no script but the page's own runs, and a figure that would need either (maps, shaders) is refused.

Not guaranteed: that the figure shows what its title says.
"""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go

from tools.kernel.errors import SandboxError
from tools.report.document import render_page
from tools.report.figures import figure_json

TRACES = frozenset(
    {
        "bar",
        "barpolar",
        "box",
        "candlestick",
        "contour",
        "funnel",
        "heatmap",
        "histogram",
        "histogram2d",
        "histogram2dcontour",
        "icicle",
        "indicator",
        "ohlc",
        "pie",
        "sankey",
        "scatter",
        "scatterpolar",
        "scatterternary",
        "sunburst",
        "table",
        "treemap",
        "violin",
        "waterfall",
    }
)
LARGEST_BYTES = 16_000_000
DEEPEST = 32
HEIGHT, LOWEST, HIGHEST = 520, 200, 1600
MARGIN = {"l": 64, "r": 24, "t": 24, "b": 56}
HINT = 'Assign result = {"data": [{"type": "bar", "x": [...], "y": [...]}], "layout": {"title": {"text": "..."}}}.'

_LESS = re.compile(r"<(?!/?(?:b|i|u|s|em|sub|sup|br) ?/?>)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_OURS = ("images", "template", "width", "paper_bgcolor", "plot_bgcolor", "meta", "autosize")


def figure_page(figure: dict[str, Any], code: str) -> str:
    """Return the page as text.

    Args:
        figure: a Plotly figure: a list `data` of traces and perhaps a dict `layout`. Untrusted.
        code: what drew it. Untrusted.

    Raises:
        SandboxError: the figure is not one, or is of a kind that the page cannot draw.
    """
    drawn = _checked(figure)
    title = _title(drawn)
    drawn.layout.title = None  # it is the page's heading
    text = figure_json(drawn)
    if len(text) > LARGEST_BYTES:
        raise SandboxError(
            f"The figure is too big for a page: {len(text) / 1e6:,.0f} MB.",
            hint="Draw fewer points, such as means.",
        )
    return render_page("figure.html.j2", {"figure": text}, title=title, code=_visible(code).strip("\n"))


def _checked(figure: dict[str, Any]) -> go.Figure:
    """Return the figure as Plotly understands it, in the page's own frame. Raises SandboxError."""
    clean = _clean(figure)
    data, layout = clean.get("data"), clean.get("layout") or {}
    if not isinstance(data, list) or not data or not all(isinstance(trace, dict) for trace in data):
        raise SandboxError("The figure draws nothing: its data are not a list of traces.", hint=HINT)
    if not isinstance(layout, dict):
        raise SandboxError("The figure's layout is not a dict.", hint=HINT)
    unknown = sorted({str(trace.get("type", "scatter")) for trace in data} - TRACES)
    if unknown:
        raise SandboxError(
            f"A page draws no {', '.join(unknown)}: figures that fetch maps or compile code are left out.",
            hint=f"It draws {', '.join(sorted(TRACES))}.",
        )
    layout = {name: value for name, value in layout.items() if name not in _NOT_OURS}
    try:
        drawn = go.Figure({"data": data, "layout": layout})
        drawn.update_layout(template="none", height=_height(drawn), margin=layout.get("margin") or MARGIN)
    except (ValueError, TypeError, KeyError) as error:
        raise SandboxError(f"This is not a Plotly figure: {_in_words(error)}", hint=HINT) from None
    return drawn


def _clean(value: Any, depth: int = 0) -> Any:
    """Return JSON values with every text made safe. Raises SandboxError for anything else, and for odd names."""
    if depth > DEEPEST:
        raise SandboxError("The figure is nested too deeply.", hint=HINT)
    if isinstance(value, str):
        return _LESS.sub("&lt;", _visible(value))
    if isinstance(value, list | tuple):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        odd = [name for name in value if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][\w.\[\]]*", name)]
        if odd or "constructor" in value or "prototype" in value:
            raise SandboxError("The figure has a field with a name that no figure has.", hint=HINT)
        return {name: _clean(item, depth + 1) for name, item in value.items()}
    if value is None or isinstance(value, bool | int | float):
        return value
    raise SandboxError(f"The figure holds a {type(value).__name__}, which is not a JSON value.", hint=HINT)


def _height(figure: go.Figure) -> float:
    return float(min(max(figure.layout.height or HEIGHT, LOWEST), HIGHEST))


def _title(figure: go.Figure) -> str:
    """Return the figure's title without tags."""
    text = re.sub(r"<[^>]*>", " ", figure.layout.title.text or "").replace("&lt;", "<")
    return " ".join(text.split())[:200] or "Figure"


def _visible(text: str) -> str:
    """Return text without control and direction characters."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _in_words(error: Exception) -> str:
    """Return what Plotly says is wrong, in one line, without the list of everything that would be right."""
    said = " ".join(str(error).split())
    if field := re.search(r"object of type plotly\.graph_objs\.([\w.]+): '([^']*)'", said):
        return f"{field[1].lower()} has no field {field[2]!r}."
    if value := re.search(r"received for the '(\w+)' property of ([\w.]+) Received value: (.{1,60}?) The '", said):
        return f"{value[1]} of {value[2]} cannot be {value[3]}."
    return said[:160].rstrip(" .:") + "."
