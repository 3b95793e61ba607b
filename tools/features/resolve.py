"""From the words for a feature to the signal that computes it: a library id, a generated feature, an expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools.features.catalog import parse_feature
from tools.features.expr import Expression, compile_expression, usable_as_feature
from tools.features.feature import BoundFeature, Signal
from tools.features.generated import GeneratedCode
from tools.features.registry import PREFIX, find, spec_sha256
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Context

if TYPE_CHECKING:
    from tools.features.panel import Panel

Resolved = BoundFeature | Expression | GeneratedCode
"""Every kind of signal there is."""

_EXPRESSION = re.compile(
    r"[()*/+<>=]|(?<![A-Za-z0-9])-|\b(?:and|or|not)\b|^(?:open|high|low|close|volume|typical|market)$"
)


def resolve(ctx: Context, text: str) -> Resolved:
    """Return what `text` means: `rsi_14`, `14-day RSI`, `auto_my_feature`, `rsi(14) * zscore(volume, 20)`.

    Raises:
        BadRequest: nothing of this name, not an expression, or an expression whose value is a price or a count.
        WorkspaceError: the file of a generated feature is missing or was edited.
    """
    name = text.strip()
    if name.startswith(PREFIX):
        return _generated(ctx, name)
    try:
        return parse_feature(name)
    except BadRequest:
        if not _EXPRESSION.search(name):
            raise
    expression = compile_expression(name)
    usable_as_feature(expression)
    return expression


def resolve_all(ctx: Context, texts: Sequence[str]) -> tuple[Resolved, ...]:
    """Return the signals of `texts` in order, each once. Raises as `resolve`, and BadRequest for none at all."""
    signals = {signal.id: signal for signal in (resolve(ctx, text) for text in texts)}
    if not signals:
        raise BadRequest("No feature was named.", hint="Name one, such as rsi_14 or returns(20) / volatility(20).")
    return tuple(signals.values())


def sources_of(signals: Sequence[Signal]) -> dict[str, str]:
    """Return the fingerprint of each feature that is Python source: its name does not say what it is."""
    code = (signal for signal in signals if isinstance(signal, GeneratedCode))
    return {signal.id: spec_sha256("python", signal.source) for signal in code}


def require_index(signals: Sequence[Signal], panel: Panel) -> None:
    """Raise NoData where a signal compares with the index and the panel has none."""
    needing = [signal.id for signal in signals if signal.needs_market]
    if needing:
        panel.index_closes(", ".join(needing))


def _generated(ctx: Context, name: str) -> Resolved:
    found = find(ctx.workspace, name)
    if found.kind == "python":
        return GeneratedCode(name, found.spec, ctx.settings, found.evidence.warmup_bars)
    return parse_feature(found.spec) if found.kind == "library" else compile_expression(found.spec)
