"""The verdict on a strategy: *no edge*, *fragile*, *plausible* or *strong*, by stated rules.

Each rule of `tools.backtest.statistics.rules` names the best grade that it allows; the grade is the lowest of
them. So nothing outweighs a failed test, and evidence that is missing never counts in favour. "No edge" means
that there is no evidence of one, not that there is evidence of none: the power of the test says how much that
means.

On worthless strategies at most 5 % escape "no edge", as each of them must pass a test of that size; many fewer
where it was chosen among trials. What it cannot see: leaks, data picked with hindsight, and trials that nobody
recorded.
"""

from __future__ import annotations

from tools.backtest.statistics.grade import StrategyEvidence, Verdict, rank
from tools.backtest.statistics.rules import RULES


def verdict(evidence: StrategyEvidence) -> Verdict:
    """Judge a strategy by every rule; the same evidence always gets the same verdict.

    The strongest evidence against is that of the rule which allows the lowest grade; among equals, the one with the
    largest `doubt`.
    """
    found = [rule(evidence) for rule in RULES]
    reasons = tuple(sorted(found, key=lambda reason: (rank(reason.allows), -reason.doubt)))
    return Verdict(grade=reasons[0].allows, reasons=reasons, against=reasons[0])
