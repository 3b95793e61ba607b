"""Statistics of a backtest: how sure one can be of a figure, what selection did to it, and where it came from.

Pure functions, one concept a file; `tools.backtest.stats` has the plain performance figures. Sharpe ratios called
`sharpe_per_bar` are of one bar, all others are a year's (252 bars). What is undefined is None, never NaN or
infinity.
"""
