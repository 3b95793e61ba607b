"""The CSV files that a page carries inside, for its download buttons: they work offline, from the page alone."""

from __future__ import annotations

import json

import pandas as pd
from markupsafe import Markup

from tools.backtest.record import Experiment, Holdout
from tools.report.export import as_csv, small_tables


def embedded_csv(record: Experiment, equity: pd.DataFrame, holdout: Holdout | None) -> Markup:
    """Return a JSON object of CSV texts by table name that cannot end a script element.

    The daily curves are not in it: the page has them already, for its charts.
    """
    texts = {name: as_csv(table) for name, table in small_tables(record, equity, holdout).items()}
    return Markup(json.dumps(texts).replace("<", "\\u003c"))  # noqa: S704  escaped just now
