"""What of a conversation is in view: properties of the cut, and what a line tells."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from copilot.context import about_tokens, in_view, state_line, summary_line, turn_text
from copilot.context_view import context_view
from copilot.messages import Call, Failure, LiveState, Observation, Turn

WORDS = st.text(st.sampled_from("ab Ü\n"), max_size=200)


def _call(symbols: list[str]) -> Call:
    return Call(tool="run_experiment", args={"symbols": symbols, "features": ["rsi_14"]})


STEPS = st.builds(
    lambda symbols, status: Observation(call=_call(symbols), status=status, result={"experiment": "exp_1"}),
    st.lists(st.sampled_from(["AAPL", "IBM"]), max_size=30),
    st.sampled_from(["ok", "failed", "cancelled"]),
)
TURNS = st.lists(
    st.builds(Turn, user=WORDS, answer=WORDS, steps=st.lists(STEPS, max_size=3).map(tuple)), min_size=1, max_size=30
)


@settings(max_examples=60)
@given(TURNS, st.integers(-50, 3000))
def test_the_newest_is_whole_the_order_kept_and_nothing_vanishes(turns: list[Turn], budget: int) -> None:
    view = in_view(turns, budget, about_tokens)
    assert view.full
    assert list(view.full) == turns[-len(view.full) :]
    gone, lines = len(view.left_out), len(view.summarised)
    assert gone + lines + len(view.full) == len(turns)
    assert view.left_out == tuple(range(1, gone + 1))
    expected = [summary_line(number, turns[number - 1]) for number in range(gone + 1, gone + lines + 1)]
    assert list(view.summarised) == expected
    newest = about_tokens(turn_text(turns[-1]))
    assert view.tokens <= max(budget, newest)
    assert about_tokens(view.text) <= view.tokens + len(turns)  # the ends of lines
    if gone and f"to {gone} are left out" not in view.text and "Turn 1 is left out" not in view.text:
        assert (lines, len(view.full)) == (0, 1)  # only the newest turn has room, not even for the note


@settings(max_examples=30)
@given(TURNS)
def test_what_fits_is_shown_whole(turns: list[Turn]) -> None:
    room = sum(about_tokens(turn_text(turn)) + about_tokens(summary_line(99, turn)) for turn in turns)
    view = in_view(turns, room, about_tokens)
    assert list(view.full) == turns
    assert (view.left_out, view.summarised) == ((), ())


@settings(max_examples=40)
@given(TURNS, st.integers(0, 2000), st.integers(0, 500))
def test_more_room_never_shows_less(turns: list[Turn], budget: int, more: int) -> None:
    small, large = in_view(turns, budget, about_tokens), in_view(turns, budget + more, about_tokens)
    assert len(large.left_out) <= len(small.left_out)


def test_a_line_tells_the_request_the_key_arguments_and_the_outcome() -> None:
    failure = Failure(kind="NoData", message="There are no bars of IBM.")
    steps = (
        Observation(
            call=Call(tool="ingest_data", args={"symbols": ["AAPL", "IBM"]}), status="ok", result={"rows": 3}
        ),
        Observation(call=_call(["IBM"]), status="failed", failure=failure),
    )
    turn = Turn(user="load\n" + "Apple " * 30, steps=steps, not_begun=(Call(tool="propose_trades"),))
    line = summary_line(7, turn)
    assert line.startswith('7. "load Apple Apple')
    assert "\n" not in line
    assert "ingest_data(symbols=AAPL,IBM) ok" in line
    assert "run_experiment(symbols=IBM, features=rsi_14) failed NoData" in line
    assert line.endswith("propose_trades not begun")


def test_a_made_experiment_is_named_in_its_line() -> None:
    turn = Turn(user="go", steps=(Observation(call=_call(["IBM"]), status="ok", result={"experiment": "exp_9"}),))
    assert "ok exp_9" in summary_line(1, turn)


def test_the_writing_of_a_whole_turn_can_be_the_callers() -> None:
    turns = [Turn(user="one"), Turn(user="two")]
    view = in_view(turns, 1000, len, write=lambda turn: turn.user.upper())
    assert view.text == "ONE\nTWO"
    assert in_view([], 10, len).full == ()


def test_the_state_line_counts_and_names() -> None:
    state = LiveState(
        symbols=("AAPL", "IBM"), experiments=tuple(f"exp_{n}" for n in range(20)), features=("rsi_14",)
    )
    line = state_line(state)
    assert line.startswith("symbols 2 (AAPL, IBM); experiments 20 (exp_8")
    assert line.endswith("features 1")


def test_the_view_says_what_is_full_in_a_line_and_left_out() -> None:
    turns = [Turn(user=f"question {number} " + "x" * 300, answer="y" * 600) for number in range(1, 91)]
    console = Console(record=True, width=110)
    console.print(context_view(turns, LiveState(symbols=("IBM",)), 2048, None))
    text = console.export_text()
    assert "left out" in text
    assert "90. question 90" in text
    assert '89. "question 89' in text
    assert "about 1," in text
    assert "of 2,048 tokens" in text
    assert "1 to " in text
    assert "no model is loaded" in text
    console.print(context_view(turns, LiveState(), 2048, lambda text: 1))
    text = console.export_text()
    assert "in a line" not in text
    assert "about" not in text


def test_a_tuned_model_is_shown_with_the_prompt_that_it_read() -> None:
    console = Console(record=True, width=110)
    turns = [Turn(user="load IBM"), Turn(user="and Ford")]
    console.print(context_view(turns, LiveState(), 2048, len, "request: and Ford [bold]<|im_end|>"))
    text = console.export_text()
    assert "request: and Ford [bold]<|im_end|>" in text
    assert "1. load IBM" in text
    assert "The rules beside the model know them all." in text
    assert "34 of 2,048 tokens" in text
