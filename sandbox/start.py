"""How a process of the sandbox is started: by exec, with a bare environment, from wherever this package lies."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # a fork takes only the calling thread with it
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONHASHSEED": "0",  # the order of a set is part of a result
    "TZ": "UTC",  # where the machine stands is not
}
WINDOWS_NEEDS = ("SYSTEMROOT",)  # without it Python cannot start there
LIBRARIES = ("numpy", "pandas", "dateutil", "pyarrow", "RestrictedPython")


def environment() -> dict[str, str]:
    """Return the whole environment of a sandbox process: nothing of the caller's, secrets least of all."""
    extra = {name: os.environ[name] for name in WINDOWS_NEEDS if sys.platform == "win32" and name in os.environ}
    return ENVIRONMENT | extra


def _folders() -> list[str]:
    """Return the folders of this package and of the libraries, as this process finds them."""
    found = [str(Path(__file__).resolve().parents[1])]
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(str(Path(spec.origin).parents[1]))
    return list(dict.fromkeys(found))


def command(module: str, **arguments: bool | int) -> list[str]:
    """Return the command line that runs `module.main(**arguments)`.

    -P, -s and -S keep the working directory and every site folder, with what their .pth files would run, out of the
    path; the folders of the libraries follow the standard library. It is -I but for PYTHONHASHSEED, which -I
    ignores.
    """
    code = (
        f"import sys, json; sys.path += json.loads({json.dumps(_folders())!r}); "
        f"from {module} import main; main(**json.loads({json.dumps(arguments)!r}))"
    )
    return [sys.executable, "-P", "-s", "-S", "-c", code]
