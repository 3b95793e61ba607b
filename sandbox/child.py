"""The life of a child: read the job, be confined, run the code, write the answer, end.

The job is decoded before confinement, since Arrow may open files; the source is compiled after it, since a compiler
is a large thing to hand untrusted text to. With `policy` off, as only tests want it, the code gets Python's own
builtins, numpy and pandas: then the kernel's layers alone must hold.
"""

from __future__ import annotations

import builtins
import contextlib
import mmap
import os
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, TracebackType
from typing import Any

import numpy as np
import pandas as pd

from sandbox.answer import Answer, NotAResult, error_answer, feature_answer, pack, script_answer
from sandbox.errors import Rejected, Unavailable
from sandbox.limits import Limits
from sandbox.refusal import refusals
from sandbox.wire import Job

SOURCE_NAME = "<generated>"
RESERVE_BYTES = 4 << 20  # of address space, given back when memory is out, so that the failure can still be told
Confine = Callable[[Limits], None]


def _compiled(source: str, inputs: Mapping[str, Any], *, policy: bool) -> tuple[CodeType, dict[str, Any]]:
    """Return code and its globals. Raises `Rejected` or SyntaxError."""
    if not policy:
        code = compile(source, SOURCE_NAME, "exec", dont_inherit=True)
        return code, {"__builtins__": builtins, "__name__": "generated", "np": np, "pd": pd, **inputs}
    from sandbox.guard import namespace
    from sandbox.policy import compile_source

    return compile_source(source), namespace(inputs)


def _computed(job: Job, code: CodeType, names: dict[str, Any]) -> Answer:
    """Run the code and return its result. Whatever the code raises comes through."""
    exec(code, names)  # noqa: S102  running generated code is what this package is for
    if job.kind == "script":
        if "result" not in names:
            raise NotAResult("The code did not assign `result`")
        return script_answer(names["result"])
    feature = names.get("feature")
    if not callable(feature):
        raise NotAResult("The code did not define `def feature(bars):`")
    bars = job.inputs["bars"]
    return feature_answer(feature(bars), bars["close"])


def _line(trace: TracebackType | None, file: str) -> int:
    """Return the last line of the user's source that the error came through, 0 where there is none."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _told(error: BaseException, file: str) -> Answer:
    """Return the answer that tells of an error; its text is the code's, and the parent treats it so."""
    match error:
        case Rejected():
            return error_answer(
                "rejected", error.message, error.line or _line(error.__traceback__, file), error.column
            )
        case MemoryError():
            return error_answer("memory", "")
        case NotAResult():
            return error_answer("crashed", f"{error}.")
        case SyntaxError():
            return error_answer("rejected", f"Syntax error: {error.msg}", error.lineno or 0, error.offset or 0)
        case KeyError():
            return error_answer("crashed", f"KeyError: no {error} here", _line(error.__traceback__, file))
    text = str(error)[:1000]
    return error_answer("crashed", f"{type(error).__name__}: {text}", _line(error.__traceback__, file))


def answer(job: Job, *, policy: bool) -> list[bytes | memoryview]:
    """Return the bytes of the answer to a job, whatever happens to it."""
    reserve = mmap.mmap(-1, RESERVE_BYTES)  # never touched: it takes a limit's room and no page
    file = SOURCE_NAME
    try:
        code, names = _compiled(job.source, job.inputs, policy=policy)
        file = code.co_filename
        with refusals():
            parts = pack(_computed(job, code, names))
    except BaseException as error:  # noqa: BLE001  the code may raise anything, SystemExit too
        del reserve
        return _safely_told(error, file)
    size = sum(len(part) for part in parts)
    if size > job.limits.output_bytes:
        text = f"The result takes {size:,} bytes; at most {job.limits.output_bytes:,} may come back."
        return pack(error_answer("output", text))
    return parts


def _safely_told(error: BaseException, file: str) -> list[bytes | memoryview]:
    try:
        return pack(_told(error, file))
    except BaseException:  # noqa: BLE001  the error's own text can raise
        return pack(error_answer("crashed", "The code raised an error that cannot be told."))


def write_all(out: int, parts: Sequence[bytes | memoryview]) -> None:
    """Write parts to a pipe; a reader that has gone away ends it quietly."""
    with contextlib.suppress(BrokenPipeError):
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(out, rest) :]


def live(job: Job, out: int, confine: Confine, *, policy: bool) -> None:
    """Answer one job on `out`, the descriptor that `confine` leaves open."""
    try:
        confine(job.limits)
    except (OSError, ValueError, Unavailable) as error:
        write_all(out, pack(error_answer("unconfined", str(error))))
        return
    write_all(out, answer(job, policy=policy))
