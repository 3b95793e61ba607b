"""The feature library: one small pure function a feature, `(Panel, parameters) -> bars x symbols`.

Shared rules, so that each docstring only states what differs:
* causal: the value at bar t uses bars up to and including t;
* per symbol: no value depends on which other symbols are in the panel;
* free of scale: ratios, returns and scores, never a price or a share count;
* NaN where an input of the window is missing or the value is undefined (a zero denominator); never infinite.

pandas and numpy are not imported at the top, so that the catalogue of names loads at once.
"""
