"""Numbers as people write them: 1,234.56 or 1.234,56 or 1'234.56, with a currency sign, as 1.2M.

Which mark is the decimal one is decided once for all number columns of a file, from cells that leave no doubt
("1.234,5", "12,5", "1,234,567"). Where only "1,234" is seen, the comma is a thousands mark in a file separated by
commas and a question otherwise. What is not a number becomes NaN; the caller counts those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from tools.kernel.errors import BadRequest

SIMPLE = {".": re.compile(r"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?"), ",": re.compile(r"[+-]?\d*,?\d+(?:[eE][+-]?\d+)?")}
NULLS = (
    "",
    "null",
    "NULL",
    "None",
    "none",
    "NaN",
    "nan",
    "NA",
    "N/A",
    "n/a",
    "n.a.",
    "#N/A",
    "-",
    "--",
    ".",
    "k.A.",
)
SIGNS = "[\\s$'\N{EURO SIGN}\N{POUND SIGN}\N{YEN SIGN}\N{RIGHT SINGLE QUOTATION MARK}]"
SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9}


def decimal_mark(cells: Iterable[str], separator: str, name: str) -> str:
    """Return "." or ",": the mark before the fraction in `cells`. Raises BadRequest where it cannot be told."""
    votes: set[str] = set()
    doubtful_comma = False
    for cell in cells:
        number = re.sub(SIGNS, "", cell).rstrip("KMBkmb%")
        vote = _vote(number)
        if vote:
            votes.add(vote)
        doubtful_comma |= vote is None and "," in number
    if len(votes) > 1:
        raise BadRequest(
            f"{name} writes numbers in two ways, 1,234.5 and 1.234,5.",
            hint="Write all of them with a decimal point.",
        )
    if votes:
        return votes.pop()
    if doubtful_comma and separator != ",":
        raise BadRequest(
            f"{name} has numbers such as 1,234 that may be 1234 or 1.234.", hint="Write them with a decimal point."
        )
    return "."


def is_simple(cells: Iterable[str], decimal: str) -> bool:
    """Return whether every cell is a plain number or a null, so that a fast parser reads it."""
    return all(SIMPLE[decimal].fullmatch(cell) or cell in NULLS for cell in cells)


def to_numbers(cells: pd.Series, decimal: str) -> pd.Series:
    """Return text as float64; what is not a number is NaN."""
    text = cells.astype("str").str.replace(SIGNS, "", regex=True)
    text = text.str.replace("." if decimal == "," else ",", "", regex=False)
    text = text.str.replace(",", ".", regex=False)
    suffix = text.str[-1:].str.upper().map(SUFFIXES)
    text = text.where(suffix.isna(), text.str[:-1])
    return pd.to_numeric(text, errors="coerce").astype("float64") * suffix.fillna(1.0)


def _vote(number: str) -> str | None:
    """Return the decimal mark that this cell proves, or None: 1.5 and 1,234.5 prove the point, 1,234 nothing."""
    marks = [mark for mark in number if mark in ".,"]
    if not marks or not re.fullmatch(r"[+-]?[\d.,]*(?:[eE][+-]?\d+)?", number):
        return None
    last = marks[-1]
    other = "," if last == "." else "."
    if len(set(marks)) > 1:
        return last
    if len(marks) > 1:
        return other
    whole, _, fraction = re.split("[eE]", number.lstrip("+-"))[0].partition(last)
    thousands = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"  # noqa: PLR2004
    return None if thousands else last
