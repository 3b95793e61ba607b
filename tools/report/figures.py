"""The page's figures, as Plotly JSON: the only importer of plotly.

Traces carry a `role` ("strategy", "equal_weight", "index", "heat") in `meta`, and no colours: the page colours them
from its style sheet, so that they follow light, dark and print. Every function is pure and returns the same text
for the same input.
"""

from __future__ import annotations

from functools import cache
from math import log10

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from tools.backtest.cost_curve import CostPoint
from tools.backtest.record import Fold, Metrics
from tools.report.number import TIMES

NAMES = {"strategy": "Strategy", "equal_weight": "Equal weight", "index": "Index"}
DIGITS = 6
SHOWN_IN_CELLS = 26
ROW_PX = 34
NICE_STEPS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9))
FEWEST_TICKS = 4


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


def _roles(equity: pd.DataFrame) -> list[str]:
    """Return the series in drawing order: the strategy last, on top."""
    return [role for role in ("index", "equal_weight", "strategy") if role in equity.columns]


def _dates(equity: pd.DataFrame) -> list[str]:
    return [str(day) for day in pd.to_datetime(equity["ts"]).dt.strftime("%Y-%m-%d")]


def _lines(equity: pd.DataFrame, hover: str, *, names: dict[str, str], fill: bool = False) -> go.Figure:
    figure = go.Figure()
    dates = _dates(equity)
    for role in _roles(equity):
        figure.add_scatter(
            x=dates,
            y=[None if pd.isna(value) else float(f"{value:.{DIGITS}g}") for value in equity[role]],
            name=names[role],
            mode="lines",
            meta={"role": role},
            line={"width": 2.2 if role == "strategy" else 1.5, "dash": "dot" if role == "index" else "solid"},
            fill="tozeroy" if fill and role == "strategy" else None,
            hovertemplate=hover,
            legendrank=1000 - len(figure.data),
        )
    return figure


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


def equity_figure(equity: pd.DataFrame, names: dict[str, str]) -> str:
    """Return growth of 1 on a log scale.

    Args:
        equity: columns ts, strategy, equal_weight and perhaps index: multiples that start at 1.
        names: what to call each column.
    """
    values = equity[_roles(equity)]
    positive = values[values > 0]
    ticks = log_ticks(float(positive.min().min()), float(positive.max().max()))
    figure = _lines(equity, f"%{{y:.2f}}{TIMES}", names=names)
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}{TIMES}" for tick in ticks])
    return figure_json(with_layout(figure, 400))


def drawdown_figure(equity: pd.DataFrame, names: dict[str, str]) -> str:
    """Return the loss since the last peak, as a fraction at or below 0. Arguments as in `equity_figure`."""
    roles = _roles(equity)
    under = equity[["ts"]].join(equity[roles] / equity[roles].cummax() - 1)
    figure = _lines(under, "%{y:.1%}", names=names, fill=True)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    return figure_json(with_layout(figure, 260, showlegend=False))


def importance_figure(folds: tuple[Fold, ...]) -> str:
    """Return each feature's share of split gain by fold, most important feature on top."""
    features = {name for fold in folds for name in fold.importance}
    total = {name: sum(fold.importance.get(name, 0.0) for fold in folds) for name in features}
    order = sorted(features, key=lambda name: (total[name], name))
    figure = go.Figure(
        go.Heatmap(
            x=[f"{fold.test_start:%b %Y}" for fold in folds],
            y=order,
            z=[[round(fold.importance.get(name, 0.0), 4) for fold in folds] for name in order],
            zmin=0,
            xgap=2,
            ygap=2,
            meta={"role": "heat"},
            texttemplate="%{z:.0%}" if len(folds) <= SHOWN_IN_CELLS else None,
            hovertemplate="%{y}<br>fold from %{x}: %{z:.1%}<extra></extra>",
            colorbar={"tickformat": ".0%", "thickness": 8, "outlinewidth": 0, "len": 1.0, "nticks": 4},
        )
    )
    longest = max((len(name) for name in features), default=0)
    with_layout(figure, 84 + ROW_PX * max(len(order), 2))
    figure.update_layout(hovermode="closest", margin={"l": 24 + 7 * longest, "t": 8, "r": 8, "b": 64})
    figure.update_xaxes(type="category", tickangle=-45 if len(folds) > 8 else 0, showgrid=False)  # noqa: PLR2004
    figure.update_yaxes(type="category", showgrid=False)
    return figure_json(figure)


def _add_cost_panel(
    figure: go.Figure, column: int, field: str, curve: tuple[CostPoint, ...], equal_weight: Metrics | None
) -> None:
    """Draw `field` of the cost curve in `column`, over a dotted line of the yardstick."""
    multiples = [f"{point.multiple}{TIMES}" for point in curve]
    form = ".2f" if field == "sharpe" else ".1%"
    common = {"hovertemplate": f"%{{y:{form}}}", "showlegend": column == 1, "row": 1, "col": column}
    yardstick = getattr(equal_weight, field, None)
    if yardstick is not None:
        figure.add_scatter(
            x=multiples,
            y=[yardstick] * len(multiples),
            name=f"{NAMES['equal_weight']}, costs 1{TIMES}",
            mode="lines",
            line={"dash": "dot", "width": 1.5},
            meta={"role": "equal_weight"},
            **common,
        )
    figure.add_scatter(
        x=multiples,
        y=[getattr(point, field) for point in curve],
        name=NAMES["strategy"],
        mode="lines+markers",
        line={"width": 2.2},
        marker={"size": 9},
        meta={"role": "strategy"},
        **common,
    )
    figure.update_yaxes(tickformat=".2~f" if field == "sharpe" else ".1~%", nticks=5, row=1, col=column)


def cost_figure(curve: tuple[CostPoint, ...], equal_weight: Metrics | None) -> str:
    """Return the Sharpe ratio and CAGR at multiples of the configured costs, with equal weight as the yardstick."""
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.16, subplot_titles=("Sharpe ratio", "CAGR"))
    for column, field in enumerate(("sharpe", "cagr"), start=1):
        _add_cost_panel(figure, column, field, curve, equal_weight)
    figure.update_xaxes(type="category")
    with_layout(figure, 350)
    figure.update_layout(legend={"y": -0.11, "yanchor": "top"}, margin={"t": 36, "b": 56, "l": 48})
    return figure_json(figure)
