"""With the policy off, the kernel's layers alone hold against every attack, and nothing outside has changed."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from box_attacks import HARMLESS, PRELUDE, SHARP

from sandbox.errors import Crashed, Stopped
from sandbox.run import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strict sandbox needs Linux")


class World(NamedTuple):
    """What an attack could reach, and how it looked before."""

    file: Path
    listeners: tuple[socket.socket, ...]
    values: dict[str, str]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    os.environ["SLQ_TEST_SECRET"] = "very-secret"
    leaked = os.open("/dev/null", os.O_RDWR)
    os.set_inheritable(leaked, True)  # noqa: FBT003  positional only
    with Sandbox(policy=False) as made:
        made.layers()
        yield made
    os.close(leaked)
    del os.environ["SLQ_TEST_SECRET"]


def listen_on_one_port() -> tuple[socket.socket, socket.socket, int]:
    """Return a UDP and a TCP socket that listen on the same port, and its number; a busy machine has few such."""
    for _ in range(50):
        tcp = socket.create_server(("127.0.0.1", 0))
        port = int(tcp.getsockname()[1])
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(("127.0.0.1", port))
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp, port
    raise OSError("no port is free for both UDP and TCP")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    file = tmp_path / "precious"
    file.write_text("precious\n")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    udp, tcp, port = listen_on_one_port()
    abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    abstract.bind(f"\0box-{os.getpid()}")
    values = {"port": str(port), "file": str(file), "pid": str(os.getpid()), "abstract": f"box-{os.getpid()}"}
    yield World(file, (udp, tcp, abstract), values)
    for listener in (udp, tcp, abstract):
        listener.close()


def untouched(world: World) -> bool:
    """Return whether the file is as it was, alone in its folder, and nobody called."""
    status = world.file.stat()
    return (
        world.file.read_text() == "precious\n"
        and status.st_mtime == 1_000_000_000
        and status.st_mode & 0o777 != 0o777
        and list(world.file.parent.iterdir()) == [world.file]
        and not select.select(world.listeners, [], [], 0)[0]
    )


@pytest.mark.parametrize("name", [*HARMLESS, *SHARP])
def test_an_attack_gets_nowhere(box: Sandbox, world: World, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    source = PRELUDE + (HARMLESS | SHARP)[name].format(**world.values)
    with suppress(Crashed, Stopped):
        assert box.script(source, {}).value is False
    assert untouched(world)
    assert capfd.readouterr() == ("", "")
    assert box.script("result = 1", {}).value == 1


@pytest.mark.skipif(sys.maxsize < 1 << 32 or os.uname().machine != "x86_64", reason="numbers of x86-64")
@pytest.mark.parametrize("name", HARMLESS)
def test_the_same_attack_works_outside(world: World, name: str) -> None:
    source = PRELUDE + HARMLESS[name].format(**world.values) + "\nprint(result)"
    shown = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert shown.stdout == "True\n", shown.stderr


def test_a_forbidden_call_is_explained(box: Sandbox) -> None:
    with pytest.raises(Stopped, match="forbidden system call") as stopped:
        box.script(PRELUDE + "os.fork()", {})
    assert stopped.value.reason == "system call"


def test_a_refused_call_is_explained(box: Sandbox) -> None:
    with pytest.raises(Crashed, match="PermissionError") as crashed:
        box.script("x = 1\nopen('/etc/passwd')", {})
    assert crashed.value.line == 2
