"""The README's example source works as an installed package: its code and its entry point are taken from there."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tools.ingest.tool import IngestArgs, ingest_data
from tools.kernel.spec import Context
from tools.lake.store import open_lake

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SECTION = README.split("## Adding a source")[1].split("\n## ")[0]
SERIES = "observation_date,DGS10\n2020-01-02,1.88\n2020-01-03,1.80\n2020-01-06,.\n2020-01-07,1.83\n"


def block(language: str) -> str:
    """Return the one block of the section in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    return str(found)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the example as a package: a module and its metadata on the path."""
    (group, entries), *others = tomllib.loads(block("toml"))["project"]["entry-points"].items()
    assert not others
    (tmp_path / "rates_source.py").write_text(block("python"), encoding="utf-8")
    about = tmp_path / "rates_source-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rates-source\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"[{group}]", *(f"{name} = {where}" for name, where in entries.items())]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_the_example_source_fills_the_lake(context: Context) -> None:
    folder = context.workspace.data / "rates"
    folder.mkdir()
    (folder / "DGS10.csv").write_text(SERIES, encoding="utf-8")
    result = ingest_data(context, IngestArgs(symbols=("DGS10",), source="rates"))
    (loaded,) = result.symbols
    assert (loaded.symbol, loaded.source, loaded.rows, loaded.quarantined_rows) == ("DGS10", "rates", 3, 0)
    assert "Yields in per cent, not prices." in " ".join(result.warnings)
    with open_lake(context.workspace) as lake:
        rows = lake.read("SELECT close, source FROM lake.bars WHERE symbol = 'DGS10' ORDER BY ts", [])
    assert rows["close"].tolist() == [1.88, 1.80, 1.83]
    late = ingest_data(context, IngestArgs(symbols=("DGS10",), source="rates", start=date(2020, 1, 7)))
    assert (late.rows, late.new_rows) == (1, 0)
    assert list((context.workspace.data / "raw").rglob("*.csv*"))
