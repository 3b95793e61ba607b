"""The operators of the language, in one table, and the fields of the bars.

There is no operator that reads the full sample, no negative lag, and nothing that reaches outside the panel.
"""

from __future__ import annotations

from types import MappingProxyType

from tools.features.expr import operation as rule
from tools.features.expr.node import Field
from tools.features.expr.operation import Operator, lag_bars, window_bars
from tools.features.expr.unit import INDEX, PRICE, SHARES
from tools.features.feature import Parameter
from tools.features.library.averages import settling_bars

FIELDS = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("open", PRICE),
            Field("high", PRICE),
            Field("low", PRICE),
            Field("close", PRICE),
            Field("volume", SHARES),
            Field("typical", PRICE),
            Field("market", INDEX),
        )
    }
)

_WINDOW = (Parameter("window", 20),)
_SPREAD_WINDOW = (Parameter("window", 20, minimum=2),)
_X, _XY, _ANY = ("close",), ("close", "volume"), (0, 1)
_MANY = 8


def _ema_bars(span: int) -> int:
    return settling_bars(span, alpha=2 / (span + 1))


def _one_bar() -> int:
    return 1


def _infix(symbol: str, target: str, unit: rule.UnitRule, *, alike: bool = False) -> Operator:
    return Operator(symbol, target, ("x", "y"), unit, alike=_ANY if alike else (), literals=_ANY)


def _comparison(symbol: str, target: str) -> Operator:
    return Operator(symbol, target, ("x", "y"), rule.plain, type="boolean", alike=_ANY, literals=_ANY)


def _logic(symbol: str, target: str, operands: tuple[str, ...]) -> Operator:
    return Operator(symbol, target, operands, rule.plain, type="boolean", conditions=tuple(range(len(operands))))


def _across(name: str, unit: rule.UnitRule, description: str) -> Operator:
    return Operator(name, name, ("returns(5)",), unit, description=description)


def _moving(name: str, target: str, unit: rule.UnitRule, description: str) -> Operator:
    return Operator(name, target, _X, unit, _WINDOW, window_bars, description=description)


def _varying(name: str, operands: tuple[str, ...], unit: rule.UnitRule, description: str) -> Operator:
    """An operator that needs two values at least."""
    return Operator(name, name, operands, unit, _SPREAD_WINDOW, window_bars, description=description)


def _crossing(name: str, description: str) -> Operator:
    return Operator(
        name, name, ("sma(20)", "sma(50)"), rule.plain, look_back=_one_bar, type="boolean",
        alike=_ANY, literals=(1,), description=description,
    )  # fmt: skip


def _extreme(name: str, target: str, description: str) -> Operator:
    return Operator(
        name, target, ("open", "close"), rule.same, alike=tuple(range(_MANY)), literals=tuple(range(_MANY)),
        most_operands=_MANY, description=description,
    )  # fmt: skip


SYMBOLS = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            _infix("+", "", rule.magnitude, alike=True),
            _infix("-", "", rule.spread, alike=True),
            _infix("*", "", rule.product),
            _infix("/", "divide", rule.quotient),
            _infix("**", "power", rule.power),
            _comparison(">", "greater"),
            _comparison(">=", "greater_equal"),
            _comparison("<", "less"),
            _comparison("<=", "less_equal"),
            _comparison("==", "equal"),
            _comparison("!=", "not_equal"),
            _logic("and", "logical_and", ("x > 0", "y > 0")),
            _logic("or", "logical_or", ("x > 0", "y > 0")),
        )
    }
)
NEGATIVE = Operator("-", "", ("x",), rule.magnitude)
NOT = _logic("not", "logical_not", ("x > 0",))

