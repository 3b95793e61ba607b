"""Each layer: the filter's own logic on both processors, and honesty about a machine that lacks a layer."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sandbox
from sandbox import canary, spawn, windows
from sandbox.canary import BREACHED, HELD, status_of
from sandbox.errors import Crashed, Stopped, Unavailable
from sandbox.layers import Layer, missing
from sandbox.limits import Limits
from sandbox.run import Sandbox
from sandbox.seccomp import ALLOW, ANY_BIT, AT_LEAST, EQUALS, ERRNO_EPERM, KILL_PROCESS, LOAD, RETURN, program
from sandbox.spawn import SpawnHost
from sandbox.syscalls import AARCH64, ALLOWED, LETHAL, PROCESSORS, X86_64, Processor
from sandbox.verdict import body_of
from sandbox.wire import Job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these layers are Linux's")
ROOT = Path(sandbox.__file__).parents[1]
OUT = 3


def decide(processor: Processor, number: int, *arguments: int, arch: int | None = None) -> int:
    """Run the filter as the kernel would; return its decision."""
    words = {0: number, 4: processor.audit_arch if arch is None else arch}
    for position, argument in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        words[16 + 8 * position] = argument & 0xFFFF_FFFF
        words[20 + 8 * position] = argument >> 32
    lines, at, held = program(processor, OUT), 0, 0
    while True:
        code, then, otherwise, constant = lines[at]
        if code == RETURN:
            return constant
        if code == LOAD:
            held = words[constant]
            at += 1
            continue
        true = {EQUALS: held == constant, AT_LEAST: held >= constant, ANY_BIT: bool(held & constant)}[code]
        at += 1 + (then if true else otherwise)


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_filter_decides_as_listed(name: str) -> None:
    processor = PROCESSORS[name]
    plain = set(ALLOWED) - {"write"}
    for number in range(600):
        names = {known for known, value in processor.numbers.items() if value == number}
        wanted = ALLOW if names & plain else KILL_PROCESS if names & set(LETHAL) else ERRNO_EPERM
        assert decide(processor, number) == wanted, (number, names)
    assert decide(processor, processor.numbers["write"], arch=0x40000003) == KILL_PROCESS
    jumps = [max(then, otherwise) for _, then, otherwise, _ in program(processor, OUT)]
    assert max(jumps) < 256


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_filter_looks_at_arguments(name: str) -> None:
    processor = PROCESSORS[name]
    numbers = processor.numbers
    assert decide(processor, numbers["write"], OUT) == ALLOW
    assert decide(processor, numbers["write"], 1) == ERRNO_EPERM
    for call in ("mmap", "mprotect"):
        assert decide(processor, numbers[call], 0, 4096, 3) == ALLOW
        assert decide(processor, numbers[call], 0, 4096, 7) == ERRNO_EPERM
    assert decide(processor, numbers["madvise"], 0, 4096, 4) == ALLOW
    assert decide(processor, numbers["madvise"], 0, 4096, 100) == ERRNO_EPERM
    assert decide(processor, numbers["madvise"], 0, 4096, 101) == ERRNO_EPERM


def test_x32_numbers_are_lethal() -> None:
    assert decide(X86_64, 0x4000_0000 | 1, OUT) == KILL_PROCESS
    assert decide(X86_64, 0xFFFF_FFFF) == KILL_PROCESS


@pytest.mark.parametrize(
    ("processor", "header", "prefix"),
    [
        (X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "__NR_"),
        (AARCH64, "/usr/include/asm-generic/unistd.h", "__NR(?:3264)?_"),
    ],
    ids=["x86_64", "aarch64"],
)
def test_numbers_are_the_kernels(processor: Processor, header: str, prefix: str) -> None:
    if not Path(header).exists():
        pytest.skip("the kernel's headers are not installed")
    found = dict(re.findall(rf"#define {prefix}(\w+)\s+(\d+)", Path(header).read_text()))
    for name, number in processor.numbers.items():
        assert int(found[name]) == number, name
    absent = set(ALLOWED + LETHAL) - set(processor.numbers)
    assert not absent & set(found) - {"userfaultfd"}


def test_a_canary_without_its_layer_gets_through() -> None:
    assert status_of(lambda: canary._refused(lambda: os.open("/", os.O_RDONLY), 1, 13)) == BREACHED
    assert status_of(lambda: True) == HELD


def test_a_layer_that_does_not_hold_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.canary.set_limits", lambda limits: None)
    monkeypatch.setattr("sandbox.canary.seccomp.install", lambda processor, out: None)
    monkeypatch.setattr("sandbox.canary.landlock.restrict", lambda version: None)
    found = canary.probe()
    assert [layer.state for layer in found if layer.state != "unavailable"] == ["failed"] * len(found)
    assert {layer.name for layer in missing(found)} == {"limits", "system calls"}
    assert "fork" in found[2].detail


def test_an_unknown_processor_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.seccomp.this_processor", lambda: None)
    found = canary.probe()
    assert found[2] == Layer("system calls", "unavailable", f"no filter for {os.uname().machine}")


FORBIDDEN_FILTERS = """
import ctypes, struct, sys
from sandbox.libc import prctl
from sandbox.run import Sandbox
from sandbox.errors import Unavailable
# a machine that grants no filter: from here on, prctl(PR_SET_SECCOMP) is refused with EPERM
lines = [(0x20, 0, 0, 0), (0x15, 0, 3, 157), (0x20, 0, 0, 16), (0x15, 0, 1, 22)]
lines += [(6, 0, 0, 0x50001), (6, 0, 0, 0x7FFF0000)]
code = b"".join(struct.pack("=HBBI", *line) for line in lines)
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))
program = Program(len(lines), code)
prctl(38, 1)
assert prctl(22, 2, ctypes.addressof(program)) == 0
try:
    Sandbox(policy=False).script("result = 1", {})
