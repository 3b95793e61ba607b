"""What a library feature is: a name, its parameters, the words people use for it, and the function.

A feature with its parameters fixed has a canonical id: the name and every parameter, joined by underscores
(`rsi_14`, `macd_12_26_9`; `gap` has none).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tools.kernel.errors import BadRequest
from tools.kernel.spec import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

LONGEST_WINDOW = 2520


class Signal(Protocol):
    """Something computed from a panel: a library feature, a compiled expression, generated code."""

    @property
    def id(self) -> str:
        """What it is called in results; equal ids mean equal values."""

    @property
    def warmup(self) -> int:
        """Leading bars of a symbol that must not be used."""

    @property
    def needs_market(self) -> bool:
        """Whether it reads `panel.market`."""

    def compute(self, panel: Panel) -> pd.DataFrame:
        """Return the values, bars x symbols; NaN in the warm-up of each symbol."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number of a feature's formula, mostly a length in bars; never negative, so never a look ahead."""

    name: str
    default: int
    minimum: int = 1
    maximum: int = LONGEST_WINDOW


@dataclass(frozen=True, slots=True)
class Feature:
    """A family of library features.

    Attributes:
        name: the first part of the id.
        parameters: in the order of the id and of `compute`.
        description: one line for people.
        phrases: lower-case words that mean this feature, besides its name.
        compute: (panel, *parameters) -> bars x symbols.
        warmup: (*parameters) -> leading bars of a symbol whose value is undefined or still depends on where its
            history starts.
        needs_market: whether `compute` reads `panel.market`.
        across: whether a value depends on the other symbols of the panel.
        everyday_word: whether the bare name has another meaning in a sentence ("last month", "predict returns"), so
            that only the id and the phrases mean the feature there.
    """

    name: str
    parameters: tuple[Parameter, ...]
    description: str
    phrases: tuple[str, ...]
    compute: Callable[..., pd.DataFrame]
    warmup: Callable[..., int]
    needs_market: bool = False
    across: bool = False
    everyday_word: bool = False

    @property
    def default_params(self) -> tuple[int, ...]:
        """The parameters used where none are given."""
        return tuple(parameter.default for parameter in self.parameters)

    def bind(self, values: Sequence[int] = ()) -> BoundFeature:
        """Fix the parameters; those not given take their defaults.

        Raises:
            BadRequest: too many values, or one out of its range.
        """
        if len(values) > len(self.parameters):
            names = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise BadRequest(
                f"{self.name} cannot take {', '.join(map(str, values))}; its parameters are: {names}.",
                hint=f"Write {self.bind().id}, for example.",
            )
        for value, parameter in zip(values, self.parameters, strict=False):
            if not parameter.minimum <= value <= parameter.maximum:
                raise BadRequest(
                    f"The {parameter.name} of {self.name} must be {parameter.minimum} to {parameter.maximum}, "
                    f"not {value}.",
                    hint=f"Write {self.bind().id}, for example.",
                )
        return BoundFeature(self, (*values, *self.default_params[len(values) :]))


@dataclass(frozen=True, slots=True)
class BoundFeature:
    """A feature with its parameters fixed."""

    feature: Feature
    params: tuple[int, ...]

    @property
    def id(self) -> str:
        """The canonical id."""
        return "_".join((self.feature.name, *map(str, self.params)))

    @property
    def warmup(self) -> int:
        """Leading bars of a symbol that must not be used."""
        return self.feature.warmup(*self.params)

    @property
    def needs_market(self) -> bool:
        """Whether it compares with the index."""
        return self.feature.needs_market

    def compute(self, panel: Panel) -> pd.DataFrame:
        """Return the values, bars x symbols, with NaN in each symbol's warm-up, whenever its history starts."""
        from tools.features.library.blocks import after_warmup

        return after_warmup(self.feature.compute(panel, *self.params), panel.close, self.warmup)


def compute_all(panel: Panel, signals: Sequence[Signal], progress: Progress = silent) -> dict[str, pd.DataFrame]:
    """Return id -> bars x symbols, NaN in every symbol's warm-up; reports `features` progress."""
    frames = {}
    for done, signal in enumerate(signals, start=1):
        frames[signal.id] = signal.compute(panel)
        progress("features", done, len(signals))
    return frames
