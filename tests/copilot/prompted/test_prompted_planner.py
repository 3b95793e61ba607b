"""The planner of foreign models: its logic with a stand-in, and whole with the embedded GGUF used as if foreign."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.model.llm import Cancelled, Generation, Lark, Prompt, Schema, Share
from copilot.model.locate import locate_embedded
from copilot.planner import build_planner
from copilot.planner.emit import args_of
from copilot.planner.prompted.build import catalogue_planner
from copilot.planner.prompted.gemma_calls import GemmaCalls
from copilot.planner.prompted.json_calls import JsonCalls
from copilot.planner.prompted.planner import CataloguePlanner
from copilot.planner.talk import reply
from tools.catalog import TOOLS
from tools.kernel.errors import ModelError
from tools.kernel.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore:llama_token_get_attr:DeprecationWarning")

STATE = LiveState(symbols=("AAPL", "IBM"), experiments=("exp_20240105_LGBM_IBM_1d",), features=("rsi_14",))
SUMMARY = Call(tool="reply", args={"text": ""})


class Chooses:
    """Ranks the named entries first, by `shares`, and writes the given arguments one after the other."""

    name = "chooses"
    shares = (0.8, 0.1, 0.05)

    def __init__(self, ranked: Sequence[str], *written: dict[str, Any]) -> None:
        self.ranked, self.written = list(ranked), list(written)
        self.schemas: list[Any] = []
        self.options: list[str] = []

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | Lark | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        self.schemas.append(schema)
        text = json.dumps({"tool": "x", "args": self.written.pop(0)})
        return Generation(text=text, tokens=1, forced_tokens=1, evaluated_tokens=1, ms=0.0, finished=True)

    def rank(
        self,
        prompt: Prompt,
        options: Sequence[str],
        *,
        most: int,
        least: float = 0.0,
        cancel: threading.Event | None = None,
    ) -> tuple[Share, ...]:
        self.options = [json.loads(f"{option}}}")["tool"] for option in options]
        order = [*self.ranked, *(name for name in self.options if name not in self.ranked)]
        return tuple(
            Share(option=options[self.options.index(name)], share=self.shares[place])
            for place, name in enumerate(order[:most])
        )

    def count_tokens(self, prompt: Prompt) -> int:
        return len(prompt) // 4

    def plan(self, *turns: Turn | str) -> Plan:
        syntax = JsonCalls(lambda messages: "\n".join(each["content"] for each in messages), ["rsi_14"])
        planner = CataloguePlanner(self, syntax, context_tokens=8192, today=lambda: date(2026, 11, 22))
        return planner.plan([Turn(user=each) if isinstance(each, str) else each for each in turns], STATE)


def failed(tool: str, args: dict[str, Any], kind: str = "BadRequest", **failure: Any) -> Observation:
    return Observation(
        call=Call(tool=tool, args=args),
        status="failed",
        failure=Failure(kind=kind, **{"message": "No.", **failure}),
    )


def test_what_is_never_done_is_refused_before_the_model_is_asked() -> None:
    for text in ("place an order for 100 shares of IBM", "what is my api key", "delete the audit log"):
        assert "refuse" in Chooses([]).plan(text).call.args


def test_close_readings_are_offered() -> None:
    model = Chooses(["list_inventory", "show_data", "refuse"], {"kind": "data"}, {"symbols": ["IBM"]})
    model.shares = (0.5, 0.45, 0.05)
    plan = model.plan("what about the data of IBM")
    assert plan.call == Call(tool="list_inventory")  # defaults are left out
    assert plan.alternatives == (Call(tool="show_data", args={"symbols": ["IBM"]}),)
    assert plan.margin == pytest.approx(0.05)
    assert "done" not in model.options


def test_a_rejected_call_is_written_again_under_a_narrower_grammar() -> None:
    model = Chooses(
        ["run_backtest"],
        {"symbols": ["IBM"], "entry": "rsi(14) < 30", "start": "2015-02-30"},
        {"symbols": ["IBM"], "entry": "rsi(14) < 30"},
    )
    call = model.plan("buy IBM when RSI is below 30 since the end of february of that year").call
    assert call == Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "rsi(14) < 30"})
    before, after = (each["properties"]["args"]["properties"] for each in model.schemas[:2])
    assert "start" in before
    assert "start" not in after


def test_after_two_repairs_the_user_is_asked() -> None:
    bad = {"symbols": ["IBM"], "horizon_days": 500, "start": "never", "end": "never"}
    model = Chooses(["run_experiment"], *[bad] * 3)
    plan = model.plan("test rsi on IBM, 5 days ahead, since then")
    assert plan.call == Call(tool="reply", args={"ask": reply("ask_unclear")})
    assert len(model.schemas) == 3


def test_a_missing_amount_is_asked_for_in_our_own_words() -> None:
    plan = Chooses(["propose_trades"]).plan("what should I hold")
    assert plan.call == Call(tool="reply", args={"ask": reply("ask_capital")})


def test_missing_data_is_fetched_and_the_call_repeated_without_the_model() -> None:
    fetch = Call(tool="ingest_data", args={"symbols": ["KO"]})
    lacking = failed("run_experiment", {"symbols": ["KO"]}, "NoData", suggestion=fetch)
    turn = Turn(user="test KO", steps=(lacking,))
    assert Chooses([]).plan(turn).call == fetch
    fetched = Observation(call=fetch, status="ok", result={})
    assert Chooses([]).plan(turn.model_copy(update={"steps": (lacking, fetched)})).call == lacking.call


def test_after_a_result_the_model_goes_on_or_ends_the_turn() -> None:
    step = Observation(call=Call(tool="ingest_data", args={"symbols": ["KO"]}), status="ok", result={"rows": 3})
    turn = Turn(user="load KO and show it", steps=(step,))
    assert Chooses(["done"], {}).plan(turn).call == SUMMARY
    assert Chooses(["show_data"], {"symbols": ["KO"]}).plan(turn).call.tool == "show_data"
    again = Chooses(["ingest_data"], {"symbols": ["KO"]}).plan(turn)
    assert again.call == SUMMARY  # the same call a second time is no step
    rejected = turn.model_copy(update={"steps": (step.model_copy(update={"status": "rejected"}),)})
    assert Chooses([]).plan(rejected).call == SUMMARY


def test_an_error_narrows_the_next_try() -> None:
    step = failed(
        "show_data",
        {"symbols": ["Aple"]},
        message="'Aple' is not a symbol, company or group I know.",
        hint="Did you mean Apple?",
    )
    model = Chooses(["show_data"], {"symbols": ["Apple"]})
    assert model.plan(Turn(user="show Aple", steps=(step,))).call.args == {"symbols": ["Apple"]}
    symbols = model.schemas[0]["properties"]["args"]["properties"]["symbols"]
    assert symbols["items"] == {"enum": ["Apple"]}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def planner(cache: Path) -> Any:
    return build_planner(Settings(_env_file=None, model=locate_embedded(), cache=cache, threads=1))


def test_a_model_given_by_its_path_plans_valid_calls_from_the_catalogue(planner: Any, cache: Path) -> None:
    assert isinstance(planner, CataloguePlanner)
    assert len(list((cache / "kv").glob("*.kv"))) == 1
    for text in ("compare the last two experiments", "open the report of the experiment on IBM"):
        plan = planner.plan([Turn(user=text)], STATE)
        assert 0 <= plan.margin <= 1
        if plan.call.tool != "reply":
            args_of(plan.call.tool).model_validate(plan.call.args)
            assert plan.call.tool in {tool.name for tool in TOOLS}
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        planner.plan([Turn(user="show me something else")], STATE, stop)


def test_the_grammar_of_gemma_calls_binds_and_reads_back(planner: Any) -> None:
    engine = planner._llm  # one GGUF for the file: a second would take another 10 s to read its prompt
    calls = GemmaCalls("", engine.is_token, ["rsi_14"])
    args = {
        "properties": {
            "symbols": {"type": "array", "items": {"enum": ["IBM", "AAPL"]}, "maxItems": 2},
            "n": {"enum": [3]},
        },
        "required": ["symbols"],
    }
    made = engine.generate("Load IBM.", schema=calls.grammar("show_data", args), max_tokens=60)
    assert made.text.startswith("<start_function_call>call:show_data{")
    assert set(calls.read(made.text)["symbols"]) <= {"IBM", "AAPL"}


def test_a_catalogue_that_does_not_fit_is_a_clear_error(
    planner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = planner._llm
    monkeypatch.setattr(engine, "context_tokens", 1500)
    with pytest.raises(ModelError, match="holds 1500 tokens") as caught:
        catalogue_planner(engine, tmp_path, lambda: date(2026, 11, 22))
    assert "SLQ_CONTEXT_TOKENS" in caught.value.hint
