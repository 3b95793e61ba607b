"""`list_inventory`: what there is."""

from __future__ import annotations

from tools.inventory.record import InventoryArgs, InventoryResult
from tools.kernel.spec import Context, Effect, Tool


def list_inventory(ctx: Context, args: InventoryArgs) -> InventoryResult:
    """List what exists here: data on disk and how old it is, features, experiments, trials, tickets, snapshots."""
    from tools.inventory.shelves import shelf

    items = shelf(ctx, args.kind)
    return InventoryResult(kind=args.kind, items=items, count=len(items))


LIST_INVENTORY = Tool(
    name="list_inventory",
    args=InventoryArgs,
    result=InventoryResult,
    effect=Effect.READ,
    run=list_inventory,
    positional="kind",
    examples=(
        "what data do I have",
        "list my experiments",
        "which features are there",
        "how many times have I tested this",
    ),
)
