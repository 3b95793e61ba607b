"""Two small charts as SVG: lines over a unit square, and a histogram. Pure; colours come from the page's style.

Series are told apart by the classes `s1` to `s5`, in the order in which they are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 40
COLOURS = 5
Point = tuple[float, float]


def lines(series: Mapping[str, Sequence[Point]], across: str, up: str) -> str:
    """Return a chart of lines through points whose coordinates are shares, 0 to 1."""
    parts = [_axes(across, up), *_share_ticks()]
    for place, (name, points) in enumerate(series.items()):
        kind = f"s{place % COLOURS + 1}"
        path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline class="{kind}" points="{path}"/>')
        parts += [f'<circle class="{kind}" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="2"/>' for x, y in points]
        key_y = HEIGHT - BOTTOM - 14 * (len(series) - place)
        parts.append(f'<text class="{kind}" x="{LEFT + 12}" y="{key_y}">{escape(name)}</text>')
    return _chart(parts, f"{up} by {across}")


def histogram(bins: Sequence[tuple[str, int]], across: str, up: str) -> str:
    """Return a chart of a bar for each bin: its label and its count."""
    most = max((count for _, count in bins), default=0) or 1
    room = (WIDTH - LEFT - RIGHT) / max(1, len(bins))
    parts = [_axes(across, up)]
    for place, (label, count) in enumerate(bins):
        left, height = LEFT + place * room, (HEIGHT - TOP - BOTTOM) * count / most
        top = HEIGHT - BOTTOM - height
        parts.append(
            f'<rect class="s1" x="{left + 2:.1f}" y="{top:.1f}" width="{room - 4:.1f}" height="{height:.1f}"/>'
        )
        middle = left + room / 2
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{HEIGHT - BOTTOM + 14}">{escape(label)}</text>')
        if count:
            parts.append(f'<text class="tick" x="{middle:.1f}" y="{max(10.0, top - 3):.1f}">{count}</text>')
    return _chart(parts, f"{up} by {across}")


def _chart(parts: Sequence[str], label: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
    return head + "".join(parts) + "</svg>"


def _axes(across: str, up: str) -> str:
    low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    return (
        f'<path class="axis" d="M{LEFT} {TOP}V{low}H{right}"/>'
        f'<text class="name" x="{(LEFT + right) / 2}" y="{HEIGHT - 6}">{escape(across)}</text>'
        f'<text class="name" transform="translate(12 {(TOP + low) / 2}) rotate(-90)">{escape(up)}</text>'
    )


def _share_ticks() -> list[str]:
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    across = [f'<text class="tick" x="{_x(each)}" y="{HEIGHT - BOTTOM + 14}">{each:.0%}</text>' for each in shares]
    up = [f'<text class="tick end" x="{LEFT - 6}" y="{_y(each) + 4}">{each:.0%}</text>' for each in shares]
    return [*across, *up]


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
