"""Generated features on record: a file people can read, and a row of the lake that says what the file must be.

The file is for reading; what is computed is the specification in the lake. A file that was edited no longer matches
its fingerprint and is refused, so that nobody reads one thing and runs another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import pandas as pd
from pydantic import ValidationError

from tools.features.evidence import Evidence
from tools.features.expr.expression import LANGUAGE_VERSION
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.fingerprint import of_bytes
from tools.kernel.paths import Workspace, unwritable
from tools.lake.store import Lake, lake_exists, open_lake

Kind = Literal["library", "expression", "python"]
PREFIX = "auto_"
LAB = "lab"
_VERSIONS = {"library": 1, "expression": LANGUAGE_VERSION, "python": 1}


@dataclass(frozen=True, slots=True)
class Registered:
    """A generated feature.

    Attributes:
        name: starts with `auto_`; also the name of its file.
        kind: what the specification is.
        spec: a library id, a canonical expression, or Python source.
        spec_sha256: of the specification.
        file_sha256: of the file's bytes.
        evidence: of the leak firewall, from when it was made.
    """

    name: str
    kind: Kind
    spec: str
    spec_sha256: str
    file_sha256: str
    evidence: Evidence


def spec_sha256(kind: Kind, spec: str) -> str:
    """Return the fingerprint of a specification, and of the language it is in."""
    return of_bytes(f"slq-{kind}/{_VERSIONS.get(kind)}\0{spec}".encode())


def register(workspace: Workspace, feature: Registered, text: str) -> int:
    """Write the file and the row; return the lake's snapshot. The same feature again changes nothing.

    Raises WorkspaceError: the disk is full, read-only, or the lake is in use.
    """
    write_atomic(workspace.features / f"{feature.name}.py", text.encode())
    evidence = feature.evidence.model_copy(update={"seconds": 0.0})  # how long it took is not evidence
    row = {
        "symbol": [feature.name],
        "kind": [feature.kind],
        "spec": [feature.spec],
        "spec_sha256": [feature.spec_sha256],
        "file_sha256": [feature.file_sha256],
        "evidence": [evidence.model_dump_json()],
        "source": [LAB],
    }
    with open_lake(workspace) as lake:
        return lake.write({"features": pd.DataFrame(row)}, message=f"feature {feature.name}").snapshot_id


def registered(workspace: Workspace) -> dict[str, Registered]:
    """Return every generated feature by name, sorted; {} where there is no lake yet. Raises WorkspaceError."""
    if not lake_exists(workspace):
        return {}
    with open_lake(workspace) as lake:
        if "features" not in lake.tables():
            return {}
        rows = _rows(lake)
    return {feature.name: feature for feature in rows}


def _rows(lake: Lake) -> list[Registered]:
    frame = lake.read("SELECT * FROM lake.features WHERE source = ? ORDER BY symbol", [LAB])
    return [_registered(row) for row in frame.to_dict("records")]


def _registered(row: dict[str, object]) -> Registered:
    """Return a row of the lake as a feature. Raises WorkspaceError: it is damaged."""
    name = str(row["symbol"])
    try:
        evidence = Evidence.model_validate_json(str(row["evidence"]))
    except ValidationError as error:
        raise WorkspaceError(
            f"What the lake says of {name} is damaged.", hint=f"Remove it and make it again: slq data purge {name}"
        ) from error
    return Registered(
        name=name,
        kind=cast("Kind", str(row["kind"])),
        spec=str(row["spec"]),
        spec_sha256=str(row["spec_sha256"]),
        file_sha256=str(row["file_sha256"]),
        evidence=evidence,
    )


def find(workspace: Workspace, name: str) -> Registered:
    """Return a generated feature whose file is as it was written, and says what the lake says.

    Raises:
        BadRequest: there is none of this name.
        WorkspaceError: its file is missing or was edited, or its row in the lake was.
    """
    import difflib

    held = registered(workspace)
    if name not in held:
        near = difflib.get_close_matches(name, held, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "`/list_inventory features` shows what there is."
        raise BadRequest(f"There is no generated feature called {name!r}.", hint=hint)
    path = workspace.features / f"{name}.py"
    again = (
        f"Make it again: /generate_features {held[name].spec}" if held[name].kind != "python" else "Make it again."
    )
    if not path.is_file():
        raise WorkspaceError(f"The file of {name} is missing: {path}.", hint=again)
    found, written = held[name], path.read_bytes()
    if of_bytes(written) != found.file_sha256:
        raise WorkspaceError(f"{path} was edited after SLQ wrote and checked it.", hint=again)
    if found.spec_sha256 != spec_sha256(found.kind, found.spec) or found.spec_sha256.encode() not in written:
        raise WorkspaceError(
            f"What the lake says of {name} is not what its file says.",
            hint=f"Remove it and make it again: slq data purge {name}",
        )
    return found


def forget(workspace: Workspace, name: str) -> None:
    """Delete the file and the page of a feature whose row is gone. Raises WorkspaceError: it cannot be done."""
    for ending in ("py", "html"):
        path = workspace.features / f"{name}.{ending}"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
