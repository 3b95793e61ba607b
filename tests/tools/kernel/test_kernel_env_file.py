"""One setting of a `.env` file changes; everything else in it stays as it was, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kernel.env_file import with_setting, write_setting
from tools.kernel.errors import BadRequest
from tools.kernel.settings import Settings

NAME = "SLQ_MODEL"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (b"", "/m.gguf", b"SLQ_MODEL=/m.gguf\n"),
        (b"A=1", "/m.gguf", b"A=1\nSLQ_MODEL=/m.gguf\n"),
        (b"A=1\r\nB=2\r\n", "/m.gguf", b"A=1\r\nB=2\r\nSLQ_MODEL=/m.gguf\r\n"),
        (b"# SLQ_MODEL=x\nA=1\n", "/m.gguf", b"# SLQ_MODEL=x\nA=1\nSLQ_MODEL=/m.gguf\n"),
        (b"A=1\n\n\nexport SLQ_MODEL = 'x' # mine\nB=2\n", "/y", b"A=1\n\n\nSLQ_MODEL=/y\nB=2\n"),
        (b"SLQ_MODEL=a\nB=2\nSLQ_MODEL=b", "/y", b"SLQ_MODEL=a\nB=2\nSLQ_MODEL=/y"),
        (b"SLQ_MODEL=a\nB=2\n\nSLQ_MODEL=b\n#end", None, b"B=2\n\n#end"),
        (b'K="first\nSLQ_MODEL=not\nlast"\n', None, b'K="first\nSLQ_MODEL=not\nlast"\n'),
        (b"\xef\xbb\xbfSLQ_MODEL=a\nN=\xff\xfe\n", "/y", b"\xef\xbb\xbfSLQ_MODEL=/y\nN=\xff\xfe\n"),
        (b"SLQ_MODELS=a\n", None, b"SLQ_MODELS=a\n"),
        (b"A=1\n", "/my models/m #1.gguf", b"A=1\nSLQ_MODEL='/my models/m #1.gguf'\n"),
    ],
)
def test_one_setting_changes(before: bytes, value: str | None, after: bytes) -> None:
    assert with_setting(before, NAME, value) == after


@given(st.binary(max_size=200))
def test_what_is_added_is_taken_out_again_and_nothing_else(content: bytes) -> None:
    without = with_setting(content, NAME, None)
    added = with_setting(without, NAME, "/m.gguf")
    assert added.startswith(without)
    assert with_setting(without, NAME, None) == without


@pytest.mark.parametrize(
    "value", ["/plain.gguf", "/my models/m #1.gguf", "/ü/m.gguf", '/a"b.gguf', "/$HOME/m.gguf"]
)
def test_the_settings_read_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.delenv(NAME, raising=False)
    path = tmp_path / ".env"
    path.write_text("SLQ_THREADS=3\n", encoding="utf-8")
    path.chmod(0o640)
    write_setting(path, NAME, value)
    read = Settings(_env_file=path)
    assert (read.model, read.threads) == (Path(value), 3)
    assert path.stat().st_mode & 0o777 == 0o640
    write_setting(path, NAME, None)
    assert Settings(_env_file=path).model is None


@pytest.mark.parametrize("value", ["/it's.gguf", "/a\nSLQ_SANDBOX=degraded", "/${HOME}/m.gguf"])
def test_what_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(BadRequest, match="cannot be kept"):
        with_setting(b"", NAME, value)
