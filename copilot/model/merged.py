"""The embedded model with its adapter worked into the weights, made once and kept in the user's cache.

llama.cpp computes an adapter beside every layer it belongs to, which halves the speed at which a prompt is read.
The merged weights are stored in 8 bits: what an adapter learned is finer than the 4 bits of the base model can
hold. Everything else of the base file is taken over as it is.

The folder is a cache: whatever is in it may be deleted. Where it cannot be written, the adapter is used as it is.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from copilot.model.kept import fingerprint

FORM = 1  # of the files made here; another number makes them anew
MOST_FILES = 2
_OWN = ("GGUF.", "general.architecture")  # entries that a writer makes itself


def merged(base: Path, adapter: Path, folder: Path) -> Path | None:
    """Return the file of `base` merged with `adapter`, made where it is missing.

    None where it cannot be kept, or the adapter is not for this model: llama.cpp says best what is wrong with it.

    Args:
        base: the GGUF of the model.
        adapter: the GGUF of its LoRA adapter.
        folder: takes the file.
    """
    path = place(base, adapter, folder)
    try:
        if path.is_file():
            return path
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".merging-", suffix=".gguf")
        os.close(handle)
        try:
            if not _merge(base, adapter, Path(name)):
                return None
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        _tidy(folder)
    except OSError:
        return None
    return path


def place(base: Path, adapter: Path, folder: Path) -> Path:
    """Return where in `folder` the file of `base` merged with `adapter` is, once it is made."""
    named = hashlib.sha256(f"{FORM} {fingerprint(base)} {fingerprint(adapter)}".encode()).hexdigest()
    return folder / f"{base.stem}-{named[:16]}.gguf"


def merge_aside(base: Path, adapter: Path, folder: Path) -> None:
    """Begin to make the file in a process of its own, which outlives this one, so that no first start waits."""
    subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", "copilot.model.merged", str(base), str(adapter), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _merge(base: Path, adapter: Path, target: Path) -> bool:
    """Write `base` with W + alpha / rank * B A in place of each W that the adapter has A and B for (LoRA).

    Returns whether the adapter fits; nothing is written where it does not.
    """
    import gguf

    try:
        model, change = gguf.GGUFReader(base), gguf.GGUFReader(adapter)
    except ValueError:
        return False
    parts = {each.name: each for each in change.tensors}
    if "adapter.lora.alpha" not in change.fields or not _fits(model.tensors, parts):
        return False
    alpha = float(change.fields["adapter.lora.alpha"].contents())
    writer = gguf.GGUFWriter(target, str(model.fields["general.architecture"].contents()))
    for name, field in model.fields.items():
        if not name.startswith(_OWN):
            inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], inner)
    for tensor in model.tensors:
        if first := parts.get(f"{tensor.name}.lora_a"):
            data = _changed(tensor, first, parts[f"{tensor.name}.lora_b"], alpha)
            writer.add_tensor(tensor.name, data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return True


def _fits(tensors: Iterable[Any], parts: dict[str, Any]) -> bool:
    """Tell whether every part of an adapter belongs to a tensor, with the shape that it needs."""
    shapes = {f"{each.name}.{side}": each.shape for each in tensors for side in ("lora_a", "lora_b")}
    if not parts or not parts.keys() <= shapes.keys():
        return False
    for name, part in parts.items():  # shapes as GGUF has them: columns first
        columns, rows = shapes[name]
        whole, size = (0, columns) if name.endswith("a") else (1, rows)
        partner = parts.get(f"{name[:-1]}{'b' if name.endswith('a') else 'a'}")
        if partner is None or part.shape[whole] != size or part.shape[1 - whole] != partner.shape[whole]:
            return False
    return True


def _changed(tensor: Any, first: Any, second: Any, alpha: float) -> Any:
    """Return W + alpha / rank * B A in 8 bits, as bytes; W is (rows, columns), A (rank, columns)."""
    import gguf
    import numpy as np

    weights = gguf.dequantize(tensor.data, tensor.tensor_type)
    low, high = first.data.astype(np.float32), second.data.astype(np.float32)
    return gguf.quantize(weights + alpha / len(low) * (high @ low), gguf.GGMLQuantizationType.Q8_0)


def _tidy(folder: Path) -> None:
    """Remove all but the newest files."""
    files = sorted(folder.glob("*.gguf"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[MOST_FILES:]:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    merged(*map(Path, sys.argv[1:4]))
