"""Charts of one experiment that are not over time: importance by fold, cost curve, combinatorial paths."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from tools.backtest.cost_curve import CostPoint
from tools.backtest.record import Fold, Metrics
from tools.report.figures import NAMES, figure_json, with_layout
from tools.report.number import TIMES

SHOWN_IN_CELLS = 26
SLANTED = 8
ROW_PX = 34
LONGEST_NAME = 40


def importance_figure(folds: tuple[Fold, ...]) -> str:
    """Return each feature's share of split gain by fold, most important feature on top.

    The scale ends at the largest share there is, so that a colour never stands for more than there can be.
    """
    features = {name for fold in folds for name in fold.importance}
    total = {name: sum(fold.importance.get(name, 0.0) for fold in folds) for name in features}
    order = sorted(features, key=lambda name: (total[name], name))
    shares = [[round(fold.importance.get(name, 0.0), 4) for fold in folds] for name in order]
    figure = go.Figure(
        go.Heatmap(
            x=[f"{fold.test_start:%b %Y}" for fold in folds],
            y=order,
            z=shares,
            zmin=0,
            zmax=max((max(row) for row in shares), default=1.0) or 1.0,
            xgap=2,
            ygap=2,
            meta={"role": "heat"},
            texttemplate="%{z:.0%}" if len(folds) <= SHOWN_IN_CELLS else None,
            hovertemplate="%{y}<br>fold from %{x}: %{z:.1%}<extra></extra>",
            colorbar={"tickformat": ".0%", "thickness": 8, "outlinewidth": 0, "len": 1.0, "nticks": 4},
        )
    )
    longest = min(max((len(name) for name in features), default=0), LONGEST_NAME)
    with_layout(figure, 84 + ROW_PX * max(len(order), 2))
    figure.update_layout(hovermode="closest", margin={"l": 24 + 7 * longest, "t": 8, "r": 8, "b": 64})
    figure.update_xaxes(type="category", nticks=20, tickangle=-45 if len(folds) > SLANTED else 0, showgrid=False)
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


def paths_figure(paths: Sequence[float | None], walk_forward: float | None) -> str:
    """Return the Sharpe ratio of each path as a dot on one line, beside that of the walk-forward run."""
    known = [float(f"{ratio:.4g}") for ratio in paths if ratio is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=known,
        y=[0] * len(known),
        name="A path each",
        mode="markers",
        marker={"size": 13, "opacity": 0.55},
        meta={"role": "strategy"},
        hovertemplate="%{x:.2f}<extra></extra>",
    )
    if walk_forward is not None:
        figure.add_scatter(
            x=[walk_forward],
            y=[0],
            name="Walk-forward",
            mode="markers",
            marker={"size": 17, "symbol": "line-ns", "line": {"width": 3}},
            meta={"role": "equal_weight"},
            hovertemplate="%{x:.2f}<extra></extra>",
        )
    figure.update_xaxes(tickformat=".2~f", nticks=8, showgrid=True, zeroline=True)
    figure.update_yaxes(visible=False, range=[-1, 1])
    with_layout(figure, 150)
    figure.update_layout(hovermode="closest", margin={"l": 24, "t": 28})
    return figure_json(figure)
