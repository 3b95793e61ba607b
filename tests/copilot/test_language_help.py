"""What is said of the language is the language: every example works."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from copilot.language_help import FEATURE, LANGUAGES, SCRIPT
from copilot.theme import THEME
from tools.features.expr import compile_expression
from tools.features.expr.names import explain_unknown
from tools.features.expr.table import ALIASES, FIELDS, FUNCTIONS
from tools.kernel import confined
from tools.kernel.spec import Context
from tools.lab.record import CheckArgs, GenerateArgs
from tools.lab.tool import check_features, generate_features
from tools.script.record import ScriptArgs
from tools.script.tool import run_python


def shown(name: str, width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, theme=THEME).print(LANGUAGES[name]())
    return out.getvalue()


def test_every_operator_is_listed_with_an_example_that_works() -> None:
    text = shown("expressions")
    assert all(name in text for name in (*FUNCTIONS, *FIELDS, *ALIASES))
    for operator in FUNCTIONS.values():
        assert operator.example in text
        compile_expression(operator.example)


def test_the_examples_of_python_run(sampled: Callable[..., Context]) -> None:
    ctx = sampled("IBM", "MSFT")
    text = shown("python")
    assert all(line.strip() in text for line in (*FEATURE.splitlines(), SCRIPT))
    made = generate_features(ctx, GenerateArgs(name="fade", code=FEATURE))
    assert check_features(ctx, CheckArgs(features=(made.features[0].name,))).leaking == ()
    assert run_python(ctx, ScriptArgs(code=SCRIPT, symbols=("IBM", "MSFT"))).row_count == 2


@pytest.mark.parametrize("name", LANGUAGES)
def test_errors_name_the_lists(name: str) -> None:
    hints = (explain_unknown("qqqqqq", called=True)[1], confined.CORRECT)
    assert any(f"/help {name}" in hint for hint in hints)
