"""Units of values: powers of price, shares and index points, as physics does with metres and seconds.

A price times a count of shares is dollars; a price over a price is a plain number. What still carries a unit means
something else after a split and for every symbol.

The logarithm of a price is a price in disguise: a split adds a constant to it. It is kept apart (`log price`),
because its differences and its spread are plain numbers while the value itself is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

DIMENSIONS = ("price", "shares", "index")
_SHOWN_EXACTLY = 10_000
DOLLARS = (Fraction(1), Fraction(1), Fraction(0))


@dataclass(frozen=True, slots=True)
class Unit:
    """Exponents of price, shares and index points; `logarithm` for the log of such a quantity."""

    powers: tuple[Fraction, ...] = (Fraction(), Fraction(), Fraction())
    logarithm: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is a number without a unit."""
        return not any(self.powers)

    def __mul__(self, other: Unit) -> Unit:
        """Return the unit of a product."""
        return Unit(tuple(one + two for one, two in zip(self.powers, other.powers, strict=True)))

    def __truediv__(self, other: Unit) -> Unit:
        """Return the unit of a quotient."""
        return Unit(tuple(one - two for one, two in zip(self.powers, other.powers, strict=True)))

    def raised(self, exponent: float) -> Unit:
        """Return the unit of a power: of 1/3 where it is meant, and else of exactly the number that is written."""
        near = Fraction(exponent).limit_denominator(1000)
        factor = near if float(near) == exponent else Fraction(repr(exponent))
        return Unit(tuple(power * factor for power in self.powers))

    def log(self) -> Unit:
        """Return the unit of the logarithm."""
        return self if self.plain else replace(self, logarithm=True)

    def difference(self) -> Unit:
        """Return the unit of the difference of two such values, or of their spread."""
        return NONE if self.logarithm else self

    def __str__(self) -> str:
        """Name it: none, price, shares, dollars, index, 1/price, price^2, price/shares, log price."""
        if self.plain:
            return "none"
        if self.powers == DOLLARS:
            return "log dollars" if self.logarithm else "dollars"
        over = _product(self.powers, sign=1)
        under = _product(self.powers, sign=-1)
        text = f"{over or '1'}/{under}" if under else over
        return f"log {text}" if self.logarithm else text


def _product(powers: tuple[Fraction, ...], *, sign: int) -> str:
    """Write the factors whose exponents have this sign."""
    factors = []
    for name, power in zip(DIMENSIONS, powers, strict=True):
        if power * sign > 0:
            size = abs(power)
            exact = max(size.numerator, size.denominator) < _SHOWN_EXACTLY
            shown = str(size) if exact else f"{float(size):.4g}"
            text = f"^({shown})" if exact and size.denominator > 1 else f"^{shown}"
            factors.append(name if size == 1 else f"{name}{text}")
    return "*".join(factors)


NONE = Unit()
PRICE, SHARES, INDEX = (Unit(tuple(Fraction(int(name == own)) for name in DIMENSIONS)) for own in DIMENSIONS)
