"""The sandbox as the tools use it: one for the process, started at its first use, its refusals in our own words.

Every outcome says which layers it ran under; a refusal carries them too, so that both can go on the record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from tools.kernel.errors import SandboxError
from tools.kernel.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.layers import Layer
    from sandbox.limits import Outcome
    from sandbox.run import Sandbox

T = TypeVar("T")
Frames = Mapping[str, "pd.DataFrame | pd.Series"]

_BOXES: dict[str, Sandbox] = {}
_TURN = threading.Lock()
_WATCHED: ContextVar[dict[str, str] | None] = ContextVar("watched", default=None)
CORRECT = (
    "Correct the code and send it again; it may compute with numpy and pandas, and nothing else: see /help python."
)
ANOTHER_MACHINE = (
    "Use an expression instead, which needs no sandbox; or accept the layers that this machine has with "
    "SLQ_SANDBOX=degraded."
)


def box(settings: Settings) -> Sandbox:
    """Return the sandbox of this process, not started yet if nothing has used it."""
    from sandbox.run import Sandbox

    with _TURN:
        if settings.sandbox not in _BOXES:
            _BOXES[settings.sandbox] = Sandbox(settings.sandbox)
        return _BOXES[settings.sandbox]


def run_feature(settings: Settings, source: str, bars: Frames) -> pd.DataFrame:
    """Run `def feature(bars)` of `source`; the value has the labels of `bars["close"]`. Raises SandboxError."""
    import pandas as pd

    value = _guarded(settings, lambda sandbox: sandbox.feature(source, bars)).value
    if not isinstance(value, pd.DataFrame):
        raise SandboxError("The feature gave no table.", hint=CORRECT)
    return value


def run_script(settings: Settings, source: str, inputs: Mapping[str, pd.DataFrame | Frames]) -> Outcome:
    """Run `source`, which assigns `result`: a number, a table or a figure. Raises SandboxError."""
    return _guarded(settings, lambda sandbox: sandbox.script(source, inputs))


def layers(settings: Settings) -> dict[str, str]:
    """Return the layers that calls run under, name -> state. Raises SandboxError where there can be no sandbox."""
    return _guarded(settings, lambda sandbox: states(sandbox.layers()))


@contextmanager
def watched() -> Iterator[dict[str, str]]:
    """Yield a dict that fills with the layers, name -> state, as soon as code runs in the sandbox or is refused.

    It stays empty where no code runs. It sees calls of its own thread only.
    """
    seen: dict[str, str] = {}
    token = _WATCHED.set(seen)
    try:
        yield seen
    finally:
        _WATCHED.reset(token)


def states(layers: tuple[Layer, ...]) -> dict[str, str]:
    """Return name -> state, and tell it to whoever is `watched`."""
    found: dict[str, str] = {layer.name: layer.state for layer in layers}
    seen = _WATCHED.get()
    if seen is not None:
        seen.update(found)
    return found


def _guarded(settings: Settings, call: Callable[[Sandbox], T]) -> T:
    from sandbox.errors import Crashed, Rejected, SandboxFailure, Unavailable

    sandbox = box(settings)
    try:
        states(sandbox.layers())
        return call(sandbox)
    except Unavailable as error:
        raise SandboxError(error.message, hint=ANOTHER_MACHINE, layers=states(error.layers)) from error
    except SandboxFailure as error:
        what = {Rejected: "The code was refused: ", Crashed: "The code failed: "}.get(type(error), "")
        message = f"{what}{error.message.rstrip('.')}."
        raise SandboxError(message, hint=CORRECT, layers=states(sandbox.layers())) from error
