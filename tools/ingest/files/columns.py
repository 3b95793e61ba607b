"""Which column of a file is what, guessed from its name in English, German, French or Spanish.

Only names are looked at, never values: a guess can be shown and checked by the user, and is the same every time.
An adjusted close never stands in for the close, because the lake keeps raw prices.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tools.kernel.errors import BadRequest

STAMP = "datetime timestamp ts dateheure fechahora datumzeit zeitstempel gmttime opentime unix dateandtime"
DAY = "date datum fecha dia tag jour day observationdate tradingday session"
CLOCK = "time zeit uhrzeit hora heure"
ROLES = {
    "symbol": "symbol ticker sym instrument wertpapier code",
    "open": "open o openprice eroffnung eroffnungskurs erster ouverture ouv premier apertura abertura",
    "high": "high h highprice hoch hochst hochstkurs tageshoch haut plushaut maximo maximum max",
    "low": "low l lowprice tief tiefst tiefstkurs tagestief bas plusbas minimo minimum min",
    "close": "close closelast c closeprice last lastprice price schlusskurs schluss letzter zuletzt kurs cloture "
    "clot dernier fermeture cierre ultimo precio settle",
    "volume": "volume vol v volumen volumes umsatz stuck quantite",
}
"""Roles and the names that mean them, the best first; spelt without accents, blanks and marks, in lower case."""

ADJUSTED = ("adjclose", "adjustedclose", "closeadj", "bereinigterschlusskurs", "clotureajustee", "cierreajustado")
PRICES = ("open", "high", "low", "close", "volume")
SHOWN, LONGEST = 12, 40


@dataclass(frozen=True, slots=True)
class Mapping:
    """The position of each column that is used, by role; `ts` may be a date and a time column."""

    ts: tuple[int, ...]
    roles: dict[str, int]
    header: tuple[str, ...]

    def sentence(self) -> str:
        """Return how the columns were read: "Date -> ts, open, Schlusskurs -> close; not used: Adj Close"."""
        used = {" + ".join(self.header[at] for at in self.ts): "ts"}
        used |= {self.header[at]: role for role, at in self.roles.items()}
        text = ", ".join(
            role if name.lower() == role else f"{name or '(no name)'} -> {role}" for name, role in used.items()
        )
        taken = {*self.ts, *self.roles.values()}
        left = [name or "(no name)" for at, name in enumerate(self.header) if at not in taken]
        return f"{text}; not used: {shown(left)}" if left else text


def plain(name: str) -> str:
    """Return a column name in lower case without accents, blanks and marks: "<Höchst>" is "hochst"."""
    letters = unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", letters)


def guess(header: Sequence[str]) -> Mapping | None:
    """Return the mapping of a header, or None where it has no column for the time or none for the close."""
    names = [plain(name) for name in header]
    ts = _ts(names)
    roles = {role: at for role, words in ROLES.items() if (at := _first(names, words)) is not None and at not in ts}
    if not ts or "close" not in roles:
        return None
    return Mapping(ts, roles, tuple(name.strip() for name in header))


def refuse(name: str, header: Sequence[str]) -> BadRequest:
    """Return the error for a header that cannot be mapped."""
    names = [plain(each) for each in header]
    listed = f"{name} has the columns {shown(header)}"
    if not _ts(names):
        return BadRequest(
            f"{listed}: none is a date.", hint="Name one Date or Datetime; the first row must be names."
        )
    if not {*ADJUSTED}.isdisjoint(names):
        return BadRequest(
            f"{name} has an adjusted close but no close, and the lake keeps raw prices.",
            hint="Export the raw close too; splits and dividends are applied on reading.",
        )
    return BadRequest(f"{listed}: none is a closing price.", hint="Name one Close, Last or Price.")


def shown(names: Sequence[str]) -> str:
    """Return names for a sentence, not too many and none too long."""
    short = [name.strip()[:LONGEST] for name in names[:SHOWN]]
    return ", ".join(short) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _ts(names: Sequence[str]) -> tuple[int, ...]:
    """Return a column with date and time, else a date column (with its time column), else what there is."""
    stamp, day, clock = (_first(names, words) for words in (STAMP, DAY, CLOCK))
    if stamp is not None:
        return (stamp,)
    if day is None and clock is None and names[:1] == [""]:
        return (0,)  # pandas writes an unnamed index first
    return tuple(at for at in (day, clock) if at is not None)


def _first(names: Sequence[str], words: str) -> int | None:
    return next((names.index(word) for word in words.split() if word in names), None)
