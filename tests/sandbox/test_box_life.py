"""The zygote: started late, replaced when killed, shared by threads, gone with its parent, deaf to its terminal."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sandbox
from sandbox.errors import SandboxFailure, Stopped, Unavailable
from sandbox.host import ZygoteHost
from sandbox.limits import Limits
from sandbox.run import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the zygote is Linux's")
ROOT = Path(sandbox.__file__).parents[1]
CLOSE = pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["A", "B"])


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(policy=False) as made:
        yield made


def zygote_of(box: Sandbox) -> int:
    runner = box._runner
    assert isinstance(runner, ZygoteHost)
    return runner.pid


def gone(pid: int) -> bool:
    """Return whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def confined(pid: int) -> bool:
    """Return whether a child has gone to work: the filter of system calls is on."""
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_nothing_starts_before_the_first_call(box: Sandbox) -> None:
    assert box._runner is None
    assert box.script("result = 1", {}).value == 1
    assert box._runner is not None


def test_every_layer_holds_here(box: Sandbox) -> None:
    states = {layer.name: layer.state for layer in box.layers()}
    assert states.pop("files") in {"enforced", "unavailable"}
    assert states == {"policy": "off", "process": "enforced", "limits": "enforced", "system calls": "enforced"}


def test_each_call_has_a_process_of_its_own(box: Sandbox) -> None:
    box.script("import builtins\nbuiltins.leftover = 1\nnp.leftover = 1\nresult = 1", {})
    assert (
        box.script("import builtins\nresult = hasattr(builtins, 'leftover') or hasattr(np, 'leftover')", {}).value
        is False
    )


