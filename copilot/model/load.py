"""Load a GGUF with llama.cpp without a word on the terminal.

llama.cpp writes to the process's output from C. Its lines go to a callback that keeps the last few, so that the
error of a file that cannot be loaded says why.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from copilot.model.locate import OTHER_ADAPTER
from copilot.model.threads import set_passive_waiting
from tools.kernel.errors import ModelError

OTHER_MODEL = "Check the file, or give another with --model PATH."
_log: deque[str] = deque(maxlen=20)


def load_llama(path: Path, *, threads: int, context_tokens: int, adapter: Path | None = None) -> Any:
    """Return `llama_cpp.Llama` for the GGUF at `path`, with the LoRA `adapter` beside it where one is given.

    Raises:
        ModelError: the file is damaged or of a kind that llama.cpp does not know; what it said is in the message.
    """
    set_passive_waiting()
    import llama_cpp

    _log.clear()
    llama_cpp.llama_log_set(_callback(), ctypes.c_void_p(0))
    for module in (llama_cpp.llama, llama_cpp._internals):  # noqa: SLF001
        # It points file descriptors 1 and 2 of the whole process at /dev/null while it loads, which would swallow
        # the prompt that is on screen at that moment. The log callback has silenced llama.cpp already.
        setattr(module, "suppress_stdout_stderr", _leave_terminal_alone)  # noqa: B010  the stubs do not know it
    try:
        return llama_cpp.Llama(
            str(path),
            n_ctx=context_tokens,
            n_threads=threads,
            n_threads_batch=threads,
            lora_path=None if adapter is None else str(adapter),
            verbose=False,
        )
    except (ValueError, RuntimeError, AssertionError, KeyError) as error:
        said = next((line for line in reversed(list(_lines())) if "error" in line or "fail" in line), str(error))
        if adapter is not None and "lora" in f"{error} {said}".lower():
            message = f"{adapter} cannot be loaded as an adapter of {path.name}: {said}."
            raise ModelError(message, hint=OTHER_ADAPTER) from error
        raise ModelError(f"{path} cannot be loaded as a model: {said}.", hint=OTHER_MODEL) from error


def trained_tokens(llama: Any) -> int:
    """Return the longest context that the model was trained with."""
    import llama_cpp

    return int(llama_cpp.llama_model_n_ctx_train(llama.model))


def _leave_terminal_alone(disable: bool = True) -> AbstractContextManager[None]:  # noqa: ARG001
    return nullcontext()


def _lines() -> Iterator[str]:
    return (line.strip().rstrip(".") for line in "".join(_log).splitlines() if line.strip())


def _callback() -> Any:
    """Return the one log callback; llama.cpp keeps its address, so it must live as long as the process."""
    global _kept_callback  # noqa: PLW0603
    if _kept_callback is None:
        import llama_cpp

        def keep(level: int, text: bytes, user_data: object) -> None:  # noqa: ARG001
            _log.append(text.decode("utf-8", errors="replace"))

        _kept_callback = llama_cpp.llama_log_callback(keep)
    return _kept_callback


_kept_callback: Any = None
