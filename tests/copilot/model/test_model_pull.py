"""A model is pulled from a real hub on loopback: whole, resumed, refused, and never used where it is not right."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub as Server
from hub_server import serving
from pydantic import SecretStr

from copilot.model.hub import Hub
from copilot.model.pins import model_file, pin_file, state_of
from copilot.model.pull import Patience, Pulled, pull
from copilot.model.registry import KnownModel
from tools.kernel.errors import ModelError, SourceUnavailable, WorkspaceError

CONTENT = b"GGUF" + bytes(range(256)) * 12_000  # 3 MB
RIGHT = hashlib.sha256(CONTENT).hexdigest()


def known(**changed: Any) -> KnownModel:
    fields = {
        "name": "tiny",
        "repo": "makers/Tiny-GGUF",
        "file": "tiny-Q8_0.gguf",
        "revision": "a" * 40,
        "size_bytes": len(CONTENT),
        "licence": "Apache-2.0",
        "sha256": RIGHT,
        "kv_bytes_per_token": 1,
        "vocabulary": 1,
        "good_for": "Tests.",
    }
    return KnownModel(**(fields | changed))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Return how to start a hub; no proxy stands between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(serving(Server(**({"content": CONTENT} | changed))))


def get(server: Server, folder: Path, model: KnownModel | None = None, **changed: Any) -> Pulled:
    waited: list[float] = []
    hub = Hub(server.url, read_s=changed.pop("read_s", 5.0), **changed)
    return pull(model or known(), folder, hub, patience=Patience(attempts=3, sleep=waited.append))


def test_a_model_is_pulled_whole_and_checked(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(renamed=True, busy=2)
    done = get(server, tmp_path)
    assert done.path == model_file(tmp_path, known())
    assert done.path.read_bytes() == CONTENT
    assert (done.fetched_bytes, done.pin.sha256, done.pin.stated_by) == (len(CONTENT), RIGHT, "registry")
    assert state_of(tmp_path, known()) == "pulled"
    assert "/makers/Tiny-GGUF/resolve/" + "a" * 40 in server.asked[0][1]
    assert not list(tmp_path.rglob("*.part"))
    asked = len(server.asked)
    assert get(server, tmp_path).fetched_bytes == 0
    assert len(server.asked) == asked  # it was here, and right: nobody was asked


def test_a_broken_download_goes_on_where_it_stopped(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(cuts=[1_000_000, 700_000, len(CONTENT)])
    assert get(server, tmp_path).path.read_bytes() == CONTENT
    assert server.starts[0] == 0
    assert 0 < server.starts[1] <= 1_000_000 < server.starts[2] <= 1_700_000


def test_a_later_pull_goes_on_too(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(cuts=[1_000_000, 0])
    with pytest.raises(SourceUnavailable, match="broke off") as caught:
        get(server, tmp_path)
    assert "goes on" in caught.value.hint
    assert state_of(tmp_path, known()) == "part pulled"
    assert len(server.stored) == 4  # the one that brought something, and three in a row that did not
    server.cuts = []
    done = get(server, tmp_path)
    assert done.path.read_bytes() == CONTENT
    assert 0 < done.fetched_bytes < len(CONTENT)
    assert server.starts[-1] == len(CONTENT) - done.fetched_bytes


def test_a_store_without_ranges_starts_anew(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(cuts=[1_000_000, len(CONTENT)], ranges=False)
    assert get(server, tmp_path).path.read_bytes() == CONTENT
    assert len(server.stored) == 2


@pytest.mark.parametrize("sent", [CONTENT[:-1] + b"!", CONTENT + b"more"])
def test_a_corrupted_file_is_kept_aside(serve: Callable[..., Server], tmp_path: Path, sent: bytes) -> None:
    server = serve(sent=sent)
    with pytest.raises(ModelError, match="sha256 is") as caught:
        get(server, tmp_path)
    aside = list(tmp_path.rglob("*.bad"))
    assert len(aside) == 1
    assert str(aside[0]) in caught.value.hint
    assert state_of(tmp_path, known()) == "not pulled"
    server.sent = None
    assert get(server, tmp_path).path.read_bytes() == CONTENT


def test_another_file_than_the_pinned_is_not_even_fetched(serve: Callable[..., Server], tmp_path: Path) -> None:
    for changed in ({"stated": "b" * 64}, {"content": CONTENT + b"x", "stated": RIGHT}):
        server = serve(**changed)
        with pytest.raises(ModelError, match="offers another"):
            get(server, tmp_path)
        assert not server.stored


def test_an_unknown_hash_is_pinned_by_the_first_pull(serve: Callable[..., Server], tmp_path: Path) -> None:
    unpinned = known(sha256=None)
    first = get(serve(), tmp_path, unpinned)
    assert first.pin.stated_by == "hub"
    assert json.loads(pin_file(first.path).read_bytes())["sha256"] == RIGHT
    first.path.unlink()
    other = CONTENT[:-1] + b"!"
    with pytest.raises(ModelError, match="offers another"):
        get(serve(content=other), tmp_path, unpinned)
    with pytest.raises(ModelError, match="sha256 is"):
        get(serve(stated=None, sent=other), tmp_path, unpinned)
    assert get(serve(stated=None), tmp_path, unpinned).path.read_bytes() == CONTENT
    pin_file(first.path).write_text("{")
    with pytest.raises(WorkspaceError, match="damaged"):
        get(serve(), tmp_path, unpinned)


def test_without_any_hash_nothing_is_pulled(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(stated=None)
    with pytest.raises(SourceUnavailable, match="states no sha256"):
        get(server, tmp_path, known(sha256=None))
    assert not server.stored


def test_a_file_that_was_changed_here_is_noticed(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve()
    path = get(server, tmp_path).path
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelError, match="not the file that was pinned"):
        get(server, tmp_path)


@pytest.mark.parametrize(
    ("status", "words", "hint"),
    [(401, "not open to everyone", "HF_TOKEN"), (403, "not open", "terms"), (404, "has no tiny", "withdrawn")],
)
def test_what_the_hub_refuses(
    serve: Callable[..., Server], tmp_path: Path, status: int, words: str, hint: str
) -> None:
    server = serve(status=status)
    with pytest.raises(SourceUnavailable, match=words) as caught:
        get(server, tmp_path)
    assert hint in caught.value.hint
    assert len(server.asked) == 1  # asking again would not help


def test_the_token_is_for_the_hub_and_never_for_the_store(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve()
    get(server, tmp_path, token=SecretStr("hf_secret"))
    assert {headers.get("Authorization") for _, _, headers in server.asked} == {"Bearer hf_secret"}
    assert server.stored
    assert not any("Authorization" in headers for headers in server.stored)


def test_a_disk_without_room_is_told_before(serve: Callable[..., Server], tmp_path: Path) -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 10**16

    server = serve(content=Huge(CONTENT), stated=RIGHT)
    with pytest.raises(WorkspaceError, match="still to come") as caught:
        get(server, tmp_path, known(size_bytes=10**16))
    assert "SLQ_MODELS" in caught.value.hint
    assert not server.stored


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        get(Server(CONTENT, url="http://127.0.0.1:9"), tmp_path)
    with pytest.raises(SourceUnavailable, match="address does not work"):
        get(Server(CONTENT, url="http://127.0.0.1:port"), tmp_path)


def test_a_second_pull_at_once_is_told_so(serve: Callable[..., Server], tmp_path: Path) -> None:
    held = threading.Event()
    server = serve(held=held)
    done: list[Pulled] = []
    first = threading.Thread(target=lambda: done.append(get(server, tmp_path, read_s=30.0)))
    first.start()
    try:
        while not server.stored:
            assert first.is_alive()
            held.wait(0.01)
        with pytest.raises(WorkspaceError, match="is pulling tiny"):
            get(server, tmp_path)
    finally:
        held.set()
        first.join()
    assert done[0].path.read_bytes() == CONTENT


def test_a_silent_store_is_given_up(serve: Callable[..., Server], tmp_path: Path) -> None:
    held = threading.Event()
    server = serve(held=held)
    with pytest.raises(SourceUnavailable, match="ReadTimeout"):
        get(server, tmp_path, read_s=0.2)
    held.set()
