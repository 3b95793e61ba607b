"""From a template and its charts to one self-contained page.

A page works from a file:// address with the network cable out. Its content security policy forbids every request,
and runs only the two scripts that were put there, named by their SHA-256: a script that text from outside smuggled
in would not run. The Plotly library is inside as plain text (4.8 MB): a compressed copy would be smaller, but the
charts would then depend on a newer browser feature.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from tools.report.figures import plotly_js

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _digest(script: str) -> str:
    """Return a script as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _scripts() -> tuple[str, str, str]:
    """Return the library, the script that draws the charts, and the policy's list of both."""
    plots = _environment().get_template("plots.js.j2").render()
    names = " ".join(f"'{_digest(script)}'" for script in (plotly_js(), plots))
    return plotly_js(), plots, names


def render_page(template: str, charts: Mapping[str, str], column_data: str = "{}", **values: object) -> str:
    """Return the page as text; the same values give the same text.

    Args:
        template: a file in `templates/`; everything put into it is escaped.
        charts: figures as JSON that cannot end a script element (`figures.figure_json`), by name.
        column_data: a JSON object of arrays of numbers and days, which traces name in `meta` and the page fills in.
        values: what else the template names.

    Raises:
        jinja2.UndefinedError: the template names a value that was not given.
    """
    library, plots, script_hashes = _scripts()
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            columns_json=Markup(column_data),  # noqa: S704
            charts={name: Markup(text) for name, text in charts.items()},  # noqa: S704
            plotly_js=Markup(library),  # noqa: S704
            plots_js=Markup(plots),  # noqa: S704
            script_hashes=Markup(script_hashes),  # noqa: S704
        )
    )


def render_static(template: str, **values: object) -> str:
    """Return a page without scripts as text; its template says so in its content security policy.

    Raises:
        jinja2.UndefinedError: the template names a value that was not given.
    """
    return _environment().get_template(template).render(**values)
