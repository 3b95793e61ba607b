"""Tools that installed packages add: entry points of the group `slq.tools`, each a `Tool`.

A plugin runs with all the rights of SLQ, outside the sandbox: install what you trust. Its calls are validated and
on the audit log like any other; its source is not part of the code version in there. What does not load, or is no
tool as SLQ needs it, is left out, and said in `slq doctor`: a broken plugin takes nothing else with it. No plugin
may propose trades.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic.errors import PydanticUserError

from tools.kernel.errors import BadRequest
from tools.kernel.phrases import read_book
from tools.kernel.spec import Effect, Tool
from tools.kernel.types import Args, Result

GROUP = "slq.tools"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")  # one word alone may be a command of the prompt


@dataclass(frozen=True, slots=True)
class Plugin:
    """A tool of an installed package, or why there is none.

    Attributes:
        package: the package and its version.
        name: of the entry point, which is that of the tool.
        tool: None where it was left out.
        fault: why, in a sentence that names the package; empty where there is nothing wrong.
    """

    package: str
    name: str
    tool: Tool[Any, Any] | None = None
    fault: str = ""


def find_plugins(taken: Collection[str]) -> tuple[Plugin, ...]:
    """Return the plugins of this installation, by package and name; `taken` are the names that are SLQ's own."""
    names = set(taken)
    found: list[Plugin] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda each: (package_of(each), each.name)):
        plugin = _plugin(entry, names)
        if plugin.tool is not None:
            names.add(plugin.name)
        found.append(plugin)
    return tuple(found)


def package_of(entry: EntryPoint) -> str:
    """Return the package of an entry point and its version."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value


def _plugin(entry: EntryPoint, names: Collection[str]) -> Plugin:
    package = package_of(entry)
    try:
        tool = entry.load()
        check_tool(tool, entry.name, names)
    except BadRequest as error:
        fault = f"The tool {entry.name!r} of the package {package} {error.message}"
        return Plugin(package, entry.name, fault=f"{fault} {error.hint}".strip())
    except Exception as error:  # noqa: BLE001  the package's own code, which may raise anything
        fault = f"The tool {entry.name!r} of the package {package} does not load: {type(error).__name__}: {error}."
        return Plugin(package, entry.name, fault=" ".join(fault.split()))
    return Plugin(package, entry.name, tool=tool)


def check_tool(tool: object, name: str, taken: Collection[str]) -> None:
    """Check that `tool` is one that SLQ can offer under `name`. Raises BadRequest with the rest of a sentence."""
    for fault in _faults(tool, name, taken):
        raise BadRequest(fault, hint="It is left out.")
    if isinstance(tool, Tool) and tool.phrases is not None:
        try:
            book = read_book(tool.phrases)
        except BadRequest as error:
            raise BadRequest(f"brings a phrase book that does not work. {error.message}") from None
        if others := sorted({each.call.tool for each in book} - {name}):
            raise BadRequest(f"brings a phrase book that calls {', '.join(others)}.", hint="It is left out.")


def _faults(tool: object, name: str, taken: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a tool, as the rest of a sentence; later checks rely on the earlier ones."""
    if not isinstance(tool, Tool):
        yield f"is no Tool but {type(tool).__name__}."
        return
    if tool.name != name:
        yield f"calls itself {tool.name!r}; its entry point must have the same name."
    if _NAME.fullmatch(name) is None:
        yield "needs a name of two or more words in small letters, joined by underscores."
    if name in taken:
        yield "has a name that is taken."
    for field, kind in (("args", Args), ("result", Result)):
        value = getattr(tool, field)
        if not (isinstance(value, type) and issubclass(value, kind)):
            yield f"has {value!r} as its {field}, which is no {kind.__name__}."
    yield from _deeper_faults(tool)


def _deeper_faults(tool: Tool[Any, Any]) -> Iterator[str]:
    if tool.effect not in tuple(Effect):
        yield f"has {tool.effect!r} as its effect, which is none of {', '.join(Effect)}."
    if tool.effect is Effect.TRADE:
        yield "has the effect `trade`, which is SLQ's own."
    if not callable(tool.run) or not tool.description:
        yield "has no `run` with a docstring, which is what the model and the user read."
    if tool.positional is not None and tool.positional not in tool.args.model_fields:
        yield f"has no argument {tool.positional!r}, which it names as positional."
    try:
        tool.args.model_json_schema()
        tool.result.model_json_schema(mode="serialization")
    except PydanticUserError as error:
        yield f"has arguments or results without a JSON schema: {error.message}."
