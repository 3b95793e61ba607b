"""What the lab is asked and what it answers."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from tools.features.evidence import Evidence
from tools.kernel.types import Args, Count, Record, Result


class GenerateArgs(Args):
    """Which features to make; `code` is Python source that defines `feature(bars)`, instead of `features`."""

    features: tuple[str, ...] = Field(default=(), max_length=20)
    symbols: tuple[str, ...] = Field(default=(), max_length=100)
    name: str | None = Field(default=None, max_length=60)
    code: str | None = Field(default=None, max_length=16_384)


class CheckArgs(Args):
    """Which features to examine; none means all generated ones."""

    features: tuple[str, ...] = Field(default=(), max_length=20)
    symbols: tuple[str, ...] = Field(default=(), max_length=100)


class Recent(Record):
    """The last values of one symbol, oldest first; None where there is none."""

    symbol: str
    first: date
    last: date
    values: tuple[float | None, ...]


class Examined(Record):
    """One feature with what the leak firewall found out about it.

    Attributes:
        name: what to call it in an experiment.
        spec: a library id, a canonical expression, or "python".
        description: one line for people.
        unit: of its values; "none" for a ratio or score.
        warmup_bars: leading bars of a symbol without a value.
        holds: whether every probe ran and none found a look ahead.
        evidence: the probes.
        recent: its last values, for some of the symbols.
    """

    name: str
    spec: str
    description: str
    unit: str
    warmup_bars: Count
    holds: bool
    evidence: Evidence
    recent: tuple[Recent, ...]


class GeneratedFeature(Examined):
    """A feature that was kept: its file, its page, and the fingerprint of what it says."""

    file: str
    page: str
    spec_sha256: str


class Generated(Result):
    """The features that were made, every one proved free of look-ahead."""

    features: tuple[GeneratedFeature, ...]
    symbols: tuple[str, ...]
    data_snapshot: int
    code_version: str
    layers: dict[str, str]
    warnings: tuple[str, ...]


class Checked(Result):
    """The features that were examined; `leaking` names those that do not hold, `refused` those left out.

    A file that is missing or was edited is not examined; the warnings say so.
    """

    features: tuple[Examined, ...]
    leaking: tuple[str, ...]
    refused: tuple[str, ...] = ()
    symbols: tuple[str, ...]
    data_snapshot: int
    layers: dict[str, str]
    warnings: tuple[str, ...]
