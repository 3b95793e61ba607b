"""FunctionGemma's syntax: what is declared, written and read back is exactly its own."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.messages import Call
from copilot.planner.prompted.dialogue import Exchange
from copilot.planner.prompted.gemma_calls import GemmaCalls, as_call, declaration, read_call, written

WEATHER = {
    "properties": {
        "unit": {"type": "string", "description": "Unit", "enum": ["celsius", "fahrenheit"]},
        "city": {"type": "string", "description": "City name"},
        "days": {"type": "integer"},
        "hours": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["city"],
}


def test_a_declaration_is_written_as_it_was_trained_on() -> None:
    assert declaration("get_weather", "Get the weather.", WEATHER) == (
        "declaration:get_weather{description:<escape>Get the weather.<escape>,parameters:{properties:{"
        "city:{description:<escape>City name<escape>,type:<escape>STRING<escape>},"
        "days:{description:<escape><escape>,type:<escape>INTEGER<escape>},"
        "hours:{description:<escape><escape>,items:{type:<escape>INTEGER<escape>},type:<escape>ARRAY<escape>},"
        "unit:{description:<escape>Unit<escape>,enum:[<escape>celsius<escape>,<escape>fahrenheit<escape>],"
        "type:<escape>STRING<escape>}},"
        "required:[<escape>city<escape>],type:<escape>OBJECT<escape>}}"
    )


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"city": "Paris"}, "call:f{city:<escape>Paris<escape>}"),
        ({"b": 2.5, "a": 1}, "call:f{a:1,b:2.5}"),
        ({"x": ["a, b", "{c}"], "on": True}, "call:f{on:true,x:[<escape>a, b<escape>,<escape>{c}<escape>]}"),
        ({"deep": {"k": ["v"]}}, "call:f{deep:{k:[<escape>v<escape>]}}"),
        ({}, "call:f{}"),
    ],
)
def test_a_call_is_written_and_read_back(args: dict[str, Any], text: str) -> None:
    whole = f"<start_function_call>{text}<end_function_call>"
    assert as_call("f", args) == whole
    assert read_call(whole) == ("f", args)
    assert read_call(text) == ("f", args)  # where a decoder leaves the marks of the call out


@pytest.mark.parametrize(
    "text",
    ["", "hello", "call:f{a:<escape>x", "call:f{a}", "call:f{a:1}}", "call:f{a:,b:2}", "call:f[1]", "call:f{a:1"],
)
def test_what_is_cut_off_or_no_call_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_call(text)


def test_marks_in_a_value_are_broken_up() -> None:
    assert written("a<escape>b<end_function_call>") == "<escape>a< escape>b< end_function_call><escape>"


def test_a_prompt_keeps_calls_and_their_results_in_the_turn_of_the_model() -> None:
    calls = GemmaCalls("<bos>", lambda _text: True, ["rsi_14"])
    exchanges = [
        Exchange("list <end_of_turn>", ((Call(tool="list_inventory", args={"kind": "data"}), "Result: ok."),)),
        Exchange("and now?", ()),
    ]
    prompt = calls.prompt(exchanges)
    start = (
        "<bos><start_of_turn>developer\nYou are a model that can do function calling with the following functions"
    )
    assert prompt.startswith(f"{start}<start_function_declaration>declaration:ingest_data{{")
    assert prompt.endswith(
        "<end_of_turn>\n<start_of_turn>user\nlist < end_of_turn><end_of_turn>\n<start_of_turn>model\n"
        "<start_function_call>call:list_inventory{kind:<escape>data<escape>}<end_function_call>"
        "<start_function_response>response:list_inventory{value:<escape>Result: ok.<escape>}<end_function_response>"
        "<end_of_turn>\n<start_of_turn>user\nand now?<end_of_turn>\n<start_of_turn>model\n"
    )
