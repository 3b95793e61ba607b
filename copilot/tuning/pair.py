"""A pair to train on: what the model reads, and the call it is to write."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

# What stands in the workspaces that requests are spoken in.
EXPERIMENTS = (
    "exp_20240105_LIGHTGBM_IBM_1d",
    "exp_20240212_LIGHTGBM_AAPL-MSFT_1d",
    "exp_20240301_RIDGE_AAPL-IBM-MSFT_1d",
)
OWN_FEATURES = ("auto_skew_60", "auto_rsi_14_times_volume_zscore_20")

_REQUEST = re.compile(r"^request: (?P<text>.*)<\|im_end\|>$", re.MULTILINE)

Split = Literal["train", "held"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt, the call that should follow as the model writes it, and where both come from."""

    prompt: str
    call: str
    intent: str
    split: Split


def request_of(pair: Pair) -> str:
    """Return the request in a pair's prompt."""
    match = _REQUEST.search(pair.prompt)
    return match["text"] if match else ""


def call_before(pair: Pair) -> dict[str, Any] | None:
    """Return the newest call before a pair's request, `tool` and `args`, where there is one."""
    found = [line for line in pair.prompt.splitlines() if line.startswith("before: ") and ' -> {"tool"' in line]
    if not found:
        return None
    calls = found[-1].rpartition(" -> ")[2].split(' {"tool"')
    last = calls[-1] if len(calls) == 1 else f'{{"tool"{calls[-1]}'
    call: dict[str, Any] = json.loads(last)
    return call


def version_of(pairs: Sequence[Pair]) -> str:
    """Return the sha256 of a set of pairs."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{pair.split}\0{pair.prompt}\0{pair.call}\n".encode())
    return digest.hexdigest()
