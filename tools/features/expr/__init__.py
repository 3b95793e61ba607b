"""The expression language: one line of text, checked before it runs, that looks back only.

`rsi(14) * zscore(volume, 20)`, `rank(returns(63)) - rank(volatility(20))`, `close > sma(200) and volume > adv(20)`.
The text is parsed, never executed: it can name only the fields, operators and library features there are, every lag
and window is a whole number known beforehand, and no operator reads the full sample. So an expression cannot look
ahead, whoever wrote it. Loads without pandas.
"""

from tools.features.expr.expression import Expression, compile_expression, usable_as_feature

__all__ = ["Expression", "compile_expression", "usable_as_feature"]
