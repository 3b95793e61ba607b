"""Runs sources under the policy alone, without any kernel layer: a forked child each, in a process made for it.

`python policy_alone.py` reads a JSON list of sources and prints a JSON list of [how it ended, text].
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings

from benign_code import bars

from sandbox import guard
from sandbox.errors import Rejected
from sandbox.policy import compile_source
from sandbox.refusal import refusals

SECONDS = 10


def _outcome(source: str) -> tuple[str, str]:
    try:
        with refusals():
            names = guard.namespace({"bars": bars()})
            exec(compile_source(source), names)
    except Rejected as refused:
        return "refused", refused.message
    except Exception as error:  # noqa: BLE001  whatever the code raises is an outcome
        return "crashed", f"{type(error).__name__}: {error}"
    return "harmless", repr(names.get("result"))[:10_000]


def _forked(source: str) -> tuple[str, str]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        with os.fdopen(write, "w") as out:
            json.dump(_outcome(source), out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return tuple(json.loads(text)) if text else ("stopped", "")


def main() -> None:
    """Answer the list on standard input."""
    warnings.simplefilter("ignore")
    sources = json.load(sys.stdin)
    guard.warm()
    json.dump([_forked(source) for source in sources], sys.stdout)


if __name__ == "__main__":
    main()
