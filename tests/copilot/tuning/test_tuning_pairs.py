"""The pairs: reproducible everywhere, held out for good, and calls that their tools accept."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import prompts
from copilot.planner.emit import args_of
from copilot.tuning.dataset import books, make_pairs
from copilot.tuning.own import fill_own, intents_of
from copilot.tuning.pair import Pair, version_of
from copilot.tuning.slots import HELD_EVERY, POOLS, fill_slot, slipped
from tools.catalog import find_tool
from tools.kernel.errors import BadRequest
from tools.kernel.phrases import slots_of

INTENTS = [intent for path in books() for intent in json.loads(path.read_text(encoding="utf-8"))]
TYPED = {"sql", "code"}  # copied from the request after the model has written the rest


def small_books(folder: Path, every: int) -> Path:
    """Write the first wordings of one intent in `every`, one of them held out."""
    few = [{**intent, "say": intent["say"][:HELD_EVERY]} for intent in INTENTS[::every]]
    (folder / "few.json").write_text(json.dumps(few), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    return make_pairs(small_books(tmp_path_factory.mktemp("books"), 3), fills=1)


def refused(pairs: Sequence[Pair]) -> list[str]:
    """Return the calls that their tool's types refuse, but for what is typed."""
    found = []
    for pair in pairs:
        call = json.loads(pair.call)
        try:
            args_of(call["tool"]).model_validate_json(json.dumps(call["args"]))
        except ValidationError as error:
            if any(problem["type"] != "missing" or problem["loc"][0] not in TYPED for problem in error.errors()):
                found.append(f"{pair.intent}: {pair.call}: {error.errors()[0]['msg']}")
    return found


def test_calls_are_what_their_tools_accept(pairs: list[Pair]) -> None:
    assert refused(pairs) == []
    assert {pair.split for pair in pairs} == {"train", "held"}
    assert {pair.intent for pair in pairs} == {intent["intent"] for intent in INTENTS[::3]}


@pytest.mark.slow
def test_all_calls_are_what_their_tools_accept() -> None:
    pairs = make_pairs()
    assert refused(pairs) == []
    train, held = ({pair.prompt for pair in pairs if pair.split == split} for split in ("train", "held"))
    assert not {prompt for prompt in held & train if "heard:" in prompt and "before:" not in prompt}


def test_the_version_is_the_same_in_another_process(tmp_path: Path) -> None:
    folder = small_books(tmp_path, 20)
    code = "import sys, pathlib; from copilot.tuning.dataset import make_pairs;"
    code += "from copilot.tuning.pair import version_of;"
    code += "print(version_of(make_pairs(pathlib.Path(sys.argv[1]))))"
    other = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert other.stdout.strip() == version_of(make_pairs(folder))
    assert version_of(make_pairs(folder, seed=8)) != other.stdout.strip()


def test_no_wording_and_no_words_of_a_slot_are_in_both_splits() -> None:
    train, held = set(), set()
    for intent in INTENTS:
        if not intent.get("before"):
            for place, wording in enumerate(intent["say"]):
                (held if place % HELD_EVERY == HELD_EVERY - 1 else train).add(wording.lower())
    assert train & held == set()
    pools = json.loads((prompts.FOLDER / "tuning" / POOLS).read_text(encoding="utf-8"))
    for name, pool in pools.items():
        words = [each.lower() for each in pool]
        assert not {*words[::HELD_EVERY]} & {each for place, each in enumerate(words) if place % HELD_EVERY}, name


def edits(one: str, other: str) -> int:
    """Return the edits between two words: letters lost, added, changed, or neighbours swapped."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {
        (0, column): column for column in range(len(other) + 1)
    }
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            same = one[row - 1] == other[column - 1]
            table[row, column] = min(
                table[row - 1, column] + 1, table[row, column - 1] + 1, table[row - 1, column - 1] + (not same)
            )
            if row > 1 and column > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                table[row, column] = min(table[row, column], table[row - 2, column - 2] + 1)
    return table[len(one), len(other)]


def test_a_slip_is_one_edit_and_leaves_slots_alone() -> None:
    draw, slips = random.Random(3), 0
    for intent in INTENTS:
        for wording in intent["say"][:6]:
            after = slipped(wording, draw)
            slips += after != wording
            assert slots_of(after) == slots_of(wording)
            if after != wording:
                assert edits(wording, after) == 1
    assert slips > 50


def test_a_slot_is_filled_from_its_half() -> None:
    from copilot.messages import LiveState

    held, train = (
        {fill_slot("day", random.Random(seed), LiveState(), held=held)[0] for seed in range(60)}
        for held in (True, False)
    )
    assert held
    assert train
    assert not held & train


def test_a_plugin_without_a_book_gets_a_few_wordings() -> None:
    made = intents_of(find_tool("show_report"))
    assert {each["intent"] for each in made} == {"show_report_needed", "show_report_experiment"}
    assert len(made[0]["say"]) >= HELD_EVERY
    with pytest.raises(BadRequest, match="'sql' of query_data"):
        intents_of(find_tool("query_data"))


def test_own_words_of_a_number_stand_for_their_figure() -> None:
    field: Any = find_tool("propose_trades").args.model_fields["capital_usd"]
    assert fill_own(["7 percent"], field, random.Random(1), held=False) == ("7 percent", 7)
    assert fill_own(["Lisbon"], None, random.Random(1), held=True) == ("Lisbon", "Lisbon")
