"""The operators of the expression language as functions of frames (bars x symbols): what generated files call.

Each is causal, returns a frame with the labels of what it was given, and says in its docstring what is NaN.
"""

from tools.features.operators.across import demean, rank, scale, zscore_across
from tools.features.operators.elementwise import (
    absolute,
    clip,
    divide,
    exp,
    log,
    maximum,
    minimum,
    power,
    sign,
    signed_power,
    sqrt,
)
from tools.features.operators.frames import market, settled, typical
from tools.features.operators.logic import (
    choose,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    not_equal,
)
from tools.features.operators.timeseries import (
    correlation,
    covariance,
    crosses_above,
    crosses_below,
    decay_linear,
    delay,
    delta,
    ema,
    product,
    sma,
    stddev,
    ts_argmax,
    ts_argmin,
    ts_max,
    ts_min,
    ts_rank,
    ts_sum,
    zscore,
)

__all__ = [
    "absolute", "choose", "clip", "correlation", "covariance", "crosses_above", "crosses_below",
    "decay_linear", "delay", "delta", "demean", "divide", "ema", "equal", "exp", "greater", "greater_equal", "less",
    "less_equal", "log", "logical_and", "logical_not", "logical_or", "market", "maximum", "minimum", "not_equal",
    "power", "product", "rank", "scale", "settled", "sign", "signed_power", "sma", "sqrt", "stddev", "ts_argmax",
    "ts_argmin", "ts_max", "ts_min", "ts_rank", "ts_sum", "typical", "zscore", "zscore_across",
]  # fmt: skip
