"""Text from outside (vendors, files, a model) on a terminal: shown as it reads, never obeyed.

rich would take `[red]` for markup, and a terminal would take an escape sequence for a command.
"""

from __future__ import annotations

import re

from rich.text import Text

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str, style: str = "") -> Text:
    """Return `text` without control and direction characters, as literal text in `style`."""
    return Text(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text), style=style)
