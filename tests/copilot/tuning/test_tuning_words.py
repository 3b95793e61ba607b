"""What is told by words alone is fitted from the pairs: reproducibly, and to what was taught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.planner import phrasebook
from copilot.planner.evidence import Evidence
from copilot.planner.linear import load
from copilot.planner.phrasebook import INDEX, index_for, shares_of
from copilot.tuning.dataset import books, make_pairs
from copilot.tuning.linear import Document, fit, predicted
from copilot.tuning.pair import Pair
from copilot.tuning.words import books_version, fit_words

CHOSEN = (
    "ingest_plain",
    "list_data",
    "exp_target_volatility",
    "exp_max_position",
    "exp_max_drawdown",
    "f2_exp_add_symbol",
    "f2_exp_drop_symbol",
)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    folder = tmp_path_factory.mktemp("books")
    intents = [intent for path in books() for intent in json.loads(path.read_text(encoding="utf-8"))]
    few = [intent for intent in intents if intent["intent"] in CHOSEN]
    (folder / "few.json").write_text(json.dumps(few), encoding="utf-8")
    return make_pairs(folder, fills=2)


def test_all_are_fitted_and_told_right(pairs: list[Pair], tmp_path: Path) -> None:
    scores = fit_words(pairs, tmp_path, "these books")
    assert {path.name for path in tmp_path.iterdir()} == {"index.npz", "figures.npz", "edits.npz"}
    assert all(load(path).made_from == "these books" for path in tmp_path.iterdir())
    assert scores["tool"] > 0.8
    assert scores["settings"] > 0.5


def test_the_same_documents_give_the_same_weights(tmp_path: Path) -> None:
    documents = [
        Document(terms, label)
        for terms, label in ((["up", "now"], "yes"), (["up"], "yes"), (["down", "now"], "no"), (["down"], "no"))
    ]
    for name in ("one.npz", "two.npz"):
        fit(documents, tmp_path / name, "")
    one, two = load(tmp_path / "one.npz"), load(tmp_path / "two.npz")
    assert (one.weights == two.weights).all()
    assert predicted(documents, tmp_path / "one.npz") == [each.label for each in documents]
    assert sum(one.shares(["up"]).values()) == pytest.approx(1.0)


def test_an_adapter_may_bring_an_index_of_its_own(pairs: list[Pair], tmp_path: Path) -> None:
    assert index_for(None) == index_for(tmp_path / "adapter.gguf") == INDEX
    fit_words(pairs, tmp_path, "")
    own, said = index_for(tmp_path / "adapter.gguf"), Evidence("load", ())
    assert own == tmp_path / INDEX.name
    assert shares_of(said, None, own).keys() < shares_of(said, None).keys()


def test_the_shipped_index_was_made_from_these_books() -> None:
    assert load(phrasebook.INDEX).made_from == books_version(), (
        "run: slq model tune --words-only --out prompts/tuning"
    )
