"""What the arguments of a plugin's tool may be: SLQ knows their names and types, and nothing more.

Less is forced than for SLQ's own tools. A needed argument takes what `copilot.planner.offers` found for its type,
and where that is more than one value the model chooses. An argument that can be left out is filled where its name
is one of SLQ's own (symbols, a period), its value is a word of the request, or it is the only one for the only
figure.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin

from copilot.messages import LiveState
from copilot.planner.candidates import Candidates, one, period
from copilot.planner.emit import args_of
from copilot.planner.evidence import Evidence
from copilot.planner.offers import is_list, offers


def fill_own(tool: str, evidence: Evidence, state: LiveState) -> Candidates:
    """Return field -> candidates for a tool that SLQ has no rules for."""
    fields, offered = args_of(tool).model_fields, offers(tool, evidence, state)
    kinds = {name: {field.annotation, *get_args(field.annotation)} for name, field in fields.items()}
    numeric = [name for name, kind in kinds.items() if kind & {int, float}]
    found: Candidates = {}
    for name, field in fields.items():
        values = offered.get(name, [])
        if is_list(tool, name):
            found[name] = one(evidence.symbols if name == "symbols" else values)
        elif get_origin(field.annotation) is Literal:
            found[name] = [value for value in values if _is_said(value, evidence.text)][:1]
        elif field.is_required() or (numeric == [name] and len(values) == 1):
            found[name] = values
    return {**found, **{name: values for name, values in period(evidence).items() if name in fields and values}}


def _is_said(value: Any, text: str) -> bool:
    word = re.escape(str(value).replace("_", " "))
    return re.search(rf"\b{word}\b", text.replace("_", " "), re.IGNORECASE) is not None