def test_the_zygote_has_no_environment_and_no_terminal(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLQ_SECRET", "very-secret")
    box.layers()
    pid = zygote_of(box)
    variables = Path(f"/proc/{pid}/environ").read_bytes().rstrip(b"\0").split(b"\0")
    assert sorted(variables) == [
        b"JE_ARROW_MALLOC_CONF=background_thread:false", b"OPENBLAS_NUM_THREADS=1", b"PYTHONHASHSEED=0",
        b"TZ=UTC",
    ]  # fmt: skip
    assert os.getsid(pid) == pid != os.getsid(0)
    assert Path(f"/proc/{pid}/fd/2").readlink() == Path("/dev/null")
    assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")


def test_hashes_are_the_same_in_every_zygote() -> None:
    values = []
    for _ in range(2):
        with Sandbox(policy=False) as made:
            values.append(made.script("result = hash('AAPL') % 2**60", {}).value)
    assert values[0] == values[1]


def test_a_killed_zygote_is_replaced(box: Sandbox) -> None:
    box.layers()
    first = zygote_of(box)
    os.kill(first, signal.SIGKILL)
    assert box.script("result = 2", {}).value == 2
    assert zygote_of(box) != first


def test_a_zygote_killed_under_a_call_is_replaced_and_its_children_end(box: Sandbox) -> None:
    box.layers()
    first = zygote_of(box)
    seen: list[int] = []

    def kill() -> None:
        time.sleep(0.3)
        seen.extend(children(first))
        os.kill(first, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    source = "import time\nend = time.time() + 1\nwhile time.time() < end: pass\nresult = 3"
    assert box.script(source, {}).value == 3
    thread.join()
    assert seen
    assert soon(lambda: all(gone(pid) for pid in seen))


def test_a_child_killed_while_it_waits_is_replaced(box: Sandbox) -> None:
    box.script("result = 1", {})
    for child in children(zygote_of(box)):
        os.kill(child, signal.SIGKILL)
    time.sleep(0.1)
    assert box.script("result = 4", {}).value == 4


def test_a_child_killed_by_someone_is_explained(box: Sandbox) -> None:
    box.layers()
    pid = zygote_of(box)
    threading.Timer(0.5, lambda: [os.kill(child, signal.SIGTERM) for child in children(pid)]).start()
    with pytest.raises(Stopped, match="SIGTERM") as stopped:
        box.script("while True: pass", {})
    assert stopped.value.reason == "killed"


def test_threads_share_one_zygote(box: Sandbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(lambda n: box.script(f"result = {n} * 2", {}).value, range(12)))
    assert values == [2 * n for n in range(12)]
    failures: list[SandboxFailure] = []

    def late() -> None:
        try:
            box.script("while True: pass", {}, Limits(wall_seconds=0.5))
        except SandboxFailure as failure:
            failures.append(failure)

    slow = threading.Thread(target=late)
    slow.start()
    assert box.script("result = 5", {}).value == 5
    slow.join()
    assert [failure.message for failure in failures] == ["The code was stopped after 0.5 seconds."]


def test_a_sandbox_outlives_the_thread_that_started_it(box: Sandbox) -> None:
    thread = threading.Thread(target=box.layers)
    thread.start()
    thread.join()
    first = zygote_of(box)
    assert box.script("result = 6", {}).value == 6
    assert zygote_of(box) == first


def test_a_forked_copy_of_the_caller_gets_a_zygote_of_its_own(box: Sandbox) -> None:
    box.layers()
    first = zygote_of(box)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if box.script("result = 7", {}).value == 7 and zygote_of(box) != first else 1
            box.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert box.script("result = 8", {}).value == 8
    assert zygote_of(box) == first


def test_a_child_ends_though_a_forked_copy_of_the_caller_lives(box: Sandbox) -> None:
    box.layers()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(box.script, "import time\nend = time.time() + 0.5\nwhile time.time() < end: pass", {})
        assert soon(lambda: any(confined(child) for child in children(zygote_of(box))))
        copy = os.fork()  # and with it what the call has open
        if copy == 0:
            signal.pause()
        with pytest.raises(SandboxFailure, match="did not assign"):
            call.result()
    assert soon(lambda: not any(confined(child) for child in children(zygote_of(box))))
    os.kill(copy, signal.SIGKILL)
    os.waitpid(copy, 0)


def test_closing_ends_the_processes(box: Sandbox) -> None:
    box.script("result = 1", {})
    pid = zygote_of(box)
    family = [pid, *children(pid)]
    box.close()
    assert soon(lambda: all(gone(one) for one in family))
    assert box.script("result = 9", {}).value == 9


def test_closing_ends_a_call_under_way_and_starts_nothing(box: Sandbox) -> None:
    box.layers()
    threading.Timer(0.3, box.close).start()
    with pytest.raises(Stopped, match="closed during the call"):
        box.script("while True: pass", {})
    assert box._runner is None


def test_a_call_that_is_late_before_it_starts_harms_no_other(box: Sandbox) -> None:
    box.layers()
    first = zygote_of(box)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(
            box.script, "import time\nend = time.time() + 0.5\nwhile time.time() < end: pass\nresult = 6", {}
        )
        time.sleep(0.1)
        with pytest.raises(Stopped, match=r"after 1e-06 seconds") as stopped:
            box.script("result = 1", {}, Limits(wall_seconds=1e-6))
        assert other.result().value == 6
    assert stopped.value.reason == "time"
    assert zygote_of(box) == first


def test_limits_are_finite_and_may_be_long(box: Sandbox) -> None:
    for seconds in (float("nan"), float("inf"), 0.0):
        with pytest.raises(ValueError, match="positive and finite"):
            Limits(wall_seconds=seconds)
    assert box.script("result = 1", {}, Limits(wall_seconds=1e8)).value == 1


def test_calls_leave_no_descriptor_and_no_process(box: Sandbox) -> None:
    box.script("result = 1", {})
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for source in ("result = 1", "1 / 0", "import os\nos.fork()", "import os\nos._exit(0)") * 3:
        try:
            box.script(source, {})
        except SandboxFailure:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert soon(lambda: len(children(zygote_of(box))) == 1)
    assert len(list(Path(f"/proc/{zygote_of(box)}/fd").iterdir())) < 10


CALLER = """
import signal, sys
from sandbox.run import Sandbox
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
box = Sandbox(policy=False)
box.layers()
print(box._runner.pid, flush=True)
try:
    box.script("while True: pass", {})
except KeyboardInterrupt:
    print("interrupted", box.script("result = 1", {}).value, box._runner.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def caller() -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", CALLER], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert soon(lambda: any(confined(child) for child in children(pid)))
    yield process, pid
    process.kill()
    process.communicate()


def test_a_killed_caller_takes_everything_with_it(caller: tuple[subprocess.Popen[str], int]) -> None:
    process, pid = caller
    family = [pid, *children(pid)]
    process.kill()
    assert soon(lambda: all(gone(one) for one in family))


def test_an_interrupt_ends_the_call_and_not_the_zygote(caller: tuple[subprocess.Popen[str], int]) -> None:
    process, pid = caller
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to the whole group
    assert process.stdout is not None
    assert process.stdout.readline() == f"interrupted 1 {pid}\n"
    assert soon(lambda: len(children(pid)) == 1)


def test_a_zygote_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.start.LIBRARIES", ())
    with Sandbox(policy=False) as made, pytest.raises(Unavailable, match="No module named"):
        made.layers()
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Sandbox(policy=False) as made, pytest.raises(Unavailable, match="No such file"):
        made.layers()


HANDICAPS = {
    "no standard streams": "for stream in (0, 1, 2): os.close(stream)",
    "ended children are ignored": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "every signal is blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())",
    "little memory": "resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))",
    "little time": "resource.setrlimit(resource.RLIMIT_CPU, (9, 9))",
    "few descriptors": "resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))",
    "no folder": "os.chdir('HERE'); os.rmdir('HERE')",
}
HANDICAPPED = """
import os, resource, signal
from sandbox.run import Sandbox
told = os.fdopen(os.dup2(1, 9), "w")
{}
with Sandbox(policy=False) as box:
    told.write(str(box.script("result = 1", {{}}).value))
told.flush()
os._exit(0)
"""


@pytest.mark.parametrize("handicap", HANDICAPS)
def test_a_caller_with_a_handicap_is_served(handicap: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    source = HANDICAPPED.format(HANDICAPS[handicap].replace("HERE", str(here)))
    shown = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.stdout == "1", shown.stderr
