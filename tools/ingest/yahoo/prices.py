"""Raw prices as traded, from Yahoo's split-adjusted ones. Pure functions of arrays.

Yahoo's chart service divides every earlier open, high, low and close by the ratio of each split, multiplies the
volume and divides the dividends; only its separate "adjusted close", not used here, reflects dividends. yfinance
hands this on as is (`auto_adjust=False` only leaves the adjusted close apart). What is stored must be raw, so:

    raw price = price * f, raw volume = volume / f, raw dividend = dividend * f,

with f the product of the ratios of the splits with an ex-date after the day. All splits up to today are needed for
that, not just those inside the range asked for.

Yahoo sends prices in single precision (109.33 as 109.33000183105469), whose noise changes with every split. The
price stored is the shortest decimal that would have been sent as the same number: a price as traded comes back
exactly, and the same before and after a later split. What cannot come back: digits that Yahoo rounded away, as of
prices above 80,000 with cents, of long-ago dividends (6 decimals, divided by all later splits) and of volumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import inf, isfinite, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]

SINGLE_DIGITS = 7
ENOUGH_DIGITS = 9
"""Digits that tell any two numbers of single precision apart."""
LARGEST_POWER = 22
"""Powers of ten up to this one are exact in double precision, so that dividing by one rounds correctly."""
DIVIDEND_DECIMALS = 6
TELLING = 0.35
"""Least |log ratio| of a split whose mark in the prices can be told from a market move: that of about 3:2."""


def factors(days: Dates, ex_dates: Dates, ratios: Floats) -> Floats:
    """Return, for each of `days`, the product of the `ratios` of the splits with a later ex-date."""
    order = np.argsort(ex_dates)
    after = np.append(np.cumprod(ratios[order][::-1])[::-1], 1.0)
    return after[np.searchsorted(ex_dates[order], days, side="right")]


def round_significant(values: Floats, digits: int) -> Floats:
    """Return `values`, neither zero nor NaN, rounded to `digits` significant decimal digits."""
    decimals = digits - 1 - np.floor(np.log10(np.abs(values))).astype(int)
    scale = 10.0 ** np.clip(decimals, 0, LARGEST_POWER)
    rounded: Floats = np.round(values * scale) / scale
    return rounded


def shortest(sent: Floats, factor: Floats) -> Floats:
    """Return the shortest decimals that, divided by `factor`, are `sent` in single precision.

    Where none of up to 9 digits is, as after a division that rounds in another way, 7 digits are kept.
    """
    product = sent * factor
    found: Floats = np.where(factor == 1.0, sent, round_significant(product, SINGLE_DIGITS))
    left = np.arange(len(sent))
    for digits in range(1, ENOUGH_DIGITS + 1):
        tried = round_significant(product[left], digits)
        fits = (tried / factor[left]).astype(np.float32) == sent[left].astype(np.float32)
        found[left[fits]] = tried[fits]
        left = left[~fits]
    return found


def raw_prices(prices: Floats, factor: Floats) -> Floats:
    """Return `prices` as traded; see the module for the rounding. NaN and zero stay; double precision is kept."""
    with np.errstate(over="ignore"):
        single = (prices.astype(np.float32) == prices) & np.isfinite(prices) & (prices != 0)
    raw: Floats = np.where(factor == 1.0, prices, prices * factor)
    raw[single] = shortest(prices[single], factor[single])
    return raw


def raw_volumes(volumes: Floats, factor: Floats) -> Floats:
    """Return `volumes` in shares as traded, whole."""
    return np.where(factor == 1.0, volumes, np.round(volumes / factor))


def raw_dividends(amounts: Floats, factor: Floats) -> Floats:
    """Return `amounts` as paid on a share of the day, to the decimals that survive Yahoo's six times the factor."""
    decimals = np.floor(DIVIDEND_DECIMALS - np.log10(np.maximum(factor, 1.0))).astype(int)
    scale = 10.0 ** np.maximum(decimals, 0)
    return np.where(factor == 1.0, amounts, np.round(amounts * factor * scale) / scale)


def unapplied(days: Dates, closes: Floats, ex_dates: Dates, ratios: Floats) -> Sequence[tuple[date, float]]:
    """Return the splits that Yahoo seems not to have applied to the earlier prices: (ex-date, ratio).

    Its prices should show no jump at a split. One closer to the ratio than to none is suspicious, no more: a crash
    on the very day looks the same. Small ratios cannot be told and are not tried.
    """
    given = np.isfinite(closes) & (closes > 0)
    days, closes = days[given], closes[given]
    found: list[tuple[date, float]] = []
    for ex_date, ratio in zip(ex_dates, ratios, strict=True):
        at = int(np.searchsorted(days, ex_date))
        jump = log(closes[at - 1] / closes[at]) if 0 < at < len(days) else -inf
        if isfinite(jump) and abs(log(ratio)) >= TELLING and abs(jump - log(ratio)) < abs(jump):
            found.append((ex_date.astype(date), float(ratio)))
    return found
