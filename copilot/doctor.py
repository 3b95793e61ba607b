"""`slq doctor`: what is found, what is enforced, what is missing, and what to do about it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.tuning.card import CARD, misfits, read_card
from tools.kernel.errors import SLQError
from tools.kernel.format import counted
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings

PACKAGES = (
    "llama-cpp-python",
    "outlines",
    "llguidance",
    "duckdb",
    "duckdb-extension-ducklake",
    "lightgbm",
    "plotly",
)


class Finding(NamedTuple):
    """One line of the examination; with `warns`, of something that works but not as well as it could."""

    subject: str
    good: bool
    detail: str
    warns: bool = False


def _system() -> str:
    return f"Python {platform.python_version()} on {sys.platform} {platform.machine()}"


def _packages() -> str:
    missing = []
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise SLQError(f"{', '.join(missing)} not installed.", hint="Run setup.sh again.")
    return ", ".join(found)


def _workspace(workspace: Workspace) -> str:
    existing = next(folder for folder in (workspace.root, *workspace.root.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        raise SLQError(f"{existing} is read-only.", hint="Choose another with --workspace PATH or SLQ_WORKSPACE.")
    return f"{workspace.root}, " + ("writable" if existing == workspace.root else "made at the first start")


def _lake(workspace: Workspace) -> str:
    from tools.lake.store import lake_symbols

    symbols = lake_symbols(workspace)
    return f"{len(symbols)} symbols" if symbols else "empty; no data loaded yet"


def _audit(workspace: Workspace) -> str:
    from copilot.audit import verify

    if not workspace.audit_log.exists():
        return "no log yet; it begins with the first call"
    found = verify(workspace.audit_log)
    if not found.ok:
        raise SLQError(
            f"record {found.first_bad_record}: {found.problem}", hint="Keep a copy, and do not go on with it."
        )
    return f"intact, {counted(found.records, 'record')}, head {found.head[:12]}"


def _model(settings: Settings) -> str:
    from copilot.model.locate import locate_model

    path = locate_model(settings.model)
    whose = "embedded" if settings.model is None else "chosen by --model or SLQ_MODEL"
    return f"{path.name}, {path.stat().st_size / 1e6:.0f} MB, {whose}"


def _grammar(settings: Settings) -> str:
    from copilot.model.canary import prove_grammar_binds
    from copilot.planner import load_engine

    engine = load_engine(settings)
    prove_grammar_binds(engine)
    return f"binds: a decode that fails without it passes with it ({engine.threads} threads)"


def _adapter(settings: Settings) -> Finding:
    """Return which adapter is used and how well it fits the tools there are."""
    from copilot.model.locate import NO_ADAPTER, locate_adapter
    from tools.catalog import TOOLS

    if settings.model is not None:
        return Finding("adapter", good=True, detail="none: adapters are for the embedded model")
    path = locate_adapter(settings.adapter)
    if path is None:
        off = "none comes with this installation"
        if settings.adapter is not None:
            off = f"switched off by SLQ_ADAPTER={NO_ADAPTER}"
        return Finding("adapter", good=True, detail=f"{off}; the planner is untuned")
    card = read_card(path)
    missing = [f"no readable {CARD} beside it says what it was made for"]
    faults = missing if card is None else misfits(card, path, TOOLS)
    name = path.name if settings.adapter is None else str(path)
    detail = f"{name}, {path.stat().st_size / 1e6:.1f} MB"
    return Finding("adapter", good=True, detail="; ".join([detail, *faults]), warns=bool(faults))


def _plugins() -> Iterator[Finding]:
    """Yield a finding for each tool that another package adds."""
    from copilot.planner.phrases import unknown_slots
    from tools.catalog import plugins

    for plugin in plugins():
        if plugin.tool is None:
            yield Finding("plugin", good=False, detail=plugin.fault)
            continue
        unknown = unknown_slots(plugin.tool)
        lacks = f"; no words for {', '.join(unknown)} in its phrase book" if unknown else ""
        yield Finding("plugin", good=True, detail=f"{plugin.name}, of {plugin.package}{lacks}", warns=bool(unknown))


def _network() -> str:
    return "not needed: model and sample data are on this machine; there is no broker client in the code"


def _sandbox(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each layer around generated code, as attempts to pass it found it."""
    from sandbox.errors import Unavailable
    from sandbox.layers import REQUIRED
    from sandbox.run import Sandbox

    try:
        with Sandbox() as sandbox:
            layers = sandbox.layers()
    except Unavailable as refused:
        layers = refused.layers
        degraded = "Generated code runs all the same, with what holds below: SLQ_SANDBOX=degraded."
        fate = degraded if settings.sandbox == "degraded" else "Generated code will not run here."
        yield Finding("sandbox", good=False, detail=f"{refused.message} {fate}")
    for layer in layers:
        spared = layer.state == "unavailable" and layer.name not in REQUIRED
        good = layer.state == "enforced" or spared
        yield Finding(f"sandbox: {layer.name}", good=good, detail=f"{layer.state}; {layer.detail}")


def findings(settings: Settings, workspace: Workspace) -> Iterator[Finding]:
    """Yield one finding after the other; a failed one carries what to do."""
    checks: tuple[tuple[str, Callable[[], str | Finding]], ...] = (
        ("system", _system),
        ("packages", _packages),
        ("workspace", lambda: _workspace(workspace)),
        ("lake", lambda: _lake(workspace)),
        ("audit log", lambda: _audit(workspace)),
        ("model", lambda: _model(settings)),
        ("adapter", lambda: _adapter(settings)),
        ("grammar", lambda: _grammar(settings)),
        ("network", _network),
    )
    for subject, check in checks:
        try:
            found = check()
            yield found if isinstance(found, Finding) else Finding(subject, good=True, detail=found)
        except SLQError as error:
            yield Finding(subject, good=False, detail=f"{error.message} {error.hint}".strip())
    yield from _plugins()
    yield from _sandbox(settings)


def examine(settings: Settings, workspace: Workspace) -> tuple[bool, RenderableType]:
    """Return whether everything is well, and the table that says so."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    healthy = True
    for finding in findings(settings, workspace):
        healthy &= finding.good
        mark = Text(*(("!", "warn") if finding.warns else ("✓", "good") if finding.good else ("✗", "bad")))
        table.add_row(mark, Text(finding.subject, style="field"), finding.detail)
    last = Text("\nAll is well." if healthy else "\nSomething is missing; the lines marked ✗ say what to do.")
    return healthy, Group(table, last)
