"""Charts of one feature: over time, its distribution, and what of its coefficient is chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from tools.features.evidence import Evidence
from tools.report.figures import DIGITS, figure_json, with_layout

MOST_POINTS = 3000  # a symbol; what is left out lies between the extremes of its stretch
ROW_HEIGHT = 110
BINS = 60
FEW_VALUES = 15  # up to so many different values each gets its own bar
TAIL = 0.005
LABELS = ("as it is", "one bar late")


def thinned(series: pd.Series, most: int = MOST_POINTS) -> pd.Series:
    """Return at most about `most` points of `series`: of every stretch its lowest and highest, in order of time."""
    if len(series) <= most:
        return series
    values = series.to_numpy(dtype=float)
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), most // 2):
        known = part[~np.isnan(values[part])]
        if len(known) < len(part):
            kept.update(part[np.isnan(values[part])][:1])
        if len(known):
            kept.update((known[np.argmin(values[known])], known[np.argmax(values[known])]))
    return series.iloc[sorted(int(at) for at in kept)]


def values_figure(values: pd.DataFrame) -> str:
    """Return a chart a symbol, one above the other, on the same axes; `values` is bars x symbols, NaN a gap."""
    figure = make_subplots(rows=values.shape[1], cols=1, shared_xaxes=True, vertical_spacing=0.12 / values.shape[1])
    for row, symbol in enumerate(values.columns, start=1):
        line = thinned(values[symbol].loc[values[symbol].first_valid_index() :])
        stamps = pd.DatetimeIndex(line.index)
        form = "%Y-%m-%d" if (stamps == stamps.normalize()).all() else "%Y-%m-%d %H:%M"
        figure.add_scatter(
            x=list(stamps.strftime(form)),
            y=[_short(value) for value in line],
            name=_literal(str(symbol)),
            mode="lines",
            line={"width": 1.2},
            meta={"role": f"series-{row}"},
            connectgaps=False,
            hovertemplate=f"{_literal(str(symbol))} %{{y}}<extra></extra>",
            row=row,
            col=1,
        )
        figure.update_yaxes(nticks=4, matches="y" if row > 1 else None, row=row, col=1)
        domain = f"y{row if row > 1 else ''} domain"
        name = {"text": f"<b>{_literal(str(symbol))}</b>", "x": 0, "xref": "paper", "y": 1, "yref": domain}
        figure.add_annotation(**name, showarrow=False, xanchor="left", yanchor="bottom")
    with_layout(figure, 60 + ROW_HEIGHT * values.shape[1], showlegend=False)
    figure.update_layout(margin={"t": 24}, hoversubplots="axis")
    return figure_json(figure)


def distribution_figure(values: pd.DataFrame) -> str:
    """Return how often each value occurs, of `values`, bars x symbols; the outer of many bars hold the tails."""
    known = values.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    found, counts = np.unique(known, return_counts=True)
    if len(found) > FEW_VALUES:
        low, high = np.quantile(known, [TAIL, 1 - TAIL])
        counts, edges = np.histogram(
            np.clip(known, low, high), bins=BINS, range=(low, high) if low < high else None
        )
        found = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(
        go.Bar(
            x=[_short(value) for value in found],
            y=[float(f"{count / len(known):.{DIGITS}g}") for count in counts],
            meta={"role": "series-1"},
            hovertemplate="%{x:.4g}: %{y:.1%}<extra></extra>",
        )
    )
    figure.update_yaxes(tickformat=".0~%", nticks=5)
    with_layout(figure, 430, showlegend=False, bargap=0.08)
    figure.update_layout(hovermode="closest")
    return figure_json(figure)


def coefficient_figure(evidence: Evidence) -> str:
    """Return the information coefficient, as it is and a bar late, on the band that 95 % of the placebos are in.

    `evidence` must hold the coefficient and its placebo.
    """
    points = [evidence.ic, evidence.ic_lagged]
    band = evidence.placebo_p95 or 0.0
    reach = 1.25 * max(band, 0.01, *(abs(point or 0.0) for point in points))
    figure = go.Figure()
    figure.add_scatter(
        x=[-band, band, band, -band, -band],
        y=[-0.5, -0.5, 1.5, 1.5, -0.5],
        name="95 % of placebos",
        mode="lines",
        fill="toself",
        line={"width": 0},
        meta={"role": "index"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=points,
        y=[1, 0],
        name="The feature",
        mode="markers",
        marker={"size": 13},
        meta={"role": "strategy"},
        hovertemplate="%{x:+.4f}<extra></extra>",
    )
    figure.update_xaxes(range=[-reach, reach], tickformat=".2~f", nticks=7, showgrid=True)
    figure.update_yaxes(range=[-0.5, 1.5], tickvals=[1, 0], ticktext=list(LABELS), showgrid=False, zeroline=False)
    with_layout(figure, 300)
    figure.update_layout(hovermode="closest", margin={"l": 92, "t": 28})
    return figure_json(figure)


def _short(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _literal(text: str) -> str:
    """Return text that Plotly shows as it is: it knows a few tags, and fills in `%{...}`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "%&#123;")
