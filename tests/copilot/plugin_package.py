"""A package that adds a tool, written to a folder: module, phrase book and the record of its installation."""

from __future__ import annotations

import json
from pathlib import Path

MODULE = '''
from math import log
from pathlib import Path
from typing import Literal

from pydantic import Field

from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Result


class DoublingArgs(Args):
    percent: float = Field(gt=0, le=100)
    interest: Literal["compound", "simple"] = "compound"


class Doubling(Result):
    years: float
    interest: str


def doubling_time(ctx: Context, args: DoublingArgs) -> Doubling:
    """Say after how many years money doubles at a yearly interest."""
    share = args.percent / 100
    years = log(2) / log(1 + share) if args.interest == "compound" else 1 / share
    return Doubling(years=round(years, 2), interest=args.interest)


DOUBLING_TIME = Tool(
    name="doubling_time",
    args=DoublingArgs,
    result=Doubling,
    effect=Effect.NONE,
    run=doubling_time,
    positional="percent",
    phrases=Path(__file__).with_name("doubling.json"),
)
'''
BOOK = [
    {
        "intent": "doubling",
        "call": {"tool": "doubling_time", "args": {"percent": "{rate}"}},
        "slots": {"rate": ["3 percent", "7 %", "10 percent", "4.5 %", "6 percent", "12 percent", "8 %"]},
        "say": [
            "how long until my money doubles at {rate}",
            "doubling time at {rate}",
            "when will savings have doubled with {rate} interest",
            "years to double my money at {rate}",
            "at {rate} a year, how many years until it doubles",
            "double my savings at {rate}, how long",
        ],
    }
]


def install(folder: Path, name: str, entry_points: dict[str, str], files: dict[str, str]) -> Path:
    """Write a package as an installer leaves it, and return the folder to put on the path."""
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    entries = "".join(f"{key} = {value}\n" for key, value in entry_points.items())
    (info / "entry_points.txt").write_text(f"[slq.tools]\n{entries}")
    for file, text in files.items():
        (folder / file).write_text(text)
    return folder


def install_doubling(folder: Path) -> Path:
    """Write the package of `doubling_time`."""
    files = {"doubling.py": MODULE, "doubling.json": json.dumps(BOOK)}
    return install(folder, "doubling", {"doubling_time": "doubling:DOUBLING_TIME"}, files)
