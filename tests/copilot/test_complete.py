"""What the prompt offers for the word under the cursor."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from copilot.complete import SlqCompleter
from copilot.messages import LiveState


def offered(text: str) -> list[str]:
    state = LiveState(symbols=("AAPL", "IBM"), features=("rsi_14", "auto_qual"))
    completer = SlqCompleter({"help": "Show help."}, lambda: state)
    return [each.text for each in completer.get_completions(Document(text), CompleteEvent())]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/he", ["help"]),
        ("/ingest_data SPY --interval ", ["1d", "1h", "1m"]),
        ("/ingest_data SPY --kind n", ["news"]),
        ("/ingest_data SPY --pa", ["path"]),
        ("/ingest_data --path ", []),
        ("any gaps in aa", ["AAPL"]),
        ("/list_inventory fe", ["features"]),
        ("/run_experiment IBM,aa", ["AAPL"]),
        ("/generate_features rsi_14 * gap, au", ["auto_qual"]),
        ("/check_features abs(rs", ["rsi_14"]),
        ("--interval ", []),
        ("", []),
    ],
)
def test_what_fits_is_offered(text: str, words: list[str]) -> None:
    assert offered(text) == words
