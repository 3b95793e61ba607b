"""Runs attacks with plain Python and nothing that confines them, to show that the corpus and its probes are real.

`python unconfined.py FOLDER` reads a JSON list of attacks, runs each in a forked child over bait in FOLDER (empty
before), and prints a JSON list of the effects of each.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from benign_code import bars
from probes import Probes

SECONDS = 2  # an attack that waits for an answer to its connection has had its effect


def _run(source: str, write: int) -> None:
    names = {"bars": bars(), "np": np, "pd": pd, "math": math}
    try:
        exec(compile(source, "attack", "exec", dont_inherit=True), names)
        told = str(names.get("result"))
    except BaseException as error:  # noqa: BLE001  the effect counts, however it ends
        told = str(error)
    os.write(write, told.encode("utf-8", "replace")[:60_000])


def _effects(source: str, probes: Probes) -> list[str]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        _run(probes.source(source), write)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, errors="replace") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    effects = probes.found(told)
    probes.reset()
    return effects


def main(folder: Path) -> None:
    """Answer the list on standard input."""
    warnings.simplefilter("ignore")
    with contextlib.closing(Probes(folder)) as probes:
        json.dump([_effects(source, probes) for source in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
