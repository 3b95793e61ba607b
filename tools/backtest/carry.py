"""What holding costs and earns over night: borrowed shares, borrowed cash, cash at hand.

Simple accrual, 252 bars a year: each bar pays a 252nd of the annual rate on the balances of the close before it, so
a weekend counts as one night. Rates are constant over the run. Dividends on shorts are in the adjusted prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tools.backtest.costs import BPS
from tools.backtest.stats import BARS_A_YEAR
from tools.kernel.errors import BadRequest

HIGHEST_RATE = 10.0


class Accrual(NamedTuple):
    """One night's flows, each zero or more, in the unit of the balances."""

    borrow: float
    loan: float
    interest: float

    @property
    def net(self) -> float:
        """What the account gains."""
        return self.interest - self.borrow - self.loan


@dataclass(frozen=True, slots=True)
class Carry:
    """Annual rates.

    Attributes:
        borrow_bps: fee for borrowed shares, basis points a year of the value held short.
        cash_yield: interest on cash, a fraction a year. Proceeds of short sales are collateral and earn nothing.
        loan_rate: interest on borrowed cash, a fraction a year.

    Raises BadRequest where a rate is negative or above 1000 % a year.
    """

    borrow_bps: float = 0.0
    cash_yield: float = 0.0
    loan_rate: float = 0.0

    def __post_init__(self) -> None:
        """Reject rates that are negative or absurd."""
        for rate in (self.borrow_bps * BPS, self.cash_yield, self.loan_rate):
            if not 0 <= rate <= HIGHEST_RATE:
                raise BadRequest(
                    f"An annual rate of {rate:.2%} makes no sense.",
                    hint="Give the borrow fee in basis points a year and the others as fractions: 0.03 is 3 %.",
                )

    @property
    def free(self) -> bool:
        """Whether holding costs and earns nothing."""
        return not (self.borrow_bps or self.cash_yield or self.loan_rate)

    def accrue(self, cash: float, short: float) -> Accrual:
        """Return one night's flows on `cash` (negative: a loan) and on shares worth `short` >= 0 held short."""
        return Accrual(
            borrow=self.borrow_bps * BPS / BARS_A_YEAR * short,
            loan=self.loan_rate / BARS_A_YEAR * max(-cash, 0.0),
            interest=self.cash_yield / BARS_A_YEAR * max(cash - short, 0.0),
        )
