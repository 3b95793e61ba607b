"""What stands between generated code and the machine, and in which state each part was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["enforced", "unavailable", "failed", "off"]

REQUIRED = ("limits", "system calls")  # without these two `strict` refuses to run anything


@dataclass(frozen=True)
class Layer:
    """One protection and how it was found.

    `enforced`: it was tried and held; `unavailable`: this machine has none; `failed`: it did not hold;
    `off`: it was switched off on purpose.
    """

    name: str
    state: State
    detail: str


def missing(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return the required layers that do not hold."""
    return tuple(layer for layer in layers if layer.name in REQUIRED and layer.state != "enforced")
