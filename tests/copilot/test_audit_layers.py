"""Every audit record of a call that ran code says which layers held, however the call ended; no other has any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.audit import AuditLog, Body, read_records, verify
from copilot.execute import Executor
from copilot.gate import Gate, no_terminal
from copilot.messages import Call, Observation
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context

HELD = {"limits": "enforced", "system calls": "enforced"}
LEAK = 'def feature(bars):\n    return bars["close"].shift(-1) / bars["close"] - 1\n'
THEFT = 'def feature(bars):\n    return open("/etc/passwd").read()\n'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Executor, Path]]:
    """Return an executor on a workspace with bars, and its audit log."""
    workspace = Workspace(tmp_path_factory.mktemp("layers") / "ws")
    workspace.create()
    context = Context(workspace, Settings(_env_file=None, sources="sample"))
    with AuditLog.open(workspace, run_id="test") as log:
        executor = Executor(context, log, Gate(workspace, log, no_terminal))
        assert executor.run(Call(tool="ingest_data", args={"symbols": ["IBM"]})).status == "ok"
        yield executor, workspace.audit_log


def run(desk: tuple[Executor, Path], tool: str, **args: object) -> tuple[Observation, Body]:
    executor, path = desk
    observation = executor.run(Call(tool=tool, args=args))
    body = [entry.body for entry in read_records(path)][-1]
    assert (body.kind, body.call_id) == ("result", observation.call_id)
    assert verify(path).ok
    return observation, body


def test_code_that_ran(desk: tuple[Executor, Path]) -> None:
    observation, body = run(desk, "run_python", code="result = 1.0", symbols=["IBM"])
    assert observation.status == "ok"
    assert observation.result is not None
    assert body.layers == observation.result["layers"]
    assert HELD.items() <= (body.layers or {}).items()


def test_code_that_was_refused_and_why(desk: tuple[Executor, Path]) -> None:
    observation, body = run(desk, "generate_features", code=THEFT, name="thief", symbols=["IBM"])
    assert observation.failure is not None
    assert observation.failure.kind == "SandboxError"
    assert "open" in observation.failure.message
    assert HELD.items() <= (body.layers or {}).items()
    assert body.args_redacted == {"error": "SandboxError", "message": observation.failure.message}


def test_code_that_looked_ahead(desk: tuple[Executor, Path]) -> None:
    observation, body = run(desk, "generate_features", code=LEAK, name="tomorrow", symbols=["IBM"])
    assert observation.failure is not None
    assert observation.failure.kind == "GateFailed"
    assert "auto_tomorrow peeks" in observation.failure.message
    assert HELD.items() <= (body.layers or {}).items()


def test_a_figure_that_was_refused_after_its_code_ran(desk: tuple[Executor, Path]) -> None:
    code = 'result = {"data": [{"type": "choropleth"}], "layout": {}}'
    observation, body = run(desk, "run_python", code=code, symbols=["IBM"])
    assert observation.failure is not None
    assert "choropleth" in observation.failure.message
    assert HELD.items() <= (body.layers or {}).items()


def test_a_call_without_code_names_no_layers(desk: tuple[Executor, Path]) -> None:
    for tool, args in (("list_inventory", {}), ("check_features", {"features": ["rsi_14"], "symbols": ["IBM"]})):
        observation, body = run(desk, tool, **args)
        assert observation.status == "ok"
        assert body.layers is None
