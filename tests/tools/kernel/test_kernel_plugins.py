"""Plugins: what is wrong with one is said by its package, and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools.catalog import TOOLS
from tools.kernel.errors import BadRequest
from tools.kernel.phrases import kind_of, read_book, slots_of
from tools.kernel.plugins import check_tool, find_plugins
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Result


class NoArgs(Args):
    """Nothing."""


class Opaque(Args):
    """An argument without a schema."""

    call: Callable[[], int]


class Said(Result):
    """A word."""

    word: str


def say_word(ctx: Context, args: NoArgs) -> Said:
    """Say a word."""
    return Said(word="yes")


def silent_run(ctx: Context, args: NoArgs) -> Said:
    return Said(word="no")


GOOD: Tool[Any, Any] = Tool("say_word", NoArgs, Said, Effect.NONE, say_word)


@pytest.mark.parametrize(
    ("tool", "fault"),
    [
        ("say_word", "is no Tool but str"),
        (replace(GOOD, name="other_word"), "calls itself 'other_word'"),
        (replace(GOOD, args=Said), "which is no Args"),
        (replace(GOOD, result=NoArgs), "which is no Result"),
        (replace(GOOD, effect="harmless"), "which is none of"),
        (replace(GOOD, effect=Effect.TRADE), "SLQ's own"),
        (replace(GOOD, run=silent_run), "no `run` with a docstring"),
        (replace(GOOD, positional="word"), "no argument 'word'"),
        (replace(GOOD, args=Opaque), "without a JSON schema"),
        (replace(GOOD, phrases=Path("/nowhere.json")), "phrase book that does not work"),
    ],
)
def test_what_is_no_tool_is_refused(tool: object, fault: str) -> None:
    with pytest.raises(BadRequest, match=fault):
        check_tool(tool, "say_word", ())


def test_names_must_be_free_and_of_two_words() -> None:
    with pytest.raises(BadRequest, match="taken"):
        check_tool(GOOD, "say_word", ["say_word"])
    with pytest.raises(BadRequest, match="two or more words"):
        check_tool(replace(GOOD, name="help"), "help", ())
    check_tool(GOOD, "say_word", ["other_word"])


def test_the_first_of_two_packages_keeps_a_name_and_both_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("zebra", "aardvark"):
        info = tmp_path / f"{package}-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(f"[slq.tools]\nsay_word = {__name__}:GOOD\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = find_plugins(())
    assert [(each.package, each.tool is not None) for each in found] == [
        ("aardvark 2.0", True),
        ("zebra 2.0", False),
    ]
    assert "zebra 2.0" in found[1].fault
    assert "name that is taken" in found[1].fault


def test_the_catalogue_is_a_sequence() -> None:
    names = [tool.name for tool in TOOLS]
    assert len(TOOLS) == len(names)
    assert TOOLS[0].name == names[0]
    assert [tool.name for tool in TOOLS[:2]] == names[:2]


def test_phrase_books_say_where_they_are_wrong(tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    book.write_text('[{"intent": "a", "call": {"tool": "say_word"}, "say": []}]')
    with pytest.raises(BadRequest, match=r"not valid at 0\.say"):
        read_book(book)
    assert slots_of("load {symbols_1} from {symbols_2} {period}") == ["symbols_1", "symbols_2", "period"]
    assert kind_of("symbols_1") == "symbols"
