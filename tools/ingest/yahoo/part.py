"""What one symbol's requests become: rows by table, and sentences for the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one symbol by table ("bars", "actions", "news", "fundamentals", "listings")."""

    frames: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...] = field(default=())
