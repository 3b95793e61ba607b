"""The look of the terminal: a red, blue and purple palette and the banner."""

from __future__ import annotations

from rich.text import Text
from rich.theme import Theme

RED, PURPLE, BLUE = "#ff5f6d", "#a78bfa", "#5aa9ff"

THEME = Theme(
    {
        "tool": f"bold {PURPLE}",
        "field": BLUE,
        "good": "#5fd7a7",
        "bad": f"bold {RED}",
        "warn": "#ffb86c",
        "quiet": "grey62",
        "accent": BLUE,
        "effect.none": "grey62",
        "effect.read": BLUE,
        "effect.write": PURPLE,
        "effect.execute": PURPLE,
        "effect.network": "#ffb86c",
        "effect.trade": f"bold {RED}",
    }
)

_BANNER = r"""
   _____ __    ____
  / ___// /   / __ \
  \__ \/ /   / / / /
 ___/ / /___/ /_/ /
/____/_____/\___\_\
"""


def banner() -> Text:
    """Return the banner, shaded from red through purple to blue."""
    lines = _BANNER.strip("\n").splitlines()
    width = max(map(len, lines))
    text = Text()
    for line in lines:
        for column, character in enumerate(line):
            text.append(character, style=f"bold {_shade(column / width)}")
        text.append("\n")
    return text


def _shade(position: float) -> str:
    """Return the colour at `position` (0 to 1) on the line from red through purple to blue."""
    stops = (RED, PURPLE, BLUE)
    left = min(int(position * 2), 1)
    share = position * 2 - left
    pair = [tuple(int(stop[i : i + 2], 16) for i in (1, 3, 5)) for stop in stops[left : left + 2]]
    mixed = (round(a + (b - a) * share) for a, b in zip(*pair, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
