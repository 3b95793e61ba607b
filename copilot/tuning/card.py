"""The card of an adapter: what it was made from and for, and how it did on what it never saw. Lies beside it.

An adapter knows the tools it was trained for and nothing of others: the card holds a hash of each tool's arguments,
so that one made for another catalogue is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copilot.model.pins import sha256_of
from tools.kernel.fingerprint import of_json
from tools.kernel.format import counted
from tools.kernel.spec import Tool
from tools.kernel.types import Record

CARD = "card.json"
_PROSE = frozenset({"description", "title"})


class Card(Record):
    """What is known of an adapter.

    Attributes:
        recipe: rank, learning rate, epochs and so on, as in `copilot.tuning.recipe.Recipe`.
        data_sha256: the version of the pairs.
        intents: how many pairs to train on each intent has.
        held_intents: how many pairs were held out, by intent.
        tools: the SHA-256 of each tool's arguments, by name.
        catalogue_sha256: that of all of them.
        libraries: name -> version.
        held_out: `exact` (share of held-out calls that are right to the letter), `loss` per token, `pairs`.
        seconds: spent in training, over all sittings.
        device: what it was trained on.
        adapter_sha256: of the adapter.
        base_sha256: of the GGUF it was trained beside.
    """

    recipe: dict[str, int | float]
    data_sha256: str
    intents: dict[str, int]
    held_intents: dict[str, int]
    tools: dict[str, str]
    catalogue_sha256: str
    libraries: dict[str, str]
    held_out: dict[str, float]
    seconds: float
    device: str
    adapter_sha256: str
    base_sha256: str


def read_card(adapter: Path) -> Card | None:
    """Return the card beside an adapter; None where there is none that can be read."""
    try:
        return Card.model_validate_json((adapter.parent / CARD).read_bytes())
    except (OSError, ValidationError):
        return None


def tool_hashes(tools: Iterable[Tool[Any, Any]]) -> dict[str, str]:
    """Return the SHA-256 of each tool's arguments, without the prose about them, which no adapter learns."""
    return {tool.name: of_json(_bare(tool.args.model_json_schema())) for tool in tools}


def misfits(card: Card, adapter: Path, tools: Iterable[Tool[Any, Any]]) -> list[str]:
    """Return in what an adapter does not fit its card or the tools there are, a clause for each."""
    found: list[str] = []
    if sha256_of(adapter) != card.adapter_sha256:
        found.append(f"{CARD} beside it is of another file")
    now = tool_hashes(tools)
    if of_json(now) == card.catalogue_sha256:
        return found
    changed = [name for name in now if name in card.tools and now[name] != card.tools[name]]
    new, gone = [name for name in now if name not in card.tools], [name for name in card.tools if name not in now]
    parts = [
        f"{counted(len(names), 'tool')} {what} ({', '.join(names)})"
        for names, what in ((new, "new to it"), (changed, "changed"), (gone, "gone"))
        if names
    ]
    return [*found, f"made for another catalogue: {', '.join(parts)}; `slq model tune --plugins` makes one for it"]


def _bare(schema: Any) -> Any:
    """Return a JSON schema without titles and descriptions; a property that is called so stays."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    bare: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs"):
            bare[name] = {field: _bare(each) for field, each in value.items()}
        elif name not in _PROSE:
            bare[name] = _bare(value)
    return bare