except Unavailable as refused:
    print(refused.message)
    print([layer.state for layer in refused.layers if layer.name == "system calls"])
with Sandbox("degraded", policy=False) as box:
    outcome = box.script("result = 2", {})
    print(outcome.value, [layer.state for layer in outcome.layers if layer.name in ("limits", "system calls")])
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_a_machine_without_filters_is_refused_unless_asked_for() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", FORBIDDEN_FILTERS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = shown.stdout.splitlines()
    assert len(lines) == 3, shown.stderr
    assert lines[0].startswith("This machine cannot confine generated code: system calls: a canary was not stopped")
    assert lines[1:] == ["['failed']", "2 ['enforced', 'failed']"]


def run_spawned(source: str, limits: Limits) -> object:
    host = SpawnHost((), policy=False)
    body = body_of(host.run(Job("script", source, {}, limits)), limits)
    return body.data[:8].cast("q")[0]


def test_a_fresh_process_serves_too() -> None:
    assert run_spawned("result = 41 + 1", Limits()) == 42


def test_a_fresh_process_is_stopped_too() -> None:
    with pytest.raises(Stopped, match=r"0\.5 seconds"):
        run_spawned("while True: pass", Limits(wall_seconds=0.5))
    with pytest.raises(Stopped, match="system call"):
        run_spawned("import os\nos.fork()", Limits())
    with pytest.raises(Stopped, match="wrote more"):
        run_spawned("import os\nwhile True: os.write(3, b'x' * 65536)", Limits(output_bytes=1 << 16))
    with pytest.raises(Crashed, match="PermissionError"):
        run_spawned("open('/etc/passwd')", Limits())


def test_other_systems_are_never_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with Sandbox() as box, pytest.raises(Unavailable, match="needs Linux"):
        box.layers()
    with Sandbox("degraded") as box:
        states = {layer.name: layer.state for layer in box.layers()}
    assert states["system calls"] == "unavailable"
    assert states["limits"] == "failed"
    assert spawn.START_SECONDS > 0


def test_the_structures_of_windows_have_their_documented_sizes() -> None:
    information = windows.limit_information(Limits(cpu_seconds=2, memory_bytes=100), used_bytes=11)
    assert ctypes.sizeof(information) == 144
    assert ctypes.sizeof(information.basic) == 64
    assert ctypes.sizeof(windows._MemoryCounters) == 72
    assert information.process_memory == 111
    assert information.basic.process_time == 20_000_000
