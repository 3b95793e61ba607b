"""Charts over time: growth, loss since the last peak, rolling Sharpe ratio, the holdout as a band at the right end.

The figures hold no data: a trace names its columns in `meta`, and the page fills them in from the one copy that it
has (`curves.columns_json`). The three charts share their days, and the page moves them together.
"""

from __future__ import annotations

from math import log10

import plotly.graph_objects as go

from tools.report.curves import Band, Curves
from tools.report.figures import figure_json, with_layout
from tools.report.number import TIMES

NICE_STEPS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9))
FEWEST_TICKS = 4
DASHES = {"index": "dot", "momentum": "dash"}


def equity_figure(curves: Curves, names: dict[str, str]) -> str:
    """Return growth of 1 on a log scale; `names` says what to call each series."""
    positive = curves.equity[curves.equity > 0]
    ticks = log_ticks(float(positive.min().min()), float(positive.max().max()))
    figure = _lines(curves, "equity", f"%{{y:.2f}}{TIMES}", names)
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}{TIMES}" for tick in ticks])
    return _finished(figure, curves, 420, words=True)


def drawdown_figure(curves: Curves, names: dict[str, str]) -> str:
    """Return the loss since the last peak, as a fraction at or below 0."""
    figure = _lines(curves, "drawdown", "%{y:.1%}", names, fill=True)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    return _finished(figure, curves, 240, showlegend=False)


def sharpe_figure(curves: Curves, names: dict[str, str]) -> str:
    """Return the rolling Sharpe ratio with a line at zero."""
    figure = _lines(curves, "sharpe", "%{y:.2f}", names)
    figure.update_yaxes(tickformat=".1~f", nticks=6, zeroline=True)
    return _finished(figure, curves, 280)


def log_ticks(low: float, high: float) -> list[float]:
    """Return round multiples between `low` and `high` (both above 0), at least four where the steps allow it."""
    ticks: list[float] = []
    for steps in NICE_STEPS:
        decades = range(int(log10(low)) - 1, int(log10(high)) + 2)
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        ticks = [float(f"{tick:.3g}") for tick in ticks if low * 0.97 <= tick <= high * 1.03]
        if len(ticks) >= FEWEST_TICKS:
            break
    return ticks


def _lines(curves: Curves, kind: str, hover: str, names: dict[str, str], *, fill: bool = False) -> go.Figure:
    """Return a line a series, the strategy last, on top."""
    figure = go.Figure()
    for role in reversed(curves.roles):
        figure.add_scatter(
            name=names[role],
            mode="lines",
            meta={"role": role, "x": "ts", "y": f"{kind}.{role}"},
            line={"width": 2.2 if role == "strategy" else 1.5, "dash": DASHES.get(role, "solid")},
            fill="tozeroy" if fill and role == "strategy" else None,
            hovertemplate=hover,
            legendrank=1000 - len(figure.data),
        )
    return figure


def _finished(figure: go.Figure, curves: Curves, height: int, *, words: bool = False, **layout: object) -> str:
    if curves.band is not None:
        _add_band(figure, curves.band, words=words)
    with_layout(figure, height, **layout)
    figure.update_xaxes(type="date", range=[day.isoformat() for day in curves.span])
    return figure_json(figure)


def _add_band(figure: go.Figure, band: Band, *, words: bool) -> None:
    """Shade the holdout; with `words`, say inside what it is, in a line that runs upwards: the band is narrow."""
    start, end = band.start.isoformat(), band.end.isoformat()
    figure.add_shape(
        type="rect", xref="x", yref="paper", x0=start, x1=end, y0=0, y1=1, layer="below", name="holdout"
    )
    if not words:
        return
    middle = band.start + (band.end - band.start) / 2
    figure.add_annotation(
        text="holdout" if band.opened else "sealed holdout, not opened",
        x=middle.isoformat(),
        xref="x",
        y=0.03 if band.opened else 0.5,
        yref="paper",
        yanchor="bottom" if band.opened else "middle",
        textangle=-90,
        showarrow=False,
    )
