"""One self-contained HTML page for a generated feature: does it hold, what was tried, what it looks like.

The same feature, evidence and values give the same bytes: there is no date in it, and nothing measured in seconds.
"""

from __future__ import annotations

import pandas as pd

from tools.features.evidence import Evidence
from tools.report.document import render_page
from tools.report.feature_figures import coefficient_figure, distribution_figure, values_figure
from tools.report.leak_tables import fact_rows, leak_verdict, probe_rows, probes_run, spread
from tools.report.number import EN_DASH, UNDEFINED, format_number, typeset
from tools.report.tables import Cell, Row

SHOWN_SYMBOLS = 5
LISTED_SYMBOLS = 20
SMALLEST = 1e-4


def feature_page(name: str, description: str, unit: str, evidence: Evidence, values: pd.DataFrame) -> str:
    """Return the page as text.

    Args:
        name: what the feature is called.
        description: one line that says what it computes.
        unit: of its values; "none" for a ratio or score.
        evidence: what the leak firewall found.
        values: the feature, bars x symbols, NaN where it is unknown.
    """
    finite = values.where(values.abs() != float("inf")).astype(float)
    known = finite.loc[:, finite.notna().any()]
    shown = known.iloc[:, :SHOWN_SYMBOLS]
    charts: dict[str, str] = {}
    if not known.empty:
        charts |= {"course": values_figure(shown), "distribution": distribution_figure(known)}
    if evidence.ic is not None and evidence.placebo_p95 is not None:
        charts["coefficient"] = coefficient_figure(evidence)
    return render_page(
        "feature.html.j2",
        charts,
        name=name,
        description=description,
        unit="" if unit in ("none", "not stated") else unit,
        evidence=evidence,
        verdict=leak_verdict(evidence),
        others=[typeset(check.detail) for check in evidence.failed[1:]],
        probes=probe_rows(evidence),
        probes_run=probes_run(evidence),
        facts=fact_rows(evidence, unit),
        coefficients=_coefficients(evidence),
        symbols=[_symbol_row(known[symbol]) for symbol in known.columns[:LISTED_SYMBOLS]],
        known_symbols=known.shape[1],
        shown_symbols=shown.shape[1],
        period=_period(known),
    )


def _coefficients(evidence: Evidence) -> list[Row]:
    figures = {
        "IC": format_number(evidence.ic, "correlation"),
        "IC, one bar late": format_number(evidence.ic_lagged, "correlation"),
        "Placebo, mean": format_number(evidence.placebo_mean, "correlation"),
        "Placebo, standard deviation": spread(evidence.placebo_sd),
        "Placebo, 95 % within ±": spread(evidence.placebo_p95),
    }
    return [Row(label, (Cell(text),)) for label, text in figures.items()]


def _symbol_row(series: pd.Series) -> Row:
    """Return first and last bar with a value, the last value, mean, standard deviation, lowest and highest."""
    known = series.dropna()
    figures = (known.iloc[-1], known.mean(), known.std(), known.min(), known.max())
    spread = known.std()
    tiny = spread * SMALLEST if pd.notna(spread) else 0.0  # a mean of 1e-19 is rounding, not a figure
    cells = [Cell(f"{known.index[0]:%Y-%m-%d}"), Cell(f"{known.index[-1]:%Y-%m-%d}")]
    cells += [Cell(_figure(0.0 if abs(value) < tiny else value), negative=value < -tiny) for value in figures]
    return Row(str(series.name), tuple(cells))


def _figure(value: float) -> str:
    return UNDEFINED if pd.isna(value) else format_number(float(f"{value:.4g}"))


def _period(known: pd.DataFrame) -> str:
    if known.empty:
        return ""
    days = known.dropna(how="all").index
    return f"{days[0]:%Y-%m-%d} {EN_DASH} {days[-1]:%Y-%m-%d}"
