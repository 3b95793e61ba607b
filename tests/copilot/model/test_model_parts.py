"""Threads, prompt profiles and the scripted stand-ins."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.messages import Call, LiveState, Plan, Turn
from copilot.model.llm import Cancelled
from copilot.model.profile import defuse, profile_of
from copilot.model.scripted import ScriptedLLM, ScriptedPlanner
from copilot.model.threads import MOST, choose_threads
from tools.kernel.errors import ModelError


@pytest.mark.parametrize(
    ("cores", "load", "threads"), [(2, 0.0, 2), (2, 0.4, 2), (2, 1.0, 1), (2, 7.0, 1), (1, 0.0, 1), (64, 3.0, MOST)]
)
def test_busy_cores_are_left_alone(cores: int, load: float, threads: int) -> None:
    assert choose_threads(cores, load) == threads


@given(st.integers(1, 512), st.floats(0, 1000))
def test_there_is_always_a_thread(cores: int, load: float) -> None:
    assert 1 <= choose_threads(cores, load) <= min(cores, MOST)


def test_a_model_without_a_template_gets_plain_text() -> None:
    profile = profile_of({"general.architecture": "llama"}, bos="<s>", eos="</s>")
    assert profile.render([{"role": "user", "content": "hello"}]) == "hello\n\n"


def test_a_broken_template_is_a_model_error() -> None:
    profile = profile_of({"tokenizer.chat_template": "{% for %}"}, bos="", eos="")
    with pytest.raises(ModelError, match="chat template"):
        profile.render([{"role": "user", "content": "hello"}])


def test_a_template_that_refuses_is_a_model_error() -> None:
    template = "{{ raise_exception('System role not supported') }}"
    with pytest.raises(ModelError, match="System role"):
        profile_of({"tokenizer.chat_template": template}, bos="", eos="").render([{"role": "user", "content": "x"}])


@given(st.text(alphabet="<|/>im_endstr a"))
def test_no_turn_mark_survives(text: str) -> None:
    safe = defuse(text)
    assert "<|" not in safe
    assert "</s>" not in safe


def test_comparisons_in_a_request_stay_readable() -> None:
    assert defuse("a < b and c <= d") == "a < b and c <= d"


def test_scripts_replay_and_stop() -> None:
    llm = ScriptedLLM(["one", "two"])
    assert [llm.generate("a").text, llm.generate("b").text] == ["one", "two"]
    assert llm.prompts == ["a", "b"]
    planner = ScriptedPlanner([Call(tool="list_inventory"), Plan(call=Call(tool="reply"), margin=0.1)])
    turns = [Turn(user="hello")]
    assert planner.plan(turns, LiveState()).margin == 1.0
    assert planner.plan(turns, LiveState()).margin == 0.1
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        planner.plan(turns, LiveState(), stop)
    with pytest.raises(Cancelled):
        llm.generate("c", cancel=stop)
