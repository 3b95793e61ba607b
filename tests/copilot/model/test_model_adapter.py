"""Adapters: which one is used, and what is said of a file that is none."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from copilot.model.gguf_facts import read_facts
from copilot.model.locate import locate_adapter, locate_embedded
from copilot.model.pins import sha256_of
from copilot.tuning.card import Card, misfits, read_card, tool_hashes
from tools.catalog import BUILT_IN
from tools.kernel.errors import ModelError
from tools.kernel.fingerprint import of_json


def gguf(path: Path, **texts: str) -> Path:
    def packed(text: str) -> bytes:
        return struct.pack("<Q", len(text)) + text.encode()

    entries = b"".join(
        packed(f"general.{name}") + struct.pack("<I", 8) + packed(text) for name, text in texts.items()
    )
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(texts)) + entries)
    return path


def test_the_chosen_adapter_is_used_and_none_uses_none(tmp_path: Path) -> None:
    path = gguf(tmp_path / "own.gguf", architecture="llama", type="adapter")
    assert locate_adapter(path) == path
    assert locate_adapter(Path("none")) is None


def test_a_file_that_is_no_adapter_is_named(tmp_path: Path) -> None:
    model, text, cut = gguf(tmp_path / "model.gguf", type="model"), tmp_path / "a.gguf", tmp_path / "cut.gguf"
    text.write_text("not a model")
    cut.write_bytes(model.read_bytes()[:30])
    said = {model: "no adapter", text: "not a GGUF", cut: "damaged", tmp_path / "no.gguf": "There is no adapter"}
    for path, words in said.items():
        with pytest.raises(ModelError, match=words) as refused:
            locate_adapter(path)
        assert str(path) in refused.value.message


def test_the_embedded_model_says_what_it_is() -> None:
    assert read_facts(locate_embedded())["general.architecture"] == "llama"


def test_a_card_tells_an_adapter_for_another_catalogue(tmp_path: Path) -> None:
    adapter = gguf(tmp_path / "adapter.gguf", type="adapter")
    hashes = tool_hashes(BUILT_IN)
    card = Card(
        recipe={"rank": 2},
        data_sha256="0" * 64,
        intents={"a": 1},
        held_intents={},
        tools=hashes,
        catalogue_sha256=of_json(hashes),
        libraries={},
        held_out={"exact": 1.0},
        seconds=1.0,
        device="cpu",
        adapter_sha256=sha256_of(adapter),
        base_sha256="0" * 64,
    )
    (tmp_path / "card.json").write_text(card.model_dump_json())
    assert read_card(adapter) == card
    assert misfits(card, adapter, BUILT_IN) == []
    fewer = card.model_copy(
        update={"tools": {"query_data": "1" * 64, "old_tool": "2" * 64}, "catalogue_sha256": ""}
    )
    (said,) = misfits(fewer, adapter, BUILT_IN[:4])
    assert "3 tools new to it (ingest_data, list_inventory, show_data)" in said
    assert "1 tool changed (query_data)" in said
    assert "1 tool gone (old_tool)" in said
    adapter.write_bytes(b"GGUF other")
    assert "of another file" in misfits(card, adapter, BUILT_IN)[0]
    (tmp_path / "card.json").write_text("{}")
    assert read_card(adapter) is None
