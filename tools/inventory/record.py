"""What `list_inventory` is asked and what it answers."""

from __future__ import annotations

from typing import Literal

from tools.kernel.types import Args, Count, Record, Result

Kind = Literal["data", "features", "experiments", "models", "tickets", "snapshots", "trials"]


class InventoryArgs(Args):
    """Which shelf to list."""

    kind: Kind = "data"


class Item(Record):
    """One thing on the shelf: its name and a few facts about it."""

    name: str
    facts: dict[str, str]


class InventoryResult(Result):
    """What exists in the workspace."""

    kind: str
    items: tuple[Item, ...]
    count: Count
