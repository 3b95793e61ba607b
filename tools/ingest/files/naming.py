"""Which rows of which file belong to which symbol: by a symbol column, by the request, or by the file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from tools.ingest.files.columns import shown
from tools.ingest.files.sheet import Sheet
from tools.kernel.errors import BadRequest


def symbols_of(sheet: Sheet, asked: Sequence[str], files: int) -> pd.Series:
    """Return the symbol of each row; None on rows of symbols that were not asked for.

    Raises:
        BadRequest: one file without a symbol column, but several symbols asked for.
    """
    if sheet.symbols is not None:
        spelt = {symbol.upper(): symbol for symbol in asked}
        return sheet.symbols.map(spelt)
    if files == 1 and len(asked) > 1:
        raise BadRequest(
            f"{sheet.name} has no symbol column, and {len(asked)} symbols were asked for.",
            hint="Load it as one symbol, or add a Symbol column.",
        )
    symbol = asked[0] if files == 1 else by_stem(sheet.stem, asked)
    return pd.Series(symbol, index=sheet.prices.index, dtype="object")


def by_stem(stem: str, asked: Sequence[str]) -> str | None:
    """Return the symbol a file name means: "AAPL.csv", "aapl_1d.csv", "GSPC.csv" for ^GSPC."""
    whole, first = _letters(stem), _letters(re.split(r"[_ ]", stem.strip())[0])
    return next((symbol for part in (whole, first) for symbol in asked if _letters(symbol) == part), None)


def absent(sheets: Sequence[Sheet]) -> str:
    """Return what the files do have, for the symbol that they do not."""
    found: dict[str, None] = {}
    for sheet in sheets:
        names = [sheet.stem] if sheet.symbols is None else list(sheet.symbols.dropna().unique())
        found |= dict.fromkeys(names)
    where = sheets[0].name if len(sheets) == 1 else "the files"
    return f"{where} {'has' if len(sheets) == 1 else 'have'} {shown(list(found))}"


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
