"""Every sentence SLQ says or sends to a model: Jinja2 templates, rendered here and nowhere else.

StrictUndefined: a template that names something it was not given is an error, never an empty space.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  terminal text and model prompts, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def render(template: str, **values: object) -> str:
    """Return `template` (a path below `prompts/`) filled with `values`.

    Raises:
        jinja2.UndefinedError: the template names a value that was not given.
    """
    return _environment().get_template(template).render(**values)


def template_exists(template: str) -> bool:
    """Tell whether `prompts/` holds this template."""
    return (FOLDER / template).is_file()
