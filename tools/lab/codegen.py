"""The text of a generated feature's file: its specification, then the code that computes it.

The same specification under the same name gives the same bytes: there is no date in it, and no path.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from tools.features.expr import Expression
from tools.features.expr.expression import LANGUAGE_VERSION
from tools.features.feature import BoundFeature
from tools.features.registry import Kind, spec_sha256
from tools.features.resolve import Resolved

WIDTH = 100
LIBRARY = '''
from __future__ import annotations

import pandas as pd

from tools.features.catalog import parse_feature
from tools.features.panel import Panel


def feature(panel: Panel) -> pd.DataFrame:
    """Return the values, bars x symbols."""
    return parse_feature("{id}").compute(panel)
'''
EXPRESSION = '''
from __future__ import annotations

import pandas as pd

{imports}
from tools.features.panel import Panel


def feature(panel: Panel) -> pd.DataFrame:
    """Return the values, bars x symbols."""
{body}
'''


@dataclass(frozen=True, slots=True)
class Spec:
    """What a feature is, in every form a reader may want.

    Attributes:
        signal: what computes it.
        kind: library, expression or python.
        text: a library id, a canonical expression, or Python source.
        sha256: of the text, and of the language it is in.
        description: one line for people.
        unit: of its values.
    """

    signal: Resolved
    kind: Kind
    text: str
    sha256: str
    description: str
    unit: str


def spec_of(signal: Resolved) -> Spec:
    """Return the specification of a signal."""
    if isinstance(signal, BoundFeature):
        digest = spec_sha256("library", signal.id)
        return Spec(signal, "library", signal.id, digest, signal.feature.description, "none")
    if isinstance(signal, Expression):
        return Spec(signal, "expression", signal.id, signal.sha256, signal.id, signal.unit)
    digest = spec_sha256("python", signal.source)
    return Spec(signal, "python", signal.source, digest, "Python source, run in the sandbox only", "not stated")


def text_of(name: str, spec: Spec) -> str:
    """Return the file of a feature."""
    return _header(name, spec) + _code(spec)


def _header(name: str, spec: Spec) -> str:
    what = spec.text if spec.kind != "python" else spec.description
    shown = textwrap.fill(what.replace("\\", "\\\\"), WIDTH, initial_indent="    ", subsequent_indent="    ")
    made = {
        "library": "the feature library",
        "expression": f"the expression language, version {LANGUAGE_VERSION}",
        "python": "Python source; it runs in the sandbox only",
    }[spec.kind]
    lines = [
        f'"""{name}',
        "",
        shown,
        "",
        f"made from  {made}",
        f"sha256     {spec.sha256}",
        f"unit       {spec.unit}",
    ]
    if spec.kind != "python":
        lines.append(f"warm-up    {spec.signal.warmup} bars")
    lines += [
        "",
        "Bars x symbols; a value uses bars up to its own day only. The lake holds the fingerprint of this file:",
        "after an edit it is refused. Make another feature instead.",
        '"""',
    ]
    return "\n".join(lines) + "\n"


def _code(spec: Spec) -> str:
    if isinstance(spec.signal, BoundFeature):
        return LIBRARY.format(id=spec.signal.id)
    if isinstance(spec.signal, Expression):
        body = textwrap.indent(spec.signal.source().rstrip("\n"), "    ")
        return EXPRESSION.format(imports="\n".join(spec.signal.imports()), body=body)
    return "\n" + spec.signal.source.strip("\n") + "\n"