_FUNCTIONS = (
    Operator("abs", "absolute", _X, rule.magnitude, description="The value without its sign"),
    Operator("sign", "sign", _X, rule.plain, description="1, 0 or -1"),
    Operator("sqrt", "sqrt", _X, rule.root, description="Square root"),
    Operator("log", "log", _X, rule.logarithm, description="Natural logarithm"),
    Operator("exp", "exp", ("returns(5)",), rule.exponential, description="e to the power of the value"),
    _extreme("min", "minimum", "The lowest of the operands, bar by bar"),
    _extreme("max", "maximum", "The highest of the operands, bar by bar"),
    Operator("clip", "clip", ("zscore(20)", "-3", "3"), rule.same, alike=(0, 1, 2), literals=(1, 2),
             description="The value held between two bounds"),
    Operator("signed_power", "signed_power", ("returns(5)", "2"), rule.power, literals=_ANY,
             description="Sign of the value times a power of its size"),
    Operator("if_", "choose", ("close > open", "1", "-1"), rule.same,
             alike=(1, 2), conditions=(0,), literals=(1, 2),
             description="One value where the condition holds, another where it does not"),
    Operator("delay", "delay", _X, rule.same, (Parameter("lag", 1, minimum=0),), lag_bars,
             description="The value some bars ago"),
    Operator("delta", "delta", _X, rule.spread, (Parameter("lag", 1),), lag_bars,
             description="The change over some bars"),
    _moving("sma", "sma", rule.same, "Simple mean of the window"),
    Operator("ema", "ema", _X, rule.same, (Parameter("span", 20),), _ema_bars,
             description="Exponential mean, alpha = 2 / (span + 1)"),
    _moving("decay_linear", "decay_linear", rule.same, "Mean with linearly falling weights"),
    _moving("sum", "ts_sum", rule.magnitude, "Sum of the window"),
    _moving("product", "product", rule.window_product, "Product of the window"),
    _moving("ts_min", "ts_min", rule.same, "Lowest value of the window"),
    _moving("ts_max", "ts_max", rule.same, "Highest value of the window"),
    _moving("ts_argmin", "ts_argmin", rule.plain, "Bars since the lowest value of the window"),
    _moving("ts_argmax", "ts_argmax", rule.plain, "Bars since the highest value of the window"),
    _moving("ts_rank", "ts_rank", rule.plain, "Rank within the window, as a share of it"),
    _varying("stddev", _X, rule.spread, "Sample standard deviation of the window"),
    _varying("zscore", _X, rule.plain, "Distance from the mean of the window, in standard deviations"),
    _varying("correlation", _XY, rule.plain, "Correlation over the window"),
    _varying("covariance", _XY, rule.covariance, "Covariance over the window"),
    _crossing("crosses_above", "Whether it is above now and was not before"),
    _crossing("crosses_below", "Whether it is below now and was not before"),
    _across("rank", rule.plain, "Rank among the symbols at the bar, as a share of them"),
    _across("zscore_across", rule.plain, "Distance from the mean of the symbols, in standard deviations"),
    _across("scale", rule.plain, "Scaled so that the absolute values of the symbols add up to 1"),
    _across("demean", rule.spread, "Less the mean of the symbols"),
)  # fmt: skip

FUNCTIONS = MappingProxyType({operator.name: operator for operator in _FUNCTIONS})

# What other dialects call them. The canonical form has the name on the right.
ALIASES = MappingProxyType(
    {
        "wma": "decay_linear",
        "ts_decay_linear": "decay_linear",
        "signedpower": "signed_power",
        "shift": "delay",
        "lag": "delay",
        "ts_delay": "delay",
        "ts_delta": "delta",
        "diff": "delta",
        "mean": "sma",
        "ts_mean": "sma",
        "ts_sum": "sum",
        "ts_product": "product",
        "std": "stddev",
        "stdev": "stddev",
        "ts_std_dev": "stddev",
        "ts_zscore": "zscore",
        "ts_arg_min": "ts_argmin",
        "ts_arg_max": "ts_argmax",
        "corr": "correlation",
        "ts_corr": "correlation",
        "cov": "covariance",
        "cs_rank": "rank",
        "where": "if_",
        "iff": "if_",
    }
)
