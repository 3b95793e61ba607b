"""How many leading bars of a symbol a feature withholds, as functions of its parameters."""

from __future__ import annotations

from tools.features.library.averages import settling_bars


def nothing(*_: int) -> int:
    """No bar: the value is known at the first."""
    return 0


def one_bar(*_: int) -> int:
    """One bar: the formula reads the close before."""
    return 1


def window_before(window: int, *_: int) -> int:
    """The window lies before the bar, or is made of returns, which need one close more."""
    return window


def window_including(window: int, *_: int) -> int:
    """The bar is the last of its window."""
    return window - 1


def wilder(window: int) -> int:
    """Wilder's average of something that reads the close before, until its seed has faded."""
    return settling_bars(window, alpha=1 / window)


def exponential(span: int) -> int:
    """An exponential average, until its seed has faded."""
    return settling_bars(span, alpha=2 / (span + 1))


def macd(fast: int, slow: int, signal: int) -> int:
    """The slower average, until its seed has faded, and then the signal's own first bars."""
    return exponential(max(fast, slow)) + signal - 1


def cycles(period: int, count: int) -> int:
    """Whole cycles of returns."""
    return period * count


def second(_: int, window: int) -> int:
    """The window is the second parameter, and made of returns."""
    return window
